"""Charity aid: verdict and way for every standing, product and citizenship."""

import pytest

from schemas.decision import AidStanding
from schemas.people import Citizenship
from tests.rules.cases import ALL, AXA, CHINALIFE, PINGAN_B, PINGAN_CANCER, YUANXIN, ask, charity, finding

FORFEITING = (PINGAN_B, PINGAN_CANCER, YUANXIN)


@pytest.mark.parametrize("product", ALL)
@pytest.mark.parametrize(
    ("standing", "way"),
    [
        (AidStanding.NO_PROGRAM, "insurance"),
        (AidStanding.NOT_QUALIFIED, "insurance"),
        (AidStanding.OPEN, "apply"),
        (AidStanding.UNDER_REVIEW, "wait"),
        (AidStanding.APPROVED, "wait"),
        (AidStanding.COLLECTED, "aid_supplies"),
    ],
)
def test_ways_that_every_product_shares(product: str, standing: AidStanding, way: str) -> None:
    """Nothing stands against the claim, and the way says what comes next."""
    decision = ask(product, charity(standing))
    assert (decision.verdict.value, decision.way) == ("approved", way)


@pytest.mark.parametrize("standing", [AidStanding.NOT_APPLIED, AidStanding.INCOMPLETE])
def test_not_applying(standing: AidStanding) -> None:
    """Cover is lost where printed, a person decides where only the duty is printed, nothing follows at AXA."""
    for product in FORFEITING:
        decision = ask(product, charity(standing))
        assert (decision.verdict.value, decision.way) == ("refused", "not_covered")
        assert finding(decision, "aid_applied_for").next_step is not None
    referred = ask(CHINALIFE, charity(standing))
    assert (referred.verdict.value, referred.way) == ("referred", None)
    assert ask(AXA, charity(standing)).way == "insurance"


@pytest.mark.parametrize("standing", [AidStanding.NOT_COLLECTED, AidStanding.INSISTS_SELF_PAY])
def test_not_taking_what_was_granted(standing: AidStanding) -> None:
    """Four products do not pay then; AXA prints no loss of cover."""
    for product in (*FORFEITING, CHINALIFE):
        assert ask(product, charity(standing)).way == "not_covered"
    assert ask(AXA, charity(standing)).way == "insurance"


@pytest.mark.parametrize("product", ALL)
def test_not_collected_for_reasons_of_others(product: str) -> None:
    """Only the applicant's own reasons cost them the cover."""
    assert ask(product, charity(AidStanding.NOT_COLLECTED, own_reason=False)).way == "insurance"


def test_a_refusal_by_the_foundation() -> None:
    """The prescription is reviewed again, except at AXA where the insurance simply goes on."""
    for product in (*FORFEITING, CHINALIFE):
        assert ask(product, charity(AidStanding.REFUSED)).way == "review_again"
    assert ask(AXA, charity(AidStanding.REFUSED)).way == "insurance"


@pytest.mark.parametrize("citizenship", [Citizenship.HK_MACAO_TAIWAN, Citizenship.FOREIGN])
@pytest.mark.parametrize(
    "standing", [AidStanding.OPEN, AidStanding.NOT_APPLIED, AidStanding.INCOMPLETE, AidStanding.INSISTS_SELF_PAY]
)
def test_who_cannot_apply_is_not_blamed(citizenship: Citizenship, standing: AidStanding) -> None:
    """Aid is for mainland citizens; the others go on with the insurance."""
    for product in (*FORFEITING, AXA):
        assert ask(product, charity(standing, citizenship=citizenship)).way == "insurance"
    assert ask(CHINALIFE, charity(AidStanding.OPEN, citizenship=citizenship)).way == "apply"


@pytest.mark.parametrize("product", FORFEITING)
def test_donated_drugs_leave_the_limit_alone(product: str) -> None:
    """The clause is cited when the donated drug was collected."""
    told = finding(ask(product, charity(AidStanding.COLLECTED)), "aid_does_not_use_limit")
    assert told.outcome == "met"
    assert told.citations[0].rule == f"{product}/CHAR-5"


@pytest.mark.parametrize(
    ("product", "standing", "rule", "consequence"),
    [
        (PINGAN_B, AidStanding.NOT_APPLIED, "aid_applied_for", "not_covered"),
        (CHINALIFE, AidStanding.NOT_APPLIED, "aid_applied_for", "referred"),
        (AXA, AidStanding.NOT_APPLIED, "aid_applied_for", "none"),
        (PINGAN_B, AidStanding.INSISTS_SELF_PAY, "aid_not_bought_instead", "not_covered"),
        (CHINALIFE, AidStanding.INSISTS_SELF_PAY, "aid_not_bought_instead", "not_covered"),
        (AXA, AidStanding.INSISTS_SELF_PAY, "aid_not_bought_instead", "none"),
        (CHINALIFE, AidStanding.NOT_COLLECTED, "aid_collected", "not_covered"),
        (AXA, AidStanding.NOT_COLLECTED, "aid_collected", "none"),
    ],
)
def test_the_printed_consequence_is_told(product: str, standing: AidStanding, rule: str, consequence: str) -> None:
    """Whoever reads the finding sees what the document attaches to leaving aid aside."""
    facts = finding(ask(product, charity(standing)), rule).facts
    assert facts == {"standing": standing.value, "consequence": consequence}


@pytest.mark.parametrize("product", FORFEITING)
def test_insisting_on_paying_is_not_leaving_a_grant_uncollected(product: str) -> None:
    """CHAR-3 speaks of aid that was granted; who insists on paying never applied: CHAR-2."""
    decision = ask(product, charity(AidStanding.INSISTS_SELF_PAY))
    refused = [each for each in decision.findings if each.outcome == "not_met"]
    assert [cited.rule for each in refused for cited in each.citations] == [f"{product}/CHAR-2"]


def test_the_reason_of_others_is_told() -> None:
    """It is why nothing follows."""
    facts = finding(ask(PINGAN_B, charity(AidStanding.NOT_COLLECTED, own_reason=False)), "aid_collected").facts
    assert facts == {"standing": "not_collected", "own_reason": "false"}


def test_only_who_has_still_to_apply_is_told_to() -> None:
    """Not whose application runs or is settled."""
    told = {
        standing: finding(ask(PINGAN_B, charity(standing)), "aid_applied_for").next_step is not None
        for standing in (AidStanding.OPEN, AidStanding.UNDER_REVIEW, AidStanding.APPROVED, AidStanding.COLLECTED)
    }
    assert [standing for standing, step in told.items() if step] == [AidStanding.OPEN]


def test_the_finding_says_whether_the_prescription_is_reviewed_again() -> None:
    """As the way does."""
    whys = {
        product: finding(ask(product, charity(AidStanding.REFUSED)), "aid_refusal_reviewed_again").why.en
        for product in ALL
    }
    assert {product for product, why in whys.items() if "reviewed again" in why} == set(ALL) - {AXA}
