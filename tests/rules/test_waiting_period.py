"""The waiting period, at every boundary day and with every waiver."""

from datetime import date

import pytest

from schemas.policy import Coverage, Renewal
from tests.rules.cases import (
    AXA,
    CHINALIFE,
    EFFECTIVE,
    PINGAN_B,
    PINGAN_CANCER,
    YUANXIN,
    ask,
    authorization,
    diagnosis,
    finding,
    policy,
)


def waited(product: str, diagnosed: date, **changes: object) -> str:
    coverage = Coverage(policy=policy(product, **changes), in_catalogue=False)
    applied = max(date(2026, 7, 1), diagnosed)
    facts = authorization(product, coverage=coverage, diagnosis=diagnosis(diagnosed_on=diagnosed), applied_on=applied)
    name = "waiting_period_over_from_later_start" if product == CHINALIFE else "waiting_period_over"
    return finding(ask(product, facts), name).outcome.value


@pytest.mark.parametrize(
    ("product", "effective", "diagnosed", "expected"),
    [
        (PINGAN_B, date(2021, 5, 1), date(2021, 4, 30), "not_met"),
        (PINGAN_B, date(2021, 5, 1), date(2021, 5, 1), "not_met"),
        (PINGAN_B, date(2021, 5, 1), date(2021, 7, 29), "not_met"),
        (PINGAN_B, date(2021, 5, 1), date(2021, 7, 30), "met"),
        (PINGAN_CANCER, date(2019, 5, 1), date(2019, 4, 30), "not_met"),
        (PINGAN_CANCER, date(2019, 5, 1), date(2019, 5, 30), "not_met"),
        (PINGAN_CANCER, date(2019, 5, 1), date(2019, 5, 31), "met"),
        (YUANXIN, date(2020, 5, 1), date(2020, 4, 30), "not_met"),
        (YUANXIN, date(2020, 5, 1), date(2020, 5, 30), "not_met"),
        (YUANXIN, date(2020, 5, 1), date(2020, 5, 31), "met"),
        (CHINALIFE, date(2026, 1, 1), date(2026, 1, 30), "not_met"),
        (CHINALIFE, date(2026, 1, 1), date(2026, 1, 31), "met"),
        (AXA, date(2026, 1, 1), date(2026, 1, 30), "not_met"),
        (AXA, date(2026, 1, 1), date(2026, 1, 31), "met"),
        (YUANXIN, date(2024, 2, 1), date(2024, 3, 1), "not_met"),
        (YUANXIN, date(2024, 2, 1), date(2024, 3, 2), "met"),
    ],
)
def test_the_effective_date_is_day_one(product: str, effective: date, diagnosed: date, expected: str) -> None:
    """The documents' worked examples come out as printed, and so does a wait over a leap day."""
    assert waited(product, diagnosed, effective_on=effective) == expected


@pytest.mark.parametrize(
    ("accepted", "paid", "expected"),
    [
        (date(2026, 2, 28), date(2026, 3, 1), "met"),
        (date(2026, 3, 1), date(2026, 3, 1), "met"),
        (date(2026, 3, 2), date(2026, 3, 1), "not_met"),
        (date(2026, 3, 1), date(2026, 3, 2), "not_met"),
        (date(2026, 3, 2), None, "not_met"),
        (date(2026, 3, 1), None, "referred"),
        (None, None, "referred"),
    ],
)
@pytest.mark.parametrize("product", [PINGAN_B, PINGAN_CANCER])
def test_renewal_within_sixty_days(product: str, accepted: date | None, paid: date | None, expected: str) -> None:
    """Ping An waives the wait when acceptance and full payment both fall on or before expiry + 60."""
    renewal = Renewal(
        previous_expired_on=date(2025, 12, 31), applied_on=date(2026, 1, 1), reinsured_on=accepted, premium_paid_on=paid
    )
    assert waited(product, date(2026, 3, 10), effective_on=date(2026, 3, 3), renewal=renewal) == expected


@pytest.mark.parametrize(("applied", "expected"), [(date(2025, 12, 31), "met"), (date(2026, 1, 1), "not_met")])
def test_china_life_renewal_is_applied_for_before_expiry(applied: date, expected: str) -> None:
    """The day of expiry still counts as before it; the day after does not."""
    renewal = Renewal(previous_expired_on=date(2025, 12, 31), applied_on=applied)
    assert waited(CHINALIFE, date(2026, 1, 15), renewal=renewal) == expected


