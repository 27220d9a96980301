"""The chain of custody of one journey as people see it: every link, and whether the chain is whole."""

import asyncpg
from pydantic import AwareDatetime, JsonValue

from activities.custody_chain import Document, Fault, Link, first_flaw, stored
from activities.epcis import event_of
from console.database import connected
from console.reads import UnknownJourneyError
from console.sealed import readable
from privacy import places
from privacy.errors import PrivacyError
from privacy.vault import Vault
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
    """None where the document does not say what it has to: it was changed, or the journey was erased."""
    epcis: dict[str, JsonValue]
    """The document; the hash covers it as it is stored, which is sealed."""
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
    erased: bool = False
    """The chain is still verified, and what its events said is gone."""
    flaw: CustodyFlaw | None = None
    links: tuple[CustodyLink, ...] = ()


class Chains:
    """Reads chains of custody and verifies them. Raises DatabaseAwayError while PostgreSQL is away."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", vault: Vault) -> None:
        """Read through `pool`, opened by `vault`."""
        self._pool = pool
        self._vault = vault

    async def view(self, journey_id: str) -> CustodyView:
        """The chain of one journey, empty where nothing was collected; UnknownJourneyError where there is none."""
        # The status first: whatever it knows of is in the chain that is read after it.
        async with connected(self._pool) as connection:
            status = await connection.fetchrow(_SQL["known_head"], journey_id)
            rows = await connection.fetch(_SQL["chain"], journey_id)
        if status is None:
            raise UnknownJourneyError(journey_id)
        erased = status["erased_at"] is not None
        known = CustodyHead.model_validate(status["head"]) if status["head"] else None
        flaw = _flaw(journey_id, rows, known, erased=erased)
        links = tuple([_link(row, await self._document(journey_id, row)) for row in rows])
        return CustodyView(journey_id=journey_id, whole=flaw is None, erased=erased, flaw=flaw, links=links)

    async def _document(self, journey_id: str, row: asyncpg.Record) -> Document:
        """What a link says; nothing where it was erased or changed or has no key: the chain is verified anyway."""
        async with readable(journey_id):
            try:
                found = await self._vault.open(journey_id, places.custody(row["key"]), stored(row["event"]))
            except PrivacyError:
                return {}
        return found if isinstance(found, dict) else {}


def _flaw(
    journey_id: str, rows: list[asyncpg.Record], known: CustodyHead | None, *, erased: bool
) -> CustodyFlaw | None:
    links = [Link(row["seq"], stored(row["event"]), row["previous"], row["sha256"]) for row in rows]
    found = first_flaw(journey_id, links, known, erased=erased)
    return CustodyFlaw(**found._asdict()) if found else None


def _link(row: asyncpg.Record, epcis: Document) -> CustodyLink:
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
