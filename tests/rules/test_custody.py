"""The chain of identity and custody: what is wrong with it, at which event, and what sets it right."""

from decimal import Decimal

import pytest

from rules.custody import deviations, discarded, holder_of, without_limits
from schemas.custody import CustodyEvent, StorageConditions
from tests.rules.car_t_cases import (
    CELLS,
    CHAIN,
    COURIER,
    MAKER,
    OTHER_DIN,
    PARTY,
    PRODUCT,
    START,
    STEP,
    infusion,
    logged,
    mislabelled,
    told,
    with_event,
    without_event,
    word,
)
from tests.rules.cases import CHINALIFE, ask

Chain = tuple[CustodyEvent, ...]
TWO_LOGGERS = (logged(500, 510, Decimal(-150), Decimal(-140)), logged(510, 520, Decimal(-150), Decimal(-140)))
A_HOLE = (logged(500, 509, Decimal(-150), Decimal(-140)), logged(510, 520, Decimal(-150), Decimal(-140)))
AGAIN = told(PRODUCT, STEP.MANUFACTURED, 700, MAKER, temperatures=(logged(500, 700, Decimal(2), Decimal(8)),))
"""Made again of the cells that the manufacturer kept."""


def found(chain: Chain, **changes: object) -> list[str]:
    """What is wrong, each as number and kind, with a star once it is closed."""
    told_of = deviations(infusion(chain, **changes))
    return [f"{each.number} {each.kind}{'' if each.open else '*'}" for each in told_of]


@pytest.mark.parametrize(
    ("chain", "expected"),
    [
        (CHAIN, []),
        ((), []),
        (with_event(1, identity=mislabelled(CHAIN[0], din=OTHER_DIN)), ["11 identity_mismatch"]),
        (with_event(6, identity=mislabelled(CHAIN[5], coi="COI2026WXYZ9")), ["61 identity_mismatch"]),
        (with_event(6, identity=mislabelled(CHAIN[5], coi="COI2026WXYZ9", din=OTHER_DIN)), ["61 identity_mismatch"]),
        (with_event(2, sender="courier-9"), ["22 custody_gap"]),
        (without_event(1), ["12 custody_gap"]),
        (without_event(2), ["22 custody_gap", "24 no_temperature"]),
        (without_event(3), ["32 custody_gap", "34 no_temperature"]),
        (without_event(4), ["42 custody_gap"]),
        (without_event(5), ["52 custody_gap", "54 no_temperature"]),
        (with_event(7, holder="site-2"), ["72 custody_gap"]),
        (with_event(4, holder="maker-2"), ["42 custody_gap", "52 custody_gap"]),
        (with_event(4, at=START), ["42 custody_gap", "54 no_temperature"]),
        (with_event(7, at=CHAIN[4].at), ["72 custody_gap"]),
        ((*CHAIN[:1], told(CELLS, STEP.COLLECTED, 1, "site-2")), ["22 custody_gap"]),
        ((*CHAIN[:1], told(CELLS, STEP.COLLECTED, 1, PARTY)), []),
        ((*CHAIN[:3], told(PRODUCT, STEP.COLLECTED, 500, MAKER)), ["42 custody_gap"]),
        ((*CHAIN[:3], told(CELLS, STEP.MANUFACTURED, 500, MAKER)), ["42 custody_gap", "44 no_temperature"]),
        ((told(PRODUCT, STEP.MANUFACTURED, 500, MAKER),), ["12 custody_gap"]),
        ((*CHAIN, told(PRODUCT, STEP.THAWED, 600, PARTY, None, 560)), []),
        ((*CHAIN, told(PRODUCT, STEP.THAWED, 600, "site-2", None, 560)), ["82 custody_gap"]),
    ],
)
def test_who_had_the_cells(chain: Chain, expected: list[str]) -> None:
    """Each gap and each label is found at its event: nothing comes from nowhere or from who did not have it."""
    assert found(chain) == expected


@pytest.mark.parametrize(
    ("order", "missing_record", "expected"),
    [
        ((1, 2, 4, 3, 5, 6, 7), None, ["32 custody_gap*", "34 no_temperature*"]),
        ((1, 2, 4, 5, 6, 7), None, ["32 custody_gap", "34 no_temperature"]),
        ((1, 2, 3, 4, 6, 5, 7), None, ["52 custody_gap*", "54 no_temperature*", "62 custody_gap*", "72 custody_gap*"]),
        ((1, 2, 3, 4, 5, 7, 6), None, ["62 custody_gap*", "64 no_temperature*", "72 custody_gap*"]),
        ((1, 2, 3, 4, 5, 7, 6), 6, ["62 custody_gap", "64 no_temperature", "72 custody_gap"]),
        ((1, 2, 3, 5, 6, 7, 4), None, ["42 custody_gap*", "72 custody_gap*"]),
    ],
)
def test_what_was_told_late_explains_what_seemed_missing(
    order: tuple[int, ...], missing_record: int | None, expected: list[str]
) -> None:
    """Once nothing is missing in the order of happening; a late event without its temperatures explains nothing."""
    chain = with_event(missing_record, temperatures=()) if missing_record else CHAIN
    late = tuple(chain[number - 1] for number in order)
    assert found(late) == expected
    assert holder_of(infusion(late), PRODUCT) == PARTY


