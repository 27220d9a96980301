"""The six exclusions, from typed facts and nothing else."""

import pytest

from schemas.clinical import AnnArborStage, BinetStage, Tnm
from tests.rules.cases import PINGAN_B, PINGAN_CANCER, YUANXIN, authorization, diagnosis, outcome


def tnm(text: str) -> Tnm:
    t, n, m = text.split("/")
    return Tnm(t=t, n=n, m=m)


@pytest.mark.parametrize("product", [PINGAN_B, PINGAN_CANCER, YUANXIN])
@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "met"),
        ({"icd10": "D05.1"}, "not_met"),
        ({"icd10": "D09.9"}, "not_met"),
        ({"in_situ": True}, "not_met"),
        ({"tnm": tnm("is/0/0")}, "referred"),
        ({"icd10": "C91.1", "binet": BinetStage.A}, "not_met"),
        ({"icd10": "C91.1", "binet": BinetStage.B}, "met"),
        ({"icd10": "C91.1", "binet": BinetStage.C}, "met"),
        ({"icd10": "C91.1"}, "referred"),
        ({"icd10": "C91"}, "referred"),
        ({"icd10": "C91.0"}, "met"),
        ({"icd10": "C81.9", "ann_arbor": AnnArborStage.I}, "not_met"),
        ({"icd10": "C81.9", "ann_arbor": AnnArborStage.II}, "met"),
        ({"icd10": "C81.9"}, "referred"),
        ({"icd10": "C83.3", "ann_arbor": AnnArborStage.I}, "met"),
        ({"icd10": "C44.9"}, "not_met"),
        ({"icd10": "C44.9", "metastasised": True}, "met"),
        ({"icd10": "C44.9", "tnm": tnm("2/0/1")}, "referred"),
        ({"icd10": "C43.9"}, "met"),
        ({"icd10": "C61", "tnm": tnm("1c/0/0")}, "not_met"),
        ({"icd10": "C61", "tnm": tnm("1/0/0")}, "not_met"),
        ({"icd10": "C61", "tnm": tnm("0/0/0")}, "not_met"),
        ({"icd10": "C61", "tnm": tnm("2a/0/0")}, "met"),
        ({"icd10": "C61", "tnm": tnm("1c/1/0")}, "met"),
        ({"icd10": "C61", "tnm": tnm("1c/0/1b")}, "met"),
        ({"icd10": "C61", "tnm": tnm("X/1/0")}, "met"),
        ({"icd10": "C61", "tnm": tnm("1c/X/0")}, "referred"),
        ({"icd10": "C61", "tnm": tnm("X/0/0")}, "referred"),
        ({"icd10": "C61"}, "referred"),
        ({"icd10": "C61", "metastasised": True}, "met"),
        ({"icd10": "C61", "tnm": tnm("1c/0/0"), "metastasised": True}, "referred"),
        ({"hiv_or_aids": True}, "not_met"),
        ({"icd10": "C91.1", "hiv_or_aids": True}, "not_met"),
    ],
)
def test_exclusions(product: str, changes: dict[str, object], expected: str) -> None:
    """Excluded, covered, or open because nobody recorded the stage that decides."""
    facts = authorization(product, diagnosis=diagnosis(**changes))
    assert outcome(product, facts, "not_excluded_disease") == expected
