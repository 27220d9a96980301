"""Reconciliation: journeys that travelled agree with their histories, and whatever is planted is found and named."""

from collections.abc import AsyncIterator
from typing import NamedTuple

import pytest
from structlog.testing import capture_logs
from temporalio.client import Client

from audit.archive.export import Exporter
from audit.histories import Recorded
from audit.reconcile.balances import balances
from audit.reconcile.finding import Fault, Part, Reconciled, Verdict
from audit.reconcile.journeys import journeys
from audit.reconcile.reconciling import Look
from audit.reconcile.runs import missing, runs_of
from audit.reconcile.told import Run
from audit.replaying import Replayed, unreadable
from audit.sources import Sources
from privacy import places
from privacy.erasing import Erasing
from tests.audit.archive.conftest import BY, in_postgres, new_journey
from tests.audit.travelled import Books, Travelled, namespace, reconciling, replayed


@pytest.mark.parametrize("name", ["refilled", "recovered", "withdrawn", "therapy", "locked", "moving"])
async def test_what_travelled_agrees(name: str, travelled: Travelled, books: Books) -> None:
    """Across runs, prescriptions, recoveries, locked vouchers and cells; open or closed."""
    came = await books.came(getattr(travelled, name))
    assert came.findings == ()
    assert came.verdict in {Verdict.AGREES, Verdict.MOVING}  # one test has one of them move


async def test_what_is_on_its_way_gives_no_false_difference(travelled: Travelled) -> None:
    """The therapy was looked at again and again while it travelled."""
    assert len(travelled.seen) > 2
    assert [each.findings for each in travelled.seen if each.findings] == []
    assert {each.verdict for each in travelled.seen} <= {Verdict.AGREES, Verdict.MOVING}


class Planted(NamedTuple):
    """A change of the database, and what is to be found of it."""

    journey: str
    statement: str
    part: Part
    fault: Fault
    field: str = ""


