"""Whether the drug suits the patient, as far as the reviewing pharmacist established it: nothing is inferred."""

from rules.context import Context
from rules.next_steps import NEW_PLAN, NEW_PRESCRIPTION
from rules.registry import rule
from rules.result import PaperWanted, Result, met, not_applicable, not_met, papers_due, referred, say
from schemas.clinical import Tumour
from schemas.decision import ReviewFacts
from schemas.papers import PaperKind


@rule(topic="appropriateness")
def label_agrees(facts: ReviewFacts, context: Context) -> Result:
    """Indication and dosage agree with the label the drug administration approved.

    pingan-longterm-b/REV-1 REV-3, pingan-cancer-drug/REV-1, chinalife-cancer-rider/DOM-1 EXC-2, axa-excellence/DD-3,
    yuanxin-cancer-drug/COND-1 REV-1.
    """
    del context
    agrees = facts.findings.on_label
    if agrees is None:
        return referred(say("药师尚未核对说明书。", "The pharmacist has not compared the label."), on_label=agrees)
    if agrees:
        return met(
            say("适应症及用法用量与说明书一致。", "Indication and dosage agree with the label."), on_label=agrees
        )
    why = say("适应症或用法用量与说明书不一致。", "Indication or dosage departs from the label.")
    return not_met(why, NEW_PRESCRIPTION, on_label=agrees)


@rule(topic="resistance")
def no_resistance(facts: ReviewFacts, context: Context) -> Result:
    """No progression on this drug: by RECIST if solid, by guideline if of the blood; never one for the other.

    pingan-longterm-b/REV-1 REV-3, pingan-cancer-drug/REV-1, yuanxin-cancer-drug/REV-1.
    """
    del context
    return _resistance(facts)


@rule(topic="resistance")
def no_resistance_by_recist_clause(facts: ReviewFacts, context: Context) -> Result:
    """The same where the clause prints RECIST alone: a blood cancer's progression is for a person to weigh.

    chinalife-cancer-rider/EXC-5.
    """
    del context
    progressed = facts.findings.guideline_progression
    if facts.diagnosis.tumour is Tumour.HAEMATOLOGICAL and progressed:
        why = say(
            "按指南判定进展；条款只约定 RECIST 标准，需人工判断。",
            "Progression by guideline; the clause prints RECIST alone, so a person decides.",
        )
        return referred(why, tumour=facts.diagnosis.tumour, guideline_progression=progressed)
    return _resistance(facts)


def _resistance(facts: ReviewFacts) -> Result:
    solid = facts.diagnosis.tumour is Tumour.SOLID
    progressed = facts.findings.recist_progression if solid else facts.findings.guideline_progression
    yardstick = "RECIST" if solid else "指南"
    yardstick_en = "RECIST" if solid else "guideline"
    known = {"tumour": facts.diagnosis.tumour, "yardstick": yardstick_en, "progression": progressed}
    if progressed is None:
        why = say(f"尚未按{yardstick}标准评价是否进展。", f"Progression has not been judged by {yardstick_en}.")
        return referred(why, **known)
    if progressed:
        why = say(f"按{yardstick}标准已进展，对该药耐药。", f"Progression by {yardstick_en}: resistant to this drug.")
        return not_met(why, NEW_PLAN, **known)
    return met(say(f"按{yardstick}标准无进展。", f"No progression by {yardstick_en}."), **known)


@rule(topic="appropriateness")
def gene_target_present(facts: ReviewFacts, context: Context) -> Result:
    """Where the drug needs a gene target, a test found it: the report is a paper, the target part of the label.

    pingan-longterm-b/MAT-1 REV-1, pingan-cancer-drug/MAT-1 REV-1, chinalife-cancer-rider/MAT-1 EXC-2,
    axa-excellence/DD-1 DD-3, yuanxin-cancer-drug/MAT-1 REV-1.
    """
    del context
    needed, present = facts.findings.drug_has_target, facts.findings.target_present
    known = {"drug_has_target": needed, "target_present": present}
    if needed is None:
        return referred(
            say("药品是否有靶点要求未核对。", "Whether the drug needs a target was not looked at."), **known
        )
    if not needed:
        return not_applicable(say("该药无靶点要求。", "The drug needs no target."), **known)
    if not any(paper.kind is PaperKind.GENE_TEST_REPORT for paper in facts.papers):
        why = say("该药有靶点要求，请补交基因检测报告。", "The drug needs a target: the gene test report is due.")
        return papers_due(why, (PaperWanted(PaperKind.GENE_TEST_REPORT),), **known)
    if present is None:
        return referred(
            say("基因检测报告已收到，靶点结果待核对。", "The report has come; its result was not recorded."), **known
        )
    if not present:
        return not_met(say("未检出所需靶点。", "The target was not found."), NEW_PLAN, **known)
    return met(say("检出所需靶点。", "The target was found."), **known)


@rule(topic="supplement")
def evidence_supports(facts: ReviewFacts, context: Context) -> Result:
    """Tests support the prescription; where they do not, more evidence is asked for once before it fails.

    chinalife-cancer-rider/SUP-1 EXC-9.
    """
    del context
    supports = facts.findings.tests_support
    if supports is None:
        return referred(say("检查检验结果尚未核对。", "The tests were not looked at."), tests_support=supports)
    if supports:
        return met(say("检查检验结果支持处方。", "The tests support the prescription."), tests_support=supports)
    if PaperKind.LABORATORY_REPORT in facts.supplemented:
        why = say(
            "补充材料后检查检验结果仍不支持处方，不予给付。",
            "The tests do not support the prescription, nor does the evidence that came: nothing is paid.",
        )
        return not_met(why, NEW_PLAN, tests_support=supports)
    why = say(
        "检查检验结果不支持处方，请补充能证明药品有效的医学材料；不能证明的不予给付。",
        "The tests do not support the prescription: evidence that the drug works is due; without it nothing is paid.",
    )
    return papers_due(why, (PaperWanted(PaperKind.LABORATORY_REPORT),), tests_support=supports)
