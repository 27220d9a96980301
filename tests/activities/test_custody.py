"""The chain of custody in PostgreSQL: each event once, linked without a gap, never changed unnoticed."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TypeAlias

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.custody import Custody, CustodyConflictError
from activities.custody_chain import Document, Fault, Flaw, Link, canonical, digest, first_flaw, root, stored
from activities.epcis import document_of
from console.custody import Chains
from privacy.vault import Vault
from schemas.car_t_view import CarTView
from schemas.civil import china_time
from schemas.custody import CustodyEntry, CustodyHead
from storage import queries
from storage.pool import open_pool
from tests.console import samples
from tests.custody import JOURNEY, entries

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
OTHER = "journey-" + "b" * 20
_CHAIN = queries.load("custody")["chain"]


@pytest.fixture
def custody(pool: Pool, vault: Vault) -> Custody:
    """The activity on the test's own database."""
    return Custody(pool, vault)


async def append_all(custody: Custody, journey_id: str = JOURNEY) -> CustodyHead:
    """Append the whole chain; gives its head."""
    return [await custody.append(entry) for entry in entries(journey_id)][-1]


async def chain(pool: Pool, journey_id: str = JOURNEY) -> list[Link]:
    rows = await pool.fetch(_CHAIN, journey_id)
    return [Link(row["seq"], stored(row["event"]), row["previous"], row["sha256"]) for row in rows]


async def tamper(pool: Pool, statement: str) -> None:
    """What nobody can do but the owner of the table, on purpose."""
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("ALTER TABLE custody_event DISABLE TRIGGER USER")
        await connection.execute(statement)
        await connection.execute("ALTER TABLE custody_event ENABLE TRIGGER USER")


def linked(journey_id: str, events: Sequence[Document]) -> list[Link]:
    """A chain made in memory."""
    links: list[Link] = []
    previous = root(journey_id)
    for seq, event in enumerate(events, 1):
        links.append(Link(seq, event, previous, digest(previous, event)))
        previous = links[-1].sha256
    return links


async def test_events_become_a_chain_without_a_gap(custody: Custody, pool: Pool) -> None:
    """Each event is a link that continues the one before; the head covers them all."""
    heads = [await custody.append(entry) for entry in entries()]
    assert [head.seq for head in heads] == list(range(1, len(heads) + 1))
    links = await chain(pool)
    assert [link.sha256.hex() for link in links] == [head.sha256 for head in heads]
    assert [link.previous for link in links[1:]] == [link.sha256 for link in links[:-1]]
    assert first_flaw(JOURNEY, links, heads[-1]) is None


async def test_a_repeat_gets_the_same_link(custody: Custody, pool: Pool) -> None:
    """An event whose answer was lost is in the chain once, also when others came after it."""
    first, *others = entries()
    head = await custody.append(first)
    for entry in others:
        await custody.append(entry)
    assert await custody.append(first) == head
    assert len(await chain(pool)) == len(entries())


async def test_the_same_moment_in_another_offset_is_the_same_event(custody: Custody) -> None:
    """A partner that writes its clock in UTC tells nothing new."""
    [entry, *_] = entries()
    local = entry.event.model_copy(update={"at": china_time(entry.event.at)})
    assert await custody.append(entry) == await custody.append(entry.model_copy(update={"event": local}))


@pytest.mark.parametrize(
    "change",
    [
        lambda entry: entry.model_copy(update={"event": entries()[1].event}),
        lambda entry: entry.model_copy(
            update={"event": entry.event.model_copy(update={"at": entry.event.at + timedelta(microseconds=1)})}
        ),
        lambda entry: entry.model_copy(update={"journey_id": OTHER}),
    ],
    ids=["another event", "another moment", "another journey"],
)
async def test_a_key_that_returns_with_other_content_is_refused(
    custody: Custody, pool: Pool, change: Callable[[CustodyEntry], CustodyEntry]
) -> None:
    """The refusal names the key, is not retried, and appends nothing."""
    [entry, *_] = entries()
    await custody.append(entry)
    with pytest.raises(CustodyConflictError, match=f"key {entry.key} was appended before") as caught:
        await custody.append(change(entry))
    assert (caught.value.type, caught.value.non_retryable) == ("CustodyConflict", True)
    assert [len(await chain(pool, journey)) for journey in (JOURNEY, OTHER)] == [1, 0]


