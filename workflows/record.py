"""A journey's own record: its status as agents see it, and what has happened since it was last written."""

from datetime import datetime
from typing import Any

from temporalio import workflow
from temporalio.common import SearchAttributeKey, SearchAttributeUpdate

with workflow.unsafe.imports_passed_through():
    from activities.status import Transitions
    from schemas.civil import china_date
    from schemas.deadline import ClockStop
    from schemas.decision import Decision
    from schemas.journey import (
        CLOSED_STAGES,
        ActionOffer,
        DecisionRecord,
        Escalation,
        JourneyStatus,
        Notice,
        Stage,
        TimelineEntry,
        Transition,
        Wait,
        WaitingFor,
    )
    from schemas.people import Actor, ActorRole
    from schemas.spoken import spoken
    from schemas.text import Bilingual

from workflows import own
from workflows.clock import Clock

_OUTCOME = SearchAttributeKey.for_keyword("JourneyOutcome")
_ESCALATED = SearchAttributeKey.for_bool("JourneyEscalated")


class JourneyRecord:
    """Status, timeline and notices of one journey, written to PostgreSQL once per transition by `publish`."""

    def __init__(self, status: JourneyStatus, *, decided: int = 0, told: int = 0) -> None:
        """Start from `status`, whose revision is that of the last write (0 before the first).

        `decided` and `told` count the decisions and timeline entries of earlier runs.
        """
        self.status = status
        self.published = status.revision
        self.decided_so_far = decided
        self.told = told
        self.last_decision: Decision | None = None
        self.last_reason = ""
        """What the person who took it gave as their reason; empty where the rules did."""
        self._decisions: list[DecisionRecord] = []
        self._entries: list[TimelineEntry] = []
        self._notices: list[Notice] = []
        self._escalated = any(item.open for item in status.escalations)

    def change(self, **fields: Any) -> None:  # noqa: ANN401 - fields of JourneyStatus, checked by mypy at use
        """Set fields of the status; nothing is written until `publish`."""
        self.status = self.status.model_copy(update=fields)

    def note(self, kind: str, what: Bilingual, *, actor: Actor | None = None, decision: int | None = None) -> None:
        """Add one line to the journey's timeline."""
        self.told += 1
        entry = TimelineEntry(seq=self.told, at=workflow.now(), kind=kind, actor=actor, what=what, decision=decision)
        self._entries.append(entry)

    def notify(self, to: ActorRole, template: str, text: Bilingual, **more: Any) -> None:  # noqa: ANN401 - fields of Notice
        """Queue a message; it leaves with the next `publish`, once."""
        key = f"{self.status.journey_id}/{template}/{self.told}/{len(self._notices)}"
        self._notices.append(Notice(key=key, to=to, template=template, text=text, **more))

    def decided(self, decision: Decision, *, by: Actor | None = None, reason: str = "") -> DecisionRecord:
        """Number a decision, keep it, and note it on the timeline; `by` a person, it was taken when they spoke."""
        if by is not None:
            decision = decision.model_copy(update={"at": workflow.now()})
        self.decided_so_far += 1
        number, self.last_decision, self.last_reason = self.decided_so_far, decision, reason
        record = DecisionRecord(number=number, decision=decision, decided_by=by, reason=reason)
        self._decisions.append(record)
        self.change(next_steps=decision.next_steps)
        zh = f"{spoken(decision.question).zh}：{spoken(decision.verdict).zh}"
        what = Bilingual(zh=zh, en=f"{decision.question}: {decision.verdict}")
        self.note("decision", what, actor=by, decision=number)
        return record

    def enter_stage(self, stage: Stage) -> None:
        """Move to `stage`; a stage entered twice (review again) starts anew."""
        self.change(stage=stage, stage_since=workflow.now(), papers_due=())
        self.note("stage", Bilingual(zh=f"进入阶段：{spoken(stage).zh}", en=f"entered stage {stage}"))

    def wait(
        self,
        what: WaitingFor,
        on: ActorRole | None,
        stopped: ClockStop | None = None,
        *,
        overdue_since: datetime | None = None,
    ) -> None:
        """Set what the journey waits for now; the same wait shown again began when it first did.

        A wait taken up again after its deadline was escalated is overdue still: that escalation is open once more.
        """
        before = self.status.wait
        since = before.since if (before.what, before.on) == (what, on) else workflow.now()
        overdue = overdue_since is not None
        self.change(wait=Wait(what=what, on=on, since=since, clock_stopped=stopped, overdue=overdue))
        self._reopen(overdue_since)

    def escalate(self, reason: Bilingual) -> None:
        """Put the journey before a supervisor; it goes on all the same."""
        escalation = Escalation(at=workflow.now(), reason=reason)
        self.change(escalations=(*self.status.escalations, escalation))
        self.note("escalation", reason)
        self.notify(ActorRole.SUPERVISOR, "escalation", reason)

    def keep_escalated(self, reason: Bilingual) -> None:
        """Put `reason` before a supervisor where it was not; told once, it is open again as long as it holds."""
        told = [item.at for item in self.status.escalations if item.reason == reason]
        if told:
            self._reopen(told[-1])
        else:
            self.escalate(reason)

    def _reopen(self, escalated_at: datetime | None) -> None:
        escalations = self.status.escalations
        again = tuple(item.model_copy(update={"open": item.open or item.at == escalated_at}) for item in escalations)
        self.change(escalations=again)

    def settle_escalations(self) -> None:
        """Mark what a supervisor had to see as seen to."""
        self.change(escalations=tuple(item.model_copy(update={"open": False}) for item in self.status.escalations))

    @property
    def closed(self) -> bool:
        """Whether the journey has reached one of its ends."""
        return self.status.stage in CLOSED_STAGES

    async def publish(self, offers: tuple[ActionOffer, ...], clock: Clock | None = None) -> None:
        """Write status, timeline and notices in one transaction; with a budget, reckon and keep the deadline."""
        version = workflow.info().get_current_deployment_version()
        self.change(
            revision=self.status.revision + 1,
            updated_at=workflow.now(),
            actions=offers,
            build_id=version.build_id if version else "",
        )
        transition = self._transition(clock if clock and clock.budget else None)
        self._decisions, self._entries, self._notices = [], [], []
        self._show()
        waiting = self.status.wait
        entered = await own.ask(Transitions.enter, transition)
        if entered.deadline and self.status.wait is waiting:
            self.change(wait=waiting.model_copy(update={"deadline": entered.deadline}))
        self.published = max(self.published, transition.status.revision)

    def _transition(self, clock: Clock | None) -> Transition:
        return Transition(
            status=self.status,
            decisions=tuple(self._decisions),
            entries=tuple(self._entries),
            notices=tuple(self._notices),
            decided=self.decided_so_far,
            told=self.told,
            budget=clock.budget if clock else None,
            clock_started_at=clock.started_at if clock else None,
            clock_stops=clock.stops if clock else (),
        )

    def _show(self) -> None:
        status = self.status
        workflow.set_current_details(
            f"**{status.stage}** · waiting for **{status.wait.what}** on {status.wait.on or '-'}"
            f" · since {china_date(status.wait.since)} · {self.decided_so_far} decisions"
        )
        self._index()

    def _index(self) -> None:
        """Upsert what engineers search by, and only when it changes: an upsert costs the server as much as a timer."""
        escalated = any(item.open for item in self.status.escalations)
        changes: list[SearchAttributeUpdate[Any]] = []
        if escalated != self._escalated:
            self._escalated = escalated
            changes.append(_ESCALATED.value_set(escalated))
        if self.closed:
            changes.append(_OUTCOME.value_set(str(self.status.stage)))
        if changes:
            workflow.upsert_search_attributes(changes)