DEEP = "(repeat('[', 3000) || repeat(']', 3000))::jsonb"
READ_MODEL = {
    "a stage": Planted(
        "refilled",
        "UPDATE journey_status SET stage = 'refused' WHERE journey_id = $1",
        Part.STATUS,
        Fault.OTHER,
        "stage",
    ),
    "a claim number": Planted(
        "locked",
        "UPDATE journey_status SET claim_number = 'SECRET-1' WHERE journey_id = $1",
        *(Part.STATUS, Fault.OTHER, "claim_number"),
    ),
    "money": Planted(
        "therapy",
        'UPDATE journey_status SET money = money || \'{"paid": "1.00"}\' WHERE journey_id = $1',
        *(Part.STATUS, Fault.OTHER, "money"),
    ),
    "escalations that are none": Planted(
        "locked",
        "UPDATE journey_status SET escalations = '[{}]' WHERE journey_id = $1",
        *(Part.STATUS, Fault.UNREADABLE, "money, escalations, custody"),
    ),
    "words to search by": Planted(
        "refilled", "DELETE FROM journey_words WHERE journey_id = $1", Part.STATUS, Fault.OTHER, "found_by_its_words"
    ),
    "a status gone": Planted("locked", "DELETE FROM journey_status WHERE journey_id = $1", Part.STATUS, Fault.ABSENT),
    "a sealed status": Planted(
        "therapy",
        "UPDATE journey_status SET status = '\"sealed:1:AAAA\"' WHERE journey_id = $1",
        *(Part.STATUS, Fault.UNREADABLE),
    ),
    "a sealed status that never was": Planted(
        "therapy",
        "UPDATE journey_status SET status = '{}' WHERE journey_id = $1",
        *(Part.STATUS, Fault.UNREADABLE),
    ),
    "an entry gone": Planted(
        "refilled", "DELETE FROM timeline WHERE journey_id = $1 AND seq = 3", Part.TIMELINE, Fault.ABSENT
    ),
    "an entry of another kind": Planted(
        "locked",
        "UPDATE timeline SET kind = 'money' WHERE journey_id = $1 AND seq = 1",
        *(Part.TIMELINE, Fault.OTHER, "kind"),
    ),
    "an entry too many": Planted(
        "withdrawn",
        "INSERT INTO timeline SELECT journey_id, 999, at, kind, entry FROM timeline WHERE journey_id = $1 AND seq = 1",
        *(Part.TIMELINE, Fault.SURPLUS),
    ),
    "entries that changed places": Planted(
        "withdrawn",
        """UPDATE timeline SET entry = other.entry FROM timeline AS other
        WHERE timeline.journey_id = $1 AND other.journey_id = $1 AND timeline.seq = 2 AND other.seq = 3""",
        *(Part.TIMELINE, Fault.UNREADABLE),
    ),
    "a decision of another day": Planted(
        "recovered",
        "UPDATE decision SET at = at - interval '1 day' WHERE journey_id = $1 AND number = 1",
        *(Part.DECISIONS, Fault.OTHER, "at"),
    ),
    "a decision too many": Planted(
        "refilled",
        "INSERT INTO decision SELECT journey_id, 99, record, at FROM decision WHERE journey_id = $1 AND number = 1",
        *(Part.DECISIONS, Fault.SURPLUS),
    ),
    "a moment that Python cannot hold": Planted(
        "withdrawn",
        "UPDATE timeline SET at = '0044-03-15 BC' WHERE journey_id = $1 AND seq = 1",
        *(Part.TIMELINE, Fault.OTHER, "at"),
    ),
    "a decision's moment that Python cannot hold": Planted(
        "recovered",
        "UPDATE decision SET at = '294276-12-31' WHERE journey_id = $1 AND number = 1",
        *(Part.DECISIONS, Fault.OTHER, "at"),
    ),
    "moments that never end": Planted(
        "locked",
        """UPDATE journey_status SET status = '5', money = '7', updated_at = 'infinity', stage_since = '-infinity'
        WHERE journey_id = $1""",
        *(Part.STATUS, Fault.UNREADABLE, "money, escalations, custody"),
    ),
    "a status of a moment that Python cannot hold": Planted(
        "therapy",
        "UPDATE journey_status SET updated_at = '0044-03-15 BC', erased_at = NULL WHERE journey_id = $1",
        *(Part.STATUS, Fault.OTHER, "updated_at"),
    ),
    "a status of more depth than is read": Planted(
        "refilled",
        f"UPDATE journey_status SET status = {DEEP}, money = {DEEP} WHERE journey_id = $1",  # noqa: S608 - our own words
        *(Part.STATUS, Fault.UNREADABLE, "money, escalations, custody"),
    ),
    "a decision of more depth than is read": Planted(
        "recovered",
        f"UPDATE decision SET record = {DEEP} WHERE journey_id = $1 AND number = 1",  # noqa: S608 - our own words
        *(Part.DECISIONS, Fault.UNREADABLE),
    ),
    "a message gone": Planted("withdrawn", "DELETE FROM outbox WHERE journey_id = $1", Part.MESSAGES, Fault.ABSENT),
}


async def found(planted: Planted, journey: str, books: Books) -> Reconciled:
    """What comes of a journey with the difference in it: that is among the findings, and nothing else is wrong."""
    await books.plant(planted.statement, journey)
    came = await books.came(journey)
    told = {(each.part, each.fault, each.field) for each in came.findings}
    assert (planted.part, planted.fault, planted.field) in told
    assert {part for part, *_ in told} == {planted.part}
    return came


@pytest.mark.parametrize("planted", READ_MODEL.values(), ids=READ_MODEL)
async def test_what_people_read_is_found_and_mended(planted: Planted, travelled: Travelled, books: Books) -> None:
    """Written anew from histories, logged with who did it; a second look agrees."""
    journey = getattr(travelled, planted.journey)
    came = await found(planted, journey, books)
    assert all(each.repairable for each in came.findings)
    assert "SECRET" not in came.model_dump_json()
    with capture_logs() as logs:
        mended = await books.repair(journey, came.findings)
    assert (mended.verdict, mended.findings, mended.repaired) == (Verdict.AGREES, (), came.findings)
    assert [(entry["event"], entry["journey_id"], entry["by"]) for entry in logs] == [
        ("reconcile.repaired", journey, "os:tests")
    ]


