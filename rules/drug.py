"""The drug: on the product's list, within its printed limits, not to be had in the hospital, applied for in time."""

from datetime import date

from products.model import Drug, ListAsOf
from rules.context import Context
from rules.days import minus_days, plus_days
from rules.drug_words import not_listed, printed_name, row_in_words
from rules.next_steps import CALL_INSURER, LISTED_DRUG
from rules.registry import rule
from rules.result import Result, met, not_applicable, not_met, referred, say
from rules.row_limits import Judgement, cancer_fits, heaviest, is_limited, lines_kept, of_age
from schemas.decision import AuthorizationFacts, Outcome


@rule(topic="drug_list")
def drug_listed(facts: AuthorizationFacts, context: Context) -> Result:
    """The prescribed drug is on the list; a generic name without a maker stands for every listed brand of it.

    pingan-longterm-b/DRUG-1 DRUG-2, pingan-cancer-drug/DRUG-1 DRUG-2, chinalife-cancer-rider/DOM-1 DRUG-1 LIST-1,
    axa-excellence/DD-5, yuanxin-cancer-drug/DRUG-1 DRUG-2.
    """
    named, day = facts.prescription.drug, _list_day(facts, context)
    known: dict[str, object] = {"drug_name": named.name, "manufacturer": named.manufacturer or None}
    known |= {"list_as_of": context.value(context.terms.list_as_of), "list_day": day}
    rows = context.find_drugs(named, day)
    if not rows:
        return not_met(not_listed(named, context.find_drugs(named, None), day), LISTED_DRUG, **known)
    found = "、".join(row_in_words(row) for row in rows)
    printed = printed_name(named)
    why = say(f"{printed} 在 {day} 的药品清单内：{found}。", f"{printed} is on the drug list of {day}: {found}.")
    return met(why, **known, rows=tuple(row.id for row in rows))


def _list_day(facts: AuthorizationFacts, context: Context) -> date:
    return list_day(
        context.value(context.terms.list_as_of),
        reported=facts.applied_on,
        prescribed=facts.prescription.issued_on,
        decided=facts.decided_on or facts.applied_on,
    )


def list_day(as_of: ListAsOf, *, reported: date, prescribed: date, decided: date) -> date:
    """The day whose list counts: of the report, of the prescription, or of deciding."""
    match as_of:
        case ListAsOf.REPORT:
            return reported
        case ListAsOf.PRESCRIPTION:
            return prescribed
        case ListAsOf.LATEST:
            return decided


@rule(topic="drug_list")
def drug_limits_met(facts: AuthorizationFacts, context: Context) -> Result:
    """The printed cancers, sub-types and earlier lines of the drug's row are kept; one fitting row of several will do.

    pingan-longterm-b/DRUG-3, pingan-cancer-drug/DRUG-2, axa-excellence/DD-5.
    """
    rows = context.find_drugs(facts.prescription.drug, _list_day(facts, context))
    if not rows:
        return not_applicable(
            say("药品不在清单内，无限定可核。", "The drug is not listed, so it has no limits to check.")
        )
    by_cancer = context.value(context.terms.cancers_limit_drugs)
    known = _known(facts, rows)
    if not any(is_limited(row, by_cancer=by_cancer) for row in rows):
        return not_applicable(say("清单未限定该药品的使用。", "The list prints no limits for this drug."), **known)
    judged = [_worst(row, facts, by_cancer=by_cancer) for row in rows]
    if None in judged:
        return met(say("符合清单对该药品的限定。", "Within the limits printed for this drug."), **known)
    failed = sorted((each for each in judged if each is not None), key=lambda each: each[0] is Outcome.NOT_MET)
    outcome, why = failed[0]
    if outcome is Outcome.REFERRED:
        return referred(why, CALL_INSURER, **known)
    return not_met(why, LISTED_DRUG, **known)


def _known(facts: AuthorizationFacts, rows: tuple[Drug, ...]) -> dict[str, object]:
    diagnosis = facts.diagnosis
    return {
        "disease": diagnosis.disease,
        "icd10": diagnosis.icd10,
        "subtype": diagnosis.subtype or None,
        "prior_lines": diagnosis.prior_lines,
        "rows": tuple(row.id for row in rows),
    }


def _worst(row: Drug, facts: AuthorizationFacts, *, by_cancer: bool) -> Judgement:
    """What stands against one row: a broken limit before an open one."""
    limits = [lines_kept(row, facts.diagnosis), _subtype(row, facts), of_age(row, facts)]
    if by_cancer:
        limits.append(cancer_fits(row, facts.diagnosis))
    return heaviest(limits)


def _subtype(row: Drug, facts: AuthorizationFacts) -> Judgement:
    """Free text that matches no printed sub-type may be another spelling: a person compares."""
    said = facts.diagnosis.subtype
    if not row.subtypes or said in row.subtypes:
        return None
    listed = "、".join(row.subtypes)
    return Outcome.REFERRED, say(
        f"该药限亚型 {listed}；报告亚型“{said or '未填'}”需人工核对。",
        f"Limited to sub-types {listed}; the reported {said or 'none'} has to be compared by a person.",
    )


@rule(topic="domestic_drug")
def hospital_lacks_drug(facts: AuthorizationFacts, context: Context) -> Result:
    """The treating hospital does not have the drug. axa-excellence/DD-1."""
    del context
    lacks = facts.hospital_lacks_drug
    if lacks is None:
        why = say("就诊医院是否有该药未知，需核实。", "Whether the treating hospital has the drug is unknown.")
        return referred(why, hospital_lacks_drug=lacks)
    if not lacks:
        step = say("请在就诊医院取药。", "Get the drug at the treating hospital.")
        return not_met(say("就诊医院有该药。", "The treating hospital has the drug."), step, hospital_lacks_drug=lacks)
    return met(say("就诊医院无该药。", "The treating hospital does not have the drug."), hospital_lacks_drug=lacks)


@rule(topic="domestic_drug")
def applied_in_time(facts: AuthorizationFacts, context: Context) -> Result:
    """The application came the printed number of calendar days before the planned purchase. axa-excellence/DD-2."""
    lead, planned = context.value(context.terms.application_lead_days), facts.planned_purchase_on
    if lead is None:
        return not_applicable(say("本产品未约定提前申请天数。", "This product prints no lead time."))
    if planned is None:
        why = say("计划购药日未填，无法核对提前天数。", "The planned day of purchase is unknown.")
        return referred(why, planned_purchase_on=None, applied_on=facts.applied_on)
    last = minus_days(planned, lead)
    why = say(
        f"计划购药日 {planned}，最迟申请日 {last}；申请日 {facts.applied_on}。",
        f"Purchase planned on {planned}, last day to apply {last}; applied on {facts.applied_on}.",
    )
    known = {"planned_purchase_on": planned, "last_day_to_apply": last, "applied_on": facts.applied_on}
    if facts.applied_on <= last:
        return met(why, **known)
    earliest = plus_days(facts.applied_on, lead)
    step = say(f"请将计划购药日改为 {earliest} 或以后。", f"Move the planned purchase to {earliest} or later.")
    return not_met(why, step, **known)
