"""The policy: standing, person and plan."""

from datetime import date

import pytest

from schemas.people import ApplicantRole
from schemas.policy import Coverage, PolicyStatus
from tests.rules.cases import (
    AXA,
    PINGAN_B,
    YUANXIN,
    ask,
    authorization,
    diagnosis,
    insured,
    outcome,
    policy,
    under,
)


@pytest.mark.parametrize("status", [PolicyStatus.CANCELLED, PolicyStatus.LAPSED])
def test_an_ended_policy_refuses(status: PolicyStatus) -> None:
    """Cancelled and lapsed policies do not answer."""
    assert ask(PINGAN_B, under(PINGAN_B, status=status)).verdict == "refused"


@pytest.mark.parametrize(
    ("diagnosed", "expected"),
    [
        (date(2025, 12, 31), "not_met"),
        (date(2026, 1, 1), "met"),
        (date(2026, 12, 31), "met"),
        (date(2027, 1, 1), "not_met"),
    ],
)
def test_the_disease_is_diagnosed_within_cover(diagnosed: date, expected: str) -> None:
    """First and last day of the period count."""
    facts = authorization(diagnosis=diagnosis(diagnosed_on=diagnosed), applied_on=date(2027, 1, 2))
    assert outcome(PINGAN_B, facts, "policy_in_force") == expected


def test_an_expired_policy_answers_for_its_time() -> None:
    """Expiry alone does not refuse a disease of the insured time; a false expiry is asked about."""
    expired = under(YUANXIN, status=PolicyStatus.EXPIRED)
    assert outcome(YUANXIN, expired.model_copy(update={"applied_on": date(2027, 1, 5)}), "policy_in_force") == "met"
    assert outcome(YUANXIN, expired, "policy_in_force") == "referred"


def test_renewal_prolongs_cover() -> None:
    """A diagnosis in the renewed period is within cover."""
    coverage = Coverage(policy=policy(renewed_to=date(2027, 12, 31)), in_catalogue=None)
    facts = authorization(
        coverage=coverage, diagnosis=diagnosis(diagnosed_on=date(2027, 1, 1)), applied_on=date(2027, 1, 2)
    )
    assert outcome(PINGAN_B, facts, "policy_in_force") == "met"


@pytest.mark.parametrize(("plan", "expected"), [("2", "met"), ("1", "not_met"), ("", "referred")])
def test_plan_two_covers_drugs(plan: str, expected: str) -> None:
    """Plan 1 has no drug cover; a policy silent about its plan goes to a person."""
    assert outcome(PINGAN_B, under(PINGAN_B, plan=plan), "plan_covers_drugs") == expected


@pytest.mark.parametrize(
    ("birth", "applicant", "expected"),
    [
        (date(2008, 7, 1), ApplicantRole.INSURED, "met"),
        (date(2008, 7, 2), ApplicantRole.INSURED, "referred"),
        (date(2008, 7, 2), ApplicantRole.GUARDIAN, "met"),
    ],
)
def test_a_minor_is_represented(birth: date, applicant: ApplicantRole, expected: str) -> None:
    """On the eighteenth birthday one applies oneself; the day before, the guardian does."""
    facts = authorization(insured=insured(birth_date=birth), applicant=applicant)
    assert outcome(PINGAN_B, facts, "insured_only") == expected


def test_a_policy_without_end_is_no_trouble() -> None:
    """Some policies are dated to the end of the calendar."""
    facts = under(AXA, expires_on=date.max)
    assert ask(AXA, facts).verdict == "approved"
    assert ask(YUANXIN, under(YUANXIN, expires_on=date.max)).verdict == "approved"
