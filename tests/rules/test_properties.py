"""What holds for any case at all."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from hypothesis import example, given, settings
from hypothesis import strategies as st

from products.calendar import load_calendar
from rules.deadlines import reckon
from schemas.civil import CHINA
from schemas.clinical import AnnArborStage, BinetStage, Tumour
from schemas.deadline import Budget, BudgetUnit, ClockStop, DeadlineRequest
from schemas.decision import Decision, News, Outcome
from schemas.money import ZERO, to_fen
from schemas.policy import Coverage, PolicyStatus
from schemas.text import Bilingual
from tests.rules.cases import ALL, EVERY_PAPER, ask, authorization, diagnosis, policy, products, settlement, standing

PRODUCTS = st.sampled_from(ALL)
DAYS = st.dates(date(2025, 6, 1), date(2027, 12, 31))
YUAN = st.decimals(0, 1_000_000, places=2)
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2026, 11, 30), timezones=st.just(CHINA))  # noqa: DTZ001 - made aware

POLICIES = st.fixed_dictionaries(
    {
        "status": st.sampled_from(PolicyStatus),
        "plan": st.sampled_from(("", "1", "2")),
        "waiting_days": st.sampled_from((None, 0, 30, 90, 200)),
        "severe_malignancy_cover": st.booleans(),
        "renewed_to": st.none() | st.just(date(2027, 12, 31)),
    }
)
DIAGNOSES = st.fixed_dictionaries(
    {
        "icd10": st.sampled_from(("C50.9", "C34.1", "C61", "C44.9", "C81.1", "C91.1", "D05.1", "D47.4", "E11.9")),
        "tumour": st.sampled_from(Tumour),
        "diagnosed_on": DAYS,
        "first_ever": st.booleans(),
        "pathology_confirmed": st.booleans(),
        "by_specialist": st.booleans(),
        "in_situ": st.booleans(),
        "metastasised": st.booleans(),
        "binet": st.none() | st.sampled_from(BinetStage),
        "ann_arbor": st.none() | st.sampled_from(AnnArborStage),
        "hiv_or_aids": st.booleans(),
        "severe_malignancy": st.none() | st.booleans(),
    }
)


@settings(max_examples=150, deadline=None)
@given(PRODUCTS, POLICIES, DIAGNOSES, DAYS, st.sets(st.sampled_from(EVERY_PAPER)))
def test_any_application_gets_one_explained_decision(
    product: str, policy_facts: dict[str, object], sick: dict[str, object], applied: date, papers: set[object]
) -> None:
    """The same facts give the same decision, each finding cites a known rule, and the verdict follows from them."""
    facts = authorization(
        product,
        coverage=Coverage(policy=policy(product, **policy_facts), in_catalogue=None),
        diagnosis=diagnosis(**sick),
        applied_on=applied,
        papers=tuple(papers),
    )
    decision = ask(product, facts)
    assert decision == ask(product, facts)
    assert_explained(decision)


def assert_explained(decision: Decision) -> None:
    """Each finding cites a known rule, and the verdict follows from the findings."""
    sections = products().get(decision.product).sections
    for each in decision.findings:
        assert each.citations
        assert all(cited.rule in sections for cited in each.citations)
        assert (each.outcome is Outcome.PAPERS_DUE) is bool(each.papers)
    outcomes = {each.outcome.value for each in decision.findings}
    assert (decision.verdict == "refused") is ("not_met" in outcomes)
    assert (decision.verdict == "approved") is outcomes.isdisjoint({"not_met", "papers_due", "referred"})


@settings(max_examples=150, deadline=None)
@given(PRODUCTS, st.sampled_from(News), DAYS, st.none() | DAYS, YUAN)
def test_any_news_gets_one_explained_decision(
    product: str, news: News, since: date, handed_over: date | None, paid: Decimal
) -> None:
    """One rule speaks; a fraud is never let through, nor is a drug that is not with the patient by the day of it."""
    decision = ask(product, standing(news, since=since, dispensed_on=handed_over, paid=paid))
    assert_explained(decision)
    assert [each.outcome for each in decision.findings].count(Outcome.NOT_APPLICABLE) == len(decision.findings) - 1
    passed = handed_over is not None and handed_over <= since and news is not News.FRAUD
    assert passed or decision.verdict != "approved"


@settings(deadline=None)
@given(PRODUCTS, st.sampled_from(News), DAYS, DAYS, st.integers(0, 400))
def test_news_of_a_later_day_never_takes_more_away(
    product: str, news: News, since: date, handed_over: date, later: int
) -> None:
    """What is paid although the cover ended on a day is paid when it ended after it."""
    verdicts = [
        ask(product, standing(news, since=day, dispensed_on=handed_over)).verdict
        for day in (since, since + timedelta(days=later))
    ]
    assert verdicts[0] != "approved" or verdicts[1] == "approved"


@settings(max_examples=200, deadline=None)
@given(
    PRODUCTS,
    st.tuples(YUAN, YUAN, YUAN, YUAN),
    st.tuples(st.none() | st.booleans(), st.booleans(), st.booleans()),
    st.none() | st.decimals(0, 1, places=4),
    DAYS,
)
@example("axa-excellence", (ZERO, ZERO, ZERO, ZERO), (None, False, False), None, date(2027, 1, 1)).via(
    "cover had ended"
)
def test_amounts_add_up(
    product: str,
    money: tuple[Decimal, Decimal, Decimal, Decimal],
    standing: tuple[bool | None, bool, bool],
    ratio: Decimal | None,
    dispensed: date,
) -> None:
    """Every fen of the cost is somebody's, and the insurer never pays more than the limit holds."""
    cost, through_insurance, elsewhere, available = money
    facts = settlement(
        cost=cost,
        in_catalogue=standing[0],
        social_insurance_enrolled=standing[1],
        social_insurance_settled=standing[2],
        social_insurance_compensation=through_insurance,
        other_compensation=elsewhere,
        reimbursement_ratio=ratio,
        available=available,
        dispensed_on=dispensed,
    )
    decision = ask(product, facts)
    amounts = decision.amounts
    if amounts is None:  # the ratio is open: a person is asked, unless another clause refuses whatever the ratio is
        outcomes = {each.name: each.outcome for each in decision.findings}
        assert outcomes.pop("insurer_share") is Outcome.REFERRED
        assert decision.verdict == ("refused" if Outcome.NOT_MET in outcomes.values() else "referred")
        assert set(outcomes) >= {"limit_not_exceeded"}
        return
    assert amounts.cost == amounts.insurer_pays + amounts.own_share + amounts.other_compensation
    assert min(amounts.insurer_pays, amounts.own_share, amounts.other_compensation, amounts.over_limit) >= 0
    assert amounts.insurer_pays <= available
    assert amounts.over_limit <= amounts.own_share
    assert amounts.insurer_pays == to_fen(amounts.insurer_pays)


