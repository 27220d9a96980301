"""Time as scenarios write it: delays like `2h`, `3d` and `2wd`, moments in China, and 24:00 as the end of a day."""

import re
from datetime import datetime, time, timedelta
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from products.calendar import WorkingCalendar
from schemas.civil import CHINA, china_time

DELAY = r"^\d{1,4}(m|h|d|wd)$"
Delay = Annotated[str, Field(pattern=DELAY, examples=["2h", "3d", "2wd"])]
"""How long: minutes, hours, days, or working days; `2wd` is two working days on, at the same time of day."""

_MIDNIGHT_AFTER = re.compile(r"^(\d{4}-\d{2}-\d{2})[T ]24:00$")
_DAY = re.compile(r"^\d{4}-\d{2}-\d{2}$")


def minute(moment: datetime) -> datetime:
    """`moment` on a clock in China, without its seconds: as fine as a simulation tells time."""
    return china_time(moment).replace(second=0, microsecond=0)


def _read(value: object) -> object:
    """24:00 is the next midnight; a day alone is its end; other texts are read by pydantic."""
    if not isinstance(value, str):
        return value
    if found := _MIDNIGHT_AFTER.match(value):
        return _end_of(found[1])
    return _end_of(value) if _DAY.match(value) else value


def _end_of(day: str) -> str:
    return (datetime.fromisoformat(day) + timedelta(days=1)).isoformat()


def _in_china(moment: datetime) -> datetime:
    return minute(moment if moment.tzinfo else moment.replace(tzinfo=CHINA))


Moment = Annotated[
    datetime,
    BeforeValidator(_read),
    AfterValidator(_in_china),
    WithJsonSchema({"type": "string", "examples": ["2026-03-02T09:00", "2026-03-02T24:00", "2026-03-02"]}),
]
"""A moment, in China unless it has an offset; a day alone means its end, 24:00."""


def later(moment: datetime, delay: Delay, calendar: WorkingCalendar) -> datetime:
    """The moment `delay` after `moment`."""
    amount, unit = int(delay.rstrip("mhdw")), delay.lstrip("0123456789")
    if unit == "wd":
        return _working_days_later(moment, amount, calendar)
    return moment + {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}[unit] * amount


def _working_days_later(moment: datetime, days: int, calendar: WorkingCalendar) -> datetime:
    local = china_time(moment)
    day = local.date()
    for _ in range(days):
        day += timedelta(days=1)
        while not calendar.is_working_day(day):
            day += timedelta(days=1)
    return datetime.combine(day, time(local.hour, local.minute), CHINA)
