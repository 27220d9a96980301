"""Reading the lists: every printed row is there, and a broken file is named with line and column."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from products.loader import Products, load_products
from schemas.clinical import DrugName

Break = Callable[[str, str, str], None]
Complaints = Callable[[], list[str]]
COVERING = ("pingan-longterm-b", "chinalife-cancer-rider", "axa-excellence")
"""Products that cover CAR-T."""


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
    assert len(data.car_t_drugs) == (2 if product in COVERING else 0)
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


def test_car_t_products_of_table_4_are_no_drugs_of_table_1(products: Products) -> None:
    """China Life's drug journey does not find them; the CAR-T one does, under either spelling and either maker."""
    first, second = products.get("chinalife-cancer-rider").car_t_drugs
    assert (first.brand, first.min_prior_lines, len(first.subtypes)) == ("奕凯达", 2, 4)
    assert (second.brand, second.min_prior_lines, len(second.subtypes)) == ("倍诺达", 2, 5)
    for name in ("奕凯达", "阿基仑赛注射液", "倍诺达", "瑞基奥伦赛", "瑞基奥仑赛注射液"):
        assert products.find_drugs("chinalife-cancer-rider", DrugName(name=name)) == ()
        assert len(products.find_car_t_drugs("chinalife-cancer-rider", DrugName(name=name))) == 1
    for maker in ("药明巨诺", "上海药明巨诺生物科技有限公司"):
        named = DrugName(name="瑞基奥仑赛", manufacturer=maker)
        assert products.find_car_t_drugs("chinalife-cancer-rider", named) == (second,)


@pytest.mark.parametrize("product", ["pingan-longterm-b", "axa-excellence"])
def test_elsewhere_they_are_rows_of_the_drug_list(products: Products, product: str) -> None:
    """They keep their ids; no other drug of the list is one of them."""
    rows = products.get(product).car_t_drugs
    assert rows == tuple(drug for drug in products.get(product).drugs if drug.car_t)
    assert products.find_car_t_drugs(product, DrugName(name="爱博新")) == ()


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


DRUGS = "pingan-cancer-drug/drugs.csv"


@pytest.fixture
def dated(data: Path) -> Callable[[int, str], None]:
    """Give the drug list its columns of days, all empty but for the row of that number (from 1)."""

    def write(row: int, days: str) -> None:
        header, *rows = (data / DRUGS).read_text(encoding="utf-8").splitlines()
        lines = [f"{line},{days}" if number == row else f"{line},," for number, line in enumerate(rows, 1)]
        (data / DRUGS).write_text("\n".join([f"{header},listed_from,listed_until", *lines]) + "\n", encoding="utf-8")

    return write


def test_drugs_may_have_days(data: Path, dated: Callable[[int, str], None]) -> None:
    """An empty cell means always; the days given are the first and the last on the list."""
    dated(2, "2026-03-01,2026-03-31")
    first, second, *_ = load_products(data).get("pingan-cancer-drug").drugs
    load_products.cache_clear()
    assert (first.listed_from, first.listed_until) == (None, None)
    assert (second.listed_from, second.listed_until) == (date(2026, 3, 1), date(2026, 3, 31))


@pytest.mark.parametrize(
    ("days", "complaint"),
    [
        ("soon,", "3: listed_from: Value error, must be a day, YYYY-MM-DD"),
        ("1772323200,", "3: listed_from: Value error, must be a day, YYYY-MM-DD"),
        (
            ",2026-02-29",
            "3: listed_until: Input should be a valid date or datetime, day value is outside expected range",
        ),
        ("2026-03-31,2026-03-30", "3: listed_until: lies before listed_from"),
        ("2026-03-31", "3: row: must have as many cells as the header"),
    ],
)
def test_days_that_are_none(
    days: str, complaint: str, dated: Callable[[int, str], None], complaints: Complaints
) -> None:
    """Each is named with its line."""
    dated(2, days)
    assert f"{DRUGS}:{complaint}" in complaints()


@pytest.fixture
def come_back(data: Path, change: Break, dated: Callable[[int, str], None]) -> Callable[[str], None]:
    """Take a drug off the list after 31 March and put it back on the day given, in a row of its own."""

    def write(begins: str) -> None:
        dated(2, ",2026-03-31")
        text = (data / DRUGS).read_text(encoding="utf-8")
        ended = next(line for line in text.splitlines() if line.startswith("2,"))
        again = ended.replace("2,", "102,", 1).replace(",,2026-03-31", f",{begins},")
        (data / DRUGS).write_text(f"{text}{again}\n", encoding="utf-8")
        change("pingan-cancer-drug/product.toml", "drugs = 16", "drugs = 17")

    return write


def test_a_drug_may_come_back_to_the_list(data: Path, come_back: Callable[[str], None]) -> None:
    """The later row begins the day after the earlier one ended."""
    come_back("2026-04-01")
    assert [drug.no for drug in load_products(data).get("pingan-cancer-drug").drugs if drug.brand == "爱博新"] == [
        *("2", "102"),
    ]
    load_products.cache_clear()


def test_a_drug_is_not_listed_twice_at_once(come_back: Callable[[str], None], complaints: Complaints) -> None:
    """One day that both rows have is one too many."""
    come_back("2026-03-31")
    assert complaints() == [f"{DRUGS}:18: rows: 爱博新 辉瑞 is given twice"]
