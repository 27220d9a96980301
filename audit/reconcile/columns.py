"""What the columns to list by say of a status: reckoned here by itself, not by the statement that writes them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from schemas.journey import JourneyStatus, Money
from schemas.papers import PaperForm

PERSONAL = frozenset({"claim_number", "policy_number", "drug"})
"""Columns of which it is told that they differ, and not what they say."""
_SAME = (
    "revision", "kind", "product", "claim_number", "policy_number", "drug", "stage", "stage_since", "started_at",
    "updated_at", "closed_at",
)  # fmt: skip


def columns_of(status: JourneyStatus) -> dict[str, object]:
    """Every column but the sealed status."""
    wait, deadline, car_t = status.wait, status.wait.deadline, status.car_t
    head = car_t.custody if car_t else None
    return {name: getattr(status, name) for name in _SAME} | {
        "waiting_for": wait.what,
        "waiting_on": wait.on,
        "due_at": deadline.due_at if deadline and not wait.clock_stopped else None,
        "overdue": wait.overdue,
        "escalated": any(each.open for each in status.escalations),
        "clock_stopped": wait.clock_stopped is not None,
        "provisional": bool(deadline and deadline.provisional),
        "calendar_version": deadline.calendar_version if deadline else None,
        "money": status.money,
        "escalations": [(each.at, each.open) for each in status.escalations],
        "custody": (head.seq, head.sha256) if head else None,
        "missing": _missing(status),
        "found_by_its_words": True,
        "erased_at": None,
    }


def columns_in(row: Mapping[str, Any]) -> dict[str, object]:
    """The same of a row; raises ValueError, TypeError or KeyError where somebody wrote what cannot be read."""
    head = row["custody"]
    read = {
        "money": Money.model_validate(row["money"]),
        "escalations": [(datetime.fromisoformat(each["at"]), each["open"]) for each in row["escalations"]],
        "custody": (head["seq"], head["sha256"]) if head else None,
    }
    return {**row, **read}


def _missing(status: JourneyStatus) -> list[str] | None:
    """Kinds of papers that were asked for and are not there; an original does for a copy."""
    held = {(paper.kind, paper.form) for paper in status.papers}
    kinds = {kind for kind, _ in held}
    lacking = {
        str(due.kind)
        for due in status.papers_due
        if ((due.kind, due.form) not in held if due.form is PaperForm.ORIGINAL else due.kind not in kinds)
    }
    return sorted(lacking) or None
