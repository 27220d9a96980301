"""Who pays what."""

from decimal import Decimal

import pytest

from tests.rules.cases import ALL, AXA, CHINALIFE, PINGAN_B, PINGAN_CANCER, YUANXIN, ask, finding, outcome, settlement

YES, NO = True, False


@pytest.mark.parametrize(
    ("in_catalogue", "social_insurance", "verdict", "pays"),
    [
        (NO, (YES, NO, "0"), "approved", "1000.00"),
        (NO, (NO, NO, "0"), "approved", "1000.00"),
        (NO, (YES, YES, "300"), "approved", "700.00"),
        (YES, (YES, YES, "300"), "approved", "700.00"),
        (YES, (YES, NO, "0"), "approved", "600.00"),
        (YES, (NO, NO, "0"), "approved", "1000.00"),
        (YES, (NO, YES, "300"), "referred", "700.00"),
        (YES, (YES, NO, "300"), "referred", None),
        (None, (YES, NO, "0"), "referred", None),
        (None, (YES, YES, "300"), "approved", "700.00"),
        (None, (NO, NO, "0"), "approved", "1000.00"),
    ],
)
def test_china_life_table(
    in_catalogue: bool | None,  # noqa: FBT001 - a table's column
    social_insurance: tuple[bool, bool, str],
    verdict: str,
    pays: str | None,
) -> None:
    """Every row, the row that is not printed, and facts that contradict each other or leave the row open."""
    enrolled, settled, compensated = social_insurance
    facts = settlement(
        in_catalogue=in_catalogue,
        social_insurance_enrolled=enrolled,
        social_insurance_settled=settled,
        social_insurance_compensation=Decimal(compensated),
    )
    decision = ask(CHINALIFE, facts)
    assert decision.verdict == verdict
    assert (decision.amounts and str(decision.amounts.insurer_pays)) == pays


@pytest.mark.parametrize("product", [PINGAN_B, PINGAN_CANCER, AXA, YUANXIN])
def test_the_contract_sets_the_ratio(product: str) -> None:
    """Cost less other compensation times the contract's ratio; a silent contract goes to a person, without amounts."""
    amounts = ask(product, settlement(other_compensation=Decimal(100))).amounts
    assert amounts is not None
    assert (amounts.insurer_pays, amounts.own_share) == (Decimal("720.00"), Decimal("180.00"))
    silent = ask(product, settlement(reimbursement_ratio=None))
    assert (silent.verdict.value, silent.amounts) == ("referred", None)


def test_all_compensation_is_deducted_once() -> None:
    """Social insurance and other channels together, never more than the cost."""
    facts = settlement(
        social_insurance_settled=True,
        social_insurance_compensation=Decimal(700),
        other_compensation=Decimal(500),
    )
    amounts = ask(CHINALIFE, facts).amounts
    assert amounts is not None
    assert (amounts.other_compensation, amounts.insurer_pays, amounts.own_share) == (
        Decimal(1000),
        Decimal(0),
        Decimal(0),
    )


@pytest.mark.parametrize(
    ("cost", "ratio", "pays"),
    [("0.01", "0.5", "0.01"), ("0.03", "0.5", "0.02"), ("100.01", "0.3333", "33.33"), ("33.35", "0.9", "30.02")],
)
def test_rounding_once_half_up(cost: str, ratio: str, pays: str) -> None:
    """Half a fen goes up."""
    amounts = ask(PINGAN_B, settlement(cost=Decimal(cost), reimbursement_ratio=Decimal(ratio))).amounts
    assert amounts is not None
    assert str(amounts.insurer_pays) == pays


@pytest.mark.parametrize("product", ALL)
def test_the_limit_caps_the_payment(product: str) -> None:
    """What the limit cannot pay is the insured person's own, and shown as such."""
    decision = ask(product, settlement(available=Decimal(500)))
    amounts = decision.amounts
    assert decision.verdict == "approved"
    assert amounts is not None
    assert amounts.insurer_pays == Decimal(500)
    assert amounts.over_limit > 0
    assert amounts.own_share >= amounts.over_limit


@pytest.mark.parametrize("product", ALL)
def test_an_exhausted_limit_ends_liability(product: str) -> None:
    """Nothing left, nothing paid."""
    decision = ask(product, settlement(available=Decimal(0)))
    assert decision.verdict == "refused"
    assert decision.amounts is not None
    assert decision.amounts.insurer_pays == 0
    assert decision.amounts.over_limit > 0


@pytest.mark.parametrize("product", [PINGAN_B, PINGAN_CANCER])
def test_ping_an_wants_the_excess_back(product: str) -> None:
    """What was advanced beyond the limit is refunded to the provider."""
    told = finding(ask(product, settlement(available=Decimal(500))), "over_limit_refunded")
    assert told.next_step is not None
    assert "300.00" in told.next_step.zh
    assert outcome(product, settlement(), "over_limit_refunded") == "not_applicable"


def test_a_contract_without_a_ratio_is_asked_about_whatever_else_holds() -> None:
    """The limit has nothing to say about an amount nobody knows."""
    facts = settlement(reimbursement_ratio=None, available=Decimal(0))
    assert outcome(PINGAN_B, facts, "limit_not_exceeded") == "not_applicable"


def test_a_person_tells_the_ratio_where_nothing_else_does() -> None:
    """Neither the policy nor, at China Life, a known catalogue: their word settles it and is not asked for again.

    chinalife-cancer-rider/PAY-8.
    """
    unknown = {"reimbursement_ratio": None, "in_catalogue": None}
    for product in ALL:
        told = ask(product, settlement(**unknown, ratio_by_person=Decimal("0.70"), cost=Decimal(1000)))
        assert (told.verdict, told.amounts and told.amounts.ratio) == ("approved", Decimal("0.70"))


def test_a_row_of_the_table_stands_before_what_a_person_told() -> None:
    """chinalife-cancer-rider/PAY-4: in the catalogue, enrolled, not settled through it: 60 %."""
    told = ask(CHINALIFE, settlement(in_catalogue=True, ratio_by_person=Decimal("0.70")))
    assert told.amounts is not None
    assert told.amounts.ratio == Decimal("0.60")


def test_a_person_settles_the_combination_that_the_table_leaves_out() -> None:
    """Compensated without being enrolled: in full is only proposed, a person's ratio is taken."""
    left_out = {"social_insurance_enrolled": False, "social_insurance_settled": True, "in_catalogue": True}
    assert ask(CHINALIFE, settlement(**left_out)).verdict == "referred"
    told = ask(CHINALIFE, settlement(**left_out, ratio_by_person=Decimal("0.70")))
    assert (told.verdict, told.amounts and told.amounts.ratio) == ("approved", Decimal("0.70"))