async def test_events_appended_at_once_line_up(database: str, vault: Vault) -> None:
    """Forty events on a connection each, each sent twice: forty links, one after another, in both journeys."""
    pool = await open_pool(database, min_size=40, max_size=40)
    custody = Custody(pool, vault)
    wanted = [
        entry.model_copy(update={"key": f"{entry.key}-{copy}"})
        for journey in (JOURNEY, OTHER)
        for copy in range(5)
        for entry in entries(journey)[:4]
    ]
    heads = await asyncio.gather(*(custody.append(entry) for entry in [*wanted, *reversed(wanted)]))
    assert heads[: len(wanted)] == list(reversed(heads[len(wanted) :]))
    for journey in (JOURNEY, OTHER):
        links = await chain(pool, journey)
        assert [link.seq for link in links] == list(range(1, 21))
        assert first_flaw(journey, links) is None
    await pool.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE custody_event SET event = event",
        "DELETE FROM custody_event",
        "TRUNCATE custody_event",
    ],
)
async def test_what_was_appended_cannot_be_changed(custody: Custody, pool: Pool, statement: str) -> None:
    """The database itself refuses, and says what to do instead."""
    await append_all(custody)
    with pytest.raises(asyncpg.RestrictViolationError, match="append-only, append what sets it right"):
        await pool.execute(statement)
    assert first_flaw(JOURNEY, await chain(pool)) is None


@pytest.mark.parametrize(
    ("statement", "flaw"),
    [
        (
            """UPDATE custody_event
               SET event = (SELECT event FROM custody_event WHERE seq = 4) WHERE seq = 3""",
            Flaw(3, Fault.CHANGED),
        ),
        (
            """UPDATE custody_event SET event = '"erased"' WHERE seq = 1""",
            Flaw(1, Fault.CHANGED),
        ),
        ("UPDATE custody_event SET event = '{\"weight\": 1e400}' WHERE seq = 2", Flaw(2, Fault.CHANGED)),
        ("UPDATE custody_event SET sha256 = sha256('x') WHERE seq = 4", Flaw(4, Fault.CHANGED)),
        ("UPDATE custody_event SET previous = sha256('x') WHERE seq = 5", Flaw(5, Fault.UNLINKED)),
        ("DELETE FROM custody_event WHERE seq = 2", Flaw(2, Fault.GAP)),
        ("DELETE FROM custody_event WHERE seq = 1", Flaw(1, Fault.GAP)),
        ("DELETE FROM custody_event WHERE seq >= 7", Flaw(7, Fault.CUT_OFF)),
        ("DELETE FROM custody_event", Flaw(1, Fault.CUT_OFF)),
    ],
    ids=[
        "another event",
        "as if erased",
        "a number past reading",
        "another hash",
        "unlinked",
        "taken out",
        "the first",
        "cut off",
        "all",
    ],
)
async def test_tampering_is_found_at_its_link(custody: Custody, pool: Pool, statement: str, flaw: Flaw) -> None:
    """Whoever changes the table past its trigger is found out, at the first link that is not as it was."""
    head = await append_all(custody)
    await tamper(pool, statement)
    assert first_flaw(JOURNEY, await chain(pool), head) == flaw


async def test_a_chain_that_was_forged_from_one_link_on_contradicts_the_journey(custody: Custody, pool: Pool) -> None:
    """Somebody who reckons all hashes anew still meets the head that the journey's history holds."""
    head = await append_all(custody)
    events = [document_of(entry) for entry in entries()]
    events[2] = events[2] | {"eventTime": "2026-03-02T09:00:00+08:00"}
    forged = linked(JOURNEY, events)
    assert first_flaw(JOURNEY, forged) is None
    assert first_flaw(JOURNEY, forged, head) == Flaw(len(events), Fault.CUT_OFF)
    assert first_flaw(OTHER, await chain(pool)) == Flaw(1, Fault.UNLINKED)


@given(st.lists(st.dictionaries(st.text(), st.integers(-(2**53), 2**53) | st.text()), max_size=6), st.data())
def test_any_change_of_any_link_is_found(events: list[Document], data: st.DataObject) -> None:
    """A chain verifies as it was made; with one event replaced it does not, there or before."""
    links = linked(JOURNEY, events)
    assert first_flaw(JOURNEY, links) is None
    if not links:
        return
    at = data.draw(st.integers(0, len(links) - 1))
    other = data.draw(st.dictionaries(st.text(), st.integers(0, 9)).filter(lambda new: new != events[at]))
    links[at] = links[at]._replace(event=other)
    assert first_flaw(JOURNEY, links) == Flaw(at + 1, Fault.CHANGED)


def test_canonical_json_does_not_depend_on_order() -> None:
    """What PostgreSQL gives back in its own order hashes the same."""
    assert canonical({"b": [1, {"d": 2.5, "c": "甲"}], "a": None}) == '{"a":null,"b":[1,{"c":"甲","d":2.5}]}'.encode()


async def test_people_read_the_chain_as_it_was_told(custody: Custody, pool: Pool, vault: Vault) -> None:
    """The console reads each event back out of its document, with the verdict on the whole."""
    head = await append_all(custody)
    await samples.write_all(pool, samples.status(1, journey_id=JOURNEY, car_t=CarTView(custody=head)))
    view = await Chains(pool, vault).view(JOURNEY)
    assert view.whole
    assert [link.event for link in view.links] == [entry.event for entry in entries()]
    assert view.links[-1].sha256 == head.sha256
