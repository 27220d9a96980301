"""What a journey tells the world of itself: one write per transition, from which people read its status."""

from typing import Any

import asyncpg
import orjson
from temporalio import activity

from privacy import places
from privacy.vault import Vault
from products.calendar import WorkingCalendar
from rules.deadlines import reckon
from schemas.deadline import Deadline, DeadlineRequest
from schemas.journey import Entered, Transition
from storage import queries

ENTER = queries.load("status")["enter"]
"""The one statement that writes a transition."""
_LISTED = {
    "journey_id", "revision", "kind", "product", "claim_number", "policy_number", "drug", "stage", "stage_since",
    "started_at", "updated_at", "closed_at", "wait", "money", "papers_due", "papers",
}  # fmt: skip
"""What the columns that lists choose and sort by are made of; of the papers, the kinds that are missing are kept."""


class Transitions:
    """Writes transitions to the status read model, its timeline and its outbox."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", vault: Vault, calendar: WorkingCalendar) -> None:
        """Write through `pool`, sealed by `vault`; count working days by `calendar`."""
        self._pool = pool
        self._vault = vault
        self._calendar = calendar

    @activity.defn(name="journey.enter")
    async def enter(self, transition: Transition) -> Entered:
        """Write the transition in one transaction and return the deadline of its wait, if it has a budget.

        Harmless to repeat. An older transition leaves a newer status as it is, but its timeline entries and notices
        are kept; what a workflow task wrote that history lost is replaced by the task that comes after it. Listeners
        are notified on the channels `journey_status` (payload: journey id) and `outbox`.
        """
        deadline = self._reckon(transition)
        if deadline:
            wait = transition.status.wait.model_copy(update={"deadline": deadline})
            status = transition.status.model_copy(update={"wait": wait})
            transition = transition.model_copy(update={"status": status})
        await self._pool.execute(ENTER, await sealed_transition(self._vault, transition))
        return Entered(deadline=deadline)

    def _reckon(self, transition: Transition) -> Deadline | None:
        if transition.budget is None:
            return None
        request = DeadlineRequest(
            budget=transition.budget,
            started_at=transition.clock_started_at or transition.status.wait.since,
            stops=transition.clock_stops,
        )
        return reckon(request, self._calendar)


async def sealed_transition(vault: Vault, transition: Transition) -> str:
    """What ENTER takes: all that people say or learn of sealed, what lists are made of in plain."""
    whole = transition.model_dump(mode="json")
    journey, seal = transition.status.journey_id, vault.seal
    written = {
        "status": _listed(whole["status"]),
        "sealed": await seal(journey, places.STATUS, whole["status"]),
        "decisions": [
            {
                "number": record["number"],
                "at": record["decision"]["at"],
                "sealed": await seal(journey, places.decision(record["number"]), record),
            }
            for record in whole["decisions"]
        ],
        "entries": [
            {name: entry[name] for name in ("seq", "at", "kind")}
            | {"sealed": await seal(journey, places.entry(entry["seq"]), entry)}
            for entry in whole["entries"]
        ],
        "notices": [
            {"key": notice["key"], "sealed": await seal(journey, places.notice(notice["key"]), notice)}
            for notice in whole["notices"]
        ],
        "decided": transition.decided,
        "told": transition.told,
    }
    return orjson.dumps(written).decode()


def _listed(whole: dict[str, Any]) -> dict[str, Any]:
    car_t = whole["car_t"] or {}
    return {name: whole[name] for name in _LISTED} | {
        "escalations": [{"at": each["at"], "open": each["open"]} for each in whole["escalations"]],
        "custody": car_t.get("custody"),
    }
