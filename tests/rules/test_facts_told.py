"""What a finding tells of the case: the facts that its rule looked at, by name and as they are."""

from collections.abc import Iterator
from types import ModuleType

import pytest
from pydantic import BaseModel

from rules.registry import all_rules
from rules.result import in_words
from schemas.clinical import Tnm, Tumour
from schemas.decision import Decision, FulfilmentMode
from tests.rules import (
    test_clauses_axa_excellence,
    test_clauses_car_t_axa_excellence,
    test_clauses_car_t_chinalife,
    test_clauses_car_t_pingan_longterm_b,
    test_clauses_chinalife_cancer_rider,
    test_clauses_pingan_cancer_drug,
    test_clauses_pingan_longterm_b,
    test_clauses_yuanxin_cancer_drug,
)
from tests.rules.cases import AXA, PINGAN_B, ask, finding, fulfilment, products
from tests.rules.clauses import Row, claim, reviewed

CLAUSES = (
    test_clauses_axa_excellence,
    test_clauses_car_t_axa_excellence,
    test_clauses_car_t_chinalife,
    test_clauses_car_t_pingan_longterm_b,
    test_clauses_chinalife_cancer_rider,
    test_clauses_pingan_cancer_drug,
    test_clauses_pingan_longterm_b,
    test_clauses_yuanxin_cancer_drug,
)
HOSPITAL = "by_specialist hospital_grade hospital_kind hospital_public"
NEWS = "dispensed_on news paid paid_for since"
CAR_T_NEWS = "first_apheresis_on infused_on news paid since"
UNTOLD_INFUSION = (
    f"met: {CAR_T_NEWS}",
    f"not_met: {CAR_T_NEWS}",
    f"referred: {CAR_T_NEWS} infusible_from",
    "not_applicable: news",
)
COST = "cost other_compensation reimbursement_ratio social_insurance_compensation"
SHARE = f"{COST} social_insurance_enrolled social_insurance_settled in_catalogue"
CAR_T_SHARE = f"{COST} social_insurance_enrolled social_insurance_settled"
CELLS = "deviations events"
INDICATION = "disease icd10 prior_lines relapsed_or_refractory rows subtype"
SITE = "rows site table"
WAITED = "diagnosed_on first_covered_day starts_on waiting_days"

