"""What a journey costs on a Temporal server, held as a budget."""

from temporalio.api.history.v1 import HistoryEvent

from audit.cost import count
from schemas.journey import Stage
from tests.car_t_roads import settled
from tests.rig import Rig
from tests.roads import delivered

MOST_EVENTS = 100
MOST_ACTIONS = 30
THERAPY = ((60, 18), (130, 40), (60, 18))
"""Events and actions of each run of a CAR-T therapy."""


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


async def test_a_therapy_keeps_its_budget_of_events_and_actions(rig: Rig) -> None:
    """From the report to the settled bill in three runs: to the apheresis, to the infusion, to the payment."""
    journey = await settled(rig)
    costs = [count(events) for events in await runs(rig, journey)]
    assert len(costs) == len(THERAPY)
    for cost, (events, actions) in zip(costs, THERAPY, strict=True):
        assert cost.events <= events, cost.events_by_type
        assert cost.actions <= actions, cost.actions_by_kind


async def runs(rig: Rig, journey: str) -> list[list[HistoryEvent]]:
    """The histories of a journey's runs, in their order."""
    last = (await rig.handle(journey).describe()).raw_description.workflow_execution_info
    found, run_id = list[list[HistoryEvent]](), last.first_run_id
    while run_id:
        history = await rig.client.get_workflow_handle(journey, run_id=run_id).fetch_history()
        found.append(list(history.events))
        run_id = found[-1][-1].workflow_execution_continued_as_new_event_attributes.new_execution_run_id
    return found
