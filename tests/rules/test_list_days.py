"""Which day's drug list counts, the report's, the prescription's or that of deciding, when rows begin or end."""

from datetime import UTC, date, datetime

import pytest

from products.calendar import load_calendar
from products.loader import Products
from products.model import Drug
from rules.engine import decide
from schemas.clinical import DrugName
from schemas.decision import AuthorizationFacts, DecisionRequest, Finding
from tests.rules.cases import (
    ALL,
    AXA,
    CHINALIFE,
    PINGAN_B,
    PINGAN_CANCER,
    YUANXIN,
    authorization,
    finding,
    prescription,
    products,
)

PRESCRIBED, REPORTED, DECIDED = date(2026, 7, 10), date(2026, 7, 20), date(2026, 7, 30)
BEFORE_ALL, AFTER_ALL = date(2026, 1, 1), date(2026, 12, 31)
COUNTS = {
    PINGAN_B: REPORTED,
    PINGAN_CANCER: REPORTED,
    CHINALIFE: PRESCRIBED,  # chinalife-cancer-rider/LIST-1
    AXA: DECIDED,  # axa-excellence/DD-5
    YUANXIN: DECIDED,  # yuanxin-cancer-drug/DRUG-2
}
DAYS = list(COUNTS.items())
MEDICINE = DrugName(name="爱博新")


def relisted(product: str, *rows: Drug) -> Products:
    """The products, with these rows instead of those of the prescribed drug."""
    whole = products().get(product)
    kept = tuple(drug for drug in whole.drugs if drug.brand != MEDICINE.name)
    changed = whole.model_copy(update={"drugs": (*kept, *rows)})
    return Products({product: changed}, "altered")


def row(product: str, listed_from: date | None = None, listed_until: date | None = None, **changes: object) -> Drug:
    """The drug's row as delivered, on the list between these days."""
    [printed] = products().find_drugs(product, MEDICINE)
    return printed.model_copy(update={"listed_from": listed_from, "listed_until": listed_until, **changes})


def facts(product: str, **changes: object) -> AuthorizationFacts:
    told = {"prescription": prescription(drug=MEDICINE, issued_on=PRESCRIBED), "applied_on": REPORTED}
    return authorization(product, **told, decided_on=DECIDED, planned_purchase_on=date(2026, 8, 15), **changes)


def told(product: str, of: Products, asked: AuthorizationFacts | None = None, rule: str = "drug_listed") -> Finding:
    request = DecisionRequest(product=product, facts=asked or facts(product), at=datetime(2026, 7, 30, tzinfo=UTC))
    return finding(decide(request, of, load_calendar()), rule)


@pytest.mark.parametrize(("product", "day"), DAYS)
@pytest.mark.parametrize(("later", "outcome"), [(-1, "not_met"), (0, "met"), (1, "met")])
def test_the_last_day_on_the_list(product: str, day: date, later: int, outcome: str) -> None:
    """A row that ended the day before is gone; on its last day it still counts, whatever the other days are.

    chinalife-cancer-rider/LIST-1, axa-excellence/DD-5, yuanxin-cancer-drug/DRUG-2, pingan-longterm-b/DRUG-2,
    pingan-cancer-drug/DRUG-2.
    """
    ended = date.fromordinal(day.toordinal() + later)
    found = told(product, relisted(product, row(product, BEFORE_ALL, ended)))
    assert (found.outcome, found.facts["list_day"]) == (outcome, str(day))
    assert (f"列至 {ended}" in found.why.zh, f"until {ended}" in found.why.en) == (outcome == "not_met",) * 2


@pytest.mark.parametrize(("product", "day"), DAYS)
@pytest.mark.parametrize(("later", "outcome"), [(-1, "met"), (0, "met"), (1, "not_met")])
def test_the_first_day_on_the_list(product: str, day: date, later: int, outcome: str) -> None:
    """A row that begins the day after is not there yet.

    chinalife-cancer-rider/LIST-1, axa-excellence/DD-5, yuanxin-cancer-drug/DRUG-2, pingan-longterm-b/DRUG-2,
    pingan-cancer-drug/DRUG-2.
    """
    begins = date.fromordinal(day.toordinal() + later)
    found = told(product, relisted(product, row(product, begins, AFTER_ALL)))
    assert (found.outcome, str(day) in found.why.zh, str(day) in found.why.en) == (outcome, True, True)
    assert (f"自 {begins} 起" in found.why.zh, f"on {begins}" in found.why.en) == (outcome == "not_met",) * 2


@pytest.mark.parametrize("product", ALL)
def test_a_row_without_days_is_always_listed(product: str) -> None:
    """Nothing was ever taken off the printed lists."""
    assert told(product, products()).outcome == "met"


@pytest.mark.parametrize("product", [AXA, YUANXIN])
def test_without_a_day_of_deciding_the_application_is_decided_on_its_own(product: str) -> None:
    """Where the latest publication counts and nobody says when it is decided."""
    ended = relisted(product, row(product, None, REPORTED))
    assert told(product, ended, facts(product)).outcome == "not_met"
    undated = facts(product).model_copy(update={"decided_on": None})
    assert told(product, ended, undated).outcome == "met"


def test_a_drug_that_comes_back_goes_by_the_row_of_the_day() -> None:
    """pingan-cancer-drug/DRUG-2: the cancers of the later row do not count for a claim under the earlier, and back."""
    rows = (
        row(PINGAN_CANCER, None, REPORTED),
        row(PINGAN_CANCER, date(2026, 7, 21), None, id="pingan-cancer-drug-102", cancers=("肺癌",)),
    )
    altered = relisted(PINGAN_CANCER, *rows)
    found = told(PINGAN_CANCER, altered)
    assert found.facts["rows"] == rows[0].id
    assert told(PINGAN_CANCER, altered, rule="drug_limits_met").outcome == "met"
    later = facts(PINGAN_CANCER).model_copy(update={"applied_on": date(2026, 7, 21)})
    assert told(PINGAN_CANCER, altered, later).facts["rows"] == rows[1].id
    assert told(PINGAN_CANCER, altered, later, "drug_limits_met").outcome == "not_met"


def test_between_two_rows_both_are_named() -> None:
    """Who asks in between reads when it ended and when it comes back."""
    ended = row(PINGAN_B, None, date(2026, 7, 1))
    begins = row(PINGAN_B, date(2026, 8, 1), None, id="pingan-longterm-b-201")
    found = told(PINGAN_B, relisted(PINGAN_B, ended, begins))
    assert found.outcome == "not_met"
    assert "until 2026-07-01" in found.why.en
    assert "on 2026-08-01" in found.why.en
    assert told(PINGAN_B, relisted(PINGAN_B, ended, begins), rule="drug_limits_met").outcome == "not_applicable"
