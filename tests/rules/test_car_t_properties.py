"""What holds for any CAR-T therapy at all."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from rules.custody import deviations, discarded
from schemas.car_t_facts import CarTNews, CostKind, ExaminationResult
from schemas.custody import CustodyEvent, CustodyStep, Disposition, Material
from schemas.decision import Outcome
from schemas.money import to_fen
from tests.rules.car_t_cases import (
    APHERESIS,
    CHAIN,
    COI,
    COURIER,
    COVERING,
    DIN,
    MAKER,
    OTHER_DIN,
    PARTY,
    bill,
    collected,
    ended,
    infusion,
    logged,
    paid,
    told,
    word,
)
from tests.rules.cases import CHINALIFE, ask, finding
from tests.rules.test_properties import assert_explained

PRODUCTS = st.sampled_from(COVERING)
DAYS = st.dates(date(2026, 1, 1), date(2028, 12, 31))
YUAN = st.decimals(0, 1_000_000, places=2)
PARTIES = st.sampled_from((PARTY, COURIER, MAKER))
TEMPERATURES = st.sampled_from(("-196", "-131", "-129", "2", "8", "9"))


@st.composite
def events(draw: st.DrawFn) -> CustodyEvent:
    """Any custody event: mostly of this patient, at any hour, with or without a record."""
    step, hour = draw(st.sampled_from(CustodyStep)), draw(st.integers(0, 600))
    coldest, warmest = sorted((Decimal(draw(TEMPERATURES)), Decimal(draw(TEMPERATURES))))
    logs = (logged(draw(st.integers(0, hour)), hour, coldest, warmest),) if draw(st.booleans()) else ()
    sender = draw(PARTIES) if step is CustodyStep.HANDED_OVER else None
    label = {
        "coi": draw(st.sampled_from((COI, COI, "COI2026WXYZ9"))),
        "din": draw(st.sampled_from((DIN, DIN, OTHER_DIN))),
    }
    return told(draw(st.sampled_from(Material)), step, hour, draw(PARTIES), sender, temperatures=logs, **label)


@st.composite
def chains(draw: st.DrawFn) -> tuple[CustodyEvent, ...]:
    """The good chain with some events left out, told twice, or replaced by any other."""
    told_of: list[CustodyEvent] = []
    for event in CHAIN:
        way = draw(st.sampled_from(("told", "told", "told", "left out", "twice", "other")))
        told_of += {"told": [event], "left out": [], "twice": [event, event], "other": []}[way]
        if way == "other":
            told_of.append(draw(events()))
    return (*told_of, *draw(st.lists(events(), max_size=3)))


WORDS = st.lists(
    st.tuples(st.integers(1, 12), st.integers(1, 4), st.sampled_from(Disposition)).map(
        lambda said: word(10 * said[0] + said[1], said[2])
    ),
    max_size=6,
).map(tuple)


@settings(max_examples=200, deadline=None)
@given(chains(), WORDS, st.integers(0, 12))
def test_a_longer_chain_changes_no_deviation(
    chain: tuple[CustodyEvent, ...], words: tuple[Any, ...], length: int
) -> None:
    """What was found stays found under its number; what comes later can close it and never opens it again."""
    shorter = deviations(infusion(chain[:length], words=words))
    longer = deviations(infusion(chain, words=words))[: len(shorter)]
    assert [each.model_copy(update={"open": True}) for each in shorter] == [
        each.model_copy(update={"open": True}) for each in longer
    ]
    assert all(before.open or not after.open for before, after in zip(shorter, longer, strict=True))
    numbers = [each.number for each in deviations(infusion(chain, words=words))]
    assert numbers == sorted(set(numbers))


@settings(max_examples=200, deadline=None)
@given(
    PRODUCTS,
    chains(),
    WORDS,
    st.none() | st.sampled_from(ExaminationResult),
    st.fixed_dictionaries(
        {
            "examined_on": st.none() | DAYS,
            "fit_until": st.none() | DAYS,
            "examined_anew_since": st.none() | DAYS,
            "conditioned_on": st.none() | DAYS,
            "planned_on": DAYS,
        }
    ),
    st.booleans(),
)
def test_no_infusion_of_doubtful_cells(  # noqa: PLR0917 - hypothesis passes each by its place
    product: str,
    chain: tuple[CustodyEvent, ...],
    words: tuple[Any, ...],
    examination: ExaminationResult | None,
    days: dict[str, date | None],
    released: bool,  # noqa: FBT001 - hypothesis passes it
) -> None:
    """None is approved with an open deviation, a label of another, cells that were given up, or a patient not fit."""
    facts = infusion(chain, words=words, examination=examination, released=released, **days)
    decision = ask(product, facts)
    assert_explained(decision)
    assert decision.deviations == deviations(facts)
    if decision.verdict == "approved":
        assert not any(each.open for each in decision.deviations)
        assert discarded(facts) == ()
        assert (facts.custody[-1].identity.coi, facts.custody[-1].identity.din) == (COI, DIN)
        assert examination is ExaminationResult.FIT
        assert released
        assert facts.examined_on is not None
        assert facts.conditioned_on is not None
        assert max(facts.examined_on, facts.conditioned_on) <= facts.planned_on
        assert facts.fit_until is None or facts.fit_until >= facts.planned_on
        assert facts.examined_anew_since is None or facts.examined_anew_since <= facts.examined_on


@settings(max_examples=200, deadline=None)
@given(DAYS, st.none() | DAYS, DAYS, st.sampled_from(CostKind), st.none() | st.booleans())
def test_no_cost_outside_the_period_is_met(
    apheresis: date,
    infused: date | None,
    incurred: date,
    kind: CostKind,
    necessary: bool | None,  # noqa: FBT001 - hypothesis passes it
) -> None:
    """chinalife-cancer-rider/CART-4: from apheresis to the earlier of both ends, as plain arithmetic has it."""
    facts = bill(
        first_apheresis_on=apheresis,
        infused_on=infused,
        incurred_on=incurred,
        kind=kind,
        necessary=necessary,
        expires_on=date(2028, 12, 31),
    )
    decision = ask(CHINALIFE, facts)
    assert_explained(decision)
    ends = [apheresis + timedelta(days=365)] + ([infused + timedelta(days=30)] if infused else [])
    inside = apheresis <= incurred <= min(ends)
    met = finding(decision, "cost_within_window").outcome is Outcome.MET
    assert met is (inside and not (infused is not None and infused < apheresis))
    assert inside or decision.verdict != "approved"
    assert decision.window is not None
    assert (decision.window.opens_on, decision.window.closes_on) == (apheresis, min(ends))


@settings(max_examples=100, deadline=None)
@given(PRODUCTS, DAYS, st.none() | DAYS, st.booleans())
def test_an_apheresis_opens_one_period(
    product: str,
    performed: date,
    first: date | None,
    arranged: bool,  # noqa: FBT001 - hypothesis passes it
) -> None:
    """Approved only in cover and arranged; a repeated one shows the period of the first."""
    decision = ask(product, collected(performed_on=performed, first_apheresis_on=first, arranged=arranged))
    assert_explained(decision)
    if decision.verdict == "approved":
        assert arranged
        assert (first or performed) <= date(2026, 12, 31)
    if decision.window is not None:
        assert decision.window.opens_on == (first or performed)


@settings(max_examples=200, deadline=None)
@given(
    PRODUCTS,
    st.tuples(YUAN, YUAN, YUAN, YUAN),
    st.tuples(st.booleans(), st.booleans()),
    st.none() | st.decimals(0, 1, places=4),
)
def test_amounts_add_up(
    product: str,
    money: tuple[Decimal, Decimal, Decimal, Decimal],
    social_insurance: tuple[bool, bool],
    ratio: Decimal | None,
) -> None:
    """Every fen of the cost is somebody's, and the insurer never pays more than the limit holds."""
    cost, through_insurance, elsewhere, available = money
    facts = paid(
        cost=cost,
        social_insurance_enrolled=social_insurance[0],
        social_insurance_settled=social_insurance[1],
        social_insurance_compensation=through_insurance,
        other_compensation=elsewhere,
        reimbursement_ratio=ratio,
        available=available,
    )
    decision = ask(product, facts)
    assert_explained(decision)
    amounts = decision.amounts
    if amounts is None:
        assert finding(decision, "insurer_share").outcome is Outcome.REFERRED
        return
    assert amounts.cost == amounts.insurer_pays + amounts.own_share + amounts.other_compensation
    assert min(amounts.insurer_pays, amounts.own_share, amounts.other_compensation, amounts.over_limit) >= 0
    assert amounts.insurer_pays <= available
    assert amounts.over_limit <= amounts.own_share
    assert amounts.insurer_pays == to_fen(amounts.insurer_pays)


@settings(max_examples=150, deadline=None)
@given(PRODUCTS, st.sampled_from(CarTNews), DAYS, st.none() | DAYS, st.none() | DAYS)
def test_any_news_gets_one_explained_decision(
    product: str, news: CarTNews, since: date, apheresis: date | None, infused: date | None
) -> None:
    """One rule speaks; without an apheresis nothing is owed, and no fraud is let through."""
    decision = ask(product, ended(news, since=since, first_apheresis_on=apheresis, infused_on=infused))
    assert_explained(decision)
    assert [each.outcome for each in decision.findings].count(Outcome.NOT_APPLICABLE) == len(decision.findings) - 1
    if news is CarTNews.FRAUD or (apheresis is None and infused is None):
        assert decision.verdict != "approved"


def test_the_therapy_of_the_cases_is_within_cover() -> None:
    """The properties above would be empty if nothing passed."""
    for product in COVERING:
        assert ask(product, infusion()).verdict == "approved"
        assert ask(product, bill()).verdict == "approved"
        assert ask(product, collected(performed_on=APHERESIS)).verdict == "approved"
