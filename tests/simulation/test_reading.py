"""Scenario files that are wrong are told so, with file, line and field."""

from pathlib import Path

import pytest

from products.loader import load_products
from simulation.errors import ScenarioError
from simulation.reading import read
from tests.simulation.files import MAIN_ROAD, written

WRONG = {
    "a misspelt field": (MAIN_ROAD + "start: 2026-11-20", "scenario.yaml:7: start: is not a known field"),
    "a field that stands twice": (MAIN_ROAD + "product: axa-excellence", "scenario.yaml:7: product stands twice"),
    "no YAML": ("shows: {zh: 主", "scenario.yaml:1: "),
    "nothing": ("", "scenario.yaml:1: is no scenario: it has to hold fields"),
    "a list": ("- product: axa-excellence", "scenario.yaml:1: is no scenario: it has to hold fields"),
    "no end": (
        MAIN_ROAD.replace("completed", "voucher"),
        "scenario.yaml:6: expect.ends: voucher is no end; there are open, completed, refused",
    ),
    "no fields": (MAIN_ROAD + "policy: 3", "scenario.yaml:7: policy: must hold fields, each written `name: value`"),
    "no list": (MAIN_ROAD + "events: withdraw", "scenario.yaml:7: events: must be a list"),
    "no moment": (
        MAIN_ROAD + "until: tomorrow",
        "scenario.yaml:7: until: is no moment; one looks like ",
    ),
    "a message on no day": (
        MAIN_ROAD.replace("completed}", "completed, told: {insured: [{template: aid_open, on: Monday}]}}"),
        "scenario.yaml:6: expect.told.insured.0.on: is no day; one looks like 2026-11-20",
    ),
    "an unknown product": (
        MAIN_ROAD.replace("product: pingan-cancer-drug", "product: no-such"),
        "scenario.yaml:4: product: unknown product; known are axa-excellence",
    ),
    "an unknown clause": (
        MAIN_ROAD.replace("pingan-cancer-drug/SLA-1", "axa-excellence/DD-1"),
        "scenario.yaml:3: rules.0: axa-excellence/DD-1 is no clause of pingan-cancer-drug",
    ),
    "an unknown wait": (MAIN_ROAD + "answers: {reviews: never}", "scenario.yaml:7: answers.reviews: must be one of "),
    "an unknown action": (
        MAIN_ROAD + "answers:\n  review:\n    - {do: approve}",
        "scenario.yaml:9: answers.review.0.do: no such action; there are submit_papers",
    ),
    "a field that the action does not have": (
        MAIN_ROAD + "answers:\n  review:\n    - {with: {finding: {on_label: true}}}",
        "scenario.yaml:9: answers.review.0.with.finding: is not a known field",
    ),
    "a delay in no unit": (
        MAIN_ROAD + "answers:\n  review: {after: 2 hours}",
        "scenario.yaml:8: answers.review.after: is no delay; one looks like 30m, 2h, 3d or 2wd (working days)",
    ),
    "a claim with a wrong date": (
        MAIN_ROAD + "claim:\n  diagnosis:\n    diagnosed_on: 2026-02-30",
        "scenario.yaml:9: claim.diagnosis.diagnosed_on: is no valid date",
    ),
    "a policy with an unknown field": (
        MAIN_ROAD + "policy: {waiting: 90}",
        "scenario.yaml:7: policy.waiting: is not a known field",
    ),
    "an operation that the partner does not have": (
        MAIN_ROAD + "partners: {insurer: {pay: {fail: 1}}}",
        "scenario.yaml:7: partners.insurer.pay: insurer has no such operation; it has coverage",
    ),
    "an answer with an unknown field": (
        MAIN_ROAD + "partners: {pharmacy: {quote: {answer: {price: 3}}}}",
        "scenario.yaml:7: partners.pharmacy.quote.answer.price: is not a known field",
    ),
    "a behaviour in two ways": (
        MAIN_ROAD + "partners: {pharmacy: {quote: {fail: 1, refuse: no}}}",
        "scenario.yaml:7: partners.pharmacy.quote: give one of answer, refuse and fail",
    ),
    "a correction of no earlier claim": (
        MAIN_ROAD + "corrects: first",
        "scenario.yaml:2: corrects: first is no earlier claim of this scenario",
    ),
    "an event without a moment": (
        MAIN_ROAD + "events:\n  - {do: withdraw}",
        "scenario.yaml:8: events.0: give one of at and when",
    ),
    "no start": (MAIN_ROAD.replace("starts: 2026-11-20T10:05\n", ""), "scenario.yaml:2: starts: is needed"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_named_with_line_and_field(tmp_path: Path, what: str) -> None:
    """The message begins with the file and line, then the path of the field and what is wrong."""
    text, expected = WRONG[what]
    with pytest.raises(ScenarioError) as caught:
        read(written(tmp_path, text), load_products())
    [line] = str(caught.value).splitlines()
    assert expected in line


def test_dates_and_amounts_stay_as_they_are_written(tmp_path: Path) -> None:
    """YAML's own dates, floats and yes or no are texts here, so that 4800.00 keeps its fen."""
    text = MAIN_ROAD.replace("{ends: completed}", "{ends: completed, money: {paid: 4800.00}}") + "price: 4800.10"
    scenario = read(written(tmp_path, text), load_products())
    assert scenario.expect is not None
    assert [str(scenario.expect.money.paid), str(scenario.price)] == ["4800.00", "4800.10"]