def stops(start: datetime, spans: list[tuple[int, int]]) -> tuple[ClockStop, ...]:
    why = Bilingual(zh="材料不全", en="papers missing")
    return tuple(
        ClockStop(
            since=start + timedelta(hours=since), until=start + timedelta(hours=since + length), by="agent", why=why
        )
        for since, length in spans
    )


def due(unit: BudgetUnit, amount: int, start: datetime, stood: tuple[ClockStop, ...] = ()) -> datetime:
    request = DeadlineRequest(budget=Budget(unit=unit, amount=amount), started_at=start, stops=stood)
    return reckon(request, load_calendar()).due_at


UNITS = st.sampled_from(BudgetUnit)
AMOUNTS = st.integers(0, 40)
SPANS = st.lists(st.tuples(st.integers(-48, 400), st.integers(0, 200)), max_size=5)


@settings(deadline=None)
@given(UNITS, AMOUNTS, MOMENTS, st.integers(0, 5000))
def test_a_later_start_is_never_due_earlier(unit: BudgetUnit, amount: int, start: datetime, minutes: int) -> None:
    """Nor is a larger budget."""
    assert due(unit, amount, start) <= due(unit, amount, start + timedelta(minutes=minutes))
    assert due(unit, amount, start) <= due(unit, amount + 1, start)
    assert due(unit, amount, start) >= start


@settings(deadline=None)
@given(UNITS, AMOUNTS, MOMENTS, SPANS)
def test_a_stop_never_hastens(unit: BudgetUnit, amount: int, start: datetime, spans: list[tuple[int, int]]) -> None:
    """Stops only put a deadline off, in whatever order they are told, and the same stop twice counts once."""
    stood = stops(start, spans)
    plain, stopped = due(unit, amount, start), due(unit, amount, start, stood)
    assert stopped >= plain
    assert stopped == due(unit, amount, start, stood[::-1]) == due(unit, amount, start, stood + stood)


@settings(deadline=None)
@given(UNITS, AMOUNTS, MOMENTS, st.integers(0, 300), st.integers(1, 3000))
def test_a_clock_that_stands_still_does_not_run(
    unit: BudgetUnit, amount: int, start: datetime, since: int, length: int
) -> None:
    """However long a stop lasts, what it is due by lies after it ended, unless the budget had run out before."""
    stop = stops(start, [(since, length)])[0]
    assert stop.until is not None
    reckoned = due(unit, amount, start, (stop,))
    assert reckoned >= stop.until or reckoned == due(unit, amount, start) <= stop.since
    still_open = due(unit, amount, start, (stop.model_copy(update={"until": None}),))
    assert due(unit, amount, start) <= still_open <= reckoned
