"""What takes a journey off the step it is at: its end, a correction, a right that lapsed."""

from datetime import date

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from schemas.actions import CorrectClaim, RecordHandOver
    from schemas.car_t_facts import CarTNews
    from schemas.journey import Stage


class JourneyEndedError(Exception):
    """The prescription or the whole journey ends in `stage`; a step raises it and `run` catches it."""

    def __init__(self, stage: Stage, *, fraud: bool = False) -> None:
        """Remember the closed stage, and whether it ends for fraud."""
        super().__init__(stage)
        self.stage = stage
        self.fraud = fraud


class TherapyEndedError(JourneyEndedError):
    """A CAR-T therapy ends in `stage` for a reason that decides what of it stays covered."""

    def __init__(self, stage: Stage, news: CarTNews, since: date) -> None:
        """Remember what happened, and on which day."""
        super().__init__(stage)
        self.news = news
        self.since = since


class HandedOverError(Exception):
    """What was to go back to the pharmacy had been handed over in time: it is settled instead."""

    def __init__(self, answer: RecordHandOver) -> None:
        """`answer` tells of the hand-over."""
        super().__init__(answer.key)
        self.answer = answer


class NotFitError(Exception):
    """The examination of the patient counts no more: they are examined once more before anything is given."""


class CorrectedError(Exception):
    """The claim was corrected: what was decided on the old facts is decided anew."""

    def __init__(self, correction: CorrectClaim) -> None:
        """Remember the correction."""
        super().__init__(correction.key)
        self.correction = correction
