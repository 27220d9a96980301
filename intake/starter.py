"""Starting a journey on Temporal: exactly once a claim, with every way of failing sorted by what it calls for."""

from datetime import timedelta
from enum import StrEnum

from temporalio.client import Client
from temporalio.common import (
    SearchAttributeKey,
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from schemas.claims import WORKFLOWS, AnyClaim
from schemas.routing import JOURNEYS_QUEUE

_PRODUCT = SearchAttributeKey.for_keyword("JourneyProduct")
_RPC_TIMEOUT = timedelta(seconds=10)
_REFUSED = (RPCStatusCode.INVALID_ARGUMENT, RPCStatusCode.OUT_OF_RANGE)
"""What Temporal answers when this very request is wrong; anything else may pass by itself."""


class TemporalAwayError(Exception):
    """Temporal does not answer or is not ready. Nothing is lost: wait and start the same journeys again."""


class StartRefusedError(Exception):
    """Temporal or the data converter refuses this one journey. Trying again rarely helps: a person has to look."""


class Started(StrEnum):
    """Whether this call started the journey or an earlier one had."""

    NOW = "now"
    BEFORE = "before"


async def start(client: Client, claim: AnyClaim) -> Started:
    """Start the journey of `claim`; a journey that was ever started counts as started."""
    try:
        await client.start_workflow(
            WORKFLOWS[claim.kind],
            claim,
            id=claim.journey_id,
            task_queue=JOURNEYS_QUEUE,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
            search_attributes=TypedSearchAttributes([SearchAttributePair(_PRODUCT, claim.product)]),
            static_summary=f"{claim.product} claim {claim.claim_number}",
            rpc_timeout=_RPC_TIMEOUT,
        )
    except WorkflowAlreadyStartedError:
        return Started.BEFORE
    except RPCError as error:
        if error.status in _REFUSED:
            message = f"Temporal refuses the start: {error.message}"
            raise StartRefusedError(message) from error
        raise TemporalAwayError(error.status.name) from error
    except RuntimeError as error:  # what a lazily connecting client raises while there is no server
        message = "not connected"
        raise TemporalAwayError(message) from error
    except (TypeError, ValueError) as error:
        message = f"the claim cannot be encoded: {type(error).__name__}"
        raise StartRefusedError(message) from error
    return Started.NOW