_RESERVATION = "journal_id = (SELECT journal_id FROM journal WHERE journey_id = $1 AND kind = '{}' LIMIT 1)"
_LONGEST = 5000
LEFT_ALONE = {
    "a message too many": Planted(
        "withdrawn",
        "INSERT INTO outbox (journey_id, key, payload) VALUES ($1, 'whoever/sent/this', '{}')",
        *(Part.MESSAGES, Fault.SURPLUS),
    ),
    "a message that says something else": Planted(
        "therapy",
        "UPDATE outbox SET payload = '\"sealed:1:AAAA\"' WHERE journey_id = $1 AND key LIKE '%journey_completed%'",
        *(Part.MESSAGES, Fault.UNREADABLE),
    ),
    "a posting gone": Planted(
        "withdrawn", "DELETE FROM journal WHERE journey_id = $1 AND kind = 'release'", Part.LEDGER, Fault.ABSENT
    ),
    "a posting too many": Planted(
        "locked",
        """INSERT INTO journal (key, kind, period_id, journey_id, request, answer)
        SELECT 'whoever/booked/this', kind, period_id, journey_id, request, answer
        FROM journal WHERE journey_id = $1 AND kind = 'reserve'""",
        *(Part.LEDGER, Fault.SURPLUS),
    ),
    "an amount that was asked for": Planted(
        "recovered",
        "UPDATE journal SET request = request || '{\"amount\": \"7.00\"}' WHERE journey_id = $1 AND kind = 'commit'",
        *(Part.LEDGER, Fault.OTHER, "amount"),
    ),
    "an answer": Planted(
        "recovered",
        "UPDATE journal SET answer = answer || '{\"available\": \"7.00\"}' WHERE journey_id = $1 AND kind = 'commit'",
        *(Part.LEDGER, Fault.OTHER, "available"),
    ),
    "an answer that is none": Planted(
        "locked",
        "UPDATE journal SET answer = '{}' WHERE journey_id = $1 AND kind = 'reserve'",
        *(Part.LEDGER, Fault.UNREADABLE, "request, answer"),
    ),
    "an answer beyond measure": Planted(
        "locked",
        """UPDATE journal SET answer = answer || '{"granted": "1E+99999"}'
        WHERE journey_id = $1 AND kind = 'reserve'""",
        *(Part.LEDGER, Fault.BROKEN, "entries"),
    ),
    "an amount that was booked": Planted(
        "therapy",
        f"UPDATE entry SET amount = amount * 2 WHERE {_RESERVATION.format('commit')}",  # noqa: S608 - our own words
        *(Part.LEDGER, Fault.BROKEN, "entries"),
    ),
    "another policy": Planted(
        "locked",
        """UPDATE journal SET request = request || '{"policy_number": "SECRET"}'
        WHERE journey_id = $1 AND kind = 'reserve'""",
        *(Part.LEDGER, Fault.OTHER, "policy_number"),
    ),
    "a sum insured": Planted(
        "locked",
        "UPDATE journal SET request = '{\"sum_insured\": \"1.00\"}' WHERE journey_id = $1 AND kind = 'open'",
        *(Part.LEDGER, Fault.OTHER, "sum_insured"),
    ),
    "a standing": Planted(
        "withdrawn",
        "UPDATE voucher SET standing = 'redeemed' WHERE journey_id = $1",
        *(Part.VOUCHER, Fault.OTHER, "standing"),
    ),
    "a voucher unlocked": Planted(
        "locked",
        "UPDATE voucher SET standing = 'issued' WHERE journey_id = $1",
        *(Part.VOUCHER, Fault.OTHER, "standing"),
    ),
    "a last day": Planted(
        "locked",
        "UPDATE voucher SET last_day = issued_on + 999 WHERE journey_id = $1",
        *(Part.VOUCHER, Fault.OTHER, "last_day"),
    ),
    "a last day that Python cannot hold": Planted(
        "locked",
        "UPDATE voucher SET last_day = '0044-03-15 BC' WHERE journey_id = $1",
        *(Part.VOUCHER, Fault.OTHER, "last_day"),
    ),
    "a sum insured that is no request": Planted(
        "locked",
        "UPDATE journal SET request = '5' WHERE journey_id = $1 AND kind = 'open'",
        *(Part.LEDGER, Fault.UNREADABLE),
    ),
    "an answer of more depth than is read": Planted(
        "locked",
        f"UPDATE journal SET answer = {DEEP} WHERE journey_id = $1 AND kind = 'reserve'",  # noqa: S608 - our own words
        *(Part.LEDGER, Fault.UNREADABLE, "request, answer"),
    ),
    "a prescription": Planted(
        "refilled",
        "UPDATE voucher SET prescribed_on = '2001-01-01' WHERE journey_id = $1",
        *(Part.VOUCHER, Fault.OTHER, "prescribed_on"),
    ),
    "a voucher gone": Planted("withdrawn", "DELETE FROM voucher WHERE journey_id = $1", Part.VOUCHER, Fault.ABSENT),
    "a voucher too many": Planted(
        "withdrawn",
        """INSERT INTO voucher (voucher_id, key, journey_id, reservation, code, issued_on)
        VALUES ('voucher-1', 'whoever/issued/this', $1, 'nothing', '', '2026-01-01')""",
        *(Part.VOUCHER, Fault.SURPLUS),
    ),
    "the newest link": Planted(
        "therapy",
        """DELETE FROM custody_event WHERE journey_id = $1
        AND seq = (SELECT max(seq) FROM custody_event WHERE journey_id = $1)""",
        *(Part.CUSTODY, Fault.ABSENT),
    ),
    "a link that says something else": Planted(
        "therapy",
        "UPDATE custody_event SET event = '\"sealed:1:AAAA\"' WHERE journey_id = $1 AND seq = 2",
        *(Part.CUSTODY, Fault.BROKEN),
    ),
    "another person": Planted(
        "refilled",
        "UPDATE claim SET person_ref = (SELECT min(ref) FROM person WHERE ref <> person_ref) WHERE journey_id = $1",
        *(Part.START, Fault.OTHER, "person_ref"),
    ),
    "a start that failed": Planted(
        "withdrawn",
        "UPDATE journey_start SET status = 'failed' WHERE journey_id = $1",
        *(Part.START, Fault.OTHER, "start"),
    ),
    "an order to start gone": Planted(
        "withdrawn", "DELETE FROM journey_start WHERE journey_id = $1", Part.START, Fault.OTHER, "start"
    ),
    "a claim gone": Planted("refilled", "DELETE FROM claim WHERE journey_id = $1", Part.START, Fault.ABSENT),
}


