"""How scenarios are played: refusals, silence, partners that fail, and two plays alike."""

from pathlib import Path

import pytest

from simulation import play
from simulation.house import House
from simulation.reading import read
from simulation.running import Named, Outcome, run_one
from tests.simulation.files import MAIN_ROAD, written

OPEN = MAIN_ROAD.replace("completed", "open")


async def played(house: House, folder: Path, text: str) -> Outcome:
    file = written(folder, text)
    return await run_one(house, Named(file, read(file, house.products)))


def differing(outcome: Outcome) -> list[str]:
    return [row.actual for row in outcome.rows if not row.same]


async def test_what_is_refused_against_expectation_is_told(house: House, tmp_path: Path) -> None:
    """An action that is refused, and the scenario does not say so."""
    text = MAIN_ROAD + "events:\n  - {when: {wait: review}, as: insured, do: record_own_share_paid, with: {amount: 1}}"
    [refusal] = differing(await played(house, tmp_path, text))
    assert "record_own_share_paid was refused: record_own_share_paid is not possible" in refusal


async def test_what_is_taken_against_expectation_is_told(house: House, tmp_path: Path) -> None:
    """An action that the scenario wants refused, and the journey takes."""
    text = MAIN_ROAD + "answers:\n  review: [{refused: never possible}]"
    assert differing(await played(house, tmp_path, text)) == [
        "record_review should be refused (never possible) and was taken"
    ]


async def test_a_journey_that_nobody_answers_stays_open(house: House, tmp_path: Path) -> None:
    """The play ends when nothing is left to happen; the deadline has passed and escalated."""
    outcome = await played(house, tmp_path, OPEN + "answers: {review: never}")
    assert outcome.passed
    [trace] = outcome.traces
    assert [reason.en for reason in trace.escalations] == ["overdue: review on pharmacist"]


async def test_until_ends_the_look(house: House, tmp_path: Path) -> None:
    """What happens later is not played."""
    outcome = await played(house, tmp_path, OPEN + "until: 2026-11-20T12:00")
    assert outcome.passed
    assert outcome.traces[0].stages == ("authorization", "prescription_review")


async def test_a_partner_that_does_not_answer_is_asked_again(house: House, tmp_path: Path) -> None:
    """Three silent calls, then the usual answer; time passes between them."""
    text = MAIN_ROAD + "partners: {pharmacy: {reserve: [{fail: 3}]}}"
    assert (await played(house, tmp_path, text)).passed


async def test_a_partner_that_refuses_waits_for_a_service_agent(house: House, tmp_path: Path) -> None:
    """The hand-off is sent once more when they have looked."""
    outcome = await played(house, tmp_path, MAIN_ROAD + "partners: {pharmacy: {reserve: [{refuse: out of stock}]}}")
    assert outcome.passed
    assert "out of stock" in outcome.traces[0].escalations[0].en


async def test_nobody_asks_a_partner_for_ever_that_always_refuses(house: House, tmp_path: Path) -> None:
    """A service agent sends the hand-off three times more; then the journey waits, and the play ends."""
    text = OPEN + "partners: {pharmacy: {quote: {refuse: out of stock}}}"
    outcome = await played(house, tmp_path, text)
    assert outcome.passed, outcome
    assert len([line for line in outcome.traces[0].lines if line.kind == "escalation"]) == 4


