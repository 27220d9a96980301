"""Whatever is said to a journey, by whom and when: it ends well, its books agree, and no decision lacks its clause."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from asyncpg import Record
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from products.loader import load_products
from schemas.civil import CHINA
from schemas.journey import CLOSED_STAGES, WaitingFor
from schemas.money import ZERO
from simulation.claims import Reported, reported
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
_BOOKS = "SELECT reserved, committed, available, sum_insured FROM benefit_period WHERE policy_number = $1"
_MONEY = (
    "SELECT stage, closed_at, (status #>> '{money,committed}')::numeric AS committed,"
    " (status #>> '{money,earlier_committed}')::numeric AS earlier, (status #>> '{money,paid}')::numeric AS paid,"
    " status #>> '{wait,what}' AS waits, status -> 'actions' AS actions, journey_id"
    " FROM journey_status WHERE policy_number = $1"
)

interruptions = st.lists(
    st.tuples(st.sampled_from(sorted(SAID)), st.integers(min_value=1, max_value=20 * 24 * 60)), max_size=7
)


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
    """Play to the end; gives the claim as it was reported, and its trace."""
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
    await _books_agree(house, policy, row)
    if row["stage"] in CLOSED_STAGES:
        assert (row["waits"], row["actions"]) == (str(WaitingFor.NOTHING), [])
        live = "SELECT count(*) FROM voucher WHERE journey_id = $1 AND standing = 'issued'"
        assert await house.pool.fetchval(live, row["journey_id"]) == 0


async def _books_agree(house: House, policy: str, row: Record) -> None:
    """The ledger holds what the journey says it owes, less what came back; nothing stays set aside after the end."""
    books = await house.pool.fetchrow(_BOOKS, policy)
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


REFUSED_ANYWHERE = ("record_payment", "record_refund", "resume", "retry_hand_off", "accept_refusal", "decline_aid")


@given(
    noise=st.lists(
        st.tuples(st.sampled_from(REFUSED_ANYWHERE), st.integers(min_value=1, max_value=3 * 24 * 60)), max_size=8
    )
)
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_inputs_that_come_too_early_or_too_late_change_nothing(
    house: House, noise: list[tuple[str, int]]
) -> None:
    """The journey ends as the orderly one: the same decisions, stages and money."""
    orderly = (await played(house, scenario("pingan-cancer-drug", [])))[1]
    noisy = (await played(house, scenario("pingan-cancer-drug", noise)))[1]
    assert _end(noisy) == _end(orderly)


def _end(trace: ClaimTrace) -> tuple[object, ...]:
    decided = [(record.decision.question, record.decision.verdict) for record in trace.decisions]
    money = (trace.money.earlier_committed, trace.money.earlier_paid, trace.limit_left)
    return trace.ends, trace.stages, decided, [Decimal(part) for part in money]