@pytest.mark.parametrize("planted", LEFT_ALONE.values(), ids=LEFT_ALONE)
async def test_what_is_no_matter_of_reading_is_found_and_left_alone(
    planted: Planted, travelled: Travelled, books: Books
) -> None:
    """Money, vouchers, cells, claims, and messages that may have been sent: a person has to look."""
    journey = getattr(travelled, planted.journey)
    came = await found(planted, journey, books)
    assert "SECRET" not in came.model_dump_json()
    assert len(came.model_dump_json()) < _LONGEST
    again = await books.repair(journey, came.findings)
    assert (again.findings, again.repaired) == (came.findings, ())


async def test_only_what_people_read_is_mended(travelled: Travelled, books: Books) -> None:
    """And of that only what was announced."""
    journey = travelled.withdrawn
    await books.plant("UPDATE journey_status SET overdue = NOT overdue WHERE journey_id = $1", journey)
    await books.plant("UPDATE voucher SET standing = 'redeemed' WHERE journey_id = $1", journey)
    announced = (await books.came(journey)).findings
    await books.plant("DELETE FROM timeline WHERE journey_id = $1 AND seq = 1", journey)
    mended = await books.repair(journey, announced)
    assert {each.part for each in mended.repaired} == {Part.STATUS}
    assert {each.part for each in mended.findings} == {Part.TIMELINE, Part.VOUCHER}


