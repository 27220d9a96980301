"""The status read model: one transaction per transition, never older than it was, with its timeline and outbox."""

import asyncio
from datetime import datetime, timedelta
from typing import TypeAlias

import asyncpg
import pytest

from activities.status import Transitions
from privacy import places
from privacy.vault import Vault
from products.calendar import load_calendar
from rules.deadlines import reckon
from schemas.civil import CHINA
from schemas.deadline import Budget, BudgetUnit, ClockStop, DeadlineRequest
from schemas.journey import (
    Escalation,
    JourneyStatus,
    Notice,
    Stage,
    TimelineEntry,
    Transition,
    Wait,
    WaitingFor,
)
from schemas.people import ActorRole
from schemas.text import Bilingual
from storage import queries
from tests.conftest import RING
from tests.console import samples

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
Row: TypeAlias = asyncpg.Record
JOURNEY = "journey-" + "a" * 20
NOW = datetime(2026, 3, 2, 10, tzinfo=CHINA)
TEXT = Bilingual(zh="等待药师审方", en="Waiting for the pharmacist's review")
SQL = queries.load("status")
ONE_WORKING_DAY = Budget(unit=BudgetUnit.WORKING_DAYS, amount=1)
STOP = ClockStop(since=NOW, by="pharmacist", why=TEXT)


@pytest.fixture
def transitions(pool: Pool, vault: Vault) -> Transitions:
    """The activity on the test's own database, with the published working days."""
    return Transitions(pool, vault, load_calendar())


def status(revision: int = 1, **changes: object) -> JourneyStatus:
    return JourneyStatus(
        journey_id=JOURNEY,
        revision=revision,
        kind="specialty_drug",
        product="pingan-longterm-b",
        claim_number="CLAIM-0001",
        policy_number="PN-0001",
        drug="可瑞达 帕博利珠单抗",
        stage=Stage.PRESCRIPTION_REVIEW,
        stage_since=NOW,
        started_at=NOW,
        updated_at=NOW + timedelta(minutes=revision),
        wait=Wait(what=WaitingFor.REVIEW, on=ActorRole.PHARMACIST, since=NOW),
    ).model_copy(update=changes)


def entry(seq: int) -> TimelineEntry:
    return TimelineEntry(seq=seq, at=NOW, kind="stage", what=TEXT)


def notice(number: int) -> Notice:
    return Notice(key=f"{JOURNEY}:notice:{number}", to=ActorRole.PHARMACIST, template="review_due", text=TEXT)


async def opened(pool: Pool, place: str, stored: object) -> object:
    """What was sealed for JOURNEY."""
    return await Vault(pool, RING).open(JOURNEY, place, stored)


async def row(pool: Pool) -> Row:
    found = await pool.fetchrow("SELECT * FROM journey_status WHERE journey_id = $1", JOURNEY)
    assert found
    return found


async def test_a_transition_is_written_with_its_timeline_and_notices(transitions: Transitions, pool: Pool) -> None:
    """Status, columns to list by, timeline and outbox are there together and read back as they were."""
    shown = status()
    await transitions.enter(Transition(status=shown, entries=(entry(1), entry(2)), notices=(notice(1),)))
    written = await row(pool)
    assert JourneyStatus.model_validate(await opened(pool, places.STATUS, written["status"])) == shown
    assert (written["stage"], written["waiting_for"], written["waiting_on"]) == (
        "prescription_review",
        "review",
        "pharmacist",
    )
    assert (written["updated_at"], written["closed_at"]) == (shown.updated_at, None)
    told = await pool.fetch("SELECT seq, entry FROM timeline WHERE journey_id = $1 ORDER BY seq", JOURNEY)
    entries = [await opened(pool, places.entry(one["seq"]), one["entry"]) for one in told]
    assert list(map(TimelineEntry.model_validate, entries)) == [entry(1), entry(2)]
    payload = await pool.fetchval("SELECT payload FROM outbox")
    assert Notice.model_validate(await opened(pool, places.notice(notice(1).key), payload)) == notice(1)


