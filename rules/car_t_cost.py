"""Whether one item of a bill is covered: its kind, its day, whether it was necessary, the cover behind it."""

from rules.context import Context
from rules.next_steps import ASK_INSTITUTION, CALL_INSURER, OWN_EXPENSE
from rules.registry import rule
from rules.result import Result, met, not_applicable, not_met, referred, say
from rules.treatment_window import treatment_window
from schemas.car_t_facts import CarTCostFacts, CostKind
from schemas.text import Bilingual


@rule(topic="cart_costs")
def cost_kind_covered(facts: CarTCostFacts, context: Context) -> Result:
    """The item is of a kind that the document names; bridging therapy is named nowhere, and no step of the therapy.

    chinalife-cancer-rider/CART-2 CART-5, pingan-longterm-b/DRUG-2, axa-excellence/DD-5.
    """
    kind, covered = facts.item.kind, context.value(context.terms.car_t_cost_kinds) or ()
    known = {"kind": kind, "covered_kinds": covered}
    if kind in covered:
        return met(say("属于承担的费用项目。", "A kind of cost that is covered."), **known)
    if kind is CostKind.BRIDGING_THERAPY and CostKind.TREATMENT in covered:
        why = say(
            "桥接治疗不属于约定的六个步骤，是否承担需人工判断。",
            "Bridging therapy is not one of the six steps: a person decides.",
        )
        return referred(why, CALL_INSURER, **known)
    return not_met(say("不属于承担的费用项目。", "Not a kind of cost that is covered."), OWN_EXPENSE, **known)


@rule(topic="cart_window")
def cost_within_window(facts: CarTCostFacts, context: Context) -> Result:
    """The cost arose in the treatment period, its first and last day included; before apheresis nothing is covered.

    chinalife-cancer-rider/CART-4.
    """
    day, first = facts.item.incurred_on, facts.first_apheresis_on
    window = None if first is None else treatment_window(first, facts.infused_on, context)
    known = {"incurred_on": day, "first_apheresis_on": first, "infused_on": facts.infused_on}
    if window is None:
        why = say("尚未单采，治疗期未开始。", "Without an apheresis no treatment period has begun.")
        return not_met(why, OWN_EXPENSE, **known)
    why = say(
        f"治疗期：{window.reckoning.zh}；费用发生于 {day}。",
        f"Treatment period: {window.reckoning.en}; the cost arose on {day}.",
    )
    if facts.infused_on is not None and facts.infused_on < window.opens_on:
        return referred(why, CALL_INSURER, **known)
    inside = window.opens_on <= day <= window.closes_on
    known |= {"closes_on": window.closes_on}
    if inside and _perhaps_closed(facts, context):
        unknown = say(
            f"{why.zh}产品自 {facts.infusible_from} 起可回输，是否回输未知，治疗期可能已提前届满。",
            f"{why.en} The cells could be infused from {facts.infusible_from} on, and nobody told whether they were:"
            " the period may have closed sooner.",
        )
        return referred(unknown, ASK_INSTITUTION, **known, infusible_from=facts.infusible_from)
    return met(why, **known) if inside else not_met(why, OWN_EXPENSE, **known)


def _perhaps_closed(facts: CarTCostFacts, context: Context) -> bool:
    """Whether an infusion of which nobody told would have closed the period before the cost arose."""
    if facts.infused_on or not facts.infusible_from or not facts.first_apheresis_on:
        return False
    shortest = treatment_window(facts.first_apheresis_on, facts.infusible_from, context)
    return shortest is not None and shortest.closes_on < facts.item.incurred_on


@rule(topic="cart_costs")
def cost_necessary(facts: CarTCostFacts, context: Context) -> Result:
    """The cost is reasonable and necessary unless the reviewer found otherwise; a product that never was raises doubt.

    So does a cost that arose after the insured person's death.

    chinalife-cancer-rider/CART-2.
    """
    del context
    necessary = facts.item.necessary
    if necessary is False:
        why = say("经审核不属合理且必需。", "Found neither reasonable nor necessary.")
        return not_met(why, OWN_EXPENSE, necessary=necessary)
    if necessary is None and _of_no_product(facts):
        why = say(
            "产品未放行也未回输，其费用须人工核实。", "A product is billed that was neither released nor infused."
        )
        return referred(why, CALL_INSURER, necessary=necessary, product_released=False)
    if necessary is None and facts.died_on is not None and facts.item.incurred_on > facts.died_on:
        why = say(
            f"被保险人于 {facts.died_on} 身故，费用发生于其后，须人工核实。",
            f"The insured person died on {facts.died_on}, and the cost arose after it: a person decides.",
        )
        return referred(why, CALL_INSURER, necessary=necessary, died_on=facts.died_on)
    return met(say("合理且必需。", "Reasonable and necessary, for all that is known."), necessary=necessary)


def _of_no_product(facts: CarTCostFacts) -> bool:
    released = facts.product_released or facts.infused_on is not None
    return facts.item.kind is CostKind.CAR_T_PRODUCT and not released


@rule(topic="service_period")
def cost_before_cancellation(facts: CarTCostFacts, context: Context) -> Result:
    """The cost arose before the day on which a cancellation took effect.

    pingan-longterm-b/ID-2, axa-excellence/WAIT-1 ID-1.
    """
    del context
    if not _after_cancellation(facts):
        return _in_cover(facts)
    return not_met(_after(facts), OWN_EXPENSE, **_days(facts))


@rule(topic="service_period")
def cost_before_cancellation_or_referred(facts: CarTCostFacts, context: Context) -> Result:
    """The same where the period outlives an expiry, and nothing is printed of a cancellation: a person decides.

    chinalife-cancer-rider/ID-1 CART-4.
    """
    del context
    if not _after_cancellation(facts):
        return _in_cover(facts)
    return referred(_after(facts), CALL_INSURER, **_days(facts))


def _after_cancellation(facts: CarTCostFacts) -> bool:
    return facts.cover_ended_on is not None and facts.item.incurred_on >= facts.cover_ended_on


def _in_cover(facts: CarTCostFacts) -> Result:
    if facts.cover_ended_on is None:
        return not_applicable(say("保单未解除。", "The policy was not cancelled."), **_days(facts))
    return met(say("费用发生于保单解除之前。", "The cost arose before the cancellation."), **_days(facts))


def _after(facts: CarTCostFacts) -> Bilingual:
    return say(
        f"保单自 {facts.cover_ended_on} 起解除；费用发生于 {facts.item.incurred_on}。",
        f"Cancelled from {facts.cover_ended_on} on; the cost arose on {facts.item.incurred_on}.",
    )


def _days(facts: CarTCostFacts) -> dict[str, object]:
    return {"incurred_on": facts.item.incurred_on, "cover_ended_on": facts.cover_ended_on}
