"""Pharmacies, destinations, and the voucher's last day."""

from datetime import date

import pytest

from schemas.decision import FulfilmentMode
from tests.rules.cases import AXA, CHINALIFE, PINGAN_B, PINGAN_CANCER, YUANXIN, fulfilment, outcome

DELIVERY = FulfilmentMode.DELIVERY


@pytest.mark.parametrize("product", [PINGAN_CANCER, AXA, YUANXIN])
@pytest.mark.parametrize(
    ("province", "city", "expected"),
    [("北京", "北京", "met"), ("北京市", "北京市", "met"), ("北京", "上海", "not_met"), ("西藏", "阿里", "not_met")],
)
def test_a_designated_pharmacy_stands_there(product: str, province: str, city: str, expected: str) -> None:
    """The product's own table decides, however the place is spelled."""
    facts = fulfilment(pharmacy_province=province, pharmacy_city=city)
    assert outcome(product, facts, "designated_pharmacy_city") == expected


@pytest.mark.parametrize("product", [PINGAN_B, CHINALIFE])
def test_no_table_no_limit(product: str) -> None:
    """Two documents print no table: the provider's network decides."""
    facts = fulfilment(pharmacy_province="西藏", pharmacy_city="阿里")
    assert outcome(product, facts, "designated_pharmacy_city") == "not_applicable"


@pytest.mark.parametrize(
    ("province", "city", "mode", "expected"),
    [
        ("云南", "大理", FulfilmentMode.PICK_UP, "not_met"),
        ("广东", "深圳", DELIVERY, "not_met"),
        ("山东", "济宁", FulfilmentMode.PICK_UP, "not_met"),
        ("山东", "济宁", DELIVERY, "met"),
    ],
)
def test_axas_odd_cities(province: str, city: str, mode: FulfilmentMode, expected: str) -> None:
    """A city without a pharmacy gives none; 济宁 has one and is no covered city."""
    facts = fulfilment(pharmacy_province=province, pharmacy_city=city, mode=mode)
    assert outcome(AXA, facts, "designated_pharmacy_city") == expected


@pytest.mark.parametrize(
    ("mode", "city", "expected"),
    [
        (FulfilmentMode.PICK_UP, "", "not_applicable"),
        (DELIVERY, "深圳", "met"),
        (DELIVERY, "济宁", "not_met"),
        (DELIVERY, "阿里", "not_met"),
    ],
)
def test_axa_delivers_to_covered_cities(mode: FulfilmentMode, city: str, expected: str) -> None:
    """Covered cities without a pharmacy are served from another one."""
    facts = fulfilment(mode=mode, destination_city=city)
    assert outcome(AXA, facts, "destination_city_covered") == expected


@pytest.mark.parametrize(("booked", "expected"), [(date(2026, 7, 31), "met"), (date(2026, 8, 1), "not_met")])
def test_china_life_voucher_of_thirty_days(booked: date, expected: str) -> None:
    """Issued on 1 July, the last day to book is the 31st."""
    assert outcome(CHINALIFE, fulfilment(booked_on=booked), "voucher_in_time") == expected


def test_a_booking_before_the_voucher() -> None:
    """Without a voucher there is no day to miss."""
    assert outcome(CHINALIFE, fulfilment(voucher_issued_on=None), "voucher_in_time") == "not_applicable"
