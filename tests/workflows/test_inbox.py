"""What a journey remembers of what was said: no key acts twice, however many runs and actions lie between."""

import pytest
from temporalio.exceptions import ApplicationError

from schemas.actions import Receipt, SubmitPapers
from schemas.carried import TakenAction
from schemas.journey import JourneyStatus, Stage
from schemas.papers import Paper, PaperForm, PaperKind
from schemas.people import ActorRole
from tests import people
from tests.console import samples
from workflows.inbox import Inbox
from workflows.record import JourneyRecord

MANY = 120
PAPER = Paper(kind=PaperKind.IMAGING, form=PaperForm.COPY)


@pytest.fixture
def status() -> JourneyStatus:
    """A journey that is being authorized: papers are welcome."""
    return samples.status(stage=Stage.AUTHORIZATION)


async def _unpublished() -> None:
    pytest.fail("a repeat is written nowhere")


def inbox(status: JourneyStatus) -> Inbox:
    """That of a run which has just begun."""
    return Inbox(JourneyRecord(status), _unpublished)


def said(number: int) -> SubmitPapers:
    """What was said so many actions after the first."""
    return SubmitPapers(**people.by(ActorRole.INSURED) | {"key": f"key-number-{number}"}, papers=(PAPER,))


def taken(status: JourneyStatus) -> tuple[TakenAction, ...]:
    """More than a run remembers the receipts of."""
    receipt = Receipt(journey_id=status.journey_id, action="submit_papers", stage=Stage.AUTHORIZATION, revision=1)
    return tuple(TakenAction(key=said(number).key, receipt=receipt) for number in range(MANY))


async def test_no_key_of_an_earlier_run_acts_again(status: JourneyStatus) -> None:
    """Over three runs every key is known; the newest have the receipt of then, all others one of now."""
    first, second, third = inbox(status), inbox(status), inbox(status)
    first.remember(taken(status), ())
    for before, after in ((first, second), (second, third)):
        after.remember(before.taken(), before.taken_before())
    assert (len(third.taken()), len(third.taken_before())) == (50, MANY - 50)
    for number in range(MANY):
        assert not third.check(said(number))
        receipt = await third.take(said(number))
        assert (receipt.repeated, receipt.action) == (True, "submit_papers")
    assert third.papers == status.papers


def test_another_key_is_judged(status: JourneyStatus) -> None:
    """What was never said is taken where the stage allows it, and refused where it does not."""
    fresh, closed = inbox(status), inbox(status.model_copy(update={"stage": Stage.COMPLETED}))
    for each in (fresh, closed):
        each.remember((), ("0" * 16,))
    assert fresh.check(said(MANY))
    with pytest.raises(ApplicationError, match="not possible"):
        closed.check(said(MANY))
