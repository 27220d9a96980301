"""What a journey costs on a Temporal server, held as a budget."""

from audit.cost import count
from schemas.journey import Stage
from tests.rig import Rig
from tests.roads import delivered

MOST_EVENTS = 100
MOST_ACTIONS = 30


async def test_a_delivered_claim_keeps_its_budget_of_events_and_actions(rig: Rig) -> None:
    """Authorization to settlement with delivery: at most 100 events and 30 actions."""
    journey = await delivered(rig)
    status = await rig.closed(journey)
    assert status.stage is Stage.COMPLETED
    assert status.fulfilment is not None
    assert status.fulfilment.tracking_number
    cost = count((await rig.handle(journey).fetch_history()).events)
    assert cost.events <= MOST_EVENTS, cost.events_by_type
    assert cost.actions <= MOST_ACTIONS, cost.actions_by_kind
