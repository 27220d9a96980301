"""The treatment period of a CAR-T therapy: from the first apheresis to the earlier of two days."""

from datetime import date

from rules.context import Context
from rules.days import plus_days
from rules.result import say
from schemas.car_t_facts import (
    CarTApheresisFacts,
    CarTCostFacts,
    CarTInfusionFacts,
    CarTStandingFacts,
    TreatmentWindow,
)
from schemas.decision import Facts


def treatment_window(first_apheresis_on: date, infused_on: date | None, context: Context) -> TreatmentWindow | None:
    """Both days included; None where the document prints no such period.

    Only day 1 of the first apheresis and the first infusion count: neither is repeated. chinalife-cancer-rider/CART-4.
    """
    by_apheresis = context.dated(context.terms.car_t_days_after_apheresis)
    by_infusion = context.dated(context.terms.car_t_days_after_infusion)
    if by_apheresis.value is None:
        return None
    closes_on, days, after = plus_days(first_apheresis_on, by_apheresis.value), by_apheresis.value, "apheresis"
    if infused_on is not None and by_infusion.value is not None:
        sooner = plus_days(infused_on, by_infusion.value)
        if sooner < closes_on:
            closes_on, days, after = sooner, by_infusion.value, "infusion"
    zh = {"apheresis": "单采", "infusion": "回输"}[after]
    return TreatmentWindow(
        opens_on=first_apheresis_on,
        closes_on=closes_on,
        closed_by="apheresis" if after == "apheresis" else "infusion",
        rule=by_apheresis.rule,
        reckoning=say(
            f"第 1 日 = {first_apheresis_on}；止于 {closes_on}（{zh}后第 {days} 日）",
            f"day 1 = {first_apheresis_on}; closes {closes_on} ({after} + {days})",
        ),
    )


def window_of(facts: Facts, context: Context, *, refused: bool) -> TreatmentWindow | None:
    """The period on these facts; a first apheresis that was refused opens none."""
    infused_on = facts.infused_on if isinstance(facts, CarTCostFacts | CarTStandingFacts) else None
    match facts:
        case CarTApheresisFacts():
            opens_on = facts.first_apheresis_on or (None if refused else facts.performed_on)
        case CarTInfusionFacts() | CarTCostFacts() | CarTStandingFacts():
            opens_on = facts.first_apheresis_on
        case _:
            return None
    return None if opens_on is None else treatment_window(opens_on, infused_on, context)