def at(number: int, lowest: str, highest: str) -> Chain:
    """The chain with the temperatures of a hand-over."""
    since, until = {2: (0, 4), 5: (500, 520), 7: (540, 560)}[number]
    return with_event(number, temperatures=(logged(since, until, Decimal(lowest), Decimal(highest)),))


@pytest.mark.parametrize(
    ("chain", "expected"),
    [
        (at(2, "2", "8"), []),
        (at(2, "1.9", "8"), ["23 temperature_excursion"]),
        (at(2, "2", "8.1"), ["23 temperature_excursion"]),
        (at(5, "-200", "-130"), []),
        (at(5, "-200", "-129.9"), ["53 temperature_excursion"]),
        (at(7, "-150", "-20"), ["73 temperature_excursion"]),
        (with_event(5, temperatures=()), ["54 no_temperature"]),
        (with_event(7, temperatures=()), ["74 no_temperature"]),
        (with_event(5, temperatures=TWO_LOGGERS), []),
        (with_event(5, temperatures=TWO_LOGGERS[::-1]), []),
        (with_event(5, temperatures=TWO_LOGGERS[:1]), ["54 no_temperature"]),
        (with_event(5, temperatures=TWO_LOGGERS[1:]), ["54 no_temperature"]),
        (with_event(5, temperatures=A_HOLE), ["54 no_temperature"]),
        (with_event(5, temperatures=(*A_HOLE, *TWO_LOGGERS[:1])), []),
        (with_event(4, temperatures=(logged(20, 500, Decimal(2), Decimal(37)),)), []),
        (
            (
                *CHAIN,
                told(PRODUCT, STEP.THAWED, 600, PARTY, temperatures=(logged(560, 600, Decimal(-150), Decimal(37)),)),
            ),
            [],
        ),
    ],
)
def test_how_cold_they_were(chain: Chain, expected: list[str]) -> None:
    """The limits themselves are within them; records follow each other without a hole; work on the cells warms them."""
    assert found(chain) == expected


THAW = told(PRODUCT, STEP.THAWED, 600, PARTY)
FROZEN_TO_THE_THAW = logged(560, 600, Decimal(-196), Decimal(37))


@pytest.mark.parametrize(
    ("chain", "expected"),
    [
        (with_event(4, temperatures=()), ["44 no_temperature"]),
        (with_event(4, temperatures=(logged(21, 40, Decimal(2), Decimal(8)),)), ["44 no_temperature"]),
        (with_event(4, temperatures=(logged(20, 40, Decimal(2), Decimal(9)),)), ["43 temperature_excursion"]),
        ((*CHAIN[:3], told(CELLS, STEP.STORED, 40, MAKER, None, 20), told(PRODUCT, STEP.MANUFACTURED, 500, MAKER)), []),
        ((*CHAIN, told(PRODUCT, STEP.MANUFACTURED, 700, MAKER)), ["84 no_temperature"]),
        ((*CHAIN, THAW), ["84 no_temperature"]),
        ((*CHAIN, THAW.model_copy(update={"temperatures": (FROZEN_TO_THE_THAW,)})), []),
        (
            (*CHAIN, THAW.model_copy(update={"temperatures": (logged(570, 600, Decimal(-196), Decimal(-150)),)})),
            ["84 no_temperature"],
        ),
        (
            (
                *CHAIN,
                THAW.model_copy(
                    update={"temperatures": (logged(560, 590, Decimal(-196), Decimal(-20)), FROZEN_TO_THE_THAW)}
                ),
            ),
            ["83 temperature_excursion"],
        ),
    ],
    ids=[
        "made without a record", "from later on", "too warm before it was made", "stored until it was made",
        "made again without a record", "thawed without a record", "thawed from the record", "a hole before the thaw",
        "too warm before the thaw",
    ],
)  # fmt: skip
def test_cells_that_are_worked_on_have_a_record_until_then(chain: Chain, expected: list[str]) -> None:
    """Fresh cells until the product is made of them, frozen ones until the thaw; only the work itself warms them."""
    assert found(chain) == expected


def test_limits_that_nobody_stated() -> None:
    """Without limits nothing is too warm, but it is known that they are missing."""
    warm = infusion(at(5, "-150", "20"), conditions=())
    assert deviations(warm) == ()
    assert without_limits(warm) == (CELLS, PRODUCT)
    empty = infusion(
        conditions=(StorageConditions(material=CELLS), StorageConditions(material=PRODUCT, highest=Decimal(0)))
    )
    assert without_limits(empty) == (CELLS,)
    assert without_limits(infusion()) == ()


WRONG_LABEL = with_event(6, identity=mislabelled(CHAIN[5], coi="COI2026WXYZ9"))
LAST_LABEL = with_event(7, identity=mislabelled(CHAIN[6], coi="COI2026WXYZ9"))
WRONG_SENDER = with_event(6, sender="courier-9")
LAST_HOLDER = with_event(7, holder="site-2")
WARM = at(5, "-150", "20")
UNLOGGED = with_event(5, temperatures=())