async def test_a_decision_that_was_sealed_anew_is_found(travelled: Travelled, books: Books) -> None:
    """By somebody who has the keys; what it says is not shown."""
    journey, place = travelled.recovered, places.decision(1)
    stored = await books.pool.fetchval("SELECT record FROM decision WHERE journey_id = $1 AND number = 1", journey)
    record = await books.vault.open(journey, place, stored)
    record["reason"] = "SECRET"
    sealed = await books.vault.seal(journey, place, record)
    await books.plant("UPDATE decision SET record = $2 WHERE journey_id = $1 AND number = 1", journey, sealed)
    [found] = (await books.came(journey)).findings
    assert (found.part, found.what, found.field) == (Part.DECISIONS, "1", "sealed reason")
    assert (found.history, found.database) == ("", "")


async def test_a_restored_message_is_not_sent(travelled: Travelled, books: Books) -> None:
    """Nobody knows whether it was."""
    journey = travelled.withdrawn
    await books.plant("DELETE FROM outbox WHERE journey_id = $1", journey)
    await books.repair(journey, (await books.came(journey)).findings)
    rows = await books.pool.fetch("SELECT sent_at, last_error FROM outbox WHERE journey_id = $1", journey)
    assert rows
    assert all(row["sent_at"] and "not sent" in row["last_error"] for row in rows)


async def test_balances_are_the_sum_of_what_was_booked(travelled: Travelled, books: Books) -> None:
    """Of every policy period, or of those that some journeys booked on."""
    assert await balances(books.pool, None) == []
    journey = travelled.locked
    await books.plant(
        """UPDATE benefit_period SET available = available - 1, committed = committed + 1
        WHERE period_id = (SELECT period_id FROM journal WHERE journey_id = $1 LIMIT 1)""",
        journey,
    )
    [off] = await balances(books.pool, None)
    assert await balances(books.pool, [journey]) == [off]
    assert await balances(books.pool, [travelled.therapy]) == []
    assert [(each.part, each.fault, each.field) for each in off.findings] == [
        (Part.BALANCE, Fault.BROKEN, "available"),
        (Part.BALANCE, Fault.BROKEN, "committed"),
    ]


async def test_what_an_erasure_leaves_still_agrees(travelled: Travelled, books: Books) -> None:
    """As many postings, vouchers and links as histories tell of; what is missing of them is found."""
    replayed.clear()
    try:
        for journey in (travelled.withdrawn, travelled.therapy):
            person = await books.pool.fetchval("SELECT person_ref FROM claim WHERE journey_id = $1", journey)
            erasing = Erasing(books.pool, books.vault)
            await erasing.carry_out(await erasing.plan(person), by="os:tests", reason="request 1")
            came = await books.came(journey)
            assert (came.verdict, came.findings) == (Verdict.ERASED, ())
        await books.plant("DELETE FROM voucher WHERE journey_id = $1", travelled.withdrawn)
        await books.plant("DELETE FROM journal WHERE journey_id = $1 AND kind = 'release'", travelled.withdrawn)
        await books.plant("DELETE FROM custody_event WHERE journey_id = $1 AND seq = 2", travelled.therapy)
        await books.plant("UPDATE journey_status SET erased_at = NULL WHERE journey_id = $1", travelled.therapy)
        found = [
            each
            for journey in (travelled.withdrawn, travelled.therapy)
            for each in (await books.came(journey)).findings
        ]
        assert [(each.part, each.fault, each.what) for each in found] == [
            (Part.LEDGER, Fault.ABSENT, "release"),
            (Part.VOUCHER, Fault.ABSENT, "voucher"),
            (Part.STATUS, Fault.OTHER, ""),
            (Part.CUSTODY, Fault.ABSENT, "custody link"),
            (Part.CUSTODY, Fault.BROKEN, "2"),
        ]
    finally:
        replayed.clear()


