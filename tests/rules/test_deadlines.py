"""Deadlines on China's calendar, with clocks that stand still."""

from datetime import UTC, datetime

import pytest

from products.calendar import WorkingCalendar, load_calendar
from rules.deadlines import reckon
from rules.errors import DeadlineError
from schemas.civil import CHINA
from schemas.deadline import Budget, BudgetUnit, ClockStop, Deadline, DeadlineRequest
from schemas.text import Bilingual

WHY = Bilingual(zh="材料不全", en="papers missing")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


def stop(since: str, until: str | None) -> ClockStop:
    return ClockStop(since=at(since), until=at(until) if until else None, by="pharmacist", why=WHY)


def due(unit: BudgetUnit, amount: int, start: str, *stops: ClockStop) -> Deadline:
    request = DeadlineRequest(budget=Budget(unit=unit, amount=amount), started_at=at(start), stops=stops)
    return reckon(request, load_calendar())


@pytest.mark.parametrize(
    ("amount", "start", "expected"),
    [
        (1, "2026-03-02 09:00", "2026-03-04 00:00"),
        (1, "2026-03-02 00:00", "2026-03-04 00:00"),
        (1, "2026-03-02 23:59", "2026-03-04 00:00"),
        (1, "2026-03-06 18:00", "2026-03-10 00:00"),
        (1, "2026-03-07 18:00", "2026-03-10 00:00"),
        (5, "2026-03-02 09:00", "2026-03-10 00:00"),
        (15, "2026-03-02 09:00", "2026-03-24 00:00"),
        (0, "2026-03-02 09:00", "2026-03-03 00:00"),
        (1, "2026-09-30 17:00", "2026-10-09 00:00"),
        (2, "2026-09-30 17:00", "2026-10-10 00:00"),
        (3, "2026-09-30 17:00", "2026-10-11 00:00"),
        (1, "2026-02-13 10:00", "2026-02-15 00:00"),
    ],
)
def test_working_days(amount: int, start: str, expected: str) -> None:
    """The day of the start is not counted, day N ends at 24:00; holidays are skipped, make-up Saturdays are worked."""
    assert due(BudgetUnit.WORKING_DAYS, amount, start).due_at == at(expected)


@pytest.mark.parametrize(
    ("unit", "amount", "start", "expected"),
    [
        (BudgetUnit.HOURS, 48, "2026-03-06 18:30", "2026-03-08 18:30"),
        (BudgetUnit.NATURAL_DAYS, 3, "2026-03-06 18:30", "2026-03-10 00:00"),
        (BudgetUnit.NATURAL_DAYS, 30, "2026-01-31 08:00", "2026-03-03 00:00"),
        (BudgetUnit.HALF_DAY, 0, "2026-03-06 11:59", "2026-03-06 18:00"),
        (BudgetUnit.HALF_DAY, 0, "2026-03-06 12:00", "2026-03-07 12:00"),
        (BudgetUnit.HALF_DAY, 0, "2026-12-31 23:59", "2027-01-01 12:00"),
        (BudgetUnit.SAME_DAY, 0, "2026-03-06 08:00", "2026-03-07 00:00"),
    ],
)
def test_other_units(unit: BudgetUnit, amount: int, start: str, expected: str) -> None:
    """Hours are exact, days end at 24:00, the morning ends at noon."""
    assert due(unit, amount, start).due_at == at(expected)


def test_days_are_days_in_china() -> None:
    """A moment late on Monday in UTC is already Tuesday in China."""
    request = DeadlineRequest(
        budget=Budget(unit=BudgetUnit.WORKING_DAYS, amount=1), started_at=datetime(2026, 3, 2, 16, 30, tzinfo=UTC)
    )
    deadline = reckon(request, load_calendar())
    assert deadline.due_at == at("2026-03-05 00:00")
    assert deadline.due_at.utcoffset() == at("2026-03-05 00:00").utcoffset()