@pytest.mark.parametrize(("expired", "expected"), [(date(2025, 12, 31), "met"), (date(2025, 12, 30), "not_met")])
def test_yuanxin_renewal_is_uninterrupted(expired: date, expected: str) -> None:
    """A gap of one day brings the waiting period back."""
    renewal = Renewal(previous_expired_on=expired, applied_on=expired)
    assert waited(YUANXIN, EFFECTIVE, renewal=renewal) == expected


def test_a_waiver_does_not_cover_the_time_before() -> None:
    """A diagnosis before the new policy took effect is not covered by it, waived or not."""
    renewal = Renewal(previous_expired_on=date(2025, 12, 31), applied_on=date(2025, 12, 31))
    assert waited(YUANXIN, date(2025, 12, 31), renewal=renewal) == "not_met"


@pytest.mark.parametrize(("diagnosed", "expected"), [(date(2026, 1, 15), "referred"), (date(2026, 1, 31), "met")])
def test_an_unprinted_waiver_goes_to_a_person(diagnosed: date, expected: str) -> None:
    """AXA prints no rule for renewals: it matters only inside the waiting period."""
    renewal = Renewal(previous_expired_on=date(2025, 12, 31), applied_on=date(2025, 12, 1))
    assert waited(AXA, diagnosed, renewal=renewal) == expected


def test_a_wait_that_nobody_states_is_never_guessed() -> None:
    """AXA's handbook prints no length; a silent policy sends the question to a person."""
    assert waited(AXA, date(2026, 12, 1), waiting_days=None) == "referred"


@pytest.mark.parametrize(
    ("agreed", "diagnosed", "expected"),
    [
        (None, date(2026, 1, 31), "met"),
        (60, date(2026, 3, 1), "not_met"),
        (60, date(2026, 3, 2), "met"),
        (0, date(2026, 1, 1), "met"),
        (180, date(2026, 6, 29), "not_met"),
        (180, date(2026, 6, 30), "met"),
        (200, date(2026, 6, 29), "not_met"),
        (200, date(2026, 7, 1), "referred"),
        (200, date(2026, 7, 20), "met"),
    ],
)
def test_china_life_contract_may_agree_a_length(agreed: int | None, diagnosed: date, expected: str) -> None:
    """The contract's length counts up to 180 days; beyond it a person weighs contract against clause."""
    assert waited(CHINALIFE, diagnosed, waiting_days=agreed) == expected


@pytest.mark.parametrize(
    ("diagnosed", "expected"),
    [(date(2026, 1, 30), "not_met"), (date(2026, 2, 15), "referred"), (date(2026, 3, 2), "met")],
)
def test_a_policy_that_contradicts_the_manual_goes_to_a_person(diagnosed: date, expected: str) -> None:
    """Where the manual prints 30 and the policy says 60, only the days between are open."""
    assert waited(YUANXIN, diagnosed, waiting_days=60) == expected


@pytest.mark.parametrize(("diagnosed", "expected"), [(date(2026, 3, 2), "not_met"), (date(2026, 3, 3), "met")])
def test_china_life_counts_from_the_later_start(diagnosed: date, expected: str) -> None:
    """Day 1 is the later of contract effect and period start."""
    assert waited(CHINALIFE, diagnosed, period_start=date(2026, 2, 1)) == expected


def test_the_reason_names_the_deciding_days() -> None:
    """Agent and patient read the length, the first covered day and the day of diagnosis in both languages."""
    facts = authorization(diagnosis=diagnosis(diagnosed_on=date(2026, 3, 31)))
    told = finding(ask(PINGAN_B, facts), "waiting_period_over")
    assert told.why.zh == "等待期 90 天，自 2026-01-01 起，首个承保确诊日 2026-04-01；确诊日 2026-03-31。"
    assert "first covered day 2026-04-01" in told.why.en
    assert told.facts["first_covered_day"] == "2026-04-01"
    assert {each.rule for each in told.citations} >= {"pingan-longterm-b/WAIT-1"}