async def test_a_voucher_of_an_erased_journey_fits_its_posting(travelled: Travelled, books: Books) -> None:
    """Void where its reservation was given back."""
    replayed.clear()
    try:
        await books.plant(
            "UPDATE data_key SET wrapped = NULL, erased_at = now() WHERE subject = $1", travelled.withdrawn
        )
        await books.plant("UPDATE journey_status SET erased_at = now() WHERE journey_id = $1", travelled.withdrawn)
        opened = "UPDATE voucher SET standing = 'issued', closed_by = NULL, closed_at = NULL WHERE journey_id = $1"
        await books.plant(opened, travelled.withdrawn)
        [found] = (await books.came(travelled.withdrawn)).findings
        assert (found.part, found.fault, found.database) == (Part.VOUCHER, Fault.BROKEN, "issued")
    finally:
        replayed.clear()


async def test_a_missing_key_is_told_and_nothing_is_mended(travelled: Travelled, books: Books) -> None:
    """With whose it is; other journeys are not touched by it."""
    replayed.clear()
    try:
        await books.plant("DELETE FROM data_key WHERE subject = $1", travelled.refilled)
        await books.plant("DELETE FROM timeline WHERE journey_id = $1", travelled.refilled)
        came = await books.came(travelled.refilled)
        assert {(each.part, each.fault) for each in came.findings} == {(Part.HISTORY, Fault.UNREADABLE)}
        assert came.findings[0].history == f"{travelled.refilled}: has no data key"
        assert (await books.repair(travelled.refilled, came.findings)).repaired == ()
        assert await books.pool.fetchval("SELECT count(*) FROM data_key WHERE subject = $1", travelled.refilled) == 0
        assert (await books.came(travelled.therapy)).verdict is Verdict.AGREES
    finally:
        replayed.clear()


async def test_a_history_of_an_unknown_type_is_told(temporal: Client, books: Books) -> None:
    """By its name, with everything else that can be said."""
    client = await namespace(temporal)
    journey = new_journey()
    handle = await client.start_workflow("NobodyKnowsThis", id=journey, task_queue="nobody")
    await handle.terminate()
    async with reconciling(books.pool, books.vault, client) as reconciler:
        came = (await reconciler.look(journey)).came
        assert [(each.part, each.fault) for each in came.findings] == [
            (Part.START, Fault.ABSENT),
            (Part.HISTORY, Fault.UNREADABLE),
        ]
        assert came.findings[1].history == "workflow type NobodyKnowsThis: today's code has none"


async def test_a_journey_without_any_history_is_told(temporal: Client, travelled: Travelled, books: Books) -> None:
    """It was started, and neither the archive nor the server has it."""
    async with reconciling(books.pool, books.vault, await namespace(temporal)) as reconciler:
        [found] = (await reconciler.look(travelled.therapy)).came.findings
        assert (found.part, found.fault) == (Part.HISTORY, Fault.ABSENT)
        assert (await reconciler.look(new_journey())).came.verdict is Verdict.AGREES


async def test_what_moves_is_judged_by_what_it_has_done(travelled: Travelled, books: Books) -> None:
    """What only the rows tell may be on its way; what the history tells has to be there."""
    journey = travelled.moving
    await travelled.client.get_workflow_handle(journey).signal("go_on")  # nobody works on it: it stays under way
    await books.plant(
        "INSERT INTO timeline SELECT journey_id, 999, at, kind, entry FROM timeline WHERE journey_id = $1 AND seq = 1",
        journey,
    )
    await books.plant("UPDATE journey_status SET revision = revision + 1 WHERE journey_id = $1", journey)
    came = await books.came(journey)
    assert (came.verdict, came.findings) == (Verdict.MOVING, ())
    await books.plant("DELETE FROM timeline WHERE journey_id = $1 AND seq = 1", journey)
    came = await books.came(journey)
    assert [(each.part, each.fault, each.what) for each in came.findings] == [(Part.TIMELINE, Fault.ABSENT, "1")]
    assert (await books.repair(journey, came.findings)).repaired == ()