async def test_a_budget_becomes_a_deadline(transitions: Transitions, pool: Pool) -> None:
    """The deadline reckoned by the rules is returned, shown in the status and listed by."""
    answer = await transitions.enter(Transition(status=status(), budget=ONE_WORKING_DAY))
    expected = reckon(DeadlineRequest(budget=ONE_WORKING_DAY, started_at=NOW), load_calendar())
    assert answer.deadline == expected
    written = await row(pool)
    assert JourneyStatus.model_validate(await opened(pool, places.STATUS, written["status"])).wait.deadline == expected
    assert written["due_at"] == expected.due_at


async def test_a_deadline_counts_from_the_start_of_its_clock_and_past_its_stops(transitions: Transitions) -> None:
    """A review resumed after papers were missing keeps its first start and the stretch in which it stood."""
    started = NOW - timedelta(days=4)
    stop = STOP.model_copy(update={"since": started + timedelta(hours=1), "until": NOW})
    transition = Transition(status=status(), budget=ONE_WORKING_DAY, clock_started_at=started, clock_stops=(stop,))
    request = DeadlineRequest(budget=ONE_WORKING_DAY, started_at=started, stops=(stop,))
    assert (await transitions.enter(transition)).deadline == reckon(request, load_calendar())


async def test_nothing_is_due_while_the_clock_stands(transitions: Transitions, pool: Pool) -> None:
    """A stopped wait is not listed among the due ones."""
    await transitions.enter(Transition(status=status(), budget=ONE_WORKING_DAY))
    wait = status().wait.model_copy(update={"clock_stopped": STOP})
    await transitions.enter(Transition(status=status(2, wait=wait), budget=ONE_WORKING_DAY, clock_stops=(STOP,)))
    assert (await row(pool))["due_at"] is None


async def test_a_repeat_changes_nothing(transitions: Transitions, pool: Pool) -> None:
    """An activity that runs twice leaves one timeline entry and one notice."""
    transition = Transition(status=status(), entries=(entry(1),), notices=(notice(1),), budget=ONE_WORKING_DAY)
    answers = [await transitions.enter(transition) for _ in range(2)]
    assert answers[0] == answers[1]
    assert await pool.fetchval("SELECT count(*) FROM timeline") == 1
    assert await pool.fetchval("SELECT count(*) FROM outbox") == 1


async def test_an_older_revision_never_overwrites_a_newer_one(transitions: Transitions, pool: Pool) -> None:
    """A late write adds its timeline entry and notice, but the status stays the newer one."""
    await transitions.enter(Transition(status=status(2, stage=Stage.VOUCHER), entries=(entry(2),)))
    await transitions.enter(Transition(status=status(1), entries=(entry(1),), notices=(notice(1),)))
    written = await row(pool)
    assert (written["revision"], written["stage"]) == (2, "voucher")
    assert await pool.fetchval("SELECT array_agg(seq ORDER BY seq) FROM timeline") == [1, 2]
    assert await pool.fetchval("SELECT count(*) FROM outbox") == 1


async def test_revisions_written_at_once_end_with_the_newest(transitions: Transitions, pool: Pool) -> None:
    """Whatever order they arrive in, the last revision wins and every entry is kept."""
    steps = [Transition(status=status(revision), entries=(entry(revision),)) for revision in range(1, 21)]
    await asyncio.gather(*(transitions.enter(step) for step in reversed(steps)))
    assert (await row(pool))["revision"] == 20
    assert await pool.fetchval("SELECT count(*) FROM timeline") == 20


async def test_what_a_lost_attempt_wrote_is_replaced(transitions: Transitions, pool: Pool) -> None:
    """A task that died had written two revisions; the one after it, begun later, writes one other and is believed."""
    lost = [
        Transition(status=status(2), entries=(entry(1),), told=1),
        Transition(
            status=status(3, stage=Stage.VOUCHER),
            entries=(entry(2), entry(3)),
            decisions=(samples.decision(1),),
            told=3,
        ),
    ]
    for step in lost:
        await transitions.enter(step)
    later = NOW + timedelta(hours=1)
    known = entry(2).model_copy(update={"at": later, "kind": "escalation"})
    await transitions.enter(Transition(status=status(2, updated_at=later), entries=(known,), told=2, decided=0))
    written = await row(pool)
    assert (written["revision"], written["stage"]) == (2, status().stage)
    told = await pool.fetch("SELECT seq, kind FROM timeline ORDER BY seq")
    assert [tuple(line) for line in told] == [(1, "stage"), (2, "escalation")]
    assert await pool.fetchval("SELECT count(*) FROM decision") == 0


