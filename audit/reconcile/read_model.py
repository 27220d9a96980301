"""Status, decisions, timeline and messages, held against what the journey wrote."""

from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from audit.reconcile.beside import differing, unmatched
from audit.reconcile.columns import PERSONAL, columns_in, columns_of
from audit.reconcile.finding import Fault, Finding, Part
from audit.reconcile.rows import Row, Rows
from audit.reconcile.strange import NOT_READ, compared
from audit.reconcile.told import Said
from privacy import places
from privacy.errors import PrivacyError
from privacy.vault import Vault
from schemas.journey import JourneyStatus
from schemas.shape import Shape


class _Table(NamedTuple):
    """Rows of one kind: what is expected of them, and how they are stored."""

    part: Part
    expected: Mapping[Any, Shape]
    perhaps: Collection[Any]
    rows: Sequence[Row]
    key: str
    sealed: str
    place: Callable[[Any], str]
    columns: Callable[[Any], dict[str, object]]


async def read_model(vault: Vault, said: Said, rows: Rows) -> AsyncIterator[Finding]:
    """Every difference in what people read; raises what PostgreSQL raises where data keys cannot be read."""
    if said.status:
        with compared(Part.STATUS) as found:
            found.extend([each async for each in _status(vault, said.status, rows.status)])
        for each in found:
            yield each
    elif said.whole and rows.status:
        yield Finding(part=Part.STATUS, fault=Fault.SURPLUS, passing=True)
    for table in _tables(said, rows):
        there = {row[table.key]: row for row in table.rows}
        for each in unmatched(table.part, table.expected, there, table.perhaps, surplus=said.whole):
            yield each
        for key in table.expected.keys() & there.keys():
            with compared(table.part, str(key)) as found:
                found.extend([each async for each in _row(vault, said.journey_id, table, key, there[key])])
            for each in found:
                yield each


def _tables(said: Said, rows: Rows) -> Iterator[_Table]:
    possible = said.possible
    numbers = [each.number for each in possible.decisions] if possible else []
    seqs = [each.seq for each in possible.entries] if possible else []
    keys = [each.key for each in possible.notices] if possible else []
    yield _Table(
        *(Part.DECISIONS, said.decisions, numbers, rows.decisions, "number", "record", places.decision),
        columns=lambda record: {"at": record.decision.at},
    )
    yield _Table(
        *(Part.TIMELINE, said.entries, seqs, rows.entries, "seq", "entry", places.entry),
        columns=lambda entry: {"at": entry.at, "kind": entry.kind},
    )
    yield _Table(
        *(Part.MESSAGES, said.notices, keys, rows.messages, "key", "payload", places.notice), columns=lambda _: {}
    )


async def _row(vault: Vault, journey_id: str, table: _Table, key: object, row: Row) -> AsyncIterator[Finding]:
    expected = table.expected[key]
    for found in differing(table.part, str(key), table.columns(expected), row):
        yield found
    async for found in _sealed(vault, (journey_id, table.place(key)), expected, row[table.sealed]):
        yield found.model_copy(update={"part": table.part, "what": str(key)})


async def _status(vault: Vault, status: JourneyStatus, row: Row | None) -> AsyncIterator[Finding]:
    if row is None:
        yield Finding(part=Part.STATUS, fault=Fault.ABSENT)
        return
    newer = _newer(row, status)
    for found in _columns(status, row):
        yield found.model_copy(update={"passing": newer})
    async for found in _sealed(vault, (status.journey_id, places.STATUS), status, row["status"]):
        yield found.model_copy(update={"passing": newer})


def _newer(row: Row, status: JourneyStatus) -> bool:
    """Whether the journey may have written it since; not, where none of ours ever wrote such a moment."""
    try:
        return bool((row["updated_at"], row["revision"]) > (status.updated_at, status.revision))
    except TypeError:  # infinite, which has no zone, or one that Python cannot hold
        return False


def _columns(status: JourneyStatus, row: Row) -> Iterator[Finding]:
    try:
        there = columns_in(row)
    except NOT_READ:
        yield Finding(part=Part.STATUS, fault=Fault.UNREADABLE, field="money, escalations, custody")
        return
    yield from differing(Part.STATUS, "", columns_of(status), there, PERSONAL | {"money"})


async def _sealed(vault: Vault, at: tuple[str, str], expected: Shape, stored: object) -> AsyncIterator[Finding]:
    """Fields of what is sealed that say something else; not what they say, for it may tell of a person."""
    why = ""
    try:
        there = type(expected).model_validate(await vault.open(*at, stored))
    except PrivacyError as error:
        why = str(error)
    except NOT_READ:
        why = "is not what was ever written there"
    if why:
        yield Finding(part=Part.STATUS, fault=Fault.UNREADABLE, database=why)
        return
    for name in type(expected).model_fields:
        if getattr(there, name) != getattr(expected, name):
            yield Finding(part=Part.STATUS, fault=Fault.OTHER, field=f"sealed {name}")