@pytest.mark.parametrize(
    ("chain", "number", "disposition", "closed"),
    [
        (WRONG_LABEL, 61, "usable", False),
        (WRONG_LABEL, 61, "corrected", True),
        (LAST_LABEL, 71, "corrected", False),
        (WRONG_LABEL, 61, "discarded", True),
        (WRONG_SENDER, 62, "usable", True),
        (WRONG_SENDER, 62, "corrected", True),
        (LAST_HOLDER, 72, "corrected", False),
        (LAST_HOLDER, 72, "usable", True),
        (WARM, 53, "usable", True),
        (WARM, 53, "corrected", False),
        (WARM, 53, "discarded", True),
        (UNLOGGED, 54, "usable", True),
        (UNLOGGED, 54, "corrected", False),
        (WARM, 54, "usable", False),
    ],
)
def test_what_closes_a_deviation(chain: Chain, number: int, disposition: str, *, closed: bool) -> None:
    """A label only by a fresh check, a gap by a finding or a later event that bears it out, warmth by a finding."""
    [one] = deviations(infusion(chain, words=(word(number, disposition),)))
    assert one.open is not closed
    assert [each.number for each in discarded(infusion(chain, words=(word(number, disposition),)))] == (
        [number] if disposition == "discarded" else []
    )


def test_a_check_by_who_does_not_have_them_proves_nothing() -> None:
    """A label compared elsewhere may be that of another bag; so is one that is wrong again."""
    elsewhere = (*LAST_LABEL, told(PRODUCT, STEP.STORED, 561, "site-2", None, 560))
    assert found(elsewhere, words=(word(71, "corrected"),)) == ["71 identity_mismatch", "82 custody_gap"]
    again = (*LAST_LABEL, told(PRODUCT, STEP.STORED, 561, PARTY, None, 560, coi="COI2026WXYZ9"))
    assert found(again, words=(word(71, "corrected"),)) == ["71 identity_mismatch", "81 identity_mismatch"]
    other = (*LAST_LABEL, told(CELLS, STEP.STORED, 561, MAKER, None, 20))
    assert found(other, words=(word(71, "corrected"),)) == ["71 identity_mismatch"]
    here = (*LAST_LABEL, told(PRODUCT, STEP.STORED, 561, PARTY, None, 560))
    assert found(here, words=(word(71, "corrected"),)) == ["71 identity_mismatch*"]


def test_another_product_leaves_the_first_behind() -> None:
    """Made again of kept cells: what was wrong with the bag before, discarded or not, is not wrong with this one."""
    words = (word(61, "discarded"),)
    facts = infusion((*WRONG_LABEL, AGAIN), words=words)
    assert [each.open for each in deviations(facts)] == [False]
    assert discarded(facts) == ()
    assert discarded(infusion(WRONG_LABEL, words=words)) != ()
    assert holder_of(facts, PRODUCT) == MAKER
    unmade = (*WRONG_LABEL, AGAIN.model_copy(update={"holder": "maker-2"}))
    assert [each.open for each in deviations(infusion(unmade))] == [True, True]


def test_discarded_starting_material_is_not_made_good_by_a_product() -> None:
    """What is made of cells that were given up is not given either."""
    chain = (*with_event(3, sender="courier-9"), AGAIN)
    assert [each.number for each in discarded(infusion(chain, words=(word(32, "discarded"),)))] == [32]


def test_numbers_go_by_the_journeys_own_count() -> None:
    """Ten times the event's number in the whole chain, whatever cells it began with; older words are of older cells."""
    assert found(WRONG_LABEL, first_seq=8) == ["131 identity_mismatch"]
    assert found(WRONG_LABEL, first_seq=8, words=(word(61, "discarded"),)) == ["131 identity_mismatch"]


def test_conditions_stated_later_shift_no_number() -> None:
    """The record that is missing keeps its number when the excursion becomes known."""
    both = with_event(5, temperatures=(logged(500, 510, Decimal(-150), Decimal(20)),))
    assert found(both, conditions=()) == ["54 no_temperature"]
    assert found(both) == ["53 temperature_excursion", "54 no_temperature"]


def test_the_holder_is_the_last_one_told() -> None:
    """Of each material by itself; of none, nobody."""
    assert (holder_of(infusion(), PRODUCT), holder_of(infusion(), CELLS)) == (PARTY, MAKER)
    assert holder_of(infusion(CHAIN[:5]), PRODUCT) == COURIER
    assert holder_of(infusion(CHAIN[:3]), PRODUCT) is None


def test_a_decision_shows_them() -> None:
    """Whether disposed of or not; a finding names them by number."""
    decision = ask(CHINALIFE, infusion(WARM))
    assert [str(each.number) for each in decision.deviations] == ["53"]
    assert decision.verdict == "referred"
    closed = ask(CHINALIFE, infusion(WARM, words=(word(53, "usable"),)))
    assert [each.open for each in closed.deviations] == [False]
    assert closed.verdict == "approved"
    assert ask(CHINALIFE, infusion()).deviations == ()
