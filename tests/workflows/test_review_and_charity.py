"""Prescription review with its clock, and the charity fork."""

from typing import Any

import pytest

from schemas.actions import AcceptRefusal, DecideReferral, Hold, Resume, ReviewResult, SubmitPapers
from schemas.decision import CharityWay, PharmacistFindings
from schemas.journey import JourneyStatus, Stage, WaitingFor
from schemas.papers import Paper, PaperForm, PaperKind
from schemas.people import ActorRole
from schemas.text import Bilingual
from tests import people
from tests.rig import Rig
from tests.roads import at_aid, at_review, refused_at_review

PRODUCT = "pingan-longterm-b"


async def test_the_review_clock_stands_still_while_papers_are_missing(rig: Rig) -> None:
    """pingan-longterm-b/SLA-1: one working day from complete papers; each stop says who, when and why."""
    journey = await at_review(rig, PRODUCT)
    first = await rig.waiting(journey, WaitingFor.REVIEW)
    assert first.wait.deadline is not None
    assert first.wait.deadline.budget.rule == "pingan-longterm-b/SLA-1"
    asked = people.review(result=ReviewResult.PAPERS_NEEDED, papers_needed=("imaging",))
    await rig.done(journey, asked)
    stopped = await rig.waiting(journey, WaitingFor.PAPERS)
    assert stopped.wait.clock_stopped is not None
    assert stopped.wait.clock_stopped.until is None
    paper = Paper(kind=PaperKind.IMAGING, form=PaperForm.COPY)
    await rig.done(journey, SubmitPapers(**people.by(ActorRole.INSURED), papers=(paper,)))
    again = await rig.waiting(journey, WaitingFor.REVIEW)
    assert again.wait.deadline is not None
    assert len(again.wait.deadline.stops) == 1
    assert again.wait.deadline.stops[0].until is not None
    assert again.wait.deadline.due_at >= first.wait.deadline.due_at


async def test_the_review_clock_is_shown_as_stopped_after_a_hold_while_papers_are_missing(rig: Rig) -> None:
    """pingan-longterm-b/SLA-1: the papers are missing as before, so nothing falls due."""
    journey = await at_review(rig, PRODUCT)
    await rig.done(journey, people.review(result=ReviewResult.PAPERS_NEEDED, papers_needed=("imaging",)))
    stopped = await rig.waiting(journey, WaitingFor.PAPERS)
    await rig.done(journey, Hold(**people.by(ActorRole.SUPERVISOR), reason="a complaint"))
    await rig.waiting(journey, WaitingFor.RESUMPTION)
    await rig.done(journey, Resume(**people.by(ActorRole.SUPERVISOR), reason="answered"))
    assert (await rig.waiting(journey, WaitingFor.PAPERS)).wait.clock_stopped == stopped.wait.clock_stopped


async def test_a_claim_can_be_withdrawn_while_papers_are_missing_at_review(rig: Rig) -> None:
    """What the pharmacist answered before does not stand in the way of who takes the claim back."""
    journey = await at_review(rig, PRODUCT)
    await rig.done(journey, people.review(result=ReviewResult.PAPERS_NEEDED, papers_needed=("imaging",)))
    await rig.waiting(journey, WaitingFor.PAPERS)
    await rig.done(journey, people.withdraw())
    assert (await rig.closed(journey)).stage is Stage.WITHDRAWN


async def test_an_off_label_prescription_is_refused_and_says_what_can_be_done(rig: Rig) -> None:
    """pingan-longterm-b/REV-1 GIFT-1: off the label is a refusal; the green channel is named as the next step."""
    journey = await refused_at_review(rig, PRODUCT)
    await rig.done(journey, AcceptRefusal(**people.by(ActorRole.INSURED), green_channel=False))
    status = await rig.closed(journey)
    assert status.stage is Stage.REFUSED
    assert status.next_steps
    assert all(isinstance(step, Bilingual) for step in status.next_steps)


async def test_a_pharmacists_no_against_the_rules_goes_to_a_person_above_both(rig: Rig) -> None:
    """The pharmacist refuses although every rule is met: nobody overrules silently."""
    journey = await at_review(rig, PRODUCT)
    await rig.done(journey, people.review(people.GOOD, ReviewResult.REFUSED))
    await rig.waiting(journey, WaitingFor.REFERRAL)
    word = DecideReferral(**people.by(ActorRole.SUPERVISOR), approved=True, reason="both read the label again")
    await rig.done(journey, word)
    status = await rig.waiting(journey, WaitingFor.BOOKING)
    assert word.actor in [record.decided_by for record in status.decisions]


async def test_what_the_pharmacist_did_not_look_at_is_not_assumed(rig: Rig) -> None:
    """No finding on the label: a person is asked."""
    journey = await at_review(rig, PRODUCT)
    await rig.done(journey, people.review(PharmacistFindings(recist_progression=False)))
    status = await rig.waiting(journey, WaitingFor.REFERRAL)
    assert str(status.decisions[-1].decision.verdict) == "referred"


async def test_aid_that_is_approved_and_collected_supplies_the_drug(rig: Rig) -> None:
    """pingan-longterm-b/CHAR-5: the foundation supplies, the benefit limit is untouched, the journey ends there."""
    journey = await at_aid(rig, PRODUCT)
    await rig.done(journey, people.apply_for_aid())
    status = await rig.closed(journey)
    assert status.stage is Stage.AID_SUPPLIED
    assert status.money.reserved == status.money.committed == 0
    assert _ways(status)[-1] is CharityWay.AID_SUPPLIES


async def test_aid_that_is_refused_leads_to_another_review(rig: Rig) -> None:
    """pingan-longterm-b/CHAR-4: the foundation's no sends the prescription to review again, and it is then insured."""
    journey = await at_aid(rig, PRODUCT)
    await rig.behave("foundation", "apply", {"outcome": {"approved": False}})
    await rig.done(journey, people.apply_for_aid())
    status = await rig.waiting(journey, WaitingFor.REVIEW)
    assert _ways(status)[-1] is CharityWay.REVIEW_AGAIN


@pytest.mark.parametrize("standing", ["not_applied", "incomplete"])
async def test_aid_not_applied_for_costs_the_cover(rig: Rig, standing: Any) -> None:
    """pingan-longterm-b/CHAR-2: not applied or incomplete, the drug is not covered."""
    journey = await at_aid(rig, PRODUCT)
    await rig.done(journey, people.decline_aid(standing))
    status = await rig.closed(journey)
    assert status.stage is Stage.REFUSED
    assert _ways(status)[-1] is CharityWay.NOT_COVERED


def _ways(status: JourneyStatus) -> list[CharityWay | None]:
    return [record.decision.way for record in status.decisions if record.decision.question == "charity_aid"]
