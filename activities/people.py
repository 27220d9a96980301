"""The personal record behind a reference, for the adapters that must name a person to a partner; nobody else asks."""

from asyncpg import Pool, Record

from privacy import places
from privacy.errors import ErasedError
from privacy.vault import Vault
from schemas.names import PersonRef
from schemas.people import InsuredPerson
from storage.queries import load


class UnknownPersonError(LookupError):
    """No person has this reference: the record was erased, or the reference comes from another database."""


class People:
    """Reads personal records from PostgreSQL."""

    def __init__(self, pool: "Pool[Record]", vault: Vault) -> None:
        """`pool` leads to the database that intake writes, `vault` opens what it sealed."""
        self._pool = pool
        self._vault = vault
        self._sql = load("intake")

    async def person(self, ref: PersonRef) -> InsuredPerson:
        """The person behind `ref` as last reported; raises UnknownPersonError."""
        row = await self._pool.fetchrow(self._sql["person_by_ref"], ref)
        if row is None or row["sealed"] is None:
            message = f"there is no person {ref}"
            raise UnknownPersonError(message)
        try:
            return InsuredPerson.model_validate(await self._vault.open(ref, places.PERSON, row["sealed"]))
        except ErasedError as error:
            message = f"person {ref} was erased"
            raise UnknownPersonError(message) from error