@pytest.mark.parametrize(
    ("stops", "expected"),
    [
        ([stop("2026-03-02 10:00", "2026-03-02 11:00")], "2026-03-05 00:00"),
        ([stop("2026-03-03 10:00", "2026-03-03 11:00")], "2026-03-06 00:00"),
        ([stop("2026-03-02 10:00", "2026-03-05 11:00")], "2026-03-10 00:00"),
        ([stop("2026-03-03 10:00", "2026-03-04 15:00")], "2026-03-07 00:00"),
        ([stop("2026-03-04 10:00", "2026-03-05 15:00")], "2026-03-07 00:00"),
        (
            [stop("2026-03-04 10:00", "2026-03-05 15:00"), stop("2026-03-06 09:00", "2026-03-06 10:00")],
            "2026-03-10 00:00",
        ),
        (
            [stop("2026-03-03 09:00", "2026-03-04 12:00"), stop("2026-03-04 09:00", "2026-03-05 09:00")],
            "2026-03-10 00:00",
        ),
        ([stop("2026-03-05 00:00", "2026-03-09 00:00")], "2026-03-05 00:00"),
        ([stop("2026-02-20 00:00", "2026-03-01 00:00")], "2026-03-05 00:00"),
        ([stop("2026-03-03 10:00", "2026-03-03 10:00")], "2026-03-05 00:00"),
        (
            [stop("2026-02-20 00:00", "2026-03-01 00:00"), stop("2026-03-03 10:00", "2026-03-03 11:00")],
            "2026-03-06 00:00",
        ),
        ([stop("2026-03-04 10:00", None), stop("2026-03-05 10:00", "2026-03-06 10:00")], "2026-03-06 00:00"),
        ([stop("2026-03-03 10:00", "2026-03-05 10:00"), stop("2026-03-04 10:00", None)], "2026-03-06 00:00"),
    ],
)
def test_a_day_on_which_the_clock_stood_is_not_counted(stops: list[ClockStop], expected: str) -> None:
    """Two working days from Monday 2 March: stops before, on, across and after the days, overlapping or repeated."""
    assert due(BudgetUnit.WORKING_DAYS, 2, "2026-03-02 09:00", *stops).due_at == at(expected)


def test_every_day_before_a_stop_is_used() -> None:
    """Two of five working days had passed when the clock stood."""
    stops = (stop("2026-03-05 10:00", "2026-03-05 11:00"),)
    assert due(BudgetUnit.WORKING_DAYS, 5, "2026-03-02 09:00", *stops).due_at == at("2026-03-11 00:00")


@pytest.mark.parametrize(
    ("stops", "expected"),
    [
        ([stop("2026-03-02 10:00", "2026-03-02 12:00"), stop("2026-03-02 11:00", "2026-03-02 13:00")], "16:00"),
        ([stop("2026-03-02 10:00", "2026-03-02 11:00"), stop("2026-03-02 12:00", "2026-03-02 13:00")], "15:00"),
    ],
    ids=["overlapping", "apart"],
)
def test_hours_are_put_off_by_what_stood(stops: list[ClockStop], expected: str) -> None:
    """Overlapping stops are not added twice, and the clock runs between stops that are apart."""
    assert due(BudgetUnit.HOURS, 4, "2026-03-02 09:00", *stops).due_at == at(f"2026-03-02 {expected}")


@pytest.mark.parametrize(
    ("stops", "told"),
    [
        ([stop("2026-03-01 10:00", "2026-03-02 09:00")], None),
        ([stop("2026-03-02 10:00", "2026-03-02 11:00"), stop("2026-03-02 11:00", "2026-03-02 12:00")], 1),
        ([stop("2026-03-02 10:00", "2026-03-02 11:00"), stop("2026-03-02 11:01", "2026-03-02 12:00")], 2),
    ],
    ids=["over when the clock started", "one after the other", "a minute between"],
)
def test_the_words_count_the_stops(stops: list[ClockStop], told: int | None) -> None:
    """Only while the clock runs can it be stopped, and a stop that another follows at once is the same one."""
    words = due(BudgetUnit.WORKING_DAYS, 2, "2026-03-02 09:00", *stops).reckoning
    assert words.en.partition("Stops of the clock: ")[2] == (f"{told}." if told else "")


