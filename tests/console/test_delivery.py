"""Kept actions reach their journeys after whatever was away came back: once, in order, and refusals are noted."""

import asyncio

import pytest
from temporalio.client import Client

from console.database import DatabaseAwayError
from console.kept import KeptAction, KeptActions
from console.performing import FailedActionError, Pending, Performer
from console.reads import Reads
from privacy.vault import Vault
from schemas.action_input import ActionInput
from schemas.actions import RecordPayment, RecordReview, RetryHandOff, ReviewResult, SubmitPapers
from schemas.claims import AnyClaim
from schemas.decision import PharmacistFindings
from schemas.journey import JourneyStatus
from schemas.papers import Paper, PaperKind
from schemas.people import Actor, ActorRole
from tests.conftest import RING
from tests.console import samples
from tests.console.conftest import Pool, Running, absent_temporal
from workers.delivery import Delivery

_FINDINGS = PharmacistFindings(on_label=True, recist_progression=False, tests_support=True, drug_has_target=False)


def by(key: str) -> dict[str, object]:
    return {"key": key, "actor": Actor(role=ActorRole.SERVICE_AGENT, id="agent-7")}


def papers(key: str) -> SubmitPapers:
    return SubmitPapers(**by(key), papers=(Paper(kind=PaperKind.INVOICE),))


class NoStatus:
    """A read model whose database is away."""

    async def status(self, journey_id: str) -> JourneyStatus:
        """No answer."""
        del journey_id
        raise DatabaseAwayError

    async def left(self, journey_id: str) -> AnyClaim | None:
        """No answer."""
        del journey_id
        raise DatabaseAwayError


def kept(pool: Pool, client: Client) -> KeptActions:
    vault = Vault(pool, RING)
    return KeptActions(pool, vault, Performer(client, Reads(pool, vault), wait_seconds=2))


async def away(pool: Pool, journey_id: str, *actions: ActionInput) -> None:
    """Take actions while Temporal is away; they are due for delivery at once."""
    door = kept(pool, await absent_temporal())
    for action in actions:
        assert isinstance(await door.perform(journey_id, action), Pending)
    await pool.execute("UPDATE action SET next_delivery_at = now()")


async def undelivered(pool: Pool) -> list[tuple[str, str | None]]:
    """Key and refusal of what still has to be delivered."""
    rows = await pool.fetch("SELECT key, refusal FROM action WHERE delivered_at IS NULL")
    return [(row["key"], row["refusal"]) for row in rows]


async def test_what_was_kept_while_temporal_was_away_is_delivered_in_order(
    pool: Pool, temporal: Client, journey: Running
) -> None:
    """All arrive, in the order in which people sent them, and a second round finds nothing to do."""
    await away(pool, journey.journey_id, *(papers(f"key-0000{number}") for number in (1, 2, 3)))
    delivery = Delivery(kept(pool, temporal))
    assert await delivery.deliver_due() == 3
    assert await journey.taken() == ["key-00001", "key-00002", "key-00003"]
    assert await delivery.deliver_due() == 0


async def test_a_later_action_takes_the_earlier_ones_along(pool: Pool, temporal: Client, journey: Running) -> None:
    """Who acts while an earlier action is still on its way does not overtake it."""
    await away(pool, journey.journey_id, papers("key-00001"))
    await kept(pool, temporal).perform(journey.journey_id, papers("key-00002"))
    assert await journey.taken() == ["key-00001", "key-00002"]
    assert await pool.fetchval("SELECT count(*) FROM action WHERE delivered_at IS NULL") == 0


async def test_what_had_arrived_already_acts_once(pool: Pool, temporal: Client, journey: Running) -> None:
    """A door that died before it noted the delivery leaves a repeat, which the journey knows by its key."""
    await kept(pool, temporal).perform(journey.journey_id, papers("key-00001"))
    await pool.execute("UPDATE action SET delivered_at = NULL, next_delivery_at = now()")
    assert await Delivery(kept(pool, temporal)).deliver_due() == 1
    assert await journey.taken() == ["key-00001"]


