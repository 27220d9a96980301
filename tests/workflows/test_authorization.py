"""Authorization on the running house: approved, refused with clauses, papers asked for, or referred to a person."""

from typing import Any

from schemas.actions import DecideReferral, SubmitPapers
from schemas.decision import Outcome
from schemas.journey import Stage, WaitingFor
from schemas.papers import Paper, PaperForm, PaperKind
from schemas.people import ActorRole
from tests import people
from tests.rig import Rig

PRODUCT = "pingan-cancer-drug"


def _without(kind: PaperKind) -> Any:
    def change(data: dict[str, Any]) -> None:
        data["papers"] = [paper for paper in data["papers"] if paper["kind"] != kind]

    return change


async def test_a_disease_first_diagnosed_in_the_waiting_period_is_refused_with_its_clause(rig: Rig) -> None:
    """Day 30 of 30 is still inside (pingan-cancer-drug/WAIT-1): the journey ends well, with reason and clause."""

    def change(data: dict[str, Any]) -> None:
        data["diagnosis"]["diagnosed_on"] = "2026-01-30"

    status = await rig.closed(await rig.report(PRODUCT, change))
    assert status.stage is Stage.REFUSED
    refused = [finding for finding in status.decisions[-1].decision.findings if finding.outcome is Outcome.NOT_MET]
    cited = {citation.rule for finding in refused for citation in finding.citations}
    assert "pingan-cancer-drug/WAIT-1" in cited
    assert all(finding.why.zh and finding.why.en for finding in refused)
    assert {offer.action for offer in status.actions} == {"record_death", "record_cancellation", "record_fraud"}
    result = await rig.handle(status.journey_id).result()
    assert result.stage is Stage.REFUSED


async def test_missing_papers_are_asked_for_and_the_journey_goes_on_when_they_come(rig: Rig) -> None:
    """MAT-1: what is missing is named, the hospital is asked for its own papers, and nothing is refused for it."""
    journey = await rig.report(PRODUCT, _without(PaperKind.CLAIM_NOTICE))
    status = await rig.waiting(journey, WaitingFor.PAPERS)
    assert [due.kind for due in status.papers_due] == [PaperKind.CLAIM_NOTICE]
    paper = Paper(kind=PaperKind.CLAIM_NOTICE, form=PaperForm.ORIGINAL)
    await rig.done(journey, SubmitPapers(**people.by(ActorRole.INSURED), papers=(paper,)))
    status = await rig.waiting(journey, WaitingFor.REVIEW)
    assert status.papers_due == ()
    assert [str(record.decision.verdict) for record in status.decisions] == ["papers_due", "approved"]


async def test_the_hospital_sends_the_pathology_report_that_was_missing(rig: Rig) -> None:
    """A paper of the hospital's own is asked of the hospital, which sends it by a signed call-back."""
    journey = await rig.report(PRODUCT, _without(PaperKind.PATHOLOGY_REPORT))
    status = await rig.waiting(journey, WaitingFor.REVIEW)
    asked = await rig.pool.fetchval("SELECT count(*) FROM callback WHERE journey_id = $1", journey)
    assert asked == 1
    assert status.stage is Stage.PRESCRIPTION_REVIEW


async def test_what_the_documents_leave_open_is_decided_by_a_person_whose_word_is_kept(rig: Rig) -> None:
    """The policy does not say the waiting period (axa-excellence/WAIT-1): a reviewer decides, by name and reason."""
    number = await rig.policy("axa-excellence", waiting_days=None)

    def change(data: dict[str, Any]) -> None:
        data["policy_number"] = number

    journey = await rig.report("axa-excellence", change)
    await rig.waiting(journey, WaitingFor.REFERRAL)
    word = DecideReferral(**people.by(ActorRole.INSURER_REVIEWER), approved=True, reason="contract read: 30 days")
    await rig.done(journey, word)
    status = await rig.waiting(journey, WaitingFor.REVIEW)
    referred, last = status.decisions[-2:]
    assert last.decided_by == word.actor
    assert last.decision.at > referred.decision.at, "the moment of the word, not of the referral"
    assert last.reason == word.reason


async def test_a_referral_that_is_turned_down_ends_in_a_refusal(rig: Rig) -> None:
    """The reviewer's no is a refusal like any other: recorded, cited, closed."""
    number = await rig.policy("axa-excellence", waiting_days=None)

    def change(data: dict[str, Any]) -> None:
        data["policy_number"] = number

    journey = await rig.report("axa-excellence", change)
    await rig.waiting(journey, WaitingFor.REFERRAL)
    word = DecideReferral(**people.by(ActorRole.INSURER_REVIEWER), approved=False, reason="inside the waiting period")
    await rig.done(journey, word)
    status = await rig.closed(journey)
    assert status.stage is Stage.REFUSED
    assert status.decisions[-1].decided_by == word.actor
