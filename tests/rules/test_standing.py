"""News of a death, a cancellation or a fraud: what is said of it, and what is to be done."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from rules.next_steps import BEFORE_THE_END, CALL_INSURER, OWN_COST, STOP_SUPPLY
from schemas.decision import News, Outcome, StandingFacts, Verdict
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


EARLIER = tuple(APPLIED + timedelta(days=days) for days in (-1, 0, 1))
NOT_OWED = {News.POLICY_CANCELLED: EARLIER[1:], News.DEATH: EARLIER[2:], News.FRAUD: EARLIER}


@pytest.mark.parametrize("product", ALL)
@pytest.mark.parametrize("news", News)
def test_the_days_that_are_not_owed_are_told(product: str, news: News) -> None:
    """Each clause's own edge, whichever prescription a drug was of, each day once and in order."""
    for handed_over in (
        standing(news, paid_for=EARLIER),
        standing(news, paid_for=EARLIER, dispensed_on=EARLIER[2]),
        standing(news, paid_for=EARLIER[:2], dispensed_on=EARLIER[2]),
        standing(news, paid_for=(*EARLIER[::-1], *EARLIER)),
    ):
        assert ask(product, handed_over).not_owed == NOT_OWED[news]
    assert ask(product, standing(news)).not_owed == ()


@pytest.mark.parametrize("product", ALL)
@pytest.mark.parametrize("news", [News.POLICY_CANCELLED, News.DEATH])
def test_where_cover_stands_everything_is_owed(product: str, news: News) -> None:
    """What was handed over in time, now and before, is paid, and the journey goes on."""
    decision = ask(product, standing(news, dispensed_on=EARLIER[0], paid_for=EARLIER[:1]))
    assert (decision.verdict, decision.not_owed) == (Verdict.APPROVED, ())


@pytest.mark.parametrize("product", ALL)
def test_a_late_word_of_a_cancellation_names_what_is_not_owed(product: str) -> None:
    """People read of those days alone; what was handed over in time is not their cost."""
    decision = ask(product, standing(News.POLICY_CANCELLED, paid_for=EARLIER))
    why = finding(decision, "handed_over_before_cancellation").why
    for text, days in ((why.zh, "、".join(map(str, EARLIER[1:]))), (why.en, ", ".join(map(str, EARLIER[1:])))):
        assert days in text
        assert str(EARLIER[0]) not in text
    assert decision.next_steps == (OWN_COST,)
    in_time = ask(product, standing(News.POLICY_CANCELLED, paid_for=EARLIER[:1]))
    assert in_time.next_steps == (STOP_SUPPLY,)


def test_a_late_word_of_a_death_names_what_was_handed_over_since() -> None:
    """Somebody else collected: the insurer is asked; what was collected in lifetime is not named."""
    decision = ask(PINGAN_B, standing(News.DEATH, paid_for=EARLIER))
    told = finding(decision, "handed_over_in_lifetime")
    assert str(EARLIER[2]) in told.why.en
    assert str(EARLIER[2]) in told.why.zh
    assert str(EARLIER[0]) not in told.why.en
    assert decision.next_steps == (CALL_INSURER,)


def test_after_a_death_the_supply_stops_or_the_insurer_is_asked() -> None:
    """The main policy of China Life's rider may say more than the rider does."""
    assert ask(PINGAN_B, standing(News.DEATH)).next_steps == (STOP_SUPPLY,)
    assert ask(CHINALIFE, standing(News.DEATH)).next_steps == (CALL_INSURER,)
    assert ask(CHINALIFE, standing(News.DEATH, dispensed_on=APPLIED)).next_steps == ()


@pytest.mark.parametrize("product", ALL)
def test_a_cancellation_told_in_advance_ends_nothing_before_its_day(product: str) -> None:
    """The day before, it is still to come; on its day it ends what is not handed over. ID-2 ID-1 COND-1."""
    for days, verdict in ((-1, Verdict.APPROVED), (0, Verdict.REFUSED), (1, Verdict.REFUSED)):
        told = standing(News.POLICY_CANCELLED, decided_on=APPLIED + timedelta(days=days))
        assert ask(product, told).verdict == verdict, days
    [step] = ask(product, standing(News.POLICY_CANCELLED, decided_on=APPLIED - timedelta(days=1))).next_steps
    assert step == BEFORE_THE_END


def test_the_day_of_deciding_is_that_of_the_request_unless_told() -> None:
    """Whoever asks `journeys decide` about a day to come need not say what day it is."""
    asked = ask(PINGAN_B, standing(News.POLICY_CANCELLED, since=date(2099, 1, 1), decided_on=None))
    assert asked.verdict is Verdict.APPROVED
    assert isinstance(asked.facts, StandingFacts)
    assert asked.facts.decided_on is not None
