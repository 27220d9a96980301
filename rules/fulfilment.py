"""How the drug may reach the patient: from which pharmacy, in which way, in time and in what quantity."""

from products.model import SocialInsuranceDrug
from rules.context import Context
from rules.next_steps import CHOOSE_AGAIN, NEW_PRESCRIPTION
from rules.registry import rule
from rules.result import Result, met, not_applicable, not_met, referred, say
from schemas.decision import FulfilmentFacts, FulfilmentMode

PICK_UP_INSTEAD = say("请改为到店自取。", "Choose to collect the drug at the pharmacy.")


@rule(topic="social_insurance")
def social_insurance_drug_way(facts: FulfilmentFacts, context: Context) -> Result:
    """A social-insurance drug is collected in person where the product says so.

    pingan-longterm-b/FUL-1, pingan-cancer-drug/FUL-1, chinalife-cancer-rider/FUL-1, axa-excellence/DD-4,
    yuanxin-cancer-drug/FUL-1.
    """
    match context.value(context.terms.social_insurance_drug):
        case SocialInsuranceDrug.PICK_UP_ONLY:
            return _pick_up_only(facts)
        case SocialInsuranceDrug.PICK_UP_IN_PRINCIPLE:
            return _pick_up_in_principle(facts)
        case SocialInsuranceDrug.PARTIAL_ADVANCE | SocialInsuranceDrug.UNRESTRICTED:
            return not_applicable(say("社保药品不限取药方式。", "No way of hand-over is ruled out for such drugs."))


def _pick_up_only(facts: FulfilmentFacts) -> Result:
    known = {"in_catalogue": facts.in_catalogue, "mode": facts.mode}
    if facts.in_catalogue is False:
        return not_applicable(say("非社保目录内药品。", "Not a social-insurance drug."), **known)
    if facts.mode is FulfilmentMode.PICK_UP:
        return met(say("到店自取。", "Collected in person."), **known)
    if facts.in_catalogue is None:
        why = say("是否社保目录内药品不明，能否送药需核实。", "Whether it is a social-insurance drug is unknown.")
        return referred(why, PICK_UP_INSTEAD, **known)
    why = say("社保目录内药品仅支持到店自取。", "Social-insurance drugs can only be collected in person.")
    return not_met(why, PICK_UP_INSTEAD, **known)


def _pick_up_in_principle(facts: FulfilmentFacts) -> Result:
    known = {
        "settled_by_social_insurance": facts.settled_by_social_insurance,
        "mode": facts.mode,
        "overridden": bool(facts.override_by),
    }
    if not facts.settled_by_social_insurance:
        return not_applicable(say("非医保结算购药。", "Not settled through social insurance."), **known)
    if facts.mode is FulfilmentMode.PICK_UP:
        return met(say("到店自取。", "Collected in person."), **known)
    if facts.override_by:
        return met(say("服务人员已作例外处理。", "A service agent made an exception."), **known)
    why = say(
        "医保结算购药原则上仅支持到店自取。", "Purchases settled through social insurance are collected in principle."
    )
    return not_met(why, PICK_UP_INSTEAD, **known)


@rule(topic="fulfilment")
def injection_into_hospital(facts: FulfilmentFacts, context: Context) -> Result:
    """A delivered injection goes into the hospital, with the attending doctor's consent. yuanxin-cancer-drug/FUL-2."""
    known = {"injection": facts.injection, "mode": facts.mode, "doctor_consent": facts.doctor_consent}
    if facts.mode is FulfilmentMode.PICK_UP or not context.value(context.terms.injection_into_hospital):
        return not_applicable(say("不涉及注射液送药。", "No injection is delivered."), **known)
    if facts.injection is False:
        return not_applicable(say("非注射液。", "Not an injection."), **known)
    if facts.mode is FulfilmentMode.HOSPITAL_DELIVERY and facts.doctor_consent:
        return met(say("主治医师同意，送药入院。", "Delivered into the hospital with the doctor's consent."), **known)
    if facts.injection is None:
        return referred(say("剂型不明，能否送药需核实。", "Whether it is an injection is unknown."), **known)
    why = say(
        "注射液须主治医师知情同意并送药入院。", "Injections are delivered into the hospital with the doctor's consent."
    )
    step = say(
        "请取得主治医师同意并选择送药入院，或到店自取。",
        "Get the doctor's consent and choose the hospital, or collect it.",
    )
    return not_met(why, step, **known)


@rule(topic="fulfilment")
def pick_up_consent(facts: FulfilmentFacts, context: Context) -> Result:
    """Who collects has the doctor's and the hospital's consent to outside drugs. yuanxin-cancer-drug/FUL-1."""
    known = {"doctor_consent": facts.doctor_consent, "hospital_consent": facts.hospital_consent, "mode": facts.mode}
    if facts.mode is not FulfilmentMode.PICK_UP or not context.value(context.terms.pick_up_needs_consent):
        return not_applicable(say("无需外来药品同意。", "No consent to outside drugs is called for."), **known)
    if facts.doctor_consent and facts.hospital_consent:
        return met(say("医师及医院同意外来药品。", "Doctor and hospital agree to outside drugs."), **known)
    why = say("到店自取须主治医师及医院同意外来药品。", "Collecting takes the doctor's and the hospital's consent.")
    step = say(
        "请取得主治医师及医院同意后重新预约，或选择送药。", "Get both consents and book again, or choose delivery."
    )
    return not_met(why, step, **known)


@rule(topic="pickup_limit")
def pickup_within_quantity(facts: FulfilmentFacts, context: Context) -> Result:
    """One purchase holds at most the printed quantity. chinalife-cancer-rider/LIM-3, yuanxin-cancer-drug/LIM-1."""
    most, days = context.value(context.terms.max_days_per_pickup), facts.days_supply
    if most is None:
        return not_applicable(say("本产品未约定单次取药量。", "This product prints no limit for one purchase."))
    why = say(
        f"每次取药不超过 {most} 天用量；本次 {days} 天。", f"At most {most} days in one purchase; this one has {days}."
    )
    if days <= most:
        return met(why, max_days=most, days_supply=days)
    return not_met(why, NEW_PRESCRIPTION, max_days=most, days_supply=days)


@rule(topic="social_insurance")
def partial_advance_accepted(facts: FulfilmentFacts, context: Context) -> Result:
    """Where the pharmacy cannot settle a social-insurance drug, the insured person accepts a partial advance.

    axa-excellence/DD-4.
    """
    del context
    accepted = facts.partial_advance_accepted
    known = {
        "in_catalogue": facts.in_catalogue,
        "settled_by_social_insurance": facts.settled_by_social_insurance,
        "partial_advance_accepted": accepted,
    }
    if facts.in_catalogue is False or facts.settled_by_social_insurance:
        return not_applicable(say("不涉及部分垫付。", "No partial advance is at stake."), **known)
    if accepted:
        return met(say("被保险人接受部分垫付。", "The insured person accepts a partial advance."), **known)
    if accepted is None or facts.in_catalogue is None:
        why = say(
            "是否社保药品或是否接受部分垫付尚未明确。", "Whether a partial advance is at stake or accepted is unknown."
        )
        return referred(why, **known)
    why = say("社保药品无法社保结算时仅部分垫付，被保险人不接受。", "Only part can be advanced, and that was declined.")
    return not_met(why, CHOOSE_AGAIN, **known)
