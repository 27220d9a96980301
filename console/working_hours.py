"""Hours in which people work, e.g. 09:00-18:00 in China on working days: how many pass, and when they have passed.

The insurers' documents print none; whoever runs the service sets them. Lunch is not taken out.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from products.calendar import WorkingCalendar
from schemas.civil import china_date, day_begins

DEFAULT_HOURS = "09:00-18:00"
_FORM = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-(?:([01]\d|2[0-3]):([0-5]\d)|24:00)", re.ASCII)
_DAY = timedelta(days=1)
_NOTHING = timedelta()


class WorkingHoursError(ValueError):
    """Working hours are not of the form 09:00-18:00. Correct WORKING_HOURS."""


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """From when until when people work on a working day, counted from midnight in China."""

    opens: timedelta
    closes: timedelta

    def worked(self, start: datetime, end: datetime, calendar: WorkingCalendar) -> timedelta:
        """Working time between two moments; none where `end` is not after `start`."""
        day, total = china_date(start), _NOTHING
        while day <= china_date(end):
            if calendar.is_working_day(day):
                opens, closes = self._on(day)
                total += max(min(closes, end) - max(opens, start), _NOTHING)
            day += _DAY
        return total

    def until(self, start: datetime, left: timedelta, calendar: WorkingCalendar) -> datetime:
        """The last moment by which no more than `left` of working time has passed since `start`.

        Where it is used up at closing time, that is when work begins again: nothing can be done in between.
        """
        day = china_date(start)
        while True:
            if calendar.is_working_day(day):
                opens, closes = self._on(day)
                opens = max(opens, start)
                if closes - opens > left:
                    return opens + left
                left -= max(closes - opens, _NOTHING)
            day += _DAY

    def _on(self, day: date) -> tuple[datetime, datetime]:
        midnight = day_begins(day)
        return midnight + self.opens, midnight + self.closes


def working_hours(text: str) -> WorkingHours:
    """The hours that a text like 09:00-18:00 gives; WorkingHoursError says what is wrong with it."""
    if not (found := _FORM.fullmatch(text)):
        message = "must be two times of day in China, e.g. 09:00-18:00"
        raise WorkingHoursError(message)
    hour, minute, last_hour, last_minute = (int(part) if part else 0 for part in found.groups())
    opens = timedelta(hours=hour, minutes=minute)
    closes = timedelta(hours=last_hour, minutes=last_minute) if found[3] else _DAY
    if opens >= closes:
        message = "must begin before they end, within one day, e.g. 09:00-18:00"
        raise WorkingHoursError(message)
    return WorkingHours(opens, closes)