async def test_a_refusal_is_noted_and_does_not_hold_up_what_follows(
    pool: Pool, temporal: Client, journey: Running
) -> None:
    """What the stage does not allow any more is refused with the journey's words; the next action arrives."""
    review = RecordReview(**by("key-00001"), result=ReviewResult.PASSED, findings=_FINDINGS)
    wrong = RecordPayment(**by("key-00002"), payment_id="other", paid=True, amount="1.00")
    await away(pool, journey.journey_id, review, wrong, papers("key-00003"))
    await Delivery(kept(pool, temporal)).deliver_due()
    assert await journey.taken() == ["key-00003"]
    refusals = await pool.fetch("SELECT refusal FROM action ORDER BY action_id")
    assert "possible now: submit_papers" in refusals[0]["refusal"]
    assert refusals[1]["refusal"].startswith("payment_id: ")
    assert refusals[2]["refusal"] is None


async def test_what_was_refused_when_nobody_was_there_any_more_is_shown_with_the_journey(
    pool: Pool, vault: Vault, temporal: Client, journey: Running
) -> None:
    """Whoever looks at the journey next sees what it did not take, and why."""
    await samples.write_all(pool, samples.status(1, journey_id=journey.journey_id))
    wrong = RecordPayment(**by("key-00001"), payment_id="other", paid=True, amount="1.00")
    await away(pool, journey.journey_id, wrong, papers("key-00002"))
    await Delivery(kept(pool, temporal)).deliver_due()
    [refused] = (await Reads(pool, vault).view(journey.journey_id)).refused_later
    assert (refused.action, refused.reason[:12]) == ("record_payment", "payment_id: ")


async def test_a_refusal_of_what_is_taken_along_is_noted(pool: Pool, temporal: Client, journey: Running) -> None:
    """An action that a later one took along and the journey refused is not taken for done."""
    review = RecordReview(**by("key-00001"), result=ReviewResult.PASSED, findings=_FINDINGS)
    await away(pool, journey.journey_id, review)
    await kept(pool, temporal).perform(journey.journey_id, papers("key-00002"))
    assert "possible now: submit_papers" in await pool.fetchval(
        "SELECT refusal FROM action WHERE name = 'record_review'"
    )


async def test_a_fault_of_ours_is_no_refusal(pool: Pool, temporal: Client, journey: Running) -> None:
    """What the journey failed on is tried again, and does not hold up what follows."""
    fails = RetryHandOff(**by("key-00001"), reason="fail")
    with pytest.raises(FailedActionError, match="is kept and will be tried again"):
        await kept(pool, temporal).perform(journey.journey_id, fails)
    await kept(pool, temporal).perform(journey.journey_id, papers("key-00002"))
    assert await journey.taken() == ["key-00002"]
    assert await undelivered(pool) == [("key-00001", None)]
    await pool.execute("UPDATE action SET next_delivery_at = now()")
    assert await Delivery(kept(pool, temporal)).deliver_due() == 1
    assert await undelivered(pool) == [("key-00001", None)]


async def test_a_database_that_is_away_meanwhile_refuses_nothing(pool: Pool, vault: Vault, temporal: Client) -> None:
    """Temporal does not know the journey, and nobody can be asked whether it is closed: it is tried again."""
    actions = KeptActions(pool, vault, Performer(temporal, NoStatus(), wait_seconds=2))
    with pytest.raises(DatabaseAwayError):
        await actions.perform(samples.journey_id(1), papers("key-00001"))
    assert await undelivered(pool) == [("key-00001", None)]


async def test_what_cannot_be_delivered_is_tried_again_later(pool: Pool) -> None:
    """Each try that does not arrive puts the next one off a little longer."""
    await samples.write_all(pool, samples.status(1))
    await away(pool, samples.journey_id(1), papers("key-00001"))
    delivery = Delivery(kept(pool, await absent_temporal()))
    assert await delivery.deliver_due() == 1
    assert await pool.fetchval("SELECT next_delivery_at > now() + interval '10 s' FROM action")
    assert await pool.fetchval("SELECT deliveries FROM action WHERE delivered_at IS NULL") == 1


async def test_a_database_that_is_away_is_waited_for(
    absent_database: Pool, temporal: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A round that finds no database ends quietly; the next one tries again until the worker is told to stop."""
    stop, actions = asyncio.Event(), kept(absent_database, temporal)
    claim = actions.claim

    async def claim_once(most: int, seconds: float) -> list[KeptAction]:
        stop.set()
        return await claim(most, seconds)

    monkeypatch.setattr(actions, "claim", claim_once)
    await Delivery(actions).run(stop)
    assert stop.is_set()
    with pytest.raises(DatabaseAwayError):
        await claim(1, 1)
