"""The personal record behind a reference, for the adapters that must name a person to a partner; nobody else asks."""

from asyncpg import Pool, Record

from schemas.names import PersonRef
from schemas.people import Address, IdDocument, InsuredPerson
from storage.queries import load


class UnknownPersonError(LookupError):
    """No person has this reference: the record was erased, or the reference comes from another database."""


class People:
    """Reads personal records from PostgreSQL."""

    def __init__(self, pool: "Pool[Record]") -> None:
        """`pool` leads to the database that intake writes."""
        self._pool = pool
        self._sql = load("intake")

    async def person(self, ref: PersonRef) -> InsuredPerson:
        """The person behind `ref` as last reported; raises UnknownPersonError."""
        row = await self._pool.fetchrow(self._sql["person_by_ref"], ref)
        if row is None:
            message = f"there is no person {ref}"
            raise UnknownPersonError(message)
        return InsuredPerson(
            name=row["name"],
            id_document=IdDocument(type=row["id_type"], number=row["id_number"]),
            birth_date=row["birth_date"],
            sex=row["sex"],
            citizenship=row["citizenship"],
            phone=row["phone"],
            address=Address(province=row["province"], city=row["city"], detail=row["address_detail"]),
        )
