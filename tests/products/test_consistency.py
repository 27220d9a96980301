"""The files of one product must agree: each kind of contradiction is found and placed."""

from collections.abc import Callable
from pathlib import Path

import pytest

Break = Callable[[str, str, str], None]
Complaints = Callable[[], list[str]]

FOLDER = "pingan-cancer-drug"
TOML = f"{FOLDER}/product.toml"


def line_with(data: Path, file: str, text: str) -> int:
    """The line (from 1) on which `text` stands."""
    lines = (data / file).read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line)


FIND = 'find_budget = [{ not_printed = true, rule = "SLA-2" }]'

BROKEN_PRODUCT_FILES = {
    "term cites an unknown rule": (
        FIND,
        FIND.replace("SLA-2", "SLA-9"),
        "terms.find_budget.0",
        f"{FOLDER}/SLA-9 is not in",
    ),
    "gate cites an unknown rule": (
        '"DX-3"]',
        '"DX-4"]',
        "gates.authorization.6",
        f"{FOLDER}/DX-4 is not in sections.csv",
    ),
    "history without a value": (FIND, "find_budget = []", "terms.find_budget", "has no value"),
    "term left out": (FIND, "", "terms.find_budget", "Field required"),
    "unknown term": ("find_budget = [", "found_budget = [", "terms.found_budget", "Extra inputs are not permitted"),
    "history out of order": (
        FIND,
        FIND.replace("}]", '}, { since = 2018-01-01, not_printed = true, rule = "SLA-2" }]'),
        "terms.find_budget",
        "its values must follow each other by date, each with its own",
    ),
    "history begins late": (
        FIND,
        FIND.replace("{ ", "{ since = 2020-01-01, "),
        "terms.find_budget",
        "begins later than",
    ),
    "rule bound twice": (
        '"drug_listed"',
        '"drug_limits_met"',
        "gates.authorization",
        "evaluates drug_limits_met twice",
    ),
    "unknown gate": ("settlement = [", "settling = [", "gates.settling", "is no gate"),
    "gate left out": ("settlement = [", "settling = [", "gates.settlement", "has no rule"),
    "unknown table expected": ("drugs = 16", "drug = 16", "expected_rows.drug", "is no table"),
    "expected rows left out": ("drugs = 16", "", "expected_rows.drugs", "is missing"),
    "repeat that is none": (
        "[expected_rows]",
        '[repeated_rows]\npharmacies = ["北京/北京"]\n\n[expected_rows]',
        "repeated_rows.pharmacies",
        "北京/北京 is not given twice",
    ),
    "paper asked for twice": (
        '"review_evidence"',
        '"claim_form"',
        "counter_papers",
        "ask for claim_form (always) twice",
    ),
    "another product's id": ("[identity]", '[identity]\nid = "some-other"', "identity.id", "must be the folder's name"),
    "no TOML": ("since = 2019-01-01", "since = 2019-13-01", "file", "is not TOML"),
    "no date": ("since = 2019-01-01", 'since = "soon"', "in_force.since", "Input should be a valid date"),
}


@pytest.mark.parametrize("mistake", BROKEN_PRODUCT_FILES)
def test_broken_product_file(mistake: str, change: Break, complaints: Complaints) -> None:
    """Each mistake in product.toml is named with its field and the reason."""
    old, new, field, reason = BROKEN_PRODUCT_FILES[mistake]
    change(TOML, old, new)
    assert any(f": {field}: {reason}" in line and line.startswith(f"{TOML}:") for line in complaints())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("waiting_days = [{ value = 30,", 'waiting_days = [{ value = "a month",'),
        ('kinds = ["agent_id", "power_of_attorney"]', 'kinds = ["passport"]'),
        ('{ rule = "no_resistance", cites = ["REV-1"] },', '{ rule = "no_resistance", cites = [] },'),
        ("since = 2019-01-01", "since = 2019-13-01"),
    ],
)
def test_the_line_is_that_of_the_mistake(old: str, new: str, data: Path, change: Break, complaints: Complaints) -> None:
    """The line in the message is the one that was broken."""
    line = line_with(data, TOML, old)
    change(TOML, old, new)
    assert any(complaint.startswith(f"{TOML}:{line}:") for complaint in complaints())


def test_row_count_is_checked(data: Path, complaints: Complaints) -> None:
    """A lost row is noticed."""
    path = data / FOLDER / "drugs.csv"
    path.write_text("\n".join(path.read_text(encoding="utf-8").splitlines()[:-1]) + "\n", encoding="utf-8")
    assert complaints() == [f"{FOLDER}/drugs.csv:0: rows: 15 usable rows instead of the 16 expected"]


