"""Erasing a person: what goes, what stays and still verifies, and what everybody is told afterwards."""

import json
from typing import Any, TypeAlias

import asyncpg
import pytest
from temporalio.api.history.v1 import History
from temporalio.worker import UnsandboxedWorkflowRunner

from activities.custody import Custody
from audit.histories import recorded
from audit.replaying import Replays, Verdict
from console.custody import Chains
from console.reads import Reads
from console.sealed import ErasedJourneyError
from console.views import JourneyFilter
from intake.identity import document_digest
from privacy.erasing import Erasing, NobodyError, NotWipedError
from privacy.vault import Vault
from schemas.car_t_view import CarTView
from schemas.journey import WaitingFor
from schemas.people import IdDocument, IdDocumentType
from tests import people
from tests.conftest import RING
from tests.console import samples
from tests.custody import entries
from tests.rig import SAMPLES, Rig
from tests.roads import ROADS
from workers.build import build_id
from workers.converter import data_converter
from workers.worker import WORKFLOWS

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
PRODUCT = "pingan-cancer-drug"
_ERASURES = "SELECT erased_by, reason, journeys FROM erasure WHERE person_ref = $1"
_CLAIM = """
    INSERT INTO claim (product, claim_number, journey_id, person_ref, content, salt)
    VALUES ('p', $1, $1, $2, '{}', '')
"""
PERSON = "person-aaaaaaaaaaaaaaaaaaaa"
HEADERS = {"content-type": "application/cloudevents+json"}


def event(number: str, claim: str) -> dict[str, Any]:
    """A claim of the person with this passport."""
    told: dict[str, Any] = json.loads((SAMPLES / "claims" / f"{PRODUCT}.json").read_text(encoding="utf-8"))
    told["id"], told["subject"] = f"event-{claim}", claim
    told["data"]["claim_number"] = claim
    told["data"]["insured"]["id_document"] = {"type": "passport", "number": number}
    return told


async def report(rig: Rig, told: dict[str, Any]) -> Any:
    return await rig.gateway.post("/events", content=json.dumps(told).encode(), headers=HEADERS)


async def test_an_erased_person_is_gone_and_everybody_says_so(rig: Rig) -> None:
    """Status, timeline and replay say "erased"; the claim and the person are refused, without being kept."""
    told = event("ERASE-ME-7731", "ERASE-CLAIM-1")
    journey = (await report(rig, told)).json()["journey_id"]
    await rig.waiting(journey, WaitingFor.REVIEW)
    await rig.done(journey, people.withdraw())
    await rig.closed(journey)
    letter = (await report(rig, told | {"type": "unknown", "id": "another"})).json()["dead_letter_id"]
    books = await rig.pool.fetch("SELECT * FROM benefit_period ORDER BY period_id")
    erasing = Erasing(rig.pool, rig.vault)
    document = IdDocument(type=IdDocumentType.PASSPORT, number="ERASE-ME-7731")
    assert await rig.pool.fetchval("SELECT count(*) FROM left_behind WHERE journey_id = $1", journey) == 1
    plan = await erasing.plan(document_digest(rig.vault, document))
    assert [each.journey_id for each in plan.journeys] == [journey]
    assert (plan.open, [number for number, _ in plan.letters]) == ((), [letter])
    for _ in range(2):  # once more changes nothing
        await erasing.carry_out(plan, by="officer-1", reason="request 12")
    assert (await erasing.plan(plan.person)).done
    for path in ("", "/timeline"):
        answer = await rig.gateway.get(f"/journeys/{journey}{path}")
        assert (answer.status_code, answer.json()["type"]) == (410, "urn:patient-journeys:problem:journey-erased")
    assert await rig.pool.fetch("SELECT * FROM benefit_period ORDER BY period_id") == books
    assert await rig.pool.fetch("SELECT * FROM left_behind WHERE journey_id = $1", journey) == []
    for again in (told, told | {"id": "new"}, event("ERASE-ME-7731", "ERASE-CLAIM-2")):
        answer = await report(rig, again)
        assert (answer.status_code, answer.json()["type"].rsplit(":", 1)[1]) == (409, "erased-person")
        kept = (await rig.gateway.get(f"/dead-letters/{answer.json()['dead_letter_id']}")).json()
        assert (kept["raw_base64"], kept["headers"], kept["source"]) == ("", {}, None)
    assert (await rig.gateway.get(f"/dead-letters/{letter}")).json()["raw_base64"] == ""
    erasures = await rig.pool.fetch(
        "SELECT erased_by, reason, journeys FROM erasure WHERE person_ref = $1", plan.person
    )
    assert [tuple(row) for row in erasures] == [("officer-1", "request 12", [journey])] * 2
    assert await replayed(rig, journey) == (Verdict.ERASED, f"{journey}: erased; nothing of it can be read any more")


async def replayed(rig: Rig, journey: str) -> tuple[Verdict, str]:
    """What a replay with keys of its own says of a journey."""
    history = History(events=(await rig.handle(journey).fetch_history()).events)
    converter = data_converter(Vault(rig.pool, RING))
    async with Replays(WORKFLOWS, UnsandboxedWorkflowRunner(), converter, build_id(), strict=True) as replays:
        told = await replays.replay(recorded("erased", history))
    return told.verdict, told.reason


