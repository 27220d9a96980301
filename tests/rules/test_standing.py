"""News of a death, a cancellation or a fraud: what is said of it, and what is to be done."""

from decimal import Decimal

import pytest

from rules.next_steps import CALL_INSURER, OWN_COST, STOP_SUPPLY
from schemas.decision import News, Outcome
from tests.rules.cases import ALL, APPLIED, AXA, CHINALIFE, PINGAN_B, PINGAN_CANCER, YUANXIN, ask, finding, standing

RECOVERING = (PINGAN_B, PINGAN_CANCER, YUANXIN)
SILENT_ON_FRAUD = (CHINALIFE, AXA)


@pytest.mark.parametrize("product", ALL)
@pytest.mark.parametrize("news", News)
def test_one_rule_speaks_to_each_news(product: str, news: News) -> None:
    """The others are not applicable, and say of which news they heard."""
    findings = ask(product, standing(news)).findings
    silent = [each for each in findings if each.outcome is Outcome.NOT_APPLICABLE]
    assert len(silent) == len(findings) - 1
    assert all(each.facts["news"] == news for each in findings)


@pytest.mark.parametrize("product", RECOVERING)
def test_a_fraud_names_the_sum_to_recover(product: str) -> None:
    """Ping An's manuals and Yuanxin's print the recovery; where nothing was paid there is nothing to recover."""
    [step] = ask(product, standing(News.FRAUD, dispensed_on=APPLIED, paid=Decimal("1234.50"))).next_steps
    assert "1234.50 元" in step.zh
    assert "1234.50 yuan" in step.en
    [nothing] = ask(product, standing(News.FRAUD)).next_steps
    assert "recover" not in nothing.en


@pytest.mark.parametrize("product", SILENT_ON_FRAUD)
def test_a_fraud_that_no_clause_speaks_of_is_for_a_person(product: str) -> None:
    """They read what is at stake, and are not told to recover it."""
    told = finding(ask(product, standing(News.FRAUD, paid=Decimal("1234.50"))), "used_by_the_insured_or_referred")
    assert "1234.50" in told.why.zh
    assert "1234.50" in told.why.en
    assert told.next_step == CALL_INSURER


@pytest.mark.parametrize("product", ALL)
def test_what_is_not_handed_over_is_stopped(product: str) -> None:
    """After a cancellation the supply ends; what was handed over too late is one's own cost."""
    assert ask(product, standing(News.POLICY_CANCELLED)).next_steps == (STOP_SUPPLY,)
    assert ask(product, standing(News.POLICY_CANCELLED, dispensed_on=APPLIED)).next_steps == (OWN_COST,)


def test_after_a_death_the_supply_stops_or_the_insurer_is_asked() -> None:
    """The main policy of China Life's rider may say more than the rider does."""
    assert ask(PINGAN_B, standing(News.DEATH)).next_steps == (STOP_SUPPLY,)
    assert ask(CHINALIFE, standing(News.DEATH)).next_steps == (CALL_INSURER,)
    assert ask(CHINALIFE, standing(News.DEATH, dispensed_on=APPLIED)).next_steps == ()
