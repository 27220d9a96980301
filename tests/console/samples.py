"""Journeys as the workflows write them: one transition each, through the statement that the activity uses."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import asyncpg

from activities.status import Transitions
from privacy.vault import Vault
from products.calendar import load_calendar
from schemas.deadline import Budget, BudgetUnit, ClockStop, Deadline
from schemas.decision import (
    Amounts,
    CharityFacts,
    Citation,
    Decision,
    Finding,
    Outcome,
    Verdict,
    Versions,
)
from schemas.journey import (
    ActionOffer,
    DecisionRecord,
    Escalation,
    JourneyStatus,
    Money,
    Stage,
    TimelineEntry,
    Transition,
    Wait,
    WaitingFor,
)
from schemas.papers import PaperDue, PaperForm, PaperKind
from schemas.people import Actor, ActorRole
from schemas.text import Bilingual
from tests.conftest import RING

NOW = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
PRODUCT = "pingan-longterm-b"
RULE = f"{PRODUCT}/WAIT-1"


def journey_id(number: int) -> str:
    """The id of sample `number`, in the order of the numbers."""
    digits = ""
    for _ in range(20):
        digits = "234567abcdefghijklmnopqrstuvwxyz"[number % 32] + digits
        number //= 32
    return f"journey-{digits}"


def text(zh: str, en: str) -> Bilingual:
    """A sentence in both languages."""
    return Bilingual(zh=zh, en=en)


def decision(number: int = 1, findings: int = 1) -> DecisionRecord:
    """An approval that looked at `findings` rules."""
    finding = Finding(
        name="waiting_period_over",
        citations=(Citation(rule=RULE, document="保险条款", section="2.4"),),
        outcome=Outcome.MET,
        why=text("确诊日在等待期之后。", "Diagnosed after the waiting period."),
        facts={"first_covered_day": "2025-06-01", "diagnosed_on": "2025-11-03"},
    )
    facts = CharityFacts.model_validate(
        {"citizenship": "mainland", "standing": "no_program", "policy_effective_on": "2025-03-01"}
    )
    taken = Decision(
        question="charity_aid",
        product=PRODUCT,
        verdict=Verdict.APPROVED,
        findings=(finding,) * findings,
        facts=facts,
        versions=Versions(products="p1", rules="r1", calendar="c1"),
        at=NOW,
    )
    return DecisionRecord(number=number, decision=taken)


def deadline(due_at: datetime, stops: tuple[ClockStop, ...] = ()) -> Deadline:
    """One working day, due at `due_at`."""
    return Deadline(
        budget=Budget(unit=BudgetUnit.WORKING_DAYS, amount=1, rule=f"{PRODUCT}/REV-1"),
        started_at=NOW,
        stops=stops,
        due_at=due_at,
        calendar_version="c1",
        reckoning=text("第1个工作日为2026-03-03", "day 1 = 2026-03-03"),
    )


def status(number: int = 1, **changes: object) -> JourneyStatus:
    """A journey that waits for the pharmacist's review, with a decision, money and an offer."""
    wait = Wait(
        what=WaitingFor.REVIEW, on=ActorRole.PHARMACIST, since=NOW, deadline=deadline(NOW + timedelta(days=9000))
    )
    review = ActionOffer(action="record_review", roles=(ActorRole.PHARMACIST,), label=text("登记审核", "Record review"))
    amounts = Amounts(
        cost=Decimal("17918.00"),
        other_compensation=Decimal("0.00"),
        ratio=Decimal("0.9"),
        insurer_pays=Decimal("16126.20"),
        own_share=Decimal("1791.80"),
        over_limit=Decimal("0.00"),
    )
    plain = JourneyStatus(
        journey_id=journey_id(number),
        revision=1,
        kind="specialty_drug",
        product=PRODUCT,
        claim_number=f"CLM-{number:06d}",
        policy_number=f"POL-{number:06d}",
        drug="可瑞达 帕博利珠单抗",
        stage=Stage.PRESCRIPTION_REVIEW,
        stage_since=NOW,
        started_at=NOW,
        updated_at=NOW + timedelta(seconds=number),
        wait=wait,
        papers_due=(PaperDue(kind=PaperKind.GENE_TEST_REPORT, form=PaperForm.COPY, rule=f"{PRODUCT}/REV-3"),),
        decisions=(decision(),),
        actions=(review,),
        money=Money(estimate=amounts, reserved=Decimal("16126.20")),
        next_steps=(text("等待药师审核。", "Wait for the pharmacist."),),
    )
    return plain.model_copy(update=changes)


def closed(number: int) -> JourneyStatus:
    """A journey that was completed."""
    nothing = Wait(what=WaitingFor.NOTHING, on=None, since=NOW)
    return status(number, stage=Stage.COMPLETED, wait=nothing, closed_at=NOW, actions=())


def late(number: int) -> JourneyStatus:
    """A journey whose deadline has passed without anybody having said so."""
    waiting = status().wait.model_copy(update={"deadline": deadline(NOW - timedelta(days=900 - number))})
    return status(number, wait=waiting)


def stopped(number: int) -> JourneyStatus:
    """A journey whose clock stands still because papers are missing."""
    stop = ClockStop(since=NOW, by="pharmacist", why=text("等待补充材料", "papers are missing"))
    wait = Wait(
        what=WaitingFor.PAPERS,
        on=ActorRole.INSURED,
        since=NOW,
        deadline=deadline(NOW - timedelta(days=1), (stop,)),
        clock_stopped=stop,
    )
    return status(number, wait=wait)


def escalated(number: int) -> JourneyStatus:
    """A journey that a supervisor has to see."""
    return status(number, escalations=(Escalation(at=NOW, reason=text("药店拒绝", "the pharmacy refused")),))


def entries(count: int) -> tuple[TimelineEntry, ...]:
    """The first `count` things that happened."""
    actor = Actor(role=ActorRole.PHARMACIST, id="pharmacist-7")
    return tuple(
        TimelineEntry(
            seq=seq, at=NOW + timedelta(minutes=seq), kind="input", actor=actor, what=text(f"第{seq}步", f"step {seq}")
        )
        for seq in range(1, count + 1)
    )


async def write(pool: "asyncpg.Pool[asyncpg.Record]", *transitions: Transition) -> None:
    """Write transitions as a journey and its `journey.enter` activity do: each decision once, beside the status."""
    apart = [
        one.model_copy(
            update={"status": one.status.model_copy(update={"decisions": ()}), "decisions": one.status.decisions}
        )
        for one in transitions
    ]
    writer = Transitions(pool, Vault(pool, RING), load_calendar())
    for transition in apart:
        await writer.enter(transition)


async def write_all(pool: "asyncpg.Pool[asyncpg.Record]", *statuses: JourneyStatus) -> None:
    """Write each status as the first transition of its journey."""
    await write(pool, *(Transition(status=one) for one in statuses))
