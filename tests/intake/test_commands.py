"""`journeys intake` and `journeys dead-letters` on a real database."""

import io
import json
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from products.loader import load_products
from tests.intake.conftest import SAMPLES, Pool, another, changed, raw
from workers.cli.dead_letters import drop, list_letters, resend, show
from workers.cli.failures import BadInputError, CommandError
from workers.cli.intake import intake

Write = Callable[[str, bytes], Path]


@pytest.fixture(autouse=True)
def settings(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands find the test's own database."""
    monkeypatch.setenv("DATABASE_URL", database)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a file for a command to read."""

    def written(name: str, content: bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return written


@pytest.fixture
def printed(capsys: pytest.CaptureFixture[str]) -> Callable[[], Any]:
    """What a command printed for programs."""
    return lambda: json.loads(capsys.readouterr().out)


async def test_the_samples(pool: Pool, printed: Callable[[], Any]) -> None:
    """All sample files are taken; taken again, nothing happens."""
    files = sorted((SAMPLES / "claims").glob("*.json"))
    await intake(files, as_json=True)
    first = printed()
    assert (first["accepted"], first["repeated"], first["refused"]) == (len(files), 0, 0)
    await intake(files, as_json=True)
    again = printed()
    assert (again["accepted"], again["repeated"]) == (0, len(files))
    assert [event["journey_id"] for event in first["events"]] == [event["journey_id"] for event in again["events"]]
    assert await pool.fetchval("SELECT count(*) FROM journey_start") == len(files)


@pytest.mark.parametrize("name", ["claims.jsonl", "claims.json"])
async def test_one_event_a_line(write: Write, printed: Callable[[], Any], name: str) -> None:
    """Broken lines are named and kept, the others taken, and the command ends with status 2."""
    lines = [raw(another()), b"{", b"", raw(another()), b"\xff", b" " * (2 << 20) + b"x", raw(another())]
    file = write(name, b"\n".join(lines))
    with pytest.raises(SystemExit) as ended:
        await intake([file], as_json=True)
    assert ended.value.code == 2
    outcome = printed()
    assert (outcome["accepted"], outcome["refused"]) == (3, 3)
    refused = {event["where"]: event["kind"] for event in outcome["events"] if "kind" in event}
    assert refused == {
        f"{file}:2": "unreadable-event",
        f"{file}:5": "unreadable-event",
        f"{file}:6": "event-too-large",
    }


async def test_an_array_of_events(write: Write, printed: Callable[[], Any]) -> None:
    """A JSON array is a batch, each event answered for itself."""
    file = write("claims.json", b"\n" + json.dumps([another(), another() | {"id": ""}], indent=1).encode())
    with pytest.raises(SystemExit):
        await intake([file], as_json=True)
    outcome = printed()
    assert [event["where"] for event in outcome["events"]] == [f"{file}[0]", f"{file}[1]"]
    assert outcome["events"][1]["fields"][0]["field"] == "id"


@pytest.mark.parametrize("content", [b"[", b"not json", b"\xff\xff", b"[" + b" " * (9 << 20)])
async def test_a_file_that_cannot_be_read_at_all(
    write: Write, pool: Pool, printed: Callable[[], Any], content: bytes
) -> None:
    """It is refused and kept as one dead letter."""
    with pytest.raises(SystemExit):
        await intake([write("claims.json", content)], as_json=True)
    [event] = printed()["events"]
    assert await pool.fetchval("SELECT raw_size FROM dead_letter WHERE id = $1", event["dead_letter"]) == len(content)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("c.json", b"[]"),
        ("c.json", b" [\n] \n"),
        ("c.json", b""),
        ("c.json", b"\n\n"),
        ("c.jsonl", b""),
        ("c.jsonl", b"\n"),
    ],
)
async def test_a_file_without_events(
    write: Write, pool: Pool, capsys: pytest.CaptureFixture[str], name: str, content: bytes
) -> None:
    """It is named, the command ends with status 2, and what the other files hold is taken."""
    empty, good = write(name, content), write("good.json", raw(another()))
    with pytest.raises(SystemExit) as ended:
        await intake([empty, good])
    assert ended.value.code == 2
    shown = capsys.readouterr()
    assert shown.err == f"{empty}: no event in it\n"
    assert "1 accepted, 0 known before, 0 refused" in shown.out
    assert await pool.fetchval("SELECT count(*) FROM dead_letter") == 0


async def test_lines_are_named_in_messages(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    """A fault of a line is placed by the line's number in the file and the column in the line."""
    file = write("claims.jsonl", b"\n".join([raw(another()), b'{"id": }', b"{", raw(another() | {"id": ""})]))
    with pytest.raises(SystemExit):
        await intake([file])
    told = [line for line in capsys.readouterr().err.splitlines() if not line.startswith(" ")]
    assert [line.split(": refused")[0] for line in told] == [f"{file}:{number}" for number in (2, 3, 4)]
    assert "not valid JSON at column 8" in told[0]
    assert "not valid JSON at column 2" in told[1]


@pytest.mark.parametrize("depth", [50, 900, 1_000, 100_000])
@pytest.mark.parametrize("around", [b"%b", b'{"data": %b}', b"[%b]"])
async def test_deeply_nested_json(write: Write, capsys: pytest.CaptureFixture[str], depth: int, around: bytes) -> None:
    """However deep, it is refused in one sentence."""
    with pytest.raises(SystemExit) as ended:
        await intake([write("deep.json", around % (b"[" * depth + b"]" * depth))])
    assert ended.value.code == 2
    told = capsys.readouterr().err
    assert "refused, kept as dead letter 1" in told
    assert "nested too deeply" in told or "A batch is a JSON array of events" in told


async def test_what_is_no_file_is_refused_before_anything_is_taken(tmp_path: Path, write: Write, pool: Pool) -> None:
    """A directory, and a file that may not be read, are named with what is wrong."""
    good = write("good.json", raw(another()))
    with pytest.raises(BadInputError, match=f"^{tmp_path}: is a directory"):
        await intake([good, tmp_path])
    with pytest.raises(BadInputError, match="cannot be read: File name too long"):
        await intake([good, tmp_path / ("x" * 300)])
    assert await pool.fetchval("SELECT count(*) FROM inbox") == 0


async def test_a_file_that_fails_while_it_is_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The file is named with the system's reason, not taken for a database that is away."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "s"))  # a file that nobody can open, root included
        with pytest.raises(SystemExit) as ended:
            await intake([tmp_path / "s"])
    assert ended.value.code == 2
    assert capsys.readouterr().err == f"{tmp_path / 's'}: cannot be read: No such device or address\n"


async def test_standard_input(monkeypatch: pytest.MonkeyPatch, printed: Callable[[], Any]) -> None:
    """A dash reads events from standard input, line by line where the first line is an event."""
    content = b"\n".join(raw(another()) for _ in range(3))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
    await intake([Path("-")], as_json=True)
    assert printed()["accepted"] == 3


async def test_what_people_see(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    """Refusals go to standard error with dead letter, field and reason, never with personal values."""
    bad = changed(lambda data: data["insured"].update(phone="秘密"))
    with pytest.raises(SystemExit):
        await intake([write("bad.json", raw(bad))])
    shown = capsys.readouterr()
    assert "0 accepted, 0 known before, 1 refused" in shown.out
    assert "dead letter 1" in shown.err
    assert "data.insured.phone" in shown.err
    assert "秘密" not in shown.err + shown.out


async def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """Nothing is taken before every file was found."""
    with pytest.raises(BadInputError, match="no such file"):
        await intake([tmp_path / "none.json"])


async def test_the_database_is_away(monkeypatch: pytest.MonkeyPatch, write: Write) -> None:
    """The command says what to start, and that a repeat is harmless."""
    monkeypatch.setenv("DATABASE_URL", "postgresql://127.0.0.1:1/nothing")
    with pytest.raises(CommandError, match="not taken twice"):
        await intake([write("claim.json", raw(another()))])


async def test_a_letter_from_list_to_resent(
    write: Write, printed: Callable[[], Any], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A dead letter is listed, shown, corrected, sent again, and then gone from the list."""
    good = another()
    bad = good | {"data": good["data"] | {"product": "nobody"}}
    with pytest.raises(SystemExit):
        await intake([write("bad.json", raw(bad))])
    capsys.readouterr()
    await list_letters(as_json=True)
    [letter] = printed()
    monkeypatch.setenv("COLUMNS", "40")
    await list_letters()
    shown = capsys.readouterr().out
    assert "nobody" not in shown
    assert f"    data.product: unknown product; known are {', '.join(sorted(load_products().ids))}\n" in shown
    await show(letter["id"], as_json=True)
    assert json.loads(printed()["raw_text"]) == bad
    await show(letter["id"])
    assert "data.product" in capsys.readouterr().out
    with pytest.raises(SystemExit) as ended:
        await resend(letter["id"], as_json=True)
    assert ended.value.code == 2
    assert printed()["kind"] == "unknown-product"
    await resend(letter["id"], data=write("data.json", raw(good["data"])), as_json=True)
    assert printed()["journey_id"].startswith("journey-")
    await list_letters()
    assert "no dead letters" in capsys.readouterr().out


async def test_a_letter_dropped(write: Write, printed: Callable[[], Any], capsys: pytest.CaptureFixture[str]) -> None:
    """Dropped by whom and why is on record; it cannot be dropped twice."""
    with pytest.raises(SystemExit):
        await intake([write("bad.json", b"{")], as_json=True)
    letter = printed()["events"][0]["dead_letter"]
    await drop(letter, reason="a test", by="agent-1")
    await show(letter)
    assert "by agent-1 a test" in capsys.readouterr().out
    with pytest.raises(BadInputError, match="not open"):
        await drop(letter, reason="again")
    with pytest.raises(BadInputError, match="dead-letters list"):
        await drop(letter + 1, reason="unknown")


async def test_a_correction_that_cannot_be_read(write: Write, tmp_path: Path) -> None:
    """A wrong file, or two corrections at once, are the user's to mend."""
    with pytest.raises(BadInputError, match="not valid JSON"):
        await resend(1, data=write("data.json", b"{"))
    with pytest.raises(BadInputError, match=f"^{tmp_path}: cannot be read: Is a directory"):
        await resend(1, data=tmp_path)
    with pytest.raises(BadInputError, match="either"):
        await resend(1, data=Path("a"), event=Path("b"))
