"""How long the insurance pays for medication: to the end of cover, some days beyond, or so long after diagnosis."""

from datetime import date

from rules.context import Context
from rules.days import plus_days
from rules.next_steps import OWN_COST
from rules.registry import rule
from rules.result import Result, met, not_applicable, not_met, say
from schemas.decision import AuthorizationFacts, ReviewFacts, SettlementFacts


def end_of_cover(expires_on: date, renewed_to: date | None, days_after_expiry: int) -> date:
    """The last day of the renewed policy, else expiry and the printed days after it, the last one included."""
    if renewed_to is not None and renewed_to > expires_on:
        return renewed_to
    return plus_days(expires_on, days_after_expiry)


def last_day_by_policy(expires_on: date, renewed_to: date | None, context: Context) -> date:
    """End of cover under the product's terms."""
    return end_of_cover(expires_on, renewed_to, context.value(context.terms.post_expiry_days))


@rule(topic="duration")
def within_medication_term(facts: AuthorizationFacts | ReviewFacts, context: Context) -> Result:
    """The drug is asked for while the insurance still pays; the day of diagnosis itself is not counted.

    Where no first purchase was completed within the days after diagnosis, liability ends with the policy period.
    pingan-longterm-b/DUR-1, pingan-cancer-drug/DUR-1 DUR-2, chinalife-cancer-rider/DUR-1, axa-excellence/DD-5,
    yuanxin-cancer-drug/DUR-1.
    """
    asked, expires_on, renewed_to, first = _asked(facts)
    diagnosed, days = facts.diagnosis.diagnosed_on, context.value(context.terms.medication_days_from_diagnosis)
    last = last_day_by_policy(expires_on, renewed_to, context)
    if days is not None:
        last = plus_days(diagnosed, days)
        last = max(last, expires_on) if first else last
    return _until(asked, last, diagnosed_on=diagnosed, expires_on=expires_on, renewed_to=renewed_to)


def _asked(facts: AuthorizationFacts | ReviewFacts) -> tuple[date, date, date | None, bool]:
    """Day asked about, expiry, end of the renewed period, and whether this is the first purchase."""
    issued = facts.prescription.issued_on
    if isinstance(facts, ReviewFacts):
        return max(facts.reviewed_on, issued), facts.expires_on, facts.renewed_to, facts.first_purchase
    policy = facts.coverage.policy
    return max(facts.applied_on, issued), policy.expires_on, policy.renewed_to, True


@rule(topic="duration")
def cost_within_term(facts: SettlementFacts, context: Context) -> Result:
    """The cost arose while the insurance still paid.

    pingan-longterm-b/DUR-1, chinalife-cancer-rider/DUR-1, axa-excellence/DD-5, yuanxin-cancer-drug/DUR-1.
    """
    if context.value(context.terms.medication_days_from_diagnosis) is not None:
        return not_applicable(
            say("用药期限自确诊日计算，已在审核时核对。", "The term runs from diagnosis and was checked before.")
        )
    last = last_day_by_policy(facts.expires_on, facts.renewed_to, context)
    return _until(facts.dispensed_on, last, expires_on=facts.expires_on, renewed_to=facts.renewed_to)


def _until(day: date, last: date, **known: object) -> Result:
    why = say(
        f"用药保障至 {last}（含）；本次 {day}。", f"Medication is covered to {last} inclusive; this one is on {day}."
    )
    if day <= last:
        return met(why, last_day=last, day=day, **known)
    return not_met(why, OWN_COST, last_day=last, day=day, **known)
