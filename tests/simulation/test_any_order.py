"""Whatever is said to a journey, by whom and when: it ends well, its books agree, and no decision lacks its clause."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from asyncpg import Record
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from activities.ledger import policy_digest
from privacy import places
from products.loader import load_products
from schemas.car_t_facts import ExaminationResult
from schemas.car_t_view import CarTView
from schemas.civil import CHINA
from schemas.decision import Verdict
from schemas.journey import CLOSED_STAGES, WaitingFor
from schemas.money import ZERO
from simulation.car_t_people import donation_number
from simulation.claims import Reported, reported
from simulation.errors import OvershotError
from simulation.house import House
from simulation.play import ClaimPlay
from simulation.scenario import Scenario
from simulation.trace import ClaimTrace
from tests.people import key

STARTS = datetime(2026, 11, 20, 9, 30, tzinfo=CHINA)
DAY = "2026-11-21"
SAID: Mapping[str, dict[str, Any]] = {
    "accept_refusal": {},
    "choose_fulfilment": {"mode": "delivery"},
    "conclude_investigation": {"passed": True},
    "correct_claim": {"papers": [{"kind": "imaging", "form": "copy"}]},
    "decline_aid": {},
    "end_treatment": {},
    "hold": {},
    "open_investigation": {},
    "record_cancellation": {"effective_on": DAY},
    "record_death": {"died_on": DAY},
    "record_delivery_problem": {"status": "damaged_by_carrier"},
    "record_fraud": {"found_on": DAY},
    "record_hand_over": {"identity_verified": False},
    "record_payment": {"paid": False},
    "record_refund": {"amount": "1.00"},
    "reissue_voucher": {},
    "record_review": {"result": "papers_needed", "papers_needed": ["imaging"]},
    "resume": {},
    "retry_hand_off": {},
    "submit_papers": {"papers": [{"kind": "imaging", "form": "original"}]},
    "submit_prescription": {},
    "withdraw": {},
}
"""Actions, most of them not what the journey waits for, with fields that lead off the main road."""
NEWS = {"record_death", "record_cancellation", "record_fraud"}
"""What can take a closed journey up again."""
_BOOKS = "SELECT reserved, committed, available, sum_insured FROM benefit_period WHERE policy_number = $1"
_MONEY = (
    "SELECT stage, closed_at, (money ->> 'committed')::numeric AS committed,"
    " (money ->> 'earlier_committed')::numeric AS earlier, (money ->> 'paid')::numeric AS paid,"
    " waiting_for AS waits, status, journey_id"
    " FROM journey_status WHERE policy_number = $1"
)

interruptions = st.lists(
    st.tuples(st.sampled_from(sorted(SAID)), st.integers(min_value=1, max_value=20 * 24 * 60)), max_size=7
)


HOSPITAL = "浙江大学医学院附属第一医院"
SITE = {"holder": "site-1", "place": "site-1", "sender": None}
LABEL = {"coi": "COI00000001", "din": donation_number(1), "checked_by": "nurse-1", "witnessed_by": "nurse-2"}
BAG: dict[str, Any] = {"material": "product", "step": "stored", **SITE, "identity": LABEL, "temperatures": []}
COST = {"number": "N-1", "kind": "bed", "amount": "500.00", "incurred_on": "2026-11-20", "site": "某某医院"}
WORD = {"kind": "no_temperature", "disposition": "usable", "report": "DR-1", "reason": "as told"}
SAID_OF_CELLS: Mapping[str, tuple[str, dict[str, Any]]] = {
    "another patient's label is read": (
        "record_custody",
        {"event": BAG | {"identity": LABEL | {"din": donation_number(9)}}},
    ),
    "the cells lie without a record": ("record_custody", {"event": BAG}),
    "the cells go away": (
        "record_custody",
        {"event": BAG | {"step": "handed_over", "sender": "site-1", "holder": "x-1"}},
    ),
    "white cells turn up elsewhere": (
        "record_custody",
        {"event": BAG | {"material": "starting_material", "step": "stored", "holder": "x-2"}},
    ),
    "usable, somebody says": ("resolve_deviation", WORD | {"number": 24}),
    "discarded, somebody says": ("resolve_deviation", WORD | {"number": 64, "disposition": "discarded"}),
    "infused": ("record_infusion", {"identity": LABEL, "site": HOSPITAL}),
    "infused with another label": ("record_infusion", {"identity": LABEL | {"coi": "COI99999999"}, "site": HOSPITAL}),
    "unfit": ("record_examination", {"result": "unfit"}),
    "postponed": ("record_examination", {"result": "postponed"}),
    "fit": ("record_examination", {}),
    "fit for a while": ("record_examination", {"examined_on": "2026-12-31", "valid_until": "2027-01-02"}),
    "lymphodepletion": ("record_lymphodepletion", {}),
    "too few cells": ("record_apheresis", {"result": "insufficient", "site": HOSPITAL}),
    "no apheresis": ("record_apheresis", {"result": "not_possible", "site": HOSPITAL}),
    "manufacturing fails": ("record_manufacturing", {"status": "failed", "din": None}),
    "the slot is lost": ("record_manufacturing", {"status": "slot_lost", "din": None}),
    "another patient's product": (
        "record_manufacturing",
        {"batch": "B", "certificate": "C", "expires_on": "2027-06-01", "din": donation_number(9)},
    ),
    "made again": ("decide_remanufacture", {"way": "remanufacture"}),
    "given up": ("decide_remanufacture", {"way": "stop"}),
    "unsuitable": ("record_assessment", {"suitable": False}),
    "another institution": ("transfer_site", {"site": "浙江大学医学院附属第二医院", "party": "site-2"}),
    "an institution that is not listed": ("transfer_site", {"site": "某某医院", "party": "site-3"}),
    "costs": ("submit_costs", {"items": [COST], "final": False}),
    "the last costs": ("submit_costs", {"items": [COST], "final": True}),
    "a reaction": ("record_adverse_event", {"grade": 5}),
    "monitoring ends": ("end_monitoring", {}),
    "response": ("record_efficacy", {}),
    "no, says the reviewer": ("decide_referral", {"approved": False}),
    **{name: (name, SAID[name]) for name in ("hold", "resume", "withdraw", "correct_claim", "open_investigation")},
    **{name: (name, SAID[name]) for name in ("record_cancellation", "record_death", "record_fraud")},
    "cancelled later": ("record_cancellation", {"effective_on": "2026-12-20"}),
}
"""What may be said of a CAR-T therapy, most of it at the wrong moment, wrong, or the end of it."""
said_of_cells = st.lists(
    st.tuples(st.sampled_from(sorted(SAID_OF_CELLS)), st.integers(min_value=1, max_value=80 * 24 * 60)), max_size=8
)


def therapy(said: list[tuple[str, int]]) -> Scenario:
    """A CAR-T therapy with obliging people, into which others speak."""
    events = [
        {"at": (STARTS + timedelta(minutes=after)).isoformat(), "do": action, "with": fields}
        for what, after in said
        for action, fields in [SAID_OF_CELLS[what]]
    ]
    product = "chinalife-cancer-rider"
    told = {
        "shows": {"zh": "任意顺序", "en": "any order"},
        "rules": [next(iter(load_products().get(product).sections))],
        "product": product,
        "kind": "car_t",
        "starts": STARTS.isoformat(),
        "policy": {"sum_insured": "1500000.00"},
        "events": events,
        "expect": {"ends": "open"},
    }
    return Scenario.model_validate(told)


def scenario(product: str, said: list[tuple[str, int]]) -> Scenario:
    """A treatment of two prescriptions with obliging people, into which others speak."""
    events = [
        {"at": (STARTS + timedelta(minutes=after)).isoformat(), "do": action, "with": SAID[action]}
        for action, after in said
    ]
    refills = [{"after": "26d", "as": "insured", "do": name} for name in ("submit_prescription", "end_treatment")]
    told = {
        "shows": {"zh": "任意顺序", "en": "any order"},
        "rules": [next(iter(load_products().get(product).sections))],
        "product": product,
        "starts": STARTS.isoformat(),
        "claim": {"continuing": True},
        "answers": {"prescription": refills},
        "events": events,
        "expect": {"ends": "open"},
    }
    return Scenario.model_validate(told)


async def played(house: House, wanted: Scenario) -> tuple[Reported, ClaimTrace]:
    """Play to the end, anew where the server skipped too much; gives the claim as it was reported, and its trace."""
    while True:
        with suppress(OvershotError):
            return await played_once(house, wanted)


async def played_once(house: House, wanted: Scenario) -> tuple[Reported, ClaimTrace]:
    claim = reported(wanted, house.products, key())[0]
    play = ClaimPlay(house, claim)
    try:
        while cue := play.next():
            await play.take(cue)
        return claim, await play.trace()
    finally:
        await play.close()


async def invariants(house: House, claim: Reported, trace: ClaimTrace) -> None:
    """What has to hold of every journey, however it went."""
    policy = claim.report.policy_number
    row = await house.pool.fetchrow(_MONEY, policy)
    assert row is not None
    assert [record.number for record in trace.decisions] == list(range(1, len(trace.decisions) + 1))
    assert all(finding.citations for record in trace.decisions for finding in record.decision.findings)
    assert all(
        stop.until is None or stop.until >= stop.since for seen in trace.deadlines for stop in seen.deadline.stops
    )
    await _books_agree(house, claim.report.product, policy, row)
    if row["stage"] in CLOSED_STAGES:
        status = await house.vault.open(row["journey_id"], places.STATUS, row["status"])
        assert row["waits"] == WaitingFor.NOTHING
        assert {offer["action"] for offer in status["actions"]} <= NEWS
        live = "SELECT count(*) FROM voucher WHERE journey_id = $1 AND standing = 'issued'"
        assert await house.pool.fetchval(live, row["journey_id"]) == 0


async def _books_agree(house: House, product: str, policy: str, row: Record) -> None:
    """The ledger holds what the journey says it owes, less what came back; nothing stays set aside after the end."""
    books = await house.pool.fetchrow(_BOOKS, policy_digest(house.vault, product, policy))
    if books is None:
        assert row["committed"] == row["earlier"] == ZERO
        return
    recovered = await house.pool.fetchval(
        "SELECT coalesce(sum(amount), 0) FROM entry JOIN journal USING (journal_id)"
        " WHERE journey_id = $1 AND kind = 'recover' AND account = 'available'",
        row["journey_id"],
    )
    assert books["committed"] == row["committed"] + row["earlier"] - recovered
    assert books["available"] + books["reserved"] + books["committed"] == books["sum_insured"]
    assert row["paid"] in {ZERO, row["committed"]}
    if row["stage"] in CLOSED_STAGES:
        assert books["reserved"] == ZERO


@pytest.mark.parametrize("product", load_products().ids)
@given(said=interruptions)
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_whatever_is_said_the_books_agree_and_every_decision_cites(
    house: House, product: str, said: list[tuple[str, int]]
) -> None:
    """Random valid and invalid actions in any order at any time."""
    claim, trace = await played(house, scenario(product, said))
    await invariants(house, claim, trace)


@given(said=said_of_cells)
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_whatever_is_said_of_the_cells_none_are_infused_that_were_not_cleared(
    house: House, said: list[tuple[str, int]]
) -> None:
    """Random valid and invalid actions in any order at any time of a CAR-T therapy."""
    claim, trace = await played(house, therapy(said))
    await invariants(house, claim, trace)
    assert trace.ends in CLOSED_STAGES  # at the latest when the treatment period is over
    if trace.car_t and trace.car_t.therapy.infused_on:
        _cleared(trace, trace.car_t)


def _cleared(trace: ClaimTrace, view: CarTView) -> None:
    """Infused was who was found fit, with cells on whose whole chain the last decision was that they may be."""
    therapy = view.therapy
    assert therapy.infused_on is not None
    assert therapy.examination is ExaminationResult.FIT
    assert therapy.examined_on is not None
    assert therapy.fit_until is None or therapy.fit_until >= therapy.infused_on
    assert therapy.din not in therapy.earlier_dins
    assert [deviation for deviation in view.deviations if deviation.open] == []
    last = [record.decision for record in trace.decisions if record.decision.question == "car_t_infusion"][-1]
    assert last.verdict is Verdict.APPROVED
    seen = next(finding.facts["events"] for finding in last.findings if "events" in finding.facts)
    if view.therapy.aphereses == 1 and view.custody:
        assert int(seen) == view.custody.seq


REFUSED_ANYWHERE = ("record_payment", "record_refund", "resume", "retry_hand_off", "accept_refusal", "decline_aid")


@pytest.fixture(scope="module")
async def orderly(house: House) -> ClaimTrace:
    """A treatment in which nobody speaks out of turn."""
    return (await played(house, scenario("pingan-cancer-drug", [])))[1]


@given(
    noise=st.lists(
        st.tuples(st.sampled_from(REFUSED_ANYWHERE), st.integers(min_value=1, max_value=3 * 24 * 60)), max_size=8
    )
)
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_inputs_that_come_too_early_or_too_late_change_nothing(
    house: House, orderly: ClaimTrace, noise: list[tuple[str, int]]
) -> None:
    """The journey ends as the orderly one: the same decisions, stages and money."""
    noisy = (await played(house, scenario("pingan-cancer-drug", noise)))[1]
    assert _end(noisy) == _end(orderly)


def _end(trace: ClaimTrace) -> tuple[object, ...]:
    decided = [(record.decision.question, record.decision.verdict) for record in trace.decisions]
    money = (trace.money.earlier_committed, trace.money.earlier_paid, trace.limit_left)
    return trace.ends, trace.stages, decided, [Decimal(part) for part in money]
