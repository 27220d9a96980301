"""How a write of ours becomes an order to a partner: key and journey go into headers, people into the body alone."""

from activities.ports import Order
from schemas.partners import PartnerWrite
from schemas.people import InsuredPerson

_HEADERS = {"key", "journey_id"}


def order(
    write: PartnerWrite, *, leave_out: frozenset[str] = frozenset(), person: dict[str, object] | None = None
) -> Order:
    """The order for `write`; fields in `leave_out` stand elsewhere, e.g. in the path."""
    body = write.model_dump(mode="json", exclude=_HEADERS | {"person"} | leave_out)
    return Order(key=write.key, journey_id=write.journey_id, body=body, person=person)


def personal(insured: InsuredPerson, *fields: str) -> dict[str, object]:
    """Only those `fields` of a person which the partner needs."""
    return insured.model_dump(mode="json", include=set(fields))
