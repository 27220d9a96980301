"""Names of places: their rank may be written or left out."""

import pytest

from products.model import PharmacyCity
from products.places import find_city, place


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("安徽省", "安徽"),
        ("广西壮族自治区", "广西"),
        ("新疆维吾尔自治区", "新疆"),
        ("内蒙古自治区", "内蒙古"),
        ("北京市", "北京"),
        ("苏州市", "苏州"),
        ("苏州", "苏州"),
        ("杭州", "杭州"),
        ("大理州", "大理"),
        ("大理白族自治州", "大理"),
        ("红河哈尼族彝族自治州", "红河"),
        ("红河州", "红河"),
        ("恩施土家族苗族自治州", "恩施"),
        ("阿勒泰地区", "阿勒泰"),
        ("兴安盟", "兴安"),
        ("市", "市"),
    ],
)
def test_rank_is_left_out(name: str, bare: str) -> None:
    """Province, city, prefecture and autonomous endings fall away; cities called …州 keep their name."""
    assert place(name) == bare


def test_city_is_looked_for_in_its_province() -> None:
    """A province narrows; without one the first row of that name is taken."""
    rows = (PharmacyCity(province="江苏", city="苏州", pharmacies=2),)
    assert find_city(rows, "江苏省", "苏州市") is rows[0]
    assert find_city(rows, "", "苏州") is rows[0]
    assert find_city(rows, "安徽", "苏州") is None


@pytest.mark.parametrize("name", ["西昌", "西昌市", "凉山", "凉山州", "凉山彝族自治州", "凉山彝族自治州西昌市"])
def test_city_printed_with_its_prefecture_is_found_under_either(name: str) -> None:
    """Some rows print prefecture and city as one name."""
    rows = (PharmacyCity(province="四川", city="凉山彝族自治州西昌市", pharmacies=1),)
    assert find_city(rows, "四川省", name) is rows[0]
    assert find_city(rows, "四川省", "成都") is None
