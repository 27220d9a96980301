"""The diagnosis: first in life, made by whom and where, proven how, and malignant in the document's sense."""

from rules.context import Context
from rules.hospital import listed, ordinary_shortfalls, public_shortfalls, treating_shortfalls
from rules.next_steps import CALL_INSURER, OWN_COST
from rules.registry import rule
from rules.result import PaperWanted, Result, met, not_met, papers_due, referred, say
from schemas.facts import EligibilityFacts
from schemas.papers import PaperKind
from schemas.text import Bilingual

MALIGNANT_LAST_BLOCK = 97
"""ICD-10 (WHO) calls C00 to C97 malignant."""
UNCERTAIN_BLOOD_BLOCKS = ("D45", "D46", "D47")
"""Blood diseases that ICD-10 files as uncertain and pathology calls malignant, e.g. polycythaemia vera."""


@rule(topic="first_diagnosis")
def first_diagnosis_since_birth(facts: EligibilityFacts, context: Context) -> Result:
    """The disease was diagnosed for the first time in life; recurrence or metastasis of an earlier one is not first.

    pingan-longterm-b/DX-1, pingan-cancer-drug/DX-1, chinalife-cancer-rider/DX-1 CART-1, axa-excellence/DD-1,
    yuanxin-cancer-drug/DX-1.
    """
    del context
    diagnosed, first = facts.diagnosis.diagnosed_on, facts.diagnosis.first_ever
    if diagnosed > facts.applied_on:
        why = say(
            f"确诊日 {diagnosed} 晚于申请日 {facts.applied_on}，日期需核实。",
            f"Diagnosed on {diagnosed}, after the application of {facts.applied_on}: the date has to be checked.",
        )
        return referred(why, diagnosed_on=diagnosed, applied_on=facts.applied_on)
    if not first:
        why = say("并非自出生后首次确诊。", "Not the first diagnosis since birth.")
        return not_met(why, OWN_COST, first_ever=first, diagnosed_on=diagnosed)
    why = say(f"自出生后首次确诊，确诊日 {diagnosed}。", f"First diagnosis since birth, on {diagnosed}.")
    return met(why, first_ever=first, diagnosed_on=diagnosed)


def _at_hospital(facts: EligibilityFacts, lacking: tuple[Bilingual, ...]) -> Result:
    diagnosis = facts.diagnosis
    known = {
        "by_specialist": diagnosis.by_specialist,
        "hospital_grade": diagnosis.hospital.grade,
        "hospital_public": diagnosis.hospital.public,
        "hospital_kind": diagnosis.hospital.kind,
    }
    if not diagnosis.by_specialist:
        lacking = (say("非专科医生确诊", "not diagnosed by a specialist"), *lacking)
    if lacking:
        phrase = listed(lacking)
        why = say(f"确诊不符合约定：{phrase.zh}。", f"The diagnosis does not count: {phrase.en}.")
        step = say(
            "可由符合约定的医院专科医生复核确诊后再申请。",
            "Have a specialist of an agreed hospital confirm it, then apply.",
        )
        return not_met(why, step, **known)
    return met(say("由约定医院专科医生确诊。", "Diagnosed by a specialist at an agreed hospital."), **known)


@rule(topic="hospital")
def diagnosed_by_specialist_at_agreed_hospital(facts: EligibilityFacts, context: Context) -> Result:
    """A specialist of a public treating hospital of the least grade in mainland China made the diagnosis.

    pingan-longterm-b/DX-1 HOSP-1, pingan-cancer-drug/DX-1 HOSP-1.
    """
    grade = context.value(context.terms.hospital_min_grade)
    return _at_hospital(facts, treating_shortfalls(facts.diagnosis.hospital, grade))


@rule(topic="hospital")
def diagnosed_at_ordinary_department(facts: EligibilityFacts, context: Context) -> Result:
    """The same in an ordinary department with staff day and night. yuanxin-cancer-drug/COND-1 HOSP-1."""
    hospital, grade = facts.diagnosis.hospital, context.value(context.terms.hospital_min_grade)
    return _at_hospital(facts, (*treating_shortfalls(hospital, grade), *ordinary_shortfalls(hospital)))


