"""May the patient have this CAR-T product: designated under the product, for this disease, after these treatments."""

from datetime import date

from products.model import Drug, ListAsOf
from rules.context import Context
from rules.drug_words import not_listed, printed_name, row_in_words
from rules.lymphoma_names import is_kind_of
from rules.next_steps import CALL_INSURER, OWN_EXPENSE
from rules.registry import rule
from rules.result import Result, met, not_applicable, not_met, referred, say
from rules.row_limits import Judgement, cancer_fits, heaviest, lines_kept, of_age
from schemas.car_t_facts import CarTAuthorizationFacts
from schemas.clinical import Diagnosis
from schemas.decision import Outcome
from schemas.text import Bilingual

_RELAPSED = "复发或难治"
"""As a row's limit prints it."""


@rule(topic="drug_list")
def car_t_product_listed(facts: CarTAuthorizationFacts, context: Context) -> Result:
    """The CAR-T product is among those designated; a document without any covers no CAR-T therapy.

    chinalife-cancer-rider/CART-7 LIST-1, pingan-longterm-b/DRUG-1 DRUG-2, axa-excellence/DD-5,
    pingan-cancer-drug/DRUG-1 DRUG-2, yuanxin-cancer-drug/DRUG-1 DRUG-2.
    """
    named, day = facts.drug, _list_day(facts, context)
    known: dict[str, object] = {"drug_name": named.name, "manufacturer": named.manufacturer or None, "list_day": day}
    rows = context.find_car_t_drugs(named, day)
    if not rows:
        return not_met(_missing(facts, context, day), OWN_EXPENSE, **known)
    found, printed = "、".join(row_in_words(row) for row in rows), printed_name(named)
    why = say(
        f"{printed} 为 {day} 的 CAR-T 指定药品：{found}。",
        f"{printed} is a designated CAR-T product on {day}: {found}.",
    )
    return met(why, **known, rows=tuple(row.id for row in rows))


def _list_day(facts: CarTAuthorizationFacts, context: Context) -> date:
    """The day whose list counts: of deciding where the latest does, else of the report; nothing is prescribed yet."""
    if context.value(context.terms.list_as_of) is ListAsOf.LATEST:
        return facts.decided_on or facts.applied_on
    return facts.applied_on


def _missing(facts: CarTAuthorizationFacts, context: Context, day: date) -> Bilingual:
    if not context.product.car_t_drugs:
        return say("本产品药品清单不含 CAR-T 药品。", "No CAR-T product is on this product's drug list.")
    return not_listed(facts.drug, context.find_car_t_drugs(facts.drug, None), day)


@rule(topic="cart_indication")
def car_t_indication_met(facts: CarTAuthorizationFacts, context: Context) -> Result:
    """Disease, sub-type, earlier lines and age are those printed for the product; what nobody reported is asked about.

    chinalife-cancer-rider/CART-7 CART-1 EXC-4, pingan-longterm-b/DRUG-3, axa-excellence/DD-5.
    """
    rows = context.find_car_t_drugs(facts.drug, _list_day(facts, context))
    if not rows:
        return not_applicable(
            say("药品不在清单内，无适应症可核。", "The product is not listed: no indication to check.")
        )
    judged = [_worst(row, facts) for row in rows]
    known = _known(facts.diagnosis, rows)
    if None in judged:
        return met(say("符合清单对该药品的适应症约定。", "The indication printed for the product is met."), **known)
    open_first = sorted((each for each in judged if each is not None), key=lambda each: each[0] is Outcome.NOT_MET)
    outcome, why = open_first[0]
    if outcome is Outcome.REFERRED:
        return referred(why, CALL_INSURER, **known)
    return not_met(why, OWN_EXPENSE, **known)


def _known(diagnosis: Diagnosis, rows: tuple[Drug, ...]) -> dict[str, object]:
    return {
        "disease": diagnosis.disease,
        "icd10": diagnosis.icd10,
        "subtype": diagnosis.subtype or None,
        "prior_lines": diagnosis.prior_lines,
        "relapsed_or_refractory": diagnosis.relapsed_or_refractory,
        "rows": tuple(row.id for row in rows),
    }


def _worst(row: Drug, facts: CarTAuthorizationFacts) -> Judgement:
    diagnosis = facts.diagnosis
    limits = (
        cancer_fits(row, diagnosis),
        _subtype(row, diagnosis),
        lines_kept(row, diagnosis),
        _relapsed(row, diagnosis),
        of_age(row, facts),
    )
    return heaviest(limits)


def _subtype(row: Drug, diagnosis: Diagnosis) -> Judgement:
    answers = [is_kind_of(diagnosis.subtype, listed) for listed in row.subtypes]
    if not answers or True in answers:
        return None
    listed, said = "、".join(row.subtypes), diagnosis.subtype
    if None in answers:
        return Outcome.REFERRED, say(
            f"{row.brand} 限亚型 {listed}；报告亚型“{said or '未填'}”需人工核对。",
            f"{row.brand} is for sub-types {listed}; the reported {said or 'none'} has to be compared by a person.",
        )
    return Outcome.NOT_MET, say(
        f"{row.brand} 限亚型 {listed}；报告亚型“{said}”不在其中。",
        f"{row.brand} is for sub-types {listed}; the reported {said} is none of them.",
    )


def _relapsed(row: Drug, diagnosis: Diagnosis) -> Judgement:
    if _RELAPSED not in row.limit_note or diagnosis.relapsed_or_refractory:
        return None
    if diagnosis.relapsed_or_refractory is None:
        why = say("是否复发或难治尚未认定。", "Nobody has established whether the disease is relapsed or refractory.")
        return Outcome.REFERRED, why
    return Outcome.NOT_MET, say("并非复发或难治性。", "The disease is neither relapsed nor refractory.")
