"""Dates as the documents mean them: the calendar day in Asia/Shanghai (UTC+8, no summer time since 1991)."""

from datetime import date, datetime, time, timedelta, timezone

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")
"""A fixed offset, because tz look-ups read files and a workflow may not."""


def china_time(moment: datetime) -> datetime:
    """The same moment on a clock in China; `moment` must be timezone-aware."""
    return moment.astimezone(CHINA)


def china_date(moment: datetime) -> date:
    """The calendar day in China at `moment`, which must be timezone-aware."""
    return china_time(moment).date()


def day_begins(day: date) -> datetime:
    """The first moment of a day in China."""
    return datetime.combine(day, time(), CHINA)


def day_ends(day: date) -> datetime:
    """The moment at which a day in China is over: the first of the day after."""
    return day_begins(day + timedelta(days=1))


def due_moment(due_at: datetime) -> str:
    """A deadline to the minute on a clock in China; midnight is the end of the day before, as deadlines mean it."""
    local = china_time(due_at)
    if local.time() == time():
        return f"{local.date() - timedelta(days=1)} 24:00"
    return f"{local:%Y-%m-%d %H:%M}"