TOLD: dict[str, tuple[str, ...]] = {
    "aid_applied_for": (
        "met: consequence standing",
        "not_met: consequence standing",
        "referred: consequence standing",
        "met: standing",
        "not_applicable: standing",
    ),
    "aid_collected": (
        "met: consequence standing",
        "not_met: consequence standing",
        "met: own_reason standing",
        "met: standing",
        "not_applicable: standing",
    ),
    "aid_does_not_use_limit": ("standing",),
    "aid_not_bought_instead": (
        "met: consequence standing",
        "not_met: consequence standing",
        "not_applicable: standing",
    ),
    "aid_open_to_citizens": ("met: citizenship", "not_applicable: citizenship", "not_applicable: standing"),
    "aid_refusal_reviewed_again": ("standing",),
    "application_papers_complete": ("due missing",),
    "applied_in_time": (
        "met: applied_on last_day_to_apply planned_purchase_on",
        "not_met: applied_on last_day_to_apply planned_purchase_on",
        "referred: applied_on planned_purchase_on",
    ),
    "cost_within_term": ("day expires_on last_day renewed_to",),
    "counter_papers_complete": ("due missing",),
    "days_supply_within_limit": ("days_supply max_days",),
    "designated_pharmacy_city": (
        "met: mode pharmacies pharmacy_city",
        "not_met: mode pharmacies pharmacy_city",
        "not_applicable: pharmacy_city",
    ),
    "destination_city_covered": ("not_applicable: ", "met: destination_city", "not_met: destination_city"),
    "diagnosed_at_ordinary_department": (HOSPITAL,),
    "diagnosed_at_public_or_recognised_hospital": (HOSPITAL,),
    "diagnosed_by_specialist_at_agreed_hospital": (HOSPITAL,),
    "drug_limits_met": (
        "not_applicable: ",
        "not_applicable: disease icd10 prior_lines rows subtype",
        "met: disease icd10 prior_lines rows subtype",
        "not_met: disease icd10 prior_lines rows subtype",
        "referred: disease icd10 prior_lines rows subtype",
    ),
    "drug_listed": (
        "not_met: drug_name list_as_of list_day manufacturer",
        "met: drug_name list_as_of list_day manufacturer rows",
    ),
    "evidence_supports": ("tests_support",),
    "first_diagnosis_since_birth": (
        "referred: applied_on diagnosed_on",
        "met: diagnosed_on first_ever",
        "not_met: diagnosed_on first_ever",
    ),
    "gene_target_present": ("drug_has_target target_present",),
    "handed_over_before_cancellation": (f"met: {NEWS}", f"not_met: {NEWS}", "not_applicable: news"),
    "handed_over_in_lifetime": (f"met: {NEWS}", f"not_met: {NEWS}", "not_applicable: news"),
    "handed_over_in_lifetime_or_referred": (f"met: {NEWS}", f"referred: {NEWS}", "not_applicable: news"),
    "handed_over_within_term": (
        "met: day expires_on last_day renewed_to",
        "not_met: day expires_on last_day renewed_to",
        "referred: day",
    ),
    "hospital_lacks_drug": ("hospital_lacks_drug",),
    "identity_verified": ("collector identity_verified",),
    "injection_into_hospital": ("doctor_consent injection mode",),
    "insured_only": ("applicant insured_is_minor",),
    "insurer_share": (
        *(f"{outcome}: {told} ratio" for outcome in ("met", "referred") for told in (SHARE, CAR_T_SHARE)),
        *(f"referred: {told}" for told in (SHARE, CAR_T_SHARE)),
    ),
    "authorized_at_first_use": ("", "met: previous_prescribed_on"),
    "interval_since_last_prescription": (
        "not_applicable: ",
        "met: days issued_on min_days previous_prescribed_on",
        "not_met: days issued_on min_days previous_prescribed_on",
        "referred: issued_on",
    ),
    "label_agrees": ("on_label",),
    "limit_not_exceeded": (
        "not_applicable: available",
        "met: available insurer_pays over_limit",
        "not_met: available insurer_pays over_limit",
        "referred: available bound insurer_pays over_limit",
    ),
    "malignancy_proven_by_pathology": ("icd10 pathology_confirmed",),
    "no_resistance": ("progression tumour yardstick",),
    "no_resistance_by_recist_clause": (
        "referred: guideline_progression tumour",
        "met: progression tumour yardstick",
        "not_met: progression tumour yardstick",
        "referred: progression tumour yardstick",
    ),
    "not_excluded_disease": ("ann_arbor binet hiv_or_aids icd10 in_situ metastasised tnm",),
    "over_limit_refunded": ("not_applicable: ", "met: over_limit"),
    "partial_advance_accepted": ("in_catalogue partial_advance_accepted settled_by_social_insurance",),
    "pick_up_consent": ("doctor_consent hospital_consent mode",),
    "pickup_within_quantity": ("days_supply max_days",),
    "plan_covers_drugs": ("referred: plan", "met: plan plans_with_drug_cover", "not_met: plan plans_with_drug_cover"),
    "main_policy_does_not_exclude": ("main_policy_exclusion",),
    "policy_in_force": ("diagnosed_on first_day last_day policy_status",),
    "prescribed_at_ordinary_department": ("by_specialist hospital_grade",),
    "prescribed_for_this_disease": ("diagnosed_on issued_on",),
    "prescribed_by_specialist": ("by_specialist hospital_grade",),
    "prescription_complete": ("alteration_signed altered missing",),
    "severe_malignancy": ("icd10 severe_malignancy severe_malignancy_cover",),
    "social_insurance_drug_way": (
        "not_applicable: ",
        "met: in_catalogue mode",
        "not_met: in_catalogue mode",
        "referred: in_catalogue mode",
        "not_applicable: in_catalogue mode",
        "met: mode overridden settled_by_social_insurance",
        "not_met: mode overridden settled_by_social_insurance",
        "not_applicable: mode overridden settled_by_social_insurance",
    ),
    "used_by_the_insured": (f"not_met: {NEWS}", f"not_met: {CAR_T_NEWS}", "not_applicable: news"),
    "used_by_the_insured_or_referred": (f"referred: {NEWS}", f"referred: {CAR_T_NEWS}", "not_applicable: news"),
    "voucher_in_time": ("booked_on last_day voucher_issued_on",),
    "voucher_presented": ("voucher_verified",),
    "waiting_period_over": (
        f"met: {WAITED}",
        f"not_met: {WAITED}",
        f"referred: {WAITED}",
        "not_met: diagnosed_on starts_on",
        "met: diagnosed_on starts_on waiting_days",
        "referred: diagnosed_on starts_on waiting_days",
    ),
    "waiting_period_over_from_later_start": (
        f"met: {WAITED}",
        f"not_met: {WAITED}",
        f"referred: {WAITED}",
        "not_met: diagnosed_on starts_on",
        "met: diagnosed_on starts_on waiting_days",
    ),
    "apheresis_arranged": ("arranged",),
    "cancelled_before_apheresis_or_referred": (
        f"not_met: {CAR_T_NEWS}",
        f"referred: {CAR_T_NEWS}",
        "not_applicable: news",
    ),
    "car_t_indication_met": (
        "not_applicable: ",
        f"met: {INDICATION}",
        f"not_met: {INDICATION}",
        f"referred: {INDICATION}",
    ),
    "car_t_papers_complete": ("due missing",),
    "car_t_product_listed": (
        "not_met: drug_name list_day manufacturer",
        "met: drug_name list_day manufacturer rows",
    ),
    "car_t_product_prescribed": ("assessed_on prescribed",),
    "car_t_site_designated": (f"met: {SITE}", f"met: {SITE} site_accepted", f"not_met: {SITE}", f"referred: {SITE}"),
    "car_t_site_designated_or_referred": (
        f"met: {SITE}",
        f"met: {SITE} site_accepted",
        f"referred: {SITE}",
        "not_applicable: site",
    ),
    "cells_kept_cold": (
        f"met: {CELLS}",
        f"not_met: {CELLS}",
        f"referred: {CELLS}",
        "referred: without_limits",
    ),
    "chain_of_custody_unbroken": (CELLS,),
    "chain_of_identity_unbroken": (CELLS,),
    "cost_before_cancellation": ("cover_ended_on incurred_on",),
    "cost_before_cancellation_or_referred": ("cover_ended_on incurred_on",),
    "cost_kind_covered": ("covered_kinds kind",),
    "cost_necessary": ("necessary", "referred: necessary product_released", "referred: necessary died_on"),
    "cost_within_window": (
        "closes_on first_apheresis_on incurred_on infused_on",
        "not_met: first_apheresis_on incurred_on infused_on",
        "referred: first_apheresis_on incurred_on infused_on",
        "referred: closes_on first_apheresis_on incurred_on infused_on infusible_from",
    ),
    "first_apheresis_in_cover": (
        "met: first_apheresis first_day last_day",
        "not_met: first_apheresis first_day last_day",
        "not_applicable: first_apheresis",
    ),
    "infused_before_cancellation": UNTOLD_INFUSION,
    "infused_before_the_end": UNTOLD_INFUSION,
    "infusion_within_window": ("closes_on opens_on planned_on",),
    "lymphodepletion_done": ("before examined_on conditioned_on planned_on",),
    "patient_fit": ("examination examined_on fit_until examined_anew_since planned_on",),
    "product_at_site": ("party product_holder",),
    "product_not_expired": ("planned_on product_expires_on",),
    "product_released": ("released",),
    "repeated_apheresis_within_window": (
        "closes_on first_apheresis_on performed_on",
        "not_applicable: performed_on",
    ),
    "spent_until_then_covered": (
        f"met: {CAR_T_NEWS}",
        f"not_met: {CAR_T_NEWS}",
        f"referred: {CAR_T_NEWS}",
        "not_applicable: news",
    ),
    "suitable_for_car_t": ("assessed_on suitable",),
    "within_medication_term": (
        "day diagnosed_on expires_on last_day renewed_to",
        "referred: day diagnosed_on expires_on",
    ),
}
"""By rule; with the outcome in front where it depends on that, or on how the case lies."""
COMPOSED = {"destination_city", "main_policy_exclusion", "pharmacy_city", "tnm", "waiting_days"}
"""Told with another fact, as one word, in the place of another, or from the document where the request is silent."""