@rule(topic="hospital")
def diagnosed_at_public_or_recognised_hospital(facts: EligibilityFacts, context: Context) -> Result:
    """A specialist of a public or recognised hospital made the diagnosis. chinalife-cancer-rider/DX-1 CART-1."""
    hospital, grade = facts.diagnosis.hospital, context.value(context.terms.hospital_min_grade)
    return _at_hospital(facts, () if hospital.recognised_by_insurer else public_shortfalls(hospital, grade))


@rule(topic="disease_definition")
def malignancy_proven_by_pathology(facts: EligibilityFacts, context: Context) -> Result:
    """ICD-10 calls the disease malignant, and pathology proves it.

    pingan-longterm-b/DX-2, pingan-cancer-drug/DX-2, yuanxin-cancer-drug/DX-2.
    """
    del context
    code, proven = facts.diagnosis.icd10, facts.diagnosis.pathology_confirmed
    known = {"icd10": code, "pathology_confirmed": proven}
    if not _malignant(code):
        if code[:3] in UNCERTAIN_BLOOD_BLOCKS:
            why = say(f"{code} 是否属恶性肿瘤范畴需人工判断。", f"Whether {code} counts as malignant needs a person.")
            return referred(why, CALL_INSURER, **known)
        why = say(
            f"诊断编码 {code} 不属于 ICD-10 恶性肿瘤范畴（C00-C97）。", f"{code} is not malignant in ICD-10 (C00-C97)."
        )
        return not_met(why, OWN_COST, **known)
    if proven:
        return met(say(f"{code} 经病理学检查明确诊断。", f"{code}, proven by pathology."), **known)
    return _unproven(facts, known)


def _malignant(code: str) -> bool:
    return code[0] == "C" and int(code[1:3]) <= MALIGNANT_LAST_BLOCK


def _unproven(facts: EligibilityFacts, known: dict[str, object]) -> Result:
    """Ask for the report; once it is there a person reads it, because no paper changes a reported fact by itself."""
    if any(paper.kind is PaperKind.PATHOLOGY_REPORT for paper in facts.papers):
        why = say(
            "病理报告已收到，需人工核对是否明确诊断。",
            "The pathology report has come: a person reads whether it proves it.",
        )
        return referred(why, **known)
    why = say("尚无病理学检查明确诊断，请补交病理报告。", "Not yet proven by pathology: the pathology report is due.")
    return papers_due(why, (PaperWanted(PaperKind.PATHOLOGY_REPORT),), **known)


@rule(topic="disease_definition")
def severe_malignancy(facts: EligibilityFacts, context: Context) -> Result:
    """The disease is a severe malignancy as the main policy defines it, malignant by its code; the policy covers those.

    chinalife-cancer-rider/DX-1 EXC-6 CART-1, axa-excellence/DD-1.
    """
    del context
    severe, covered = facts.diagnosis.severe_malignancy, facts.coverage.policy.severe_malignancy_cover
    code = facts.diagnosis.icd10
    known = {"severe_malignancy": severe, "severe_malignancy_cover": covered, "icd10": code}
    if not covered:
        return not_met(say("保单不含恶性肿瘤——重度保障。", "The policy does not cover it."), OWN_COST, **known)
    if severe is None:
        why = say(
            "是否达到主险约定的恶性肿瘤——重度尚未认定。",
            "Nobody has established whether it is severe as the policy defines it.",
        )
        return referred(why, CALL_INSURER, **known)
    if not severe:
        why = say("未达到恶性肿瘤——重度。", "Not a severe malignancy as the policy defines it.")
        return not_met(why, OWN_COST, **known)
    if not _malignant(code):
        why = say(
            f"已认定为恶性肿瘤——重度，但诊断编码 {code} 不属于 ICD-10 恶性肿瘤范畴（C00-C97），需人工核实。",
            f"Established as a severe malignancy, yet {code} is not malignant in ICD-10 (C00-C97): a person looks.",
        )
        return referred(why, CALL_INSURER, **known)
    return met(say("已认定为恶性肿瘤——重度。", "Established as a severe malignancy."), **known)
