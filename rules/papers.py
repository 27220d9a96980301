"""The papers due at application and at the counter, and which of them are still missing."""

from collections.abc import Iterable

from products.model import PaperCondition, PaperRequirement
from rules.context import Context
from rules.policy import ADULT_AGE, age_on
from rules.registry import rule
from rules.result import PaperWanted, Result, leaving_out, met, papers_due, say
from schemas.car_t_facts import CarTAuthorizationFacts
from schemas.decision import AuthorizationFacts, CounterFacts
from schemas.facts import EligibilityFacts
from schemas.papers import Paper, PaperForm
from schemas.people import ApplicantRole


@rule(topic="materials_apply")
def application_papers_complete(facts: AuthorizationFacts, context: Context) -> Result:
    """Every paper of the application is there; the gene test is asked for at review, where its need is known.

    pingan-longterm-b/MAT-1 AGENT-1 GUARD-1, pingan-cancer-drug/MAT-1 AGENT-1 GUARD-1, chinalife-cancer-rider/MAT-1,
    axa-excellence/DD-1, yuanxin-cancer-drug/MAT-1 AGENT-1 GUARD-1.
    """
    return _of_application(facts, context.product.application_papers)


@rule(topic="materials_apply")
def car_t_papers_complete(facts: CarTAuthorizationFacts, context: Context) -> Result:
    """Every paper is there that is handed in with the report of a CAR-T claim.

    chinalife-cancer-rider/CART-6, pingan-longterm-b/MAT-1 AGENT-1 GUARD-1, axa-excellence/DD-1.
    """
    return _of_application(facts, context.product.car_t_papers)


def _of_application(facts: EligibilityFacts, required: tuple[PaperRequirement, ...]) -> Result:
    holds = {
        PaperCondition.ALWAYS: True,
        PaperCondition.APPLICANT_IS_AGENT: facts.applicant is ApplicantRole.AGENT,
        PaperCondition.APPLICANT_IS_GUARDIAN: facts.applicant is ApplicantRole.GUARDIAN,
        PaperCondition.INSURED_IS_MINOR: age_on(facts.insured.birth_date, facts.applied_on) < ADULT_AGE,
    }
    judged = _complete([each for each in required if _is_due(each, holds, facts.papers)], facts.papers)
    guarded = holds[PaperCondition.APPLICANT_IS_GUARDIAN] or holds[PaperCondition.INSURED_IS_MINOR]
    spoken_for = {"AGENT-1": holds[PaperCondition.APPLICANT_IS_AGENT], "GUARD-1": guarded}
    return leaving_out(judged, *(clause for clause, speaks in spoken_for.items() if not speaks))


@rule(topic="materials_pickup")
def counter_papers_complete(facts: CounterFacts, context: Context) -> Result:
    """Every paper that is collected at the counter or door is there.

    pingan-longterm-b/MAT-2, pingan-cancer-drug/MAT-2, chinalife-cancer-rider/VOU-1, axa-excellence/DD-1,
    yuanxin-cancer-drug/MAT-2.
    """
    holds = {
        PaperCondition.ALWAYS: True,
        PaperCondition.COLLECTOR_IS_AGENT: facts.collector is ApplicantRole.AGENT,
        PaperCondition.INSURED_IS_MINOR: facts.insured_is_minor,
    }
    due = [each for each in context.product.counter_papers if _is_due(each, holds, facts.papers)]
    return _complete(due, facts.papers)


def _is_due(required: PaperRequirement, holds: dict[PaperCondition, bool], papers: Iterable[Paper]) -> bool:
    if required.when is PaperCondition.HANDED_IN_BEFORE:
        return any(paper.kind is required.kind for paper in papers)
    return holds.get(required.when, False)


def _satisfies(paper: Paper, required: PaperRequirement) -> bool:
    """An original satisfies a demand for a copy."""
    return paper.kind is required.kind and (required.form is PaperForm.COPY or paper.form is PaperForm.ORIGINAL)


def _complete(due: list[PaperRequirement], papers: tuple[Paper, ...]) -> Result:
    missing = tuple(
        PaperWanted(each.kind, each.form, each.rule)
        for each in due
        if not any(_satisfies(paper, each) for paper in papers)
    )
    known = {"due": len(due), "missing": tuple(f"{each.kind.value} ({each.form.value})" for each in missing)}
    if missing:
        why = say(f"尚缺 {len(missing)} 项材料。", f"{len(missing)} of {len(due)} papers are missing.")
        return papers_due(why, missing, **known)
    return met(say("材料齐全。", "All papers are there."), **known)
