"""What the pharmacist established, and what is never inferred from it."""

import pytest

from schemas.clinical import Tumour
from schemas.papers import Paper, PaperForm, PaperKind
from tests.rules.cases import (
    ALL,
    AXA,
    CHINALIFE,
    PINGAN_B,
    PINGAN_CANCER,
    YUANXIN,
    ask,
    diagnosis,
    finding,
    found,
    outcome,
    review,
)

BLOOD = {"icd10": "C92.1", "disease": "慢性髓性白血病", "tumour": Tumour.HAEMATOLOGICAL}
GENE_TEST = (Paper(kind=PaperKind.GENE_TEST_REPORT, form=PaperForm.COPY),)


@pytest.mark.parametrize("product", ALL)
@pytest.mark.parametrize(("on_label", "expected"), [(True, "met"), (False, "not_met"), (None, "referred")])
def test_the_label(product: str, on_label: bool | None, expected: str) -> None:  # noqa: FBT001 - a table's column
    """Off-label use is refused everywhere; an uncompared label is asked about."""
    assert outcome(product, review(findings=found(on_label=on_label)), "label_agrees") == expected


@pytest.mark.parametrize("product", [PINGAN_B, PINGAN_CANCER, YUANXIN])
@pytest.mark.parametrize(
    ("sick", "recist", "guideline", "expected"),
    [
        ({}, False, True, "met"),
        ({}, True, False, "not_met"),
        ({}, None, False, "referred"),
        (BLOOD, True, False, "met"),
        (BLOOD, False, True, "not_met"),
        (BLOOD, False, None, "referred"),
    ],
)
def test_each_yardstick_for_its_own_tumour(
    product: str,
    sick: dict[str, object],
    recist: bool | None,  # noqa: FBT001 - a table's column
    guideline: bool | None,  # noqa: FBT001 - a table's column
    expected: str,
) -> None:
    """RECIST for solid tumours, guidelines for blood cancers, and never one for the other."""
    findings = found(recist_progression=recist, guideline_progression=guideline)
    assert outcome(product, review(diagnosis=diagnosis(**sick), findings=findings), "no_resistance") == expected


@pytest.mark.parametrize(
    ("sick", "recist", "guideline", "expected"),
    [
        ({}, False, True, "met"),
        ({}, True, False, "not_met"),
        (BLOOD, True, False, "met"),
        (BLOOD, False, True, "referred"),
        (BLOOD, False, None, "referred"),
    ],
)
def test_china_life_prints_recist_alone(
    sick: dict[str, object],
    recist: bool | None,  # noqa: FBT001 - a table's column
    guideline: bool | None,  # noqa: FBT001 - a table's column
    expected: str,
) -> None:
    """An exclusion is not widened by analogy without a person: blood cancers that progressed are referred."""
    findings = found(recist_progression=recist, guideline_progression=guideline)
    facts = review(diagnosis=diagnosis(**sick), findings=findings)
    assert outcome(CHINALIFE, facts, "no_resistance_by_recist_clause") == expected


@pytest.mark.parametrize("product", ALL)
@pytest.mark.parametrize(
    ("needed", "present", "papers", "expected"),
    [
        (False, None, (), "not_applicable"),
        (None, None, (), "referred"),
        (True, None, (), "papers_due"),
        (True, True, (), "papers_due"),
        (True, None, GENE_TEST, "referred"),
        (True, True, GENE_TEST, "met"),
        (True, False, GENE_TEST, "not_met"),
    ],
)
def test_a_needed_target_is_proven(
    product: str,
    needed: bool | None,  # noqa: FBT001 - a table's column
    present: bool | None,  # noqa: FBT001 - a table's column
    papers: tuple[Paper, ...],
    expected: str,
) -> None:
    """No target needed, no test; otherwise the report comes first, then its result."""
    facts = review(findings=found(drug_has_target=needed, target_present=present), papers=papers)
    assert outcome(product, facts, "gene_target_present") == expected


@pytest.mark.parametrize(("supports", "expected"), [(True, "met"), (False, "papers_due"), (None, "referred")])
def test_china_life_may_ask_for_more_evidence(supports: bool | None, expected: str) -> None:  # noqa: FBT001 - a column
    """Tests that do not support the prescription call for more before it fails."""
    facts = review(findings=found(tests_support=supports))
    assert outcome(CHINALIFE, facts, "evidence_supports") == expected


@pytest.mark.parametrize(
    ("product", "gift"), [(PINGAN_B, True), (PINGAN_CANCER, True), (CHINALIFE, False), (AXA, False), (YUANXIN, False)]
)
def test_a_refused_review_earns_the_gift_where_granted(product: str, gift: bool) -> None:  # noqa: FBT001 - a column
    """Ping An gives an out-patient appointment after a refusal; the others print no such service."""
    decision = ask(product, review(findings=found(on_label=False)))
    assert decision.verdict == "refused"
    assert any("绿色通道" in step.zh for step in decision.next_steps) is gift
    assert not any("绿色通道" in step.zh for step in ask(product, review()).next_steps)


def test_all_findings_are_listed_when_one_refuses() -> None:
    """A refusal still shows what else was looked at."""
    decision = ask(PINGAN_B, review(findings=found(on_label=False, drug_has_target=True)))
    assert decision.verdict == "refused"
    assert finding(decision, "gene_target_present").outcome == "papers_due"
    assert [paper.kind for paper in decision.papers_due] == [PaperKind.GENE_TEST_REPORT]
