"""Counting calendar days: a window leaves out the day that opens it and includes its last."""

from datetime import date


def plus_days(day: date, days: int) -> date:
    """The day so many days after `day`, or the last one there is: policies without an end are dated 9999-12-31."""
    return date.fromordinal(min(day.toordinal() + days, date.max.toordinal()))


def minus_days(day: date, days: int) -> date:
    """The day so many days before `day`, or the first one there is."""
    return date.fromordinal(max(day.toordinal() - days, date.min.toordinal()))
