"""The chain of custody of one journey as people see it: every link, and whether the chain is whole."""

import asyncpg
from pydantic import AwareDatetime, JsonValue

from activities.custody_chain import Document, Fault, Link, document, first_flaw
from activities.epcis import event_of
from console.database import connected
from console.reads import UnknownJourneyError
from schemas.custody import CustodyEvent, CustodyHead
from schemas.names import IdempotencyKey, JourneyId
from schemas.shape import Shape
from storage.queries import load

_SQL = load("custody")


class CustodyLink(Shape):
    """One custody event in its chain; `previous` and `sha256` in hexadecimal digits."""

    seq: int
    key: IdempotencyKey
    recorded_at: AwareDatetime
    event: CustodyEvent | None
    """None where the document does not say what it has to: it was changed."""
    epcis: dict[str, JsonValue]
    """The document that the hash covers."""
    previous: str
    sha256: str


class CustodyFlaw(Shape):
    """The first link at which the chain does not verify, and why."""

    seq: int
    fault: Fault


class CustodyView(Shape):
    """The chain of one journey; `flaw` is None where it is whole."""

    journey_id: JourneyId
    whole: bool
    flaw: CustodyFlaw | None = None
    links: tuple[CustodyLink, ...] = ()


class Chains:
    """Reads chains of custody and verifies them. Raises DatabaseAwayError while PostgreSQL is away."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        """Read through `pool`."""
        self._pool = pool

    async def view(self, journey_id: str) -> CustodyView:
        """The chain of one journey, empty where nothing was collected; UnknownJourneyError where there is none."""
        # The status first: whatever it knows of is in the chain that is read after it.
        async with connected(self._pool) as connection:
            status = await connection.fetchrow(_SQL["known_head"], journey_id)
            rows = await connection.fetch(_SQL["chain"], journey_id)
        if status is None:
            raise UnknownJourneyError(journey_id)
        flaw = _flaw(journey_id, rows, CustodyHead.model_validate(status["head"]) if status["head"] else None)
        return CustodyView(
            journey_id=journey_id, whole=flaw is None, flaw=flaw, links=tuple(_link(row) for row in rows)
        )


def _flaw(journey_id: str, rows: list[asyncpg.Record], known: CustodyHead | None) -> CustodyFlaw | None:
    links = [Link(row["seq"], document(row["event"]), row["previous"], row["sha256"]) for row in rows]
    found = first_flaw(journey_id, links, known)
    return CustodyFlaw(**found._asdict()) if found else None


def _link(row: asyncpg.Record) -> CustodyLink:
    epcis = document(row["event"])
    return CustodyLink(
        seq=row["seq"],
        key=row["key"],
        recorded_at=row["recorded_at"],
        event=_event(epcis),
        epcis=dict(epcis),
        previous=row["previous"].hex(),
        sha256=row["sha256"].hex(),
    )


def _event(epcis: Document) -> CustodyEvent | None:
    try:
        return event_of(epcis)
    except (LookupError, TypeError, ValueError, AttributeError):
        return None
