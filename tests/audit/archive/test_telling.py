"""What a history tells of its run and of the versions it went under."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.api.history.v1 import History
from temporalio.converter import PayloadCodec

from audit.archive.telling import told
from audit.archive.versions import versions
from audit.histories import HistoryError, parse, read_file
from tests.audit.archive.conftest import BY
from tests.audit.archive.filled import FOLDER, REFILLED
from workers.converter import data_converter


def recorded(name: str) -> History:
    return read_file(FOLDER / name).history


def test_runs_tell_of_each_other() -> None:
    """The journey, how it ended, by which builds, and which runs come before and after."""
    runs = [told(recorded(name)) for name in REFILLED]
    assert [run.status for run in runs] == ["continued_as_new", "continued_as_new", "completed"]
    assert [run.continued_as for run in runs] == [runs[1].original_run_id, runs[2].original_run_id, ""]
    assert [run.continued_from for run in runs] == ["", runs[0].original_run_id, runs[1].original_run_id]
    assert {(run.journey_id, run.workflow_type, run.builds) for run in runs} == {
        (runs[0].journey_id, "SpecialtyDrugJourney", ("tests",))
    }
    assert all(run.started_at < run.closed_at for run in runs)


def test_a_run_that_is_open_is_not_the_history_of_a_closed_one() -> None:
    """It is not archived."""
    history = recorded(REFILLED[0])
    del history.events[-1]
    with pytest.raises(HistoryError, match="does not end with the end of its run"):
        told(history)


def test_the_end_of_a_newer_server_is_unknown_and_no_error() -> None:
    """What this release cannot name is archived all the same, to the byte."""
    history = recorded(REFILLED[2])
    last = history.events[-1]
    newer = last.SerializeToString(deterministic=True).replace(b"\x18\x02", b"\x18\xe7\x07", 1) + b"\xba\x3e\x03new"
    content = history.SerializeToString(deterministic=True)
    content = content[: content.rindex(last.SerializeToString(deterministic=True))]
    length = bytes([len(newer) & 0x7F | 0x80, len(newer) >> 7])
    prefix = content[: content.rindex(b"\x0a")]
    whole = prefix + b"\x0a" + length + newer
    assert told(parse(whole)).status == "unknown"
    assert parse(whole).SerializeToString(deterministic=True) == whole


async def test_decisions_tell_their_versions() -> None:
    """Each once, whatever decided."""
    found = await versions(recorded(REFILLED[0]), "journey", "default", data_converter(), BY)
    assert len(found.decided_under) == 1
    assert all(found.decided_under[0].model_dump().values())
    assert (found.unread, found.archived_by) == (0, BY)


class Erased(PayloadCodec):
    """The key of this journey is gone."""

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """As it is."""
        return list(payloads)

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """No key."""
        message = f"{len(payloads)} payloads and no key"
        raise RuntimeError(message)


async def test_what_an_erased_person_left_is_counted() -> None:
    """A history is archived without its key, too."""
    converter = replace(data_converter(), payload_codec=Erased())
    found = await versions(recorded(REFILLED[0]), "journey", "default", converter, BY)
    assert found.decided_under == ()
    assert found.unread > 0
