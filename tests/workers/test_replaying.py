"""Replaying in processes of their own, and `journeys audit replay` over files."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from temporalio.api.history.v1 import History

from audit.histories import Recorded, read_file
from audit.replaying import Replayed, Verdict, unreadable
from tests import histories
from workers.cli import run
from workers.replaying import Manner, replay_all

FOLDER = Path(histories.__file__).parent
NAMES = ("refused-at-authorization.json", "withdrawn-for-an-unknown-policy.json", "car-t-unsuitable.json")
_LARGE = 300 * 2**20


async def given(*histories: Recorded | Replayed) -> AsyncIterator[Recorded | Replayed]:
    for each in histories:
        yield each


async def test_histories_are_replayed_side_by_side_and_told_as_they_end() -> None:
    """Also what could not even be read."""
    heard: list[Replayed] = []
    files = [read_file(FOLDER / name) for name in NAMES]
    told = await replay_all(given(*files, unreadable("broken", "is cut off")), Manner(processes=2), heard.append)
    assert told == heard
    assert {each.name: each.verdict for each in told} == {
        **dict.fromkeys(NAMES, Verdict.REPLAYS),
        "broken": Verdict.NOT_REPLAYED,
    }


async def test_a_history_without_end_is_given_up_and_the_rest_goes_on() -> None:
    """Its process is killed at the limit; here even a short one is too long."""
    files = [read_file(FOLDER / name) for name in NAMES[:2]]
    told = await replay_all(given(*files), Manner(limit=0.001), lambda _: None)
    assert [each.verdict for each in told] == [Verdict.NOT_REPLAYED] * 2
    assert told[0].reason == "did not end within 0.001 s, and was killed"
    assert told[0].events == len(files[0].history.events)


async def test_a_process_that_ends_by_itself_is_told_and_replaced() -> None:
    """One history brings it down; the next gets another process."""
    monstrous = Recorded("monstrous", "journey", History(events=read_file(FOLDER / NAMES[0]).history.events))
    monstrous.history.events[0].user_metadata.summary.data = b"0" * _LARGE
    told = await replay_all(given(monstrous, read_file(FOLDER / NAMES[1])), Manner(), lambda _: None)
    assert [each.verdict for each in told] == [Verdict.NOT_REPLAYED, Verdict.REPLAYS]
    assert told[0].reason == "the replaying process ended by itself, with status 1"


def files(folder: Path) -> list[str]:
    """Good and bad files for the command."""
    (folder / "cut.json").write_bytes((FOLDER / NAMES[0]).read_bytes()[:1000])
    text = (FOLDER / "helped-after-a-refusing-partner.json").read_text(encoding="utf-8")
    (folder / "renamed.json").write_text(text.replace("pharmacy.reserve", "pharmacy.keep_back"), encoding="utf-8")
    return ["audit", "replay", str(folder), str(FOLDER / NAMES[0])]


def test_the_command_tells_what_does_not_replay(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Status 1; the reason, and the first place side by side."""
    assert run([*files(tmp_path), "--lang", "en"]) == 1
    told = capsys.readouterr().out
    assert "not replayed  cut.json" in told
    assert "is no JSON, or cut off" in told
    assert "diverges  renamed.json" in told
    assert "pharmacy.keep_back" in told
    assert "3 histories" in told


def test_for_programs_each_history_is_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As it ends."""
    assert run([*files(tmp_path), "--json"]) == 1
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    verdicts = {each["name"]: each["verdict"] for each in told}
    assert verdicts == {"cut.json": "not_replayed", "renamed.json": "diverges", NAMES[0]: "replays"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "say which histories: files, or one of --journey, --since and --all"),
        (["--all", "--since", "2026-11-20"], "say which histories"),
        (["gone.json"], "gone.json: no such file or folder"),
        (["--processes", "0", "--all"], "Must be >= 1"),
        (["--limit", "0", "--all"], "give a number of seconds from 1 to 3600"),
        (["--accepted", "a.toml", "--all"], "--accepted: differences are looked for with --strict alone"),
        (["--accepted", "gone.toml", "--all", "--strict"], "gone.toml: No such file"),
    ],
)
def test_bad_words_are_refused(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Status 2 and what is wrong."""
    assert run(["audit", "replay", *words]) == 2
    assert said in capsys.readouterr().err


def test_an_accepted_difference_that_is_gone_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is told beside the histories, for people and for programs."""
    file = tmp_path / "accepted.toml"
    entry = (
        f'[[accepted]]\nhistory = "{NAMES[0]}"\nevent = 3\nwhat = "timer 1: length"\nreason = "was meant at that time"'
    )
    file.write_text(entry, encoding="utf-8")
    command = ["audit", "replay", str(FOLDER / NAMES[0]), "--strict", "--limit", "100", "--accepted", str(file)]
    assert run([*command, "--json"]) == 1
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [each["verdict"] for each in told] == ["replays", "not_replayed"]
    assert "does not differ any more" in told[1]["reason"]
    assert run([*command, "--lang", "en"]) == 1
    assert "does not differ any more" in capsys.readouterr().out


def test_without_a_server_the_command_says_so(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where it looked, and what to do."""
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    monkeypatch.setenv("DATABASE_URL", "postgresql://127.0.0.1:1/nothing")
    assert run(["audit", "replay", "--all"]) == 1
    assert "no Temporal server answers at 127.0.0.1:1; start the stack" in capsys.readouterr().err
