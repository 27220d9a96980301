"""The samples stay usable on any day, and are the same at every start on one state."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from schemas.drug_claim import DrugClaimReport
from schemas.policy import Policy
from workers.demo.samples import FOLDER, Samples, SamplesError
from workers.stack.state import StateFolder


def aged(folder: Path, days: int) -> Path:
    """A copy of the samples whose newest claim is `days` old."""
    texts = [path.read_text(encoding="utf-8") for path in sorted((FOLDER / "claims").glob("*.json"))]
    events: list[dict[str, Any]] = [json.loads(text) for text in texts]
    day = (datetime.now(UTC) - timedelta(days=days)).date().isoformat()
    (folder / "claims").mkdir(parents=True)
    for number, event in enumerate(events):
        event["time"] = f"{day}T09:30:00+08:00"
        (folder / "claims" / f"{number}.json").write_text(json.dumps(event), encoding="utf-8")
    (folder / "policies.json").write_bytes((FOLDER / "policies.json").read_bytes())
    return folder


def test_there_is_one_drug_claim_of_every_product_and_a_policy_for_each(tmp_path: Path) -> None:
    """All of them are sound."""
    samples = Samples(StateFolder(tmp_path))
    policies = {Policy.model_validate(entry["policy"]).policy_number for entry in samples.policies()}
    drugs = [claim for claim in samples.claims() if isinstance(claim, DrugClaimReport)]
    assert len({claim.product for claim in drugs}) == len(drugs) == 5
    assert len(samples.claims()) == 6
    assert {claim.policy_number for claim in samples.claims()} <= policies


def test_fresh_samples_are_taken_as_printed(tmp_path: Path) -> None:
    """What a reader sees in the file is what is handed in."""
    samples = Samples(StateFolder(tmp_path / "state"), aged(tmp_path / "samples", 3))
    assert samples.moved_by == timedelta(0)


def test_stale_samples_move_to_today_with_their_policies(tmp_path: Path) -> None:
    """Claims, prescriptions and policy periods move together; nobody's birth date does."""
    folder = aged(tmp_path / "samples", 400)
    printed = json.loads((folder / "claims" / "0.json").read_text(encoding="utf-8"))
    samples = Samples(StateFolder(tmp_path / "state"), folder)
    assert abs(samples.moved_by - timedelta(days=400)) <= timedelta(days=1)
    claim = samples.claims()[0]
    assert isinstance(claim, DrugClaimReport)
    assert claim.insured.birth_date.isoformat() == printed["data"]["insured"]["birth_date"]
    moved = claim.prescription.issued_on - samples.moved_by
    assert moved.isoformat() == printed["data"]["prescription"]["issued_on"]
    assert samples.policies()[0]["policy"]["effective_on"] > "2026-12"


def test_no_event_comes_from_the_future(tmp_path: Path) -> None:
    """Samples dated later today are handed in as yesterday's: the door refuses what has not happened yet."""
    folder = aged(tmp_path / "samples", 3)
    now = datetime.now(UTC)
    soon = json.loads((folder / "claims" / "0.json").read_text(encoding="utf-8"))
    soon["time"] = (now + timedelta(hours=1)).isoformat()
    (folder / "claims" / "0.json").write_text(json.dumps(soon), encoding="utf-8")
    samples = Samples(StateFolder(tmp_path / "state"), folder)
    assert max(datetime.fromisoformat(event["time"]) for event in samples.events) <= now
    assert samples.moved_by == timedelta(days=-1)


def test_a_second_start_hands_in_the_very_same_events(tmp_path: Path) -> None:
    """A day later, the same event must still be a repeat and no second claim with other content."""
    state = StateFolder(tmp_path / "state")
    first = Samples(state, aged(tmp_path / "samples", 400))
    second = Samples(state, aged(tmp_path / "later", 399))
    assert second.moved_by == first.moved_by


def test_missing_samples_are_named(tmp_path: Path) -> None:
    """The message says where they were looked for."""
    with pytest.raises(SamplesError, match="no sample claims here"):
        Samples(StateFolder(tmp_path / "state"), tmp_path)
