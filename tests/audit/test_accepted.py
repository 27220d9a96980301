"""Accepted differences: told apart from others, and an error once they are gone."""

from pathlib import Path

import pytest

from audit.accepted import Acceptance, Accepted, AcceptedFileError, read_accepted
from audit.replaying import Divergence, Replayed, Verdict
from tests import histories

HISTORIES = Path(histories.__file__).parent
MEANT = Divergence(event_id=7, what="timer 1: length", recorded="60", emitted="30")
OTHER = Divergence(event_id=9, what="result: result", recorded="a", emitted="b")
ACCEPTED = Accepted(history="one.json", event=7, what="timer 1: length", reason="shorter since release 0.2")


def differing(name: str, *found: Divergence) -> Replayed:
    return Replayed(name=name, verdict=Verdict.DIFFERS, differences=found)


def test_what_is_accepted_is_no_difference() -> None:
    """In that history, at that event, of that thing alone."""
    acceptance = Acceptance([ACCEPTED])
    assert acceptance.apply(differing("one.json", MEANT)).verdict is Verdict.ACCEPTED
    both = acceptance.apply(differing("one.json", MEANT, OTHER))
    assert (both.verdict, both.differences) == (Verdict.DIFFERS, (OTHER,))
    elsewhere = differing("two.json", MEANT)
    assert acceptance.apply(elsewhere) == elsewhere
    assert acceptance.unmet() == []


def test_a_history_that_diverges_is_never_accepted() -> None:
    """A journey like it would get stuck."""
    diverging = differing("one.json", MEANT).model_copy(update={"verdict": Verdict.DIVERGES})
    assert Acceptance([ACCEPTED]).apply(diverging) == diverging


def test_what_no_longer_differs_is_told() -> None:
    """As something that stands against the whole."""
    acceptance = Acceptance([ACCEPTED])
    acceptance.apply(Replayed(name="one.json", verdict=Verdict.REPLAYS))
    [told] = acceptance.unmet()
    assert (told.name, told.verdict) == ("one.json", Verdict.NOT_REPLAYED)
    assert told.reason.startswith("event 7, timer 1: length: does not differ any more")


def test_the_file_of_the_recorded_histories_is_sound() -> None:
    """Each names a history that is there."""
    assert {each.history for each in read_accepted(HISTORIES / "accepted.toml")} <= {
        file.name for file in HISTORIES.glob("*.json")
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[accepted]", "Expected"),
        ("[[accepted]]\nhistory = 'x'\nevent = 1\nwhat = 'y'\n", "accepted.0.reason: Field required"),
        ("[[accepted]]\nhistory = 'x'\nevent = 1\nwhat = 'y'\nreason = 'short'\n", "accepted.0.reason: String should"),
        ("[[differs]]\n", "differs: Extra inputs"),
    ],
)
def test_a_file_that_is_wrong_is_refused(text: str, said: str, tmp_path: Path) -> None:
    """With the place."""
    file = tmp_path / "accepted.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(AcceptedFileError, match=said.replace("[", r"\[")):
        read_accepted(file)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """With its name."""
    with pytest.raises(AcceptedFileError, match="No such file"):
        read_accepted(tmp_path / "gone.toml")
