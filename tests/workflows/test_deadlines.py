"""Deadlines and silence, on a server that skips the time in which a journey only waits."""

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from temporalio.testing import WorkflowEnvironment

from schemas.actions import RecordHandOver
from schemas.journey import WaitingFor
from schemas.people import ActorRole
from tests import people
from tests.conftest import TEMPORAL, attributes
from tests.rig import Rig, running
from workers.converter import data_converter
from workers.stack.postgres import EmbeddedPostgres

PRODUCT = "pingan-longterm-b"


@pytest.fixture(scope="session")
async def skipping(postgres: EmbeddedPostgres, template: str) -> AsyncIterator[Rig]:
    """A running house whose journeys do not wait in real time."""
    admin = await asyncpg.connect(postgres.url())
    await admin.execute(f"CREATE DATABASE skipping TEMPLATE {template}")
    await admin.close()
    settings = ("frontend.WorkflowTimeSkippingEnabled=true", 'history.timerProcessorMaxTimeShift="10ms"')
    extra = [part for setting in settings for part in ("--dynamic-config-value", setting)]
    async with (
        await WorkflowEnvironment.start_time_skipping_v2(
            data_converter=data_converter(),
            dev_server_existing_path=str(TEMPORAL),
            dev_server_extra_args=extra,
            search_attributes=attributes(),
        ) as environment,
        running(environment.client, postgres.url("skipping")) as rig,
    ):
        yield rig


async def at_booking_for_long(rig: Rig, product: str) -> str:
    """A journey whose patient books, under a policy without an end: else the server skips to that at once."""
    number = await rig.policy(product, expires_on="2046-12-31")
    journey = await rig.report(product, lambda data: data.update(policy_number=number))
    await rig.waiting(journey, WaitingFor.REVIEW)
    await rig.done(journey, people.review())
    await rig.waiting(journey, WaitingFor.BOOKING)
    return journey


async def test_a_review_that_is_not_done_in_time_escalates_and_can_still_be_done(skipping: Rig) -> None:
    """SLA-1: the working day passes, a supervisor sees it, the journey lives on."""
    journey = await skipping.report(PRODUCT)
    await skipping.waiting(journey, WaitingFor.REVIEW)
    late = await skipping.until(journey, lambda status: status.wait.overdue)
    assert [escalation.open for escalation in late.escalations] == [True]
    assert [notice.to for notice in await skipping.notices(journey)].count(ActorRole.SUPERVISOR) == 1
    await skipping.done(journey, people.review())
    on_time_again = await skipping.waiting(journey, WaitingFor.BOOKING)
    assert not any(escalation.open for escalation in on_time_again.escalations)


async def handed_over(rig: Rig, journey: str, **change: Any) -> RecordHandOver:
    """Told of the moment at which the voucher was issued: the pharmacy lives in our time, not in the journey's."""
    status = await rig.status(journey)
    assert status is not None
    assert status.voucher is not None
    return people.hand_over(await rig.code(journey), happened_at=status.voucher.issued_at, **change)


async def test_a_passed_deadline_that_the_counter_did_not_settle_is_one_escalation(skipping: Rig) -> None:
    """DD-3: the drug is not bought in three days; who is sent away later leaves the same escalation open."""
    journey = await at_booking_for_long(skipping, "axa-excellence")
    await skipping.done(journey, people.pick_up("江苏", "南京", partial_advance_accepted=True))
    await skipping.until(journey, lambda status: status.wait.overdue)
    await skipping.done(journey, await handed_over(skipping, journey, identity_verified=False))
    sent_away = await skipping.until(journey, lambda status: status.decisions[-1].decision.question == "counter")
    assert sent_away.wait.overdue
    late = [
        item.open for item in sent_away.escalations if "hand_over" in item.reason.en
    ]  # time skips: more may be late
    assert late == [True]
    told = [notice for notice in await skipping.notices(journey) if notice.to is ActorRole.SUPERVISOR]
    assert len([notice for notice in told if "hand_over" in notice.text.en]) == 1