def facts_named(facts: BaseModel, name: str) -> Iterator[object]:
    """Every value that the request has under this name, however deep."""
    for field in type(facts).model_fields:
        value = getattr(facts, field)
        if field == name:
            yield value
        for part in value if isinstance(value, tuple) else (value,):
            if isinstance(part, BaseModel):
                yield from facts_named(part, name)


def decisions(clauses: ModuleType) -> Iterator[tuple[Row, Decision]]:
    """Every row of the tables of one document, decided."""
    groups = [each for each in vars(clauses).values() if isinstance(each, list)]
    for row in (each for group in groups for each in group if isinstance(each, Row)):
        yield row, ask(clauses.PRODUCT, row.facts)


def _in_order(rule: str) -> set[str]:
    """What the table says of a rule, the names in alphabetical order."""
    parted = [told.rpartition(": ") for told in TOLD[rule]]
    return {f"{outcome}{colon}{' '.join(sorted(names.split()))}" for outcome, colon, names in parted}


@pytest.mark.parametrize("clauses", CLAUSES, ids=lambda clauses: clauses.__name__)
def test_a_finding_tells_the_facts_of_its_rule(clauses: ModuleType) -> None:
    """In every row of the tables of clauses: these facts and no others, each with the value that the request has."""
    for row, decision in decisions(clauses):
        for each in decision.findings:
            names = " ".join(sorted(each.facts))
            assert {names, f"{each.outcome}: {names}"} & _in_order(each.name), each.name
            for name, value in each.facts.items():
                asked = {in_words(one) or "unknown" for one in facts_named(row.facts, name)}
                assert name in COMPOSED or not asked or value in asked, (each.name, name)