async def test_of_two_transitions_that_arrive_the_wrong_way_round_nothing_is_lost(
    transitions: Transitions, pool: Pool
) -> None:
    """The older one was made while a decision was being taken, and knows of none yet; the newer one brings it."""
    decided = samples.decision(1)
    older, newer = status(2), status(3)
    assert decided.decision.at < older.updated_at
    await transitions.enter(Transition(status=newer, decisions=(decided,), entries=(entry(1),), decided=1, told=1))
    await transitions.enter(Transition(status=older, decided=0, told=0))
    assert (await row(pool))["revision"] == 3
    assert await pool.fetchval("SELECT count(*) FROM decision") == 1
    assert await pool.fetchval("SELECT count(*) FROM timeline") == 1


async def test_the_write_of_a_lost_attempt_that_comes_late_changes_nothing(
    transitions: Transitions, pool: Pool
) -> None:
    """A worker cut off from the server may still write: what was begun earlier never wins, whatever its revision."""
    later = NOW + timedelta(hours=1)
    known = entry(1).model_copy(update={"at": later, "kind": "escalation"})
    await transitions.enter(Transition(status=status(2, updated_at=later), entries=(known,), told=1))
    await transitions.enter(Transition(status=status(9, stage=Stage.VOUCHER), entries=(entry(1),), told=1))
    assert ((await row(pool))["revision"], (await row(pool))["stage"]) == (2, status().stage)
    assert await pool.fetchval("SELECT kind FROM timeline") == "escalation"


async def test_overdue_and_open_escalations_are_listed_by(transitions: Transitions, pool: Pool) -> None:
    """A supervisor finds what is late or escalated; a closed escalation no longer counts."""
    late = status().wait.model_copy(update={"overdue": True})
    escalation = Escalation(at=NOW, reason=TEXT)
    await transitions.enter(Transition(status=status(1, wait=late, escalations=(escalation,))))
    assert (await row(pool))["overdue"]
    assert (await row(pool))["escalated"]
    closed = escalation.model_copy(update={"open": False})
    await transitions.enter(Transition(status=status(2, escalations=(closed,))))
    assert not (await row(pool))["overdue"]
    assert not (await row(pool))["escalated"]


async def test_a_bad_notice_leaves_nothing_behind(transitions: Transitions, pool: Pool) -> None:
    """Status, timeline and outbox are one transaction: when one fails, none is written."""
    await pool.execute("ALTER TABLE outbox ADD CHECK (key <> $$" + notice(1).key + "$$)")
    with pytest.raises(asyncpg.CheckViolationError):
        await transitions.enter(Transition(status=status(), entries=(entry(1),), notices=(notice(1),)))
    assert await pool.fetchval("SELECT count(*) FROM journey_status") == 0
    assert await pool.fetchval("SELECT count(*) FROM timeline") == 0


async def test_listeners_are_woken(transitions: Transitions, database: str) -> None:
    """Pages hear which journey moved, and the relay hears that there is something to send."""
    heard: asyncio.Queue[tuple[str, object]] = asyncio.Queue()
    listener = await asyncpg.connect(database)
    for channel in ("journey_status", "outbox"):
        await listener.add_listener(channel, lambda _, __, name, payload: heard.put_nowait((name, payload)))
    await transitions.enter(Transition(status=status(), notices=(notice(1), notice(2))))
    messages = [await asyncio.wait_for(heard.get(), 10) for _ in range(2)]
    await listener.close()
    assert sorted(messages) == [("journey_status", JOURNEY), ("outbox", "")]
