"""Loading all products: what is right comes through, what is wrong is named with file, line and field."""

import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from products.errors import ProductError, TermsNotInForceError, UnknownProductError
from products.loader import Products, in_force, load_products
from products.model import Dated, Terms
from schemas.clinical import DrugName

IDS = ("axa-excellence", "chinalife-cancer-rider", "pingan-cancer-drug", "pingan-longterm-b", "yuanxin-cancer-drug")

Break = Callable[[str, str, str], None]
Complaints = Callable[[], list[str]]

TOML = "pingan-cancer-drug/product.toml"
DRUGS = "pingan-cancer-drug/drugs.csv"


def test_there_are_five_products(products: Products) -> None:
    """All five products load without a complaint."""
    assert products.ids == IDS


def test_products_are_read_once() -> None:
    """A second call gives the same object."""
    assert load_products() is load_products()


def test_loading_is_fast_enough_for_every_command() -> None:
    """Reading and checking all products takes less than 300 ms of processor time in a fresh process."""
    script = (
        "import time; from products.loader import load_products\n"
        "start = time.process_time(); load_products(); print(time.process_time() - start)"
    )
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert float(out.stdout) < 0.3


def test_unknown_product_lists_the_known(products: Products) -> None:
    """Asking for an unknown product says which ones there are."""
    with pytest.raises(UnknownProductError, match="pingan-longterm-b, yuanxin-cancer-drug"):
        products.get("pingan-longterm-a")
    with pytest.raises(UnknownProductError):
        products.find_drugs("pingan-longterm-a", DrugName(name="可瑞达"))


def test_version_follows_the_data(data: Path, change: Break) -> None:
    """The same data has the same version, other data another one."""
    before = load_products(data).version
    change(DRUGS, "黑色素瘤|肺癌", "肺癌")
    load_products.cache_clear()
    after = load_products(data).version
    load_products.cache_clear()
    assert before != after


def test_value_in_force_is_the_latest_begun() -> None:
    """On the day a new value begins it is in force; the day before it is not."""
    old = Dated[int](value=30, since=date(2020, 1, 1), rule="yuanxin-cancer-drug/WAIT-1")
    new = Dated[int](value=60, since=date(2024, 1, 1), rule="yuanxin-cancer-drug/WAIT-1")
    assert in_force((old, new), date(2023, 12, 31)) is old
    assert in_force((old, new), date(2024, 1, 1)) is new


def test_day_before_all_values_is_refused() -> None:
    """A day older than the oldest value gets an error that says since when values are known."""
    only = Dated[int](value=30, since=date(2020, 1, 1), rule="yuanxin-cancer-drug/WAIT-1")
    with pytest.raises(TermsNotInForceError, match=r"2019-12-31.*2020-01-01"):
        in_force((only,), date(2019, 12, 31))


@pytest.mark.parametrize("product", IDS)
def test_every_term_is_known_on_the_day_of_the_printed_example(products: Products, product: str) -> None:
    """The worked examples of the documents are policies that our terms can judge."""
    example = {
        "pingan-longterm-b": date(2021, 5, 1),
        "pingan-cancer-drug": date(2019, 5, 1),
        "yuanxin-cancer-drug": date(2020, 5, 1),
    }.get(product, date(2023, 1, 1))
    terms = products.get(product).terms
    for name in Terms.model_fields:
        assert in_force(getattr(terms, name), example).rule.startswith(product)


def test_all_problems_are_named_at_once(change: Break, complaints: Complaints) -> None:
    """Two broken files give one message with a line for each problem."""
    change(TOML, "hospital_min_grade = [{ value = 2,", 'hospital_min_grade = [{ value = "two",')
    change(DRUGS, "1,艾瑞妮,吡咯替尼,", "1,艾瑞妮,,")
    found = complaints()
    assert any(line.startswith(f"{TOML}:") and "terms.hospital_min_grade.0.value" in line for line in found)
    assert any(line.startswith(f"{DRUGS}:2: generic: Field required") for line in found)


def test_folder_without_product_file(data: Path, complaints: Complaints) -> None:
    """A product folder needs its product.toml."""
    (data / TOML).unlink()
    assert complaints() == [f"{TOML}:0: file: is missing: every product folder needs one"]


def test_stray_file_is_named(data: Path, complaints: Complaints) -> None:
    """A misnamed table does not go unnoticed."""
    (data / "pingan-cancer-drug" / "drug.csv").write_text("", encoding="utf-8")
    assert complaints()[0].startswith("pingan-cancer-drug/drug.csv:0: file: is not known here")


def test_empty_root_is_refused(tmp_path: Path) -> None:
    """No product at all is an error, not an empty catalogue."""
    with pytest.raises(ProductError, match="there is no product folder"):
        load_products(tmp_path)


def test_city_printed_twice_is_one_city(products: Products) -> None:
    """Tianjin stands twice in Yuanxin's table, with 11 and 1 pharmacies: it is one city with 12."""
    rows = [row for row in products.get("yuanxin-cancer-drug").pharmacies if row.city == "天津"]
    assert [row.pharmacies for row in rows] == [12]


def test_pharmacy_city_is_found_by_product(products: Products) -> None:
    """A city is found with and without endings; a product without a printed table has none."""
    found = products.find_pharmacy_city("yuanxin-cancer-drug", "云南", "大理州")
    assert found is not None
    assert found.city == "大理白族自治州"
    assert products.find_pharmacy_city("chinalife-cancer-rider", "云南", "大理州") is None