def test_the_table_has_every_rule() -> None:
    """A new rule says here what it tells."""
    assert set(TOLD) == {each.name for each in all_rules()}


@pytest.mark.parametrize(
    ("tumour", "yardstick", "named"), [(Tumour.SOLID, "RECIST", "RECIST"), (Tumour.HAEMATOLOGICAL, "guideline", "指南")]
)
@pytest.mark.parametrize("progressed", [True, False, None])
def test_progression_names_its_yardstick(
    tumour: Tumour, yardstick: str, named: str, *, progressed: bool | None
) -> None:
    """RECIST for a solid tumour, the guideline for one of the blood, in the facts and in both texts."""
    facts = reviewed(tumour=tumour, recist_progression=progressed, guideline_progression=progressed)
    judged = finding(ask(PINGAN_B, facts), "no_resistance")
    assert judged.facts["yardstick"] == yardstick
    assert f"按{named}标准" in judged.why.zh
    assert f"by {yardstick}" in judged.why.en


def test_facts_put_together() -> None:
    """The stage as one word, the city with its province and its pharmacies, the city of a delivery."""
    staged = ask(PINGAN_B, claim(PINGAN_B)(tnm=Tnm(t="2a", n="0", m="1")))
    assert finding(staged, "not_excluded_disease").facts["tnm"] == "T2aN0M1"
    chosen = finding(ask(AXA, fulfilment(pharmacy_province="北京", pharmacy_city="北京")), "designated_pharmacy_city")
    row = products().find_pharmacy_city(AXA, "北京", "北京")
    assert row is not None
    assert chosen.facts == {"pharmacy_city": "北京", "mode": "pick_up", "pharmacies": str(row.pharmacies)}
    unknown = finding(ask(AXA, fulfilment(pharmacy_province="西藏", pharmacy_city="阿里")), "designated_pharmacy_city")
    assert unknown.facts["pharmacies"] == "0"
    for city in ("深圳", "济宁"):
        delivered = ask(AXA, fulfilment(mode=FulfilmentMode.DELIVERY, destination_city=city))
        assert finding(delivered, "destination_city_covered").facts == {"destination_city": city}
