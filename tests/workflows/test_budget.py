"""What a journey costs on a Temporal server, held as a budget."""

from audit.cost import count
from schemas.journey import Stage, WaitingFor
from tests import people
from tests.rig import Rig

MOST_EVENTS = 100
MOST_ACTIONS = 30


async def test_a_delivered_claim_keeps_its_budget_of_events_and_actions(rig: Rig) -> None:
    """Authorization to settlement with delivery: at most 100 events and 30 actions."""
    journey = await rig.report("pingan-longterm-b")
    await rig.waiting(journey, WaitingFor.REVIEW)
    await rig.done(journey, people.review())
    await rig.waiting(journey, WaitingFor.BOOKING)
    await rig.done(journey, people.delivery("上海", "上海"))
    status = await rig.closed(journey)
    assert status.stage is Stage.COMPLETED
    assert status.fulfilment is not None
    assert status.fulfilment.tracking_number
    await rig.handle(journey).result()
    cost = count((await rig.handle(journey).fetch_history()).events)
    assert cost.events <= MOST_EVENTS, cost.events_by_type
    assert cost.actions <= MOST_ACTIONS, cost.actions_by_kind
