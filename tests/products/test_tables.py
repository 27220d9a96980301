"""Reading the lists: every printed row is there, and a broken file is named with line and column."""

from collections.abc import Callable
from pathlib import Path

import pytest

from products.loader import Products

Break = Callable[[str, str, str], None]
Complaints = Callable[[], list[str]]


@pytest.mark.parametrize(
    ("product", "drugs", "cities", "pharmacies", "hospitals"),
    [
        ("pingan-longterm-b", 100, 0, 0, {"annex-3": 59}),
        ("pingan-cancer-drug", 16, 237, 978, {"annex-4": 693}),
        ("chinalife-cancer-rider", 90, 0, 0, {"table-3": 5, "table-5": 102}),
        ("axa-excellence", 103, 69 + 8, 202, {"mdt": 39, "japan": 17}),
        ("yuanxin-cancer-drug", 86, 250 - 1, 1109, {}),
    ],
)
def test_every_printed_row_is_there(  # noqa: PLR0917 - pytest passes each parameter and fixture by name
    products: Products, product: str, drugs: int, cities: int, pharmacies: int, hospitals: dict[str, int]
) -> None:
    """Rows and sums are those of the printed tables; AXA adds 8 cities without a pharmacy, Yuanxin prints one twice."""
    data = products.get(product)
    counts = {
        table: sum(row.table == table for row in data.hospitals) for table in {row.table for row in data.hospitals}
    }
    assert (len(data.drugs), len(data.pharmacies), counts) == (drugs, cities, hospitals)
    assert sum(row.pharmacies for row in data.pharmacies) == pharmacies


@pytest.mark.parametrize(
    ("product", "provinces"), [("pingan-cancer-drug", 30), ("yuanxin-cancer-drug", 30), ("axa-excellence", 25)]
)
def test_provinces_are_those_printed(products: Products, product: str, provinces: int) -> None:
    """The pharmacy tables cover as many provinces as they print, named without their endings."""
    rows = products.get(product).pharmacies
    assert len({row.province for row in rows}) == provinces
    assert not any(row.province.endswith(("省", "市", "自治区")) for row in rows)


def test_all_rules_have_their_section(products: Products) -> None:
    """The five documents have 220 rules, each with its section and a gist in both languages."""
    sections = [section for name in products.ids for section in products.get(name).sections.values()]
    assert len(sections) == 220
    assert all(section.section and section.gist.zh and section.gist.en for section in sections)


def test_axa_cities_without_pharmacy_are_delivered_to(products: Products) -> None:
    """Cities of annex 1 without a pharmacy, and Dali with none, are served by delivery; Jining is in annex 4 only."""
    rows = products.get("axa-excellence").pharmacies
    assert {row.city for row in rows if row.delivery_only} == {
        *("怀化", "益阳", "衡阳", "鹤山", "深圳", "商丘", "新乡", "开封", "大理州"),
    }
    assert all(row.pharmacies == 0 for row in rows if row.delivery_only)
    assert [row.city for row in rows if not row.service_city] == ["济宁"]


def test_car_t_rows_are_marked_with_their_limits(products: Products) -> None:
    """The two CAR-T products keep the lines and sub-types that the long-term manual prints, each its own."""
    first, second = (drug for drug in products.get("pingan-longterm-b").drugs if drug.car_t)
    assert (first.no, first.min_prior_lines, len(first.subtypes)) == ("99", 2, 4)
    assert (second.no, second.min_prior_lines, len(second.subtypes)) == ("100", 2, 5)
    assert "3b级滤泡性淋巴瘤" in second.subtypes
    assert "3b级滤泡性淋巴瘤" not in first.subtypes
    assert [drug.brand for drug in products.get("axa-excellence").drugs if drug.car_t] == ["奕凯达", "倍诺达"]


def test_form_follows_from_sister_lists(products: Products) -> None:
    """Yuanxin prints no dosage forms; a sister list tells that 万珂 is injected and 泰瑞沙 is a tablet."""
    by_brand = {drug.brand: drug for drug in products.get("yuanxin-cancer-drug").drugs}
    assert by_brand["万珂"].injection is True
    assert by_brand["泰瑞沙"].injection is False
    assert by_brand["利卡汀"].injection is None


def test_same_brand_has_the_same_form_everywhere(products: Products) -> None:
    """No two lists disagree on whether a brand is injected."""
    forms: dict[str, set[bool | None]] = {}
    for name in products.ids:
        for drug in products.get(name).drugs:
            forms.setdefault(drug.brand, set()).add(drug.injection)
    assert {brand for brand, found in forms.items() if len(found) > 1} == set()


def test_lymphoma_has_one_name(products: Products) -> None:
    """淋巴癌 and 淋巴瘤, printed side by side, are the same disease."""
    cancers = {cancer for drug in products.get("pingan-cancer-drug").drugs for cancer in drug.cancers}
    assert "淋巴瘤" in cancers
    assert "淋巴癌" not in cancers


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("安徽,安庆,2,", "安徽,安庆,two,", "2: pharmacies: Input should be a valid integer"),
        ("安徽,安庆,2,", "安徽,安庆,", "2: row: must have as many cells as the header"),
        ("province,city,pharmacies,", "province,town,pharmacies,", "1: header: must be province,city,pharmacies,"),
        ("安徽,安庆,2,,", "安徽,安庆,2,perhaps,", "2: delivery_only: Input should be a valid boolean"),
        ("安徽,安庆,2,,", '安徽,安庆,"2,,', "0: file: cannot be read as CSV in UTF-8"),
    ],
)
def test_broken_table_is_named(old: str, new: str, complaint: str, change: Break, complaints: Complaints) -> None:
    """A wrong cell, row or header is named with its line."""
    change("pingan-cancer-drug/pharmacies.csv", old, new)
    assert any(line.startswith(f"pingan-cancer-drug/pharmacies.csv:{complaint}") for line in complaints())


@pytest.mark.parametrize("file", ["pharmacies.csv", "product.toml"])
def test_other_encoding_is_named(file: str, data: Path, complaints: Complaints) -> None:
    """A file that is not UTF-8 is named instead of being read wrongly."""
    path = data / "pingan-cancer-drug" / file
    path.write_bytes(path.read_text(encoding="utf-8").encode("gb18030"))
    assert any(f"pingan-cancer-drug/{file}:0: file: " in line and "UTF-8" in line for line in complaints())
