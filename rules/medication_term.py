"""How long the insurance pays for medication: to the end of cover, some days beyond, or so long after diagnosis."""

from datetime import date

from rules.context import Context
from rules.days import plus_days
from rules.next_steps import CALL_INSURER, OWN_COST
from rules.registry import rule
from rules.result import Result, met, not_applicable, not_met, referred, say
from schemas.car_t_facts import CarTAuthorizationFacts, CarTCostFacts
from schemas.decision import AuthorizationFacts, CounterFacts, ReviewFacts, SettlementFacts
from schemas.facts import EligibilityFacts

MedicationFacts = AuthorizationFacts | CarTAuthorizationFacts | ReviewFacts


def end_of_cover(expires_on: date, renewed_to: date | None, days_after_expiry: int) -> date:
    """The last day of the renewed policy, else expiry and the printed days after it, the last one included."""
    if renewed_to is not None and renewed_to > expires_on:
        return renewed_to
    return plus_days(expires_on, days_after_expiry)


def last_day_by_policy(expires_on: date, renewed_to: date | None, context: Context) -> date:
    """End of cover under the product's terms."""
    return end_of_cover(expires_on, renewed_to, context.value(context.terms.post_expiry_days))


@rule(topic="duration")
def within_medication_term(facts: MedicationFacts, context: Context) -> Result:
    """The drug is asked for while the insurance still pays; the day of diagnosis itself is not counted.

    Where no first purchase was completed within the days after diagnosis, liability ends with the policy period.
    pingan-longterm-b/DUR-1, pingan-cancer-drug/DUR-1 DUR-2, chinalife-cancer-rider/DUR-1, axa-excellence/DD-5,
    yuanxin-cancer-drug/DUR-1.
    """
    asked, expires_on, renewed_to = _asked(facts)
    diagnosed, days = facts.diagnosis.diagnosed_on, context.value(context.terms.medication_days_from_diagnosis)
    last = last_day_by_policy(expires_on, renewed_to, context)
    if days is not None:
        purchased, unknown = _first_purchase(facts)
        if unknown and plus_days(diagnosed, days) < asked <= expires_on:
            why = say(
                "首次购药日期不明，无法判断保障截止日。", "The day of the first purchase decides and is not known."
            )
            return referred(why, CALL_INSURER, diagnosed_on=diagnosed, day=asked, expires_on=expires_on)
        last = last_day_from_diagnosis(diagnosed, days, expires_on, purchased)
    return _until(asked, last, diagnosed_on=diagnosed, expires_on=expires_on, renewed_to=renewed_to)


def last_day_from_diagnosis(diagnosed: date, days: int, expires_on: date, purchased_on: date | None) -> date:
    """So many days after diagnosis; the policy's end where no first purchase was made within them."""
    last = plus_days(diagnosed, days)
    in_time = purchased_on is not None and purchased_on <= last
    return last if in_time else max(last, expires_on)


def _first_purchase(facts: EligibilityFacts | ReviewFacts) -> tuple[date | None, bool]:
    """The day of the first purchase, None while there is none; and whether there was one whose day is not known."""
    if isinstance(facts, EligibilityFacts):
        return None, False
    day = facts.first_purchased_on
    return day, day is None and not facts.first_purchase


def _asked(facts: MedicationFacts) -> tuple[date, date, date | None]:
    """Day asked about, expiry, and the end of the renewed period; a CAR-T product is prescribed later."""
    if isinstance(facts, ReviewFacts):
        return max(facts.reviewed_on, facts.prescription.issued_on), facts.expires_on, facts.renewed_to
    policy, day = facts.coverage.policy, facts.applied_on
    if isinstance(facts, AuthorizationFacts):
        day = max(day, facts.prescription.issued_on)
    return day, policy.expires_on, policy.renewed_to


@rule(topic="duration")
def cost_within_term(facts: SettlementFacts | CarTCostFacts, context: Context) -> Result:
    """The cost arose while the insurance still paid; that of a delivery arises with its booking (decision 0029).

    pingan-longterm-b/DUR-1, chinalife-cancer-rider/DUR-1, axa-excellence/DD-5, yuanxin-cancer-drug/DUR-1.
    """
    if context.value(context.terms.medication_days_from_diagnosis) is not None:
        return not_applicable(
            say("用药期限自确诊日计算，已在审核时核对。", "The term runs from diagnosis and was checked before.")
        )
    last = last_day_by_policy(facts.expires_on, facts.renewed_to, context)
    day = facts.item.incurred_on if isinstance(facts, CarTCostFacts) else facts.booked_on or facts.dispensed_on
    return _until(day, last, expires_on=facts.expires_on, renewed_to=facts.renewed_to)


@rule(topic="duration")
def handed_over_within_term(facts: CounterFacts, context: Context) -> Result:
    """Nothing is handed over that settlement would not pay: the cover lasts on the day of the collection.

    A delivery that was booked while it lasted arrives when it arrives, and is settled as one: see `cost_within_term`.
    pingan-longterm-b/DUR-1, chinalife-cancer-rider/DUR-1, axa-excellence/DD-5, yuanxin-cancer-drug/DUR-1.
    """
    day = facts.booked_on or facts.handed_over_on
    if facts.expires_on is None:
        why = say("保单到期日不明，无法判断用药保障是否仍有效。", "The end of the policy is not known.")
        return referred(why, CALL_INSURER, day=day)
    last = last_day_by_policy(facts.expires_on, facts.renewed_to, context)
    return _until(day, last, expires_on=facts.expires_on, renewed_to=facts.renewed_to)


def _until(day: date, last: date, **known: object) -> Result:
    why = say(
        f"用药保障至 {last}（含）；本次 {day}。", f"Medication is covered to {last} inclusive; this one is on {day}."
    )
    if day <= last:
        return met(why, last_day=last, day=day, **known)
    return not_met(why, OWN_COST, last_day=last, day=day, **known)