def test_a_part_of_a_day_begins_anew() -> None:
    """A morning's promise that stood until the afternoon becomes an afternoon's promise."""
    stops = (stop("2026-03-02 10:00", "2026-03-02 14:00"),)
    assert due(BudgetUnit.HALF_DAY, 0, "2026-03-02 09:00", *stops).due_at == at("2026-03-03 12:00")
    assert due(BudgetUnit.SAME_DAY, 0, "2026-03-02 09:00", stop("2026-03-02 10:00", "2026-03-04 08:00")).due_at == at(
        "2026-03-05 00:00"
    )


def test_an_open_stop_stands_still() -> None:
    """The earliest possible day is given, and the words say that the clock stands."""
    deadline = due(BudgetUnit.WORKING_DAYS, 2, "2026-03-02 09:00", stop("2026-03-04 10:00", None))
    assert deadline.due_at == at("2026-03-06 00:00")
    assert "停止计时" in deadline.reckoning.zh
    assert "stands still since 2026-03-04 10:00" in deadline.reckoning.en


def test_the_words_name_the_first_day() -> None:
    """Agents read which day was day 1."""
    deadline = due(BudgetUnit.WORKING_DAYS, 1, "2026-03-01 09:00")
    assert deadline.reckoning.zh == "第1个工作日 = 2026-03-02，2026-03-02 24:00 前届满。"
    assert deadline.reckoning.en == "working day 1 = 2026-03-02, due by 2026-03-02 24:00."
    stopped = due(BudgetUnit.NATURAL_DAYS, 3, "2026-03-01 09:00", stop("2026-03-03 10:00", "2026-03-04 10:00"))
    assert stopped.reckoning.en == "day 2 = 2026-03-05, due by 2026-03-06 24:00. Stops of the clock: 1."
    assert (
        due(BudgetUnit.HOURS, 2, "2026-03-01 09:00").reckoning.en == "From 2026-03-01 09:00, due by 2026-03-01 11:00."
    )


def test_an_unpublished_year_makes_it_provisional() -> None:
    """Only working days depend on announcements, and only those of the years they reach into."""
    known = WorkingCalendar({at("2026-01-01 00:00").date(): False}, "test")

    def provisional(unit: BudgetUnit, amount: int, start: str) -> bool:
        request = DeadlineRequest(budget=Budget(unit=unit, amount=amount), started_at=at(start))
        return reckon(request, known).provisional

    assert not provisional(BudgetUnit.WORKING_DAYS, 1, "2026-12-30 09:00")
    assert provisional(BudgetUnit.WORKING_DAYS, 1, "2026-12-31 09:00")
    assert not provisional(BudgetUnit.NATURAL_DAYS, 30, "2026-12-31 09:00")
    assert not provisional(BudgetUnit.WORKING_DAYS, 1, "2025-12-31 09:00")


def test_a_stop_that_ends_before_it_begins() -> None:
    """The message says which."""
    with pytest.raises(DeadlineError, match="before it begins"):
        due(BudgetUnit.HOURS, 1, "2026-03-02 09:00", stop("2026-03-02 10:00", "2026-03-02 09:30"))


def test_the_request_comes_back_with_the_answer() -> None:
    """Budget, start, stops and calendar version are kept for whoever recomputes."""
    deadline = due(BudgetUnit.WORKING_DAYS, 2, "2026-03-02 09:00", stop("2026-03-04 10:00", None))
    assert deadline.budget.amount == 2
    assert deadline.started_at == at("2026-03-02 09:00")
    assert len(deadline.stops) == 1
    assert deadline.calendar_version == load_calendar().version