def test_missing_table_is_noticed(data: Path, complaints: Complaints) -> None:
    """A table that is expected and not there is noticed by its rows."""
    (data / FOLDER / "pharmacies.csv").unlink()
    assert complaints() == [f"{FOLDER}/pharmacies.csv:0: rows: 0 usable rows instead of the 237 expected"]


BROKEN_TABLES = {
    "drug given twice": ("drugs.csv", "2,爱博新,", "1,爱博新,", f"0: rows: {FOLDER}-001 is given twice"),
    "city given twice": ("pharmacies.csv", "安徽,蚌埠,", "安徽,安庆,", "0: rows: 安徽/安庆 is given twice"),
    "rule given twice": (
        "sections.csv",
        f"{FOLDER}/WAIT-2,",
        f"{FOLDER}/WAIT-1,",
        f"0: rows: {FOLDER}/WAIT-1 is given twice",
    ),
    "rule of another product": (
        *("sections.csv", f"{FOLDER}/ID-1,", "pingan-cancer/ID-1,"),
        "2: rule: pingan-cancer/ID-1 belongs to another product",
    ),
    "drug without its cancers": (
        *("drugs.csv", "]美妥昔单抗,肝癌,", "]美妥昔单抗,,"),
        "13: cancers: is empty, although cancers limit the drugs",
    ),
}


@pytest.mark.parametrize("mistake", BROKEN_TABLES)
def test_broken_table(mistake: str, change: Break, complaints: Complaints) -> None:
    """Rows given twice, foreign rules and missing cancers are named."""
    file, old, new, complaint = BROKEN_TABLES[mistake]
    change(f"{FOLDER}/{file}", old, new)
    assert f"{FOLDER}/{file}:{complaint}" in complaints()


RIDER = "chinalife-cancer-rider"
BROKEN_CAR_T = {
    "gate left out": ("product.toml", "car_t_cost = [", "car_t_price = [", "gates.car_t_cost: has no rule"),
    "table that is none": (
        *("product.toml", '{ value = "table-5"', '{ value = "table-6"'),
        "terms.car_t_sites: table-6 is no table of hospitals.csv",
    ),
    "paper of no clause": ("product.toml", 'rule = "CART-6"\nkinds', 'rule = "CART-9"\nkinds', "CART-9 is not in"),
    "no CAR-T product": (
        "car_t_drugs.csv",
        "性淋巴瘤转化的弥漫性大B细胞淋巴瘤,yes,yes\n2",
        "性淋巴瘤,,yes\n2",
        "2: car_t: must be",
    ),
    "product given twice": ("car_t_drugs.csv", "\n2,倍诺达,", "\n1,倍诺达,", f"rows: {RIDER}-car-t-001 is given twice"),
    "brand given twice": (
        *(
            "car_t_drugs.csv",
            "2,倍诺达,瑞基奥仑赛注射液,瑞基奥仑赛,上海药明巨诺",
            "2,奕凯达,阿基仑赛注射液,阿基仑赛,复星凯特",
        ),
        "3: rows: 奕凯达 复星凯特生物科技有限公司 is given twice",
    ),
    "row lost": ("product.toml", "car_t_drugs = 2", "car_t_drugs = 3", "2 usable rows instead of the 3 expected"),
    "site given twice": (
        "hospitals.csv",
        "table-5,上海市同济医院,",
        "table-5,上海市第一人民医院,",
        "上海市第一人民医院 is given twice",
    ),
}


@pytest.mark.parametrize("mistake", BROKEN_CAR_T)
def test_broken_car_t_data(mistake: str, change: Break, complaints: Complaints) -> None:
    """So are the gates, list, institutions and papers of a product that covers CAR-T."""
    file, old, new, complaint = BROKEN_CAR_T[mistake]
    change(f"{RIDER}/{file}", old, new)
    assert any(complaint in line for line in complaints())


def test_gates_that_a_product_without_car_t_does_not_have(change: Break, complaints: Complaints) -> None:
    """It answers whether it covers CAR-T, and nothing beyond."""
    change(TOML, "car_t_authorization = [", "car_t_site = [")
    said = complaints()
    assert any("gates.car_t_site: is no gate" in line for line in said)
    assert any("gates.car_t_authorization: has no rule" in line for line in said)
