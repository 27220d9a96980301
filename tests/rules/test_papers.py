"""Papers due at application and at the counter."""

from datetime import date

import pytest

from schemas.papers import Paper, PaperForm, PaperKind
from schemas.people import ApplicantRole
from tests.rules.cases import (
    ALL,
    CHINALIFE,
    EVERY_PAPER,
    PINGAN_B,
    PINGAN_CANCER,
    YUANXIN,
    ask,
    authorization,
    counter,
    insured,
    products,
)


def without(*kinds: PaperKind) -> tuple[Paper, ...]:
    return tuple(paper for paper in EVERY_PAPER if paper.kind not in kinds)


def due(product: str, **changes: object) -> set[str]:
    return {paper.kind.value for paper in ask(product, authorization(product, **changes)).papers_due}


@pytest.mark.parametrize("product", ALL)
def test_nothing_handed_in(product: str) -> None:
    """Each product asks for what it always asks for, each paper under a clause of its own document."""
    decision = ask(product, authorization(product, papers=()))
    always = {each.kind for each in products().get(product).application_papers if each.when == "always"}
    assert decision.verdict == "papers_due"
    assert {paper.kind for paper in decision.papers_due} == always
    assert all(paper.rule.startswith(product) for paper in decision.papers_due)


@pytest.mark.parametrize("product", [PINGAN_B, PINGAN_CANCER, YUANXIN])
def test_agent_and_guardian_bring_their_own_papers(product: str) -> None:
    """Who acts for another proves it."""
    missing = without(
        PaperKind.AGENT_ID, PaperKind.POWER_OF_ATTORNEY, PaperKind.CAPACITY_PROOF, PaperKind.GUARDIANSHIP_PROOF
    )
    assert due(product, papers=missing) == set()
    assert due(product, papers=missing, applicant=ApplicantRole.AGENT) == {"agent_id", "power_of_attorney"}
    child = {"applicant": ApplicantRole.GUARDIAN, "insured": insured(birth_date=date(2015, 1, 1))}
    assert due(product, papers=missing, **child) >= {"capacity_proof", "guardianship_proof"}


def test_an_original_satisfies_a_demand_for_a_copy_and_not_the_reverse() -> None:
    """China Life asks for the records in the original."""
    copies = tuple(paper.model_copy(update={"form": PaperForm.COPY}) for paper in EVERY_PAPER)
    assert "medical_records" in due(CHINALIFE, papers=copies)
    assert "id_document" not in due(CHINALIFE, papers=copies)
    assert due(CHINALIFE, papers=EVERY_PAPER) == set()


@pytest.mark.parametrize("product", ALL)
def test_the_gene_test_waits_for_the_review(product: str) -> None:
    """Whether the drug needs a target is the pharmacist's to say, so the application does not demand the test."""
    assert due(product, papers=without(PaperKind.GENE_TEST_REPORT)) == set()


@pytest.mark.parametrize("product", ALL)
def test_the_counter_collects_its_papers(product: str) -> None:
    """Nothing handed in: everything that is always due; everything handed in: nothing."""
    always = {each.kind for each in products().get(product).counter_papers if each.when == "always"}
    assert {paper.kind for paper in ask(product, counter(papers=())).papers_due} == always
    assert ask(product, counter()).verdict == "approved"


def test_an_agent_at_the_counter() -> None:
    """Ping An asks the agent for the power of attorney and the identity document, Yuanxin for the transfer paper."""
    papers = without(PaperKind.POWER_OF_ATTORNEY, PaperKind.AGENT_ID, PaperKind.TRANSFER_AUTHORISATION)
    facts = counter(collector=ApplicantRole.AGENT, papers=papers)
    assert {paper.kind.value for paper in ask(PINGAN_B, facts).papers_due} == {"power_of_attorney", "agent_id"}
    assert {paper.kind.value for paper in ask(YUANXIN, facts).papers_due} == {"transfer_authorisation", "agent_id"}


def test_a_minor_at_yuanxins_counter() -> None:
    """The guardian's identity and the relationship are shown."""
    papers = without(PaperKind.GUARDIAN_ID, PaperKind.GUARDIANSHIP_PROOF)
    assert ask(YUANXIN, counter(papers=papers)).verdict == "approved"
    facts = counter(papers=papers, insured_is_minor=True)
    assert {paper.kind.value for paper in ask(YUANXIN, facts).papers_due} == {"guardian_id", "guardianship_proof"}


def test_images_handed_in_at_review_are_wanted_in_the_original() -> None:
    """Yuanxin collects originals of the images that were submitted, and asks nobody who had none."""
    assert ask(YUANXIN, counter(papers=without(PaperKind.IMAGING))).verdict == "approved"
    copied = (*without(PaperKind.IMAGING), Paper(kind=PaperKind.IMAGING, form=PaperForm.COPY))
    assert [paper.kind for paper in ask(YUANXIN, counter(papers=copied)).papers_due] == [PaperKind.IMAGING]
