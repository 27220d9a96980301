"""The prescription as a document: who wrote it, what it shows, for how long and how soon after the last."""

from rules.context import Context
from rules.hospital import listed, ordinary_shortfalls, treating_shortfalls, treatment_shortfalls
from rules.next_steps import NEW_PRESCRIPTION
from rules.registry import rule
from rules.result import Result, met, not_applicable, not_met, referred, say
from schemas.clinical import PrescriptionItem
from schemas.decision import ReviewFacts
from schemas.text import Bilingual

ITEM_NAMES = {
    PrescriptionItem.NAME: say("姓名", "name"),
    PrescriptionItem.SEX: say("性别", "sex"),
    PrescriptionItem.AGE: say("年龄", "age"),
    PrescriptionItem.DIAGNOSIS: say("临床诊断", "diagnosis"),
    PrescriptionItem.DRUG_NAME: say("药品名称", "drug name"),
    PrescriptionItem.FORM: say("剂型", "dosage form"),
    PrescriptionItem.SPECIFICATION: say("规格", "specification"),
    PrescriptionItem.QUANTITY: say("数量", "quantity"),
    PrescriptionItem.USAGE: say("用法用量", "usage and dosage"),
    PrescriptionItem.INCOMPATIBILITIES: say("配伍禁忌", "incompatibilities"),
}


def _written_at(facts: ReviewFacts, lacking: tuple[Bilingual, ...]) -> Result:
    prescription = facts.prescription
    known = {"by_specialist": prescription.by_specialist, "hospital_grade": prescription.hospital.grade}
    if not prescription.by_specialist:
        lacking = (say("非专科医生开具", "not by a specialist"), *lacking)
    if lacking:
        phrase = listed(lacking)
        why = say(f"处方不符合约定：{phrase.zh}。", f"The prescription does not count: {phrase.en}.")
        return not_met(why, NEW_PRESCRIPTION, **known)
    return met(say("处方由约定医院专科医生开具。", "Prescribed by a specialist at an agreed hospital."), **known)


@rule(topic="eligibility")
def prescribed_by_specialist(facts: ReviewFacts, context: Context) -> Result:
    """A specialist of a public or recognised hospital in China prescribed it. chinalife-cancer-rider/DOM-1 EXC-1."""
    grade = context.value(context.terms.hospital_min_grade)
    return _written_at(facts, treatment_shortfalls(facts.prescription.hospital, grade))


@rule(topic="eligibility")
def prescribed_at_ordinary_department(facts: ReviewFacts, context: Context) -> Result:
    """A specialist of an agreed hospital's ordinary department prescribed it. yuanxin-cancer-drug/COND-1 HOSP-1."""
    hospital, grade = facts.prescription.hospital, context.value(context.terms.hospital_min_grade)
    return _written_at(facts, (*treating_shortfalls(hospital, grade), *ordinary_shortfalls(hospital)))


@rule(topic="flow")
def authorized_at_first_use(facts: ReviewFacts, context: Context) -> Result:
    """The authorization of the first use covers later ones: they go straight to review. yuanxin-cancer-drug/FLOW-2."""
    del context
    if facts.first_purchase:
        return not_applicable(say("首次用药，已单独授权。", "The first use has an authorization of its own."))
    return met(
        say("首次用药时已授权，本次直接审核处方。", "Authorized at its first use; this prescription is only reviewed."),
        previous_prescribed_on=facts.previous_prescribed_on,
    )


@rule(topic="prescription_content")
def prescription_complete(facts: ReviewFacts, context: Context) -> Result:
    """The prescription shows every particular and carries no unsigned alteration. pingan-longterm-b/REV-2."""
    del context
    prescription = facts.prescription
    missing = tuple(item for item in PrescriptionItem if item not in prescription.shows)
    known = {"missing": missing, "altered": prescription.altered, "alteration_signed": prescription.alteration_signed}
    if missing:
        zh = "、".join(ITEM_NAMES[item].zh for item in missing)
        en = ", ".join(ITEM_NAMES[item].en for item in missing)
        return not_met(say(f"处方缺少：{zh}。", f"The prescription lacks: {en}."), NEW_PRESCRIPTION, **known)
    if prescription.altered and not prescription.alteration_signed:
        why = say("处方有涂改且未签名。", "The prescription was altered without a signature.")
        return not_met(why, NEW_PRESCRIPTION, **known)
    return met(say("处方内容完整。", "The prescription is complete."), **known)


@rule(topic="prescription_content")
def prescribed_for_this_disease(facts: ReviewFacts, context: Context) -> Result:
    """The prescription was written once the disease was diagnosed: nobody can prescribe by the label for it before.

    Until when a prescription may be used is printed nowhere: the pharmacist sees its day. pingan-longterm-b/REV-1,
    pingan-cancer-drug/REV-1, chinalife-cancer-rider/DOM-1, axa-excellence/DD-3, yuanxin-cancer-drug/REV-1.
    """
    del context
    issued, diagnosed = facts.prescription.issued_on, facts.diagnosis.diagnosed_on
    why = say(f"处方日期 {issued}；确诊日 {diagnosed}。", f"Prescribed on {issued}, diagnosed on {diagnosed}.")
    known = {"issued_on": issued, "diagnosed_on": diagnosed}
    return met(why, **known) if issued >= diagnosed else referred(why, NEW_PRESCRIPTION, **known)


@rule(topic="prescription_limit")
def days_supply_within_limit(facts: ReviewFacts, context: Context) -> Result:
    """One prescription holds no more days of drug than printed. chinalife-cancer-rider/LIM-1."""
    most, days = context.value(context.terms.max_days_supply), facts.prescription.days_supply
    if most is None:
        return not_applicable(say("本产品未约定单次处方天数。", "This product prints no limit for one prescription."))
    why = say(
        f"单次处方不超过 {most} 天；本次 {days} 天。", f"At most {most} days in one prescription; this one has {days}."
    )
    if days <= most:
        return met(why, max_days=most, days_supply=days)
    return not_met(why, NEW_PRESCRIPTION, max_days=most, days_supply=days)


@rule(topic="prescription_limit")
def interval_since_last_prescription(facts: ReviewFacts, context: Context) -> Result:
    """Two prescriptions of the drug lie at least so many days apart, by their dates. chinalife-cancer-rider/LIM-2."""
    least, previous = context.value(context.terms.min_days_between_prescriptions), facts.previous_prescribed_on
    issued = facts.prescription.issued_on
    if least is None or (previous is None and facts.first_purchase):
        return not_applicable(
            say("无需核对处方间隔。", "No interval to check: none is printed, or this is the first one.")
        )
    if previous is None:
        return referred(say("上一次处方日期不明。", "The date of the last prescription is unknown."), issued_on=issued)
    days = (issued - previous).days
    why = say(
        f"相邻处方间隔不少于 {least} 天；{previous} 至 {issued} 共 {days} 天。",
        f"At least {least} days between prescriptions; from {previous} to {issued} are {days}.",
    )
    known = {"min_days": least, "days": days, "previous_prescribed_on": previous, "issued_on": issued}
    if days < 0:
        return referred(why, **known)
    return met(why, **known) if days >= least else not_met(why, NEW_PRESCRIPTION, **known)
