"""Ways of hand-over that products allow."""

import pytest

from schemas.decision import FulfilmentMode
from tests.rules.cases import ALL, AXA, CHINALIFE, PINGAN_B, PINGAN_CANCER, YUANXIN, ask, finding, fulfilment, outcome

PICK_UP, DELIVERY, HOSPITAL = FulfilmentMode.PICK_UP, FulfilmentMode.DELIVERY, FulfilmentMode.HOSPITAL_DELIVERY


@pytest.mark.parametrize("product", ALL)
def test_the_plain_case(product: str) -> None:
    """An outside drug collected in person, with every consent, passes everywhere."""
    assert ask(product, fulfilment()).verdict == "approved"


@pytest.mark.parametrize("product", [PINGAN_B, PINGAN_CANCER])
@pytest.mark.parametrize(
    ("in_catalogue", "mode", "expected"),
    [
        (True, PICK_UP, "met"),
        (True, DELIVERY, "not_met"),
        (True, HOSPITAL, "not_met"),
        (False, DELIVERY, "not_applicable"),
        (None, DELIVERY, "referred"),
        (None, PICK_UP, "met"),
    ],
)
def test_ping_an_social_insurance_drugs_are_collected(
    product: str,
    in_catalogue: bool | None,  # noqa: FBT001 - a table's column
    mode: FulfilmentMode,
    expected: str,
) -> None:
    """The catalogue decides, however the purchase is settled."""
    facts = fulfilment(in_catalogue=in_catalogue, mode=mode)
    assert outcome(product, facts, "social_insurance_drug_way") == expected


@pytest.mark.parametrize(
    ("settled", "mode", "override", "expected"),
    [
        (True, PICK_UP, "", "met"),
        (True, DELIVERY, "", "not_met"),
        (True, DELIVERY, "agent-7", "met"),
        (False, DELIVERY, "", "not_applicable"),
    ],
)
def test_yuanxin_settled_purchases_are_collected_in_principle(
    settled: bool,  # noqa: FBT001 - a table's column
    mode: FulfilmentMode,
    override: str,
    expected: str,
) -> None:
    """The settlement decides, and a service agent may make an exception."""
    facts = fulfilment(in_catalogue=True, settled_by_social_insurance=settled, mode=mode, override_by=override)
    assert outcome(YUANXIN, facts, "social_insurance_drug_way") == expected


def test_china_life_and_axa_leave_the_way_open() -> None:
    """Their catalogue rules concern money, not the way."""
    facts = fulfilment(in_catalogue=True, mode=DELIVERY, destination_city="北京")
    assert outcome(CHINALIFE, facts, "social_insurance_drug_way") == "not_applicable"
    assert outcome(AXA, facts, "social_insurance_drug_way") == "not_applicable"


@pytest.mark.parametrize(
    ("injection", "mode", "consent", "expected"),
    [
        (True, HOSPITAL, True, "met"),
        (True, HOSPITAL, False, "not_met"),
        (True, DELIVERY, True, "not_met"),
        (None, DELIVERY, True, "referred"),
        (None, HOSPITAL, True, "met"),
        (False, DELIVERY, False, "not_applicable"),
        (True, PICK_UP, False, "not_applicable"),
    ],
)
def test_yuanxin_delivers_injections_into_the_hospital(
    injection: bool | None,  # noqa: FBT001 - a table's column
    mode: FulfilmentMode,
    consent: bool,  # noqa: FBT001 - a table's column
    expected: str,
) -> None:
    """The attending doctor knows and agrees; an unknown form is asked about unless the way is safe for both."""
    facts = fulfilment(injection=injection, mode=mode, doctor_consent=consent)
    assert outcome(YUANXIN, facts, "injection_into_hospital") == expected


@pytest.mark.parametrize(
    ("mode", "doctor", "hospital", "expected"),
    [
        (PICK_UP, True, True, "met"),
        (PICK_UP, True, False, "not_met"),
        (PICK_UP, False, True, "not_met"),
        (DELIVERY, False, False, "not_applicable"),
    ],
)
def test_yuanxin_collects_with_both_consents(
    mode: FulfilmentMode,
    doctor: bool,  # noqa: FBT001 - a table's column
    hospital: bool,  # noqa: FBT001 - a table's column
    expected: str,
) -> None:
    """Doctor and hospital agree to drugs from outside."""
    facts = fulfilment(mode=mode, doctor_consent=doctor, hospital_consent=hospital)
    assert outcome(YUANXIN, facts, "pick_up_consent") == expected


@pytest.mark.parametrize("product", [CHINALIFE, YUANXIN])
@pytest.mark.parametrize(("days", "expected"), [(30, "met"), (31, "met"), (32, "not_met")])
def test_a_month_in_one_purchase(product: str, days: int, expected: str) -> None:
    """The longest month has 31 days."""
    told = finding(ask(product, fulfilment(days_supply=days)), "pickup_within_quantity")
    assert told.outcome == expected
    assert (told.next_step is not None) is (expected == "not_met")


@pytest.mark.parametrize(
    ("in_catalogue", "settled", "accepted", "expected"),
    [
        (True, False, True, "met"),
        (True, False, False, "not_met"),
        (True, False, None, "referred"),
        (True, True, False, "not_applicable"),
        (False, False, False, "not_applicable"),
        (None, False, True, "met"),
        (None, False, False, "referred"),
    ],
)
def test_axa_advances_part_only_if_accepted(
    in_catalogue: bool | None,  # noqa: FBT001 - a table's column
    settled: bool,  # noqa: FBT001 - a table's column
    accepted: bool | None,  # noqa: FBT001 - a table's column
    expected: str,
) -> None:
    """A social-insurance drug that the pharmacy cannot settle is advanced in part, with consent."""
    facts = fulfilment(
        in_catalogue=in_catalogue, settled_by_social_insurance=settled, partial_advance_accepted=accepted
    )
    assert outcome(AXA, facts, "partial_advance_accepted") == expected
