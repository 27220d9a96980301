"""The six malignancies that three of the documents leave out, judged from typed facts only."""

import re

from rules.context import Context
from rules.next_steps import OWN_COST
from rules.registry import rule
from rules.result import Result, met, not_met, referred, say
from schemas.clinical import AnnArborStage, BinetStage, Diagnosis, Tnm
from schemas.decision import Outcome
from schemas.facts import EligibilityFacts
from schemas.text import Bilingual

_IN_SITU = re.compile(r"^D0\d")
_ADVANCED_T = re.compile(r"^[2-4]")
Judgement = tuple[Outcome, Bilingual] | None
"""NOT_MET or REFERRED with the reason; None where this exclusion does not strike."""


@rule(topic="disease_exclusions")
def not_excluded_disease(facts: EligibilityFacts, context: Context) -> Result:
    """None of the six exclusions strikes; a stage that nobody recorded is asked of a person, never assumed.

    pingan-longterm-b/DX-3, pingan-cancer-drug/DX-3, yuanxin-cancer-drug/DX-3.
    """
    del context
    diagnosis = facts.diagnosis
    judged = [each(diagnosis) for each in (in_situ, early_cll, early_hodgkin, skin_cancer, early_prostate, with_hiv)]
    struck = sorted((each for each in judged if each is not None), key=lambda each: each[0] is Outcome.REFERRED)
    known = _known(diagnosis)
    if not struck:
        return met(say("不属于六类除外疾病。", "None of the six excluded diseases."), **known)
    outcome, why = struck[0]
    return not_met(why, OWN_COST, **known) if outcome is Outcome.NOT_MET else referred(why, **known)


def _known(diagnosis: Diagnosis) -> dict[str, object]:
    tnm = diagnosis.tnm
    return {
        "icd10": diagnosis.icd10,
        "in_situ": diagnosis.in_situ,
        "binet": diagnosis.binet,
        "ann_arbor": diagnosis.ann_arbor,
        "tnm": f"T{tnm.t}N{tnm.n}M{tnm.m}" if tnm else None,
        "metastasised": diagnosis.metastasised,
        "hiv_or_aids": diagnosis.hiv_or_aids,
    }


def in_situ(diagnosis: Diagnosis) -> Judgement:
    """(1) Carcinoma in situ: ICD-10 D00 to D09, or reported as such; Tis alone contradicts the report."""
    if diagnosis.in_situ or _IN_SITU.match(diagnosis.icd10):
        return Outcome.NOT_MET, say("原位癌属于除外疾病。", "Carcinoma in situ is excluded.")
    if diagnosis.tnm is not None and diagnosis.tnm.t == "is":
        return Outcome.REFERRED, say("分期为 Tis，但未报原位癌，需核实。", "Staged Tis, yet not reported as in situ.")
    return None


def early_cll(diagnosis: Diagnosis) -> Judgement:
    """(2) Chronic lymphocytic leukaemia at Binet A; C91 without a fourth character may be one."""
    code = diagnosis.icd10
    if not (code.startswith("C91.1") or code == "C91"):
        return None
    if diagnosis.binet is BinetStage.A:
        return Outcome.NOT_MET, say(
            "Binet A 期慢性淋巴细胞白血病属于除外疾病。", "Chronic lymphocytic leukaemia at Binet stage A is excluded."
        )
    if diagnosis.binet is None:
        return Outcome.REFERRED, say(
            "慢性淋巴细胞白血病 Binet 分期不明。", "The Binet stage of the leukaemia is unknown."
        )
    return None


def early_hodgkin(diagnosis: Diagnosis) -> Judgement:
    """(3) Hodgkin disease at Ann Arbor stage I."""
    if not diagnosis.icd10.startswith("C81"):
        return None
    if diagnosis.ann_arbor is AnnArborStage.I:
        return Outcome.NOT_MET, say(
            "Ann Arbor I 期何杰金氏病属于除外疾病。", "Hodgkin disease at Ann Arbor stage I is excluded."
        )
    if diagnosis.ann_arbor is None:
        return Outcome.REFERRED, say(
            "何杰金氏病 Ann Arbor 分期不明。", "The Ann Arbor stage of the lymphoma is unknown."
        )
    return None


def skin_cancer(diagnosis: Diagnosis) -> Judgement:
    """(4) Skin cancer (C44) that has not metastasised; melanoma is C43 and never excluded."""
    if not diagnosis.icd10.startswith("C44") or diagnosis.metastasised:
        return None
    if _spread(diagnosis.tnm):
        return Outcome.REFERRED, say(
            "分期显示转移，但未报转移，需核实。", "The stage shows a metastasis that was not reported."
        )
    return Outcome.NOT_MET, say(
        "未发生转移的皮肤癌属于除外疾病。", "Skin cancer other than melanoma that has not metastasised is excluded."
    )


def _spread(tnm: Tnm | None) -> bool:
    return tnm is not None and (tnm.n[0] in "123" or tnm.m[0] == "1")


def early_prostate(diagnosis: Diagnosis) -> Judgement:
    """(5) Prostate cancer staged T1N0M0 or lighter; an unassessed part leaves it open unless another part decides."""
    if not diagnosis.icd10.startswith("C61"):
        return None
    tnm = diagnosis.tnm
    if tnm is not None and (_ADVANCED_T.match(tnm.t) or _spread(tnm)):
        return None
    if tnm is None and diagnosis.metastasised:
        return None
    if tnm is None or "X" in (tnm.t, tnm.n, tnm.m) or diagnosis.metastasised:
        return Outcome.REFERRED, say(
            "前列腺癌 TNM 分期不明或前后不一。", "The TNM stage of the prostate cancer is open."
        )
    return Outcome.NOT_MET, say(
        "T1N0M0 或更轻分期的前列腺癌属于除外疾病。", "Prostate cancer staged T1N0M0 or lighter is excluded."
    )


def with_hiv(diagnosis: Diagnosis) -> Judgement:
    """(6) A malignancy while infected with HIV or having AIDS."""
    if not diagnosis.hiv_or_aids:
        return None
    return Outcome.NOT_MET, say(
        "感染艾滋病病毒或患艾滋病期间的恶性肿瘤属于除外疾病。", "A malignancy during HIV infection or AIDS is excluded."
    )
