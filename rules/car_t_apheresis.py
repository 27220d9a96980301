"""Apheresis: arranged before, the first one while the cover runs, a repeated one within the period it opened."""

from rules.context import Context
from rules.medication_term import end_of_cover
from rules.next_steps import CALL_INSURER, OWN_EXPENSE
from rules.registry import rule
from rules.result import Result, met, not_applicable, not_met, referred, say
from rules.treatment_window import treatment_window
from schemas.car_t_facts import CarTApheresisFacts, CarTCostFacts


@rule(topic="cart_process")
def apheresis_arranged(facts: CarTApheresisFacts, context: Context) -> Result:
    """Report, assessment and arrangement came before the first of the therapy's steps.

    chinalife-cancer-rider/CART-6, pingan-longterm-b/FLOW-1, axa-excellence/DD-1.
    """
    del context
    if facts.arranged:
        return met(say("单采前已完成审核、评估和就医安排。", "Approved, assessed and arranged before."), arranged=True)
    why = say("单采前未完成审核、评估或就医安排。", "Not approved, assessed and arranged before.")
    return not_met(why, OWN_EXPENSE, arranged=False)


@rule(topic="cart_window")
def first_apheresis_in_cover(facts: CarTApheresisFacts | CarTCostFacts, context: Context) -> Result:
    """The first apheresis began within the insurance period, its last day included, or that of the renewed policy.

    chinalife-cancer-rider/CART-4, pingan-longterm-b/DUR-1, axa-excellence/DD-5.
    """
    del context
    day = facts.first_apheresis_on
    if day is None and isinstance(facts, CarTApheresisFacts):
        day = facts.performed_on
    if day is None:
        return not_applicable(say("尚未单采。", "There was no apheresis."), first_apheresis=None)
    first, last = facts.policy_effective_on, end_of_cover(facts.expires_on, facts.renewed_to, 0)
    known = {"first_apheresis": day, "first_day": first, "last_day": last}
    why = say(
        f"保险期间 {first} 至 {last}（含）；首次单采 {day}。",
        f"Cover runs from {first} to {last} inclusive; the first apheresis began on {day}.",
    )
    return met(why, **known) if first <= day <= last else not_met(why, OWN_EXPENSE, **known)


@rule(topic="cart_window")
def repeated_apheresis_within_window(facts: CarTApheresisFacts, context: Context) -> Result:
    """Cells collected again belong to the period that the first apheresis opened; they open no new one.

    chinalife-cancer-rider/CART-4.
    """
    first, day = facts.first_apheresis_on, facts.performed_on
    window = None if first is None else treatment_window(first, None, context)
    if window is None:
        return not_applicable(say("首次单采。", "This is the first apheresis."), performed_on=day)
    known = {"first_apheresis_on": first, "performed_on": day, "closes_on": window.closes_on}
    why = say(
        f"治疗期自首次单采起算：{window.reckoning.zh}；本次单采 {day}。",
        f"The treatment period runs from the first apheresis: {window.reckoning.en}; this one is on {day}.",
    )
    if day < window.opens_on:
        return referred(why, CALL_INSURER, **known)
    return met(why, **known) if day <= window.closes_on else not_met(why, OWN_EXPENSE, **known)