async def test_a_history_without_its_key_is_a_finding(rig: Rig) -> None:
    """It names whose key is missing, and is not taken for one that was erased."""
    journey = await ROADS["refused-at-authorization"](rig)
    kept = await rig.pool.fetchrow("DELETE FROM data_key WHERE subject = $1 RETURNING *", journey)
    assert kept is not None
    assert await replayed(rig, journey) == (Verdict.NOT_REPLAYED, f"{journey}: has no data key")
    await rig.pool.execute(
        "INSERT INTO data_key (subject, key_id, wrapped) VALUES ($1, $2, $3)", journey, kept["key_id"], kept["wrapped"]
    )
    assert (await replayed(rig, journey))[0] is Verdict.REPLAYS


async def test_a_list_shows_what_was_erased_and_nothing_finds_it(pool: Pool, vault: Vault) -> None:
    """The line stays, without numbers; chains of custody still verify, and what they said is gone."""
    journey = samples.journey_id(1)
    head = [await Custody(pool, vault).append(entry) for entry in entries(journey)][-1]
    await samples.write_all(pool, samples.status(1, car_t=CarTView(custody=head)), samples.status(2))
    await pool.execute("INSERT INTO person (ref, document, as_of) VALUES ($1, 'x', now())", PERSON)
    await pool.execute(_CLAIM, journey, PERSON)
    erasing = Erasing(pool, vault)
    plan = await erasing.plan(PERSON)
    assert plan.open == (journey,)
    await erasing.carry_out(plan, by="officer-1", reason="request 13")
    page = await Reads(pool, vault).page(JourneyFilter(q="CLM-00000"))
    assert [row.claim_number for row in page.items] == ["CLM-000002"]
    [line] = [row for row in (await Reads(pool, vault).page(JourneyFilter())).items if row.erased_at]
    assert (line.journey_id, line.claim_number, line.closed_at is not None) == (journey, "erased", True)
    with pytest.raises(ErasedJourneyError):
        await Reads(pool, vault).view(journey)
    view = await Chains(pool, vault).view(journey)
    assert (view.whole, view.erased, [link.event for link in view.links]) == (True, True, [None] * len(view.links))
    await samples.write_all(pool, samples.status(3))
    assert await pool.fetchval("SELECT claim_number FROM journey_status WHERE journey_id = $1", journey) == "erased"


_STATISTICS = "SELECT string_agg(pg_stats::text, ' ') FROM pg_stats WHERE schemaname = 'journeys'"


@pytest.mark.parametrize("claims", [(1, 2, 3), (1,)], ids=["alone", "among others"])
async def test_neither_statistics_nor_files_keep_anything_of_a_person(
    claims: tuple[int, ...], pool: Pool, vault: Vault
) -> None:
    """PostgreSQL samples values for its planner, and dead rows lie on their pages: both are wiped."""
    journey, words = samples.journey_id(1), "CLM-000001"
    await vault.seal(journey, "status", "anything")
    wrapped = await pool.fetchval("SELECT wrapped FROM data_key WHERE subject = $1", journey)
    await samples.write_all(pool, *(samples.status(number) for number in (1, 2, 3)))
    await pool.execute("INSERT INTO person (ref, document, as_of) VALUES ($1, 'x', now())", PERSON)
    for number in claims:
        await pool.execute(_CLAIM, samples.journey_id(number), PERSON)
    await pool.execute("ANALYZE")
    assert words in await pool.fetchval(_STATISTICS)
    erasing = Erasing(pool, vault)
    await erasing.carry_out(await erasing.plan(PERSON), by="officer-1", reason="request 14")
    assert words not in await pool.fetchval(_STATISTICS)
    assert wrapped.hex() not in await pool.fetchval(_STATISTICS)
    await pool.execute("CHECKPOINT")
    for relation in ("journey_status", "journey_words", "journey_words_runs", "data_key"):
        file = await pool.fetchval("SELECT pg_read_binary_file(pg_relation_filepath($1::regclass))", relation)
        assert words.encode() not in file
        assert wrapped not in file


async def test_an_erasure_that_could_not_wipe_says_so(
    pool: Pool, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody reads for too long: the person is erased all the same, and erasing once more wipes."""
    await samples.write_all(pool, samples.status(1))
    await pool.execute("INSERT INTO person (ref, document, as_of) VALUES ($1, 'x', now())", PERSON)
    await pool.execute(_CLAIM, samples.journey_id(1), PERSON)
    erasing = Erasing(pool, vault)
    plan = await erasing.plan(PERSON)
    async with pool.acquire() as reader, reader.transaction():
        await reader.fetch("SELECT FROM dead_letter")
        monkeypatch.setattr("privacy.erasing._PATIENCE", 0.2)
        with pytest.raises(NotWipedError, match="still on their pages"):
            await erasing.carry_out(plan, by="officer-1", reason="request 15")
    assert await pool.fetchval("SELECT claim_number FROM journey_status") == "erased"
    monkeypatch.undo()
    await erasing.carry_out(plan, by="officer-1", reason="request 15")


async def test_nobody_is_erased_who_is_not_there(pool: Pool, vault: Vault) -> None:
    """A wrong reference is bad input."""
    with pytest.raises(NobodyError):
        await Erasing(pool, vault).plan(PERSON)
