"""Reading histories: whole ones in either form; everything else is refused with the reason."""

from pathlib import Path

import pytest

from audit.histories import HistoryError, parse, read_file, recorded
from tests import histories

SAMPLE = Path(histories.__file__).parent / "withdrawn-for-an-unknown-policy.json"


def test_json_and_protobuf_tell_the_same(tmp_path: Path) -> None:
    """The history of one run, its type and its build."""
    as_json = read_file(SAMPLE)
    file = tmp_path / "run.pb"
    file.write_bytes(as_json.history.SerializeToString())
    as_protobuf = read_file(file)
    assert as_protobuf.history == as_json.history
    assert (as_protobuf.workflow_type, as_protobuf.build) == ("SpecialtyDrugJourney", "tests")


def test_a_mark_of_the_byte_order_is_no_content(tmp_path: Path) -> None:
    """Some editors write one before JSON."""
    file = tmp_path / "run.json"
    file.write_bytes(b"\xef\xbb\xbf" + SAMPLE.read_bytes())
    assert read_file(file).history == read_file(SAMPLE).history


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "has no events"),
        (b"{", "is no JSON, or cut off"),
        (SAMPLE.read_bytes()[:2000], "is no JSON, or cut off"),
        (b'{"a": 1}', "is JSON, but no history"),
        (b'{"events": []}', "has no events"),
        (b'{"events": [{"eventId": "1", "eventType": "nonsense"}]}', "does not begin with the start"),
        (b"\xff\xff\xff", "is neither JSON nor the protobuf of a history, or is cut off"),
        (b"a letter to my aunt", "is neither JSON nor the protobuf of a history, or is cut off"),
    ],
)
def test_what_is_no_history_is_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    """With a reason that says what it is instead."""
    file = tmp_path / "file.json"
    file.write_bytes(content)
    with pytest.raises(HistoryError) as refused:
        read_file(file)
    assert str(refused.value).startswith(reason)


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    """Like one that is not there any more."""
    with pytest.raises(HistoryError, match="cannot be read: No such file"):
        read_file(tmp_path / "gone.json")


def test_a_missing_event_is_noticed() -> None:
    """In the middle or at the beginning; a history that is still open may end anywhere."""
    whole = read_file(SAMPLE).history
    for missing, reason in ((0, "does not begin with the start"), (4, "event 6 stands where 5 belongs")):
        broken = parse(whole.SerializeToString())
        del broken.events[missing]
        with pytest.raises(HistoryError, match=reason):
            recorded("run", broken)
