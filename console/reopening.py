"""Taking a closed journey up again, for news that may undo what was owed."""

from temporalio.client import Client, WithStartWorkflowOperation, WorkflowUpdateHandle, WorkflowUpdateStage
from temporalio.common import (
    SearchAttributeKey,
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)

from console.catalogue import name_of
from schemas.action_input import ActionInput
from schemas.actions import Receipt, RecordCancellation, RecordDeath, RecordFraud
from schemas.claims import WORKFLOWS, AnyClaim
from schemas.journey import JourneyResult
from schemas.routing import JOURNEYS_QUEUE

_PRODUCT = SearchAttributeKey.for_keyword("JourneyProduct")
_REOPENING = (RecordDeath, RecordCancellation, RecordFraud)


def reopens(action: ActionInput) -> bool:
    """Whether `action` is news that a closed journey has to hear, too."""
    return isinstance(action, _REOPENING)


async def reopen(client: Client, left: AnyClaim, action: ActionInput) -> WorkflowUpdateHandle[Receipt]:
    """Begin a new run of the journey that `left` this, with `action` as the first thing it hears.

    Another one that was begun for other news meanwhile hears it, too. Raises what the client raises.
    """
    run: WithStartWorkflowOperation[object, JourneyResult] = WithStartWorkflowOperation(
        WORKFLOWS[left.kind],
        left,
        id=left.journey_id,
        task_queue=JOURNEYS_QUEUE,
        id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        search_attributes=TypedSearchAttributes([SearchAttributePair(_PRODUCT, left.product)]),
        static_summary=f"{left.product} claim {left.claim_number}, reopened",
    )
    return await client.start_update_with_start_workflow(
        name_of(action),
        action,
        start_workflow_operation=run,
        id=action.key,
        wait_for_stage=WorkflowUpdateStage.ACCEPTED,
        result_type=Receipt,
    )
