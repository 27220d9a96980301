"""The limits that a row of a drug list prints beside the drug: cancers, earlier lines, age."""

from collections.abc import Iterable

from products.model import Drug
from rules.cancer_names import agrees
from rules.policy import ADULT_AGE, age_on
from rules.result import say
from schemas.clinical import Diagnosis
from schemas.decision import Outcome
from schemas.facts import EligibilityFacts
from schemas.text import Bilingual

_ADULTS = "成人"
"""How a row says that the drug is for adults."""
Judgement = tuple[Outcome, Bilingual] | None
"""NOT_MET or REFERRED with the reason; None where the limit is kept."""


def heaviest(judged: Iterable[Judgement]) -> Judgement:
    """What stands against one row: a broken limit before an open one."""
    struck = [each for each in judged if each is not None]
    return min(struck, key=lambda each: each[0] is Outcome.REFERRED, default=None)


def is_limited(row: Drug, *, by_cancer: bool) -> bool:
    """Whether the row prints anything that could stand against a use of the drug."""
    adults = _ADULTS in row.limit_note
    return row.min_prior_lines is not None or bool(row.subtypes) or adults or (by_cancer and bool(row.cancers))


def cancer_fits(row: Drug, diagnosis: Diagnosis) -> Judgement:
    """The diagnosis is one of the cancers that the row prints."""
    answers = [agrees(diagnosis, name) for name in row.cancers]
    if not answers or True in answers:
        return None
    listed = "、".join(row.cancers)
    if None in answers:
        return Outcome.REFERRED, say(
            f"清单限 {listed}；诊断“{diagnosis.disease}”是否相符需人工判断。",
            f"The list limits it to {listed}; whether {diagnosis.disease} is one of them needs a person.",
        )
    diagnosed = f"{diagnosis.disease} ({diagnosis.icd10})"
    return Outcome.NOT_MET, say(
        f"清单限 {row.brand} 用于 {listed}；诊断为 {diagnosed}。如说明书适应症更宽，可请保险公司复核。",
        f"The list limits {row.brand} to {listed}; the diagnosis is {diagnosed}."
        " Where the label is wider, the insurer can be asked to look again.",
    )


def lines_kept(row: Drug, diagnosis: Diagnosis) -> Judgement:
    """As many lines of systemic therapy came before as the row asks for."""
    least, had = row.min_prior_lines, diagnosis.prior_lines
    if least is None or (had is not None and had >= least):
        return None
    if had is None:
        return Outcome.REFERRED, say(
            f"该药限既往 {least} 线以上治疗后使用；既往线数不明。",
            f"Limited to use after {least} lines; earlier lines unknown.",
        )
    return Outcome.NOT_MET, say(
        f"该药限既往 {least} 线以上治疗后使用；既往 {had} 线。", f"Limited to use after {least} lines; {had} so far."
    )


def of_age(row: Drug, facts: EligibilityFacts) -> Judgement:
    """The insured person is an adult where the row is limited to them."""
    if _ADULTS not in row.limit_note or age_on(facts.insured.birth_date, facts.applied_on) >= ADULT_AGE:
        return None
    return Outcome.NOT_MET, say("该药限成人使用。", "Limited to adults.")