async def test_a_journey_that_goes_round_in_circles_is_told(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message names the wait that repeats."""
    monkeypatch.setattr(play, "_DEEDS_AT_MOST", 12)
    refused = "review: {with: {findings: {on_label: false}}}, expert_confirmation: {with: {confirmed: false}}"
    text = MAIN_ROAD.replace("pingan-cancer-drug", "pingan-longterm-b") + f"answers: {{{refused}}}"
    outcome = await played(house, tmp_path, text)
    assert "after 12 deeds the journey goes on and on: it has waited for expert " in outcome.failure


async def test_a_deed_that_never_happened_is_told(house: House, tmp_path: Path) -> None:
    """After the end, on an occasion or in a wait that never came, or in a turn that never came; silence, too."""
    text = (
        MAIN_ROAD
        + """
events:
  - {at: 2027-01-04T10:00, do: withdraw}
  - {when: {stage: recovery, nth: 2, after: 1d}, do: record_refund}
  - {when: {wait: booking}, as: insured, do: submit_papers, with: {papers: [{kind: imaging}]}, refused: not possible}
answers: {review: [{after: 1h}, {after: 2h}], aid_outcome: {after: 1h}, refund: never, own_share: [{never: true}]}
"""
    )
    rows = [row for row in (await played(house, tmp_path, text)).rows if not row.same]
    assert {row.what for row in rows} == {"deed"}
    assert {row.actual for row in rows} == {"never happened"}
    assert [row.expected for row in rows] == [
        "events.0 (withdraw at 2027-01-04 10:00)",
        "events.1 (record_refund 1d after stage recovery, time 2)",
        "answers.review.1 (record_review)",
        "answers.aid_outcome (record_aid_outcome)",
        "answers.refund (never)",
        "answers.own_share.0 (never)",
    ]


async def test_what_is_told_above_several_claims_happens_in_one_of_them(house: House, tmp_path: Path) -> None:
    """A deed of one claim alone has to happen in that one."""
    claims = """claims:
  - {name: refused, claim: {diagnosis: {diagnosed_on: 2026-08-02}}, expect: {ends: refused}}
  - {name: goes on, answers: {refund: never}, expect: {ends: completed}}
answers: {review: [{after: 1h}], payment: [{after: 1h}, {after: 2h}]}
"""
    rows = (await played(house, tmp_path, MAIN_ROAD.replace("expect: {ends: completed}\n", claims))).rows
    assert [(row.what, row.expected) for row in rows if row.what.endswith("deed")] == [
        ("goes on: deed", "answers.refund (never)"),
        ("deed", "answers.payment.1 (record_payment)"),
    ]


async def test_messages_are_compared_by_day_and_number(house: House, tmp_path: Path) -> None:
    """A message named twice has to be sent twice, one with a day on that day, and one that was not to be sent fails."""
    told = """{ends: completed, prescriptions: 1, money: {refund_due: "0.00", earlier_paid: "0.00"},
      told: {insured: [voucher_issued, voucher_issued, {template: journey_completed, on: 2026-11-22}]},
      not_told: {insured: [voucher_issued, aid_open]}}"""
    outcome = await played(house, tmp_path, MAIN_ROAD.replace("{ends: completed}", told))
    rows = [row for row in outcome.rows if not row.same]
    assert [row.expected for row in rows] == ["journey_completed on 2026-11-22", "voucher_issued", "no voucher_issued"]
    assert rows[0].actual == "voucher_issued on 2026-11-20, journey_completed on 2026-11-21"


_TWO = """
shows: {zh: 两个案件, en: two claims}
rules: [pingan-cancer-drug/SLA-1]
product: pingan-cancer-drug
claims:
  - {name: first, starts: 2026-11-20T10:05, answers: {review: ANSWER}, expect: {ends: ENDS}}
  - {name: second, starts: 2026-11-25T10:05, corrects: first, claim: {papers: [{kind: prescription}]},
     expect: {ends: completed}}
"""


async def test_a_claim_corrects_an_earlier_one(house: House, tmp_path: Path) -> None:
    """Its papers count: with the prescription alone the second claim would be asked for all others."""
    text = _TWO.replace("ANSWER", "{}").replace("ENDS", "completed")
    outcome = await played(house, tmp_path, text)
    assert outcome.passed, outcome.rows
    assert [record.decision.verdict for record in outcome.traces[1].decisions][:2] == ["approved", "approved"]


async def test_a_claim_that_cannot_be_corrected_yet_is_told(house: House, tmp_path: Path) -> None:
    """The earlier one is still open: intake does not take the second."""
    outcome = await played(house, tmp_path, _TWO.replace("ANSWER", "never").replace("ENDS", "open"))
    assert "second is not taken in" in outcome.failure
    assert "is still open" in outcome.failure


async def test_two_plays_are_alike(house: House, tmp_path: Path) -> None:
    """Everything has the same time and words, however busy the machine."""
    first, second = [await played(house, tmp_path, MAIN_ROAD) for _ in range(2)]
    assert first.traces[0].lines == second.traces[0].lines


async def test_the_example_of_the_document_is_played(house: House, tmp_path: Path) -> None:
    """docs/scenarios.md shows a scenario that passes."""
    document = (Path(__file__).parents[2] / "docs" / "scenarios.md").read_text(encoding="utf-8")
    outcome = await played(house, tmp_path, document.split("```yaml\n")[1].split("```")[0])
    assert outcome.passed, outcome.rows
