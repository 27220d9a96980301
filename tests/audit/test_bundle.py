"""Bundles of evidence: what they hold, what is masked, and that nothing of them can be changed unnoticed."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from temporalio.worker import UnsandboxedWorkflowRunner

from audit.archive.chain import START, Link, journey_root, linked
from audit.archive.entry import Entry
from audit.bundle import MASK, Bundle, BundleError, SignedBundle, bundled, flaws, read_bundle, sign
from audit.histories import read_file
from audit.replaying import Replays
from audit.timeline import Run
from privacy.signing import SigningKey, SigningKeyError, fingerprint
from workers.build import build_id
from workers.converter import data_converter
from workers.worker import WORKFLOWS

FOLDER = Path(__file__).parents[1] / "histories"
NOW = datetime(2026, 11, 23, tzinfo=UTC)
NAMES = ("refilled-once.1", "refilled-once.2", "refilled-once.3")


@pytest.fixture
async def runs() -> AsyncIterator[list[Run]]:
    """A journey of three runs."""
    runner = UnsandboxedWorkflowRunner()
    async with Replays(WORKFLOWS, runner, data_converter(), build_id(), telling=True) as replays:
        recorded = [read_file(FOLDER / f"{name}.json")._replace(run_id=name) for name in NAMES]
        yield [Run(number, each, await replays.replay(each)) for number, each in enumerate(recorded, 1)]


@pytest.fixture
def key(tmp_path: Path) -> SigningKey:
    """A fresh key."""
    return SigningKey.make(tmp_path / "key.pem")


def chained(runs: list[Run], count: int) -> dict[str, Link]:
    """The links of the first `count` runs."""
    journey_id, links = runs[0].recorded.workflow_id, dict[str, Link]()
    previous, head = journey_root(journey_id), START
    for run in runs[:count]:
        told = {"journey_id": journey_id, "run_id": run.recorded.run_id, "seq": run.number, "sha256": "0" * 64}
        link = links[run.recorded.run_id] = linked(Entry.model_validate(_WHOLE | told), previous, head)
        previous = link.journey_link
    return links


_WHOLE = {
    "original_run_id": "x", "namespace": "default", "workflow_type": "SpecialtyDrugJourney", "status": "completed",
    "started_at": NOW, "closed_at": NOW, "events": 1, "versions": {}, "size": 1, "marks": "", "archived_at": NOW,
    "store": "postgres",
}  # fmt: skip


def written(runs: list[Run], key: SigningKey, *, archived: int = 2, masked: bool = True) -> bytes:
    """The file."""
    return sign(bundled(runs, chained(runs, archived), "build", NOW, masked=masked), key).model_dump_json().encode()


def test_a_bundle_holds_the_whole_journey_and_checks(runs: list[Run], key: SigningKey) -> None:
    """Runs, what happened, every decision with its facts, and how it stands; by whom it was signed."""
    whole, told = read_bundle(written(runs, key))
    assert flaws(whole, told) == []
    assert whole.signature.public_key == key.public
    assert [run.run_id for run in told.runs] == list(NAMES)
    assert [run.archived is None for run in told.runs] == [False, False, True]
    assert [record["number"] for record in told.decisions] == list(range(1, len(told.decisions) + 1))
    assert told.state["stage"] == "completed"
    assert {row["kind"] for row in told.rows} >= {"decision", "money", "hand_off", "deadline"}


def test_who_somebody_is_is_masked(runs: list[Run], key: SigningKey) -> None:
    """Numbers, references, birth dates and places; clauses and money stay. Without a mask all of it is there."""
    masked, plain = (written(runs, key, masked=hide).decode() for hide in (True, False))
    state = runs[0].story.moments[-1].state
    for personal in (state.claim_number, state.policy_number, "1961", "person-"):
        if personal in plain:
            assert personal not in masked
    assert state.claim_number in plain
    told = json.loads(masked)["bundle"]
    assert told["state"]["claim_number"] == MASK
    assert told["decisions"][0]["decision"]["facts"]["insured"]["birth_date"] == MASK
    assert "yuanxin-cancer-drug/PAY-1" in masked


def test_any_altered_value_is_found(runs: list[Run], key: SigningKey) -> None:
    """Whatever is changed after the signing, taken out or put in."""
    whole = SignedBundle.model_validate_json(written(runs, key))
    for field, value in whole.bundle.items():
        for changed in ({field: [value, value]}, {field: None}):
            altered = whole.model_copy(update={"bundle": whole.bundle | changed})
            told = read_bundle(whole.model_dump_json().encode())[1]
            assert any("signature" in flaw for flaw in flaws(altered, told))


def test_a_signature_of_another_key_is_seen(runs: list[Run], key: SigningKey, tmp_path: Path) -> None:
    """Whoever signs anew what they changed has another fingerprint."""
    other = SigningKey.make(tmp_path / "other.pem")
    assert fingerprint(other.public) != fingerprint(key.public)
    whole, told = read_bundle(written(runs, key))
    stolen = whole.model_copy(update={"signature": whole.signature.model_copy(update={"public_key": other.public})})
    assert flaws(stolen, told)
    for wrong in ("", "no base64", "AAAA"):
        broken = whole.model_copy(update={"signature": whole.signature.model_copy(update={"public_key": wrong})})
        assert flaws(broken, told)


@pytest.mark.parametrize("number", [0, 1])
def test_a_run_that_does_not_fit_the_chain_is_named(runs: list[Run], key: SigningKey, number: int) -> None:
    """Even where the signer signed it so: a run left out, put in another's place, or told otherwise."""
    told = bundled(runs, chained(runs, 2), "build", NOW, masked=True)

    def again(**change: object) -> list[str]:
        changed = [run.model_copy(update=change) if at == number else run for at, run in enumerate(told.runs)]
        bundle = Bundle.model_validate(told.model_dump() | {"runs": [run.model_dump() for run in changed]})
        return flaws(*read_bundle(sign(bundle, key).model_dump_json().encode()))

    assert again(sha256="1" * 64) == [f"run {number + 1}: is not the run that its link in the archive names"]
    assert again(run_id="another")[0].startswith(f"run {number + 1}: is not the run")
    link = told.runs[number].archived
    assert link
    forged = link.model_copy(update={"entry": link.entry.model_copy(update={"events": 7})})
    assert again(archived=forged)[0] == f"run {number + 1}: its link in the archive does not follow from what it says"
    moved = link.model_copy(update={"previous": "0" * 64})
    assert "does not continue the run before it" in again(archived=moved)[0]


@pytest.mark.parametrize(
    ("content", "where"),
    [
        (b"", "the file: "),
        (b"[]", "the file: "),
        (b"{}", "bundle: "),
        (b'{"bundle": {}, "signature": {}}', "signature"),
    ],
)
def test_what_is_no_bundle_is_told(content: bytes, where: str) -> None:
    """With the place where it is wrong."""
    with pytest.raises(BundleError, match=where):
        read_bundle(content)


def test_a_key_is_its_owners_alone_and_never_written_over(tmp_path: Path) -> None:
    """And a file that holds none is told."""
    file = tmp_path / "key.pem"
    made = SigningKey.make(file)
    assert file.stat().st_mode & 0o777 == 0o600
    assert SigningKey.read(file).public == made.public
    with pytest.raises(SigningKeyError, match="cannot be written"):
        SigningKey.make(file)
    (tmp_path / "text").write_text("no key")
    with pytest.raises(SigningKeyError, match="is no Ed25519 key"):
        SigningKey.read(tmp_path / "text")
    with pytest.raises(SigningKeyError, match="cannot be read"):
        SigningKey.read(tmp_path / "nothing")
