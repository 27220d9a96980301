"""Names on the Temporal server: task queues, the worker deployment and the search attributes to register."""

from schemas.partners import PartnerName

JOURNEYS_QUEUE = "journeys"
"""Workflow tasks and the local activities that belong to them."""
DEPLOYMENT = "patient-journeys"
"""Worker deployment whose versions pin running journeys to their code."""
SEARCH_ATTRIBUTES = {
    "JourneyProduct": "Keyword",
    "JourneyOutcome": "Keyword",
    "JourneyEscalated": "Bool",
}
"""Name to type; they are never encrypted, so none may hold patient data."""


def partner_queue(partner: PartnerName) -> str:
    """Task queue of one partner, so that a slow one delays nobody else."""
    return f"partner-{partner}"
