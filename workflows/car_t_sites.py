"""Where a therapy is given: an institution that a person accepted stands for the rest of it. CART-1, CART-5."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from schemas.decision import Decision

from workflows.car_t_case import CarTCase
from workflows.journey import Journey


async def approved_at(site: str, decision: Decision, journey: Journey, case: CarTCase) -> bool:
    """Whether a step at `site` is approved; who approves where the list leaves it open accepts the institution."""
    approved = await journey.approved(decision)
    if approved and decision.open_site:
        case.accept_site(site)
    return approved
