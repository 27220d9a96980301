"""Scenario files that are wrong are told so, with file, line and field."""

from pathlib import Path

import pytest

from console.catalogue import ACTIONS
from products.loader import load_products
from schemas.clinical import Prescription
from simulation.errors import ScenarioError
from simulation.reading import read
from tests.simulation.files import MAIN_ROAD, written
from workflows.offers import roles_of

PARTS = "\n".join(
    f"scenario.yaml:8: events.0.with.prescription.{name}: is needed"
    for name, field in Prescription.model_fields.items()
    if field.is_required() and name != "days_supply"
)
WRONG = {
    "a misspelt field": (MAIN_ROAD + "start: 2026-11-20", "scenario.yaml:7: start: is not a known field"),
    "a field that stands twice": (MAIN_ROAD + "product: axa-excellence", "scenario.yaml:7: product stands twice"),
    "a control character": (MAIN_ROAD + "until: \x07", "scenario.yaml:7: holds the control character 0x07"),
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
    "silence that is no turn": (
        MAIN_ROAD + "answers:\n  review: {never: true}",
        "scenario.yaml:8: answers.review: never: true stands in a list, for nobody from there on; where nobody ever",
    ),
    "silence without a turn in a list": (
        MAIN_ROAD + "answers:\n  review: [{}, never]",
        "scenario.yaml:8: answers.review: in a list, silence from here on is written {never: true}",
    ),
    "silence without a turn among the events of the cells": (
        MAIN_ROAD + "custody: [{}, never]",
        "scenario.yaml:7: custody: in a list, silence from here on is written {never: true}",
    ),
    "custody that is no list": (
        MAIN_ROAD + "custody: {after: 2h}",
        "scenario.yaml:7: custody: must be a list",
    ),
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
    "one of several claims with a wrong date": (
        MAIN_ROAD.replace("expect: {ends: completed}", "claims:\n")
        + "  - {expect: {ends: completed}}\n  - {claim: {diagnosis: {diagnosed_on: x}}, expect: {ends: completed}}",
        "scenario.yaml:9: claims.1.claim.diagnosis.diagnosed_on: is no valid date",
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
    "a partner that never answers": (
        MAIN_ROAD + "partners: {courier: {book: {fail: 4}}}",
        "scenario.yaml:7: partners.courier.book.fail: needs a list, e.g. [{fail: 3}]: the pauses between attempts",
    ),
    "a partner that does not answer for too long": (
        MAIN_ROAD + "partners: {courier: {book: [{fail: 4}, {fail: 1}]}}",
        "scenario.yaml:7: partners.courier.book.1.fail: more than 4 in a row",
    ),
    "a correction of no earlier claim": (
        MAIN_ROAD + "corrects: first",
        "scenario.yaml:2: corrects: first is no earlier claim of this scenario",
    ),
    "an event without a moment": (
        MAIN_ROAD + "events:\n  - {do: withdraw}",
        "scenario.yaml:8: events.0: give one of at and when",
    ),
    "an action without a field that it needs": (
        MAIN_ROAD + "events:\n  - {at: 2026-11-21T10:00, do: record_death, with: {died: 2026-11-20}}",
        "scenario.yaml:8: events.0.with.died_on: is needed\nscenario.yaml:8: events.0.with.died: is not a known field",
    ),
    "a correction in part of a part": (
        MAIN_ROAD + "events:\n  - {at: 2026-11-21T10:00, do: correct_claim, with: {prescription: {days_supply: ten}}}",
        PARTS + "\nscenario.yaml:8: events.0.with.prescription.days_supply: must be a whole number",
    ),
    "an answer where nobody obliges": (
        MAIN_ROAD + "answers:\n  prescription: [{after: 26d}]",
        "scenario.yaml:8: answers.prescription.0.do: is needed; there are submit_papers",
    ),
    "a role that never takes the action": (
        MAIN_ROAD + "events:\n  - {at: 2026-11-21T10:00, as: courier, do: withdraw}",
        "scenario.yaml:8: events.0.as: courier may never withdraw; insured, agent, guardian, service_agent may",
    ),
    "an unknown message": (
        MAIN_ROAD.replace("completed}", "completed, not_told: {insured: [voucher_isued]}}"),
        "scenario.yaml:6: expect.not_told.insured.0: no message voucher_isued; there are aid_open, ",
    ),
    "an unknown message of a day": (
        MAIN_ROAD.replace("completed}", "completed, told: {insured: [{template: gone, on: 2026-11-21}]}}"),
        "scenario.yaml:6: expect.told.insured.0: no message gone; there are aid_open, ",
    ),
    "an unknown question": (
        MAIN_ROAD.replace("completed}", "completed, decisions: [{question: review, verdict: approved}]}"),
        "scenario.yaml:6: expect.decisions.0.question: no such question; there are authorization, ",
    ),
    "a decision by a clause of another product": (
        MAIN_ROAD.replace(
            "completed}",
            "completed, decisions: [{question: counter, verdict: refused, not_met: [XX-1], cites: [YY-2]}]}",
        ),
        "expect.decisions.0.not_met.0: XX-1 is no clause\nexpect.decisions.0.cites.0: YY-2 is no clause of pingan-",
    ),
    "a deadline by an unknown clause": (
        MAIN_ROAD.replace("completed}", "completed, deadlines: [{wait: review, due: 2026-11-23, rule: XX-1}]}"),
        "scenario.yaml:6: expect.deadlines.0.rule: XX-1 is no clause of pingan-cancer-drug",
    ),
    "an event before the start": (
        MAIN_ROAD + "events:\n  - {at: 2026-11-20T10:00, do: withdraw}",
        "scenario.yaml:8: events.0.at: lies before the start",
    ),
    "an answer before the start": (
        MAIN_ROAD + "answers:\n  review:\n    - at: 2026-11-20T10:00",
        "scenario.yaml:9: answers.review.0.at: lies before the start",
    ),
    "nothing to look at": (MAIN_ROAD + "until: 2026-11-20T10:05", "scenario.yaml:7: until: lies before the start"),
    "an event after the end of the look": (
        MAIN_ROAD + "until: 2026-11-21\nevents:\n  - {at: 2026-11-22T10:00, do: withdraw}",
        "scenario.yaml:9: events.0.at: lies after `until`: it would never happen",
    ),
    "two claims of one name": (
        MAIN_ROAD.replace("expect: {ends: completed}", "claims:\n")
        + "  - {name: one, expect: {ends: completed}}\n  - {name: one, expect: {ends: completed}}",
        "scenario.yaml:9: claims.1.name: another claim is called one, too",
    ),
    "no start": (MAIN_ROAD.replace("starts: 2026-11-20T10:05\n", ""), "scenario.yaml:2: starts: is needed"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_named_with_line_and_field(tmp_path: Path, what: str) -> None:
    """The message begins with the file and line, then the path of the field and what is wrong."""
    text, expected = WRONG[what]
    with pytest.raises(ScenarioError) as caught:
        read(written(tmp_path, text), load_products())
    told = str(caught.value).replace(f"{tmp_path}/", "")
    assert [line for line in expected.splitlines() if line not in told] == []
    assert len(told.splitlines()) == len(expected.splitlines())


def test_a_refused_action_may_be_of_any_role(tmp_path: Path) -> None:
    """That somebody may not do something can be shown."""
    text = MAIN_ROAD + "events:\n  - {at: 2026-11-21T10:00, as: courier, do: withdraw, refused: may not withdraw}"
    assert read(written(tmp_path, text), load_products()).events[0].as_ == "courier"


def test_every_action_that_people_take_is_offered_to_somebody() -> None:
    """The roles that a scenario is checked by are known of each."""
    assert [action for action in ACTIONS if not roles_of(action)] == []


def test_dates_and_amounts_stay_as_they_are_written(tmp_path: Path) -> None:
    """YAML's own dates, floats and yes or no are texts here, so that 4800.00 keeps its fen."""
    text = MAIN_ROAD.replace("{ends: completed}", "{ends: completed, money: {paid: 4800.00}}") + "price: 4800.10"
    scenario = read(written(tmp_path, text), load_products())
    assert scenario.expect is not None
    assert [str(scenario.expect.money.paid), str(scenario.price)] == ["4800.00", "4800.10"]