async def test_a_run_that_is_nowhere_is_missed(travelled: Travelled, books: Books) -> None:
    """The runs before and after it name it; one that cannot be read is not missing."""
    register, stores = books.register, in_postgres(books.pool)
    replay = books.reconciler._replay
    runs = await runs_of(travelled.refilled, Sources(register, stores, travelled.client), travelled.client, replay)
    first, second, third = runs
    assert missing(runs) == []
    assert second.recorded
    assert [each.what for each in missing([first, third])] == [second.recorded.run_id]
    assert missing([first, Run(None, unreadable(second.told.name, "was altered")), third]) == []


async def test_a_run_that_lists_do_not_show_yet_is_read(travelled: Travelled, books: Books) -> None:
    """The runs beside it name it."""
    whole = Sources(books.register, in_postgres(books.pool), travelled.client)

    class Lagging(Sources):
        async def runs_of(self, journey_id: str) -> AsyncIterator[Recorded | Replayed]:
            found = [each async for each in super().runs_of(journey_id)]
            yield found[1]

    lagging = Lagging(books.register, in_postgres(books.pool), travelled.client)
    names = [
        [
            run.told.name
            for run in await runs_of(travelled.refilled, sources, travelled.client, books.reconciler._replay)
        ]
        for sources in (whole, lagging)
    ]
    assert len(names[0]) == 3
    assert names[0] == names[1]


@pytest.mark.parametrize("change", ["revision = revision + 1", "erased_at = now()"])
async def test_what_was_written_since_the_look_is_not_overwritten(
    change: str, travelled: Travelled, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the journey itself, or by an erasure."""
    journey = travelled.locked
    await books.plant("UPDATE journey_status SET stage = 'refused' WHERE journey_id = $1", journey)
    seen, look = [await books.look(journey)], books.reconciler.look
    announced = seen[0].came.findings
    await books.plant(f"UPDATE journey_status SET {change} WHERE journey_id = $1", journey)  # noqa: S608 - our own words

    async def before(journey_id: str) -> Look:
        return seen.pop() if seen else await look(journey_id)

    monkeypatch.setattr(books.reconciler, "look", before)
    assert (await books.repair(journey, announced)).repaired == ()
    assert await books.pool.fetchval("SELECT stage FROM journey_status WHERE journey_id = $1", journey) == "refused"


async def test_every_journey_is_known(travelled: Travelled, books: Books) -> None:
    """Those of the server, and those that any table alone knows."""
    known = await journeys(books.pool, travelled.client, None)
    assert set(travelled[2:8]) <= set(known)
    stranger = new_journey()
    await books.plant("INSERT INTO timeline VALUES ($1, 1, now(), 'stage', '{}')", stranger)
    assert set(await journeys(books.pool, travelled.client, None)) == {*known, stranger}


async def test_of_a_journey_that_is_partly_known_what_is_known_is_compared(travelled: Travelled, books: Books) -> None:
    """One of its runs was altered in the archive: what others tell is still held against its rows."""
    stores, journey = in_postgres(books.pool), travelled.refilled
    await Exporter(travelled.client, books.register, stores, BY).export()
    archived = [place async for place in books.register.runs(journey)]
    await books.plant(
        "UPDATE archived_history SET content = substring(content FROM 1 FOR 999) WHERE sha256 = $1", archived[1].sha256
    )
    await books.plant("DELETE FROM timeline WHERE journey_id = $1 AND seq = 1", journey)
    await books.plant("UPDATE voucher SET standing = 'void' WHERE journey_id = $1", journey)
    came = await books.came(journey)
    assert [(each.part, each.fault) for each in came.findings] == [
        (Part.HISTORY, Fault.UNREADABLE),
        (Part.TIMELINE, Fault.ABSENT),
    ]
    assert came.findings[0].history.startswith("was altered in the archive")
    assert (await books.repair(journey, came.findings)).repaired == ()
