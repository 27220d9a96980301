"""`journeys audit reconcile`: for people and for programs, with and without repair."""

import asyncio
import io
import json
from collections.abc import Awaitable, Callable, Iterator
from contextlib import redirect_stdout, suppress
from pathlib import Path
from typing import TextIO

import pytest

from audit.reconcile.reconciling import Look, Reconciler
from tests.audit.travelled import Books, Travelled
from workers.cli import run

pytestmark = pytest.mark.usefixtures("logs_as_before")

_PATIENTLY = ("--limit", "100")
"""However busy the machine is."""
Say = Callable[..., Awaitable[tuple[int, str, str]]]


@pytest.fixture
def say(reached: Books, capsys: pytest.CaptureFixture[str]) -> Say:
    """Runs the command on the test's copy; gives status and what was printed."""
    del reached

    async def said(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        status = await asyncio.to_thread(run, ["audit", "reconcile", *_PATIENTLY, *words])
        captured = capsys.readouterr()
        return status, " ".join(captured.out.split()) if "--lang" in words else captured.out, captured.err

    return said


async def test_every_journey_is_told_to_programs(travelled: Travelled, say: Say) -> None:
    """One on a line; status 0 while all agree."""
    status, out, _ = await say("--all", "--json")
    told = {line["name"]: line for line in map(json.loads, out.splitlines())}
    assert (status, set(told)) == (0, set(travelled[2:8]))
    assert told[travelled.therapy] == {"name": travelled.therapy, "verdict": "agrees", "runs": 3}


async def test_people_are_asked_before_anything_is_written(
    travelled: Travelled, books: Books, say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exactly what will be written is shown; without the word, nothing is; with it, what people read, and no more."""
    journey = travelled.withdrawn
    await books.plant("UPDATE journey_status SET stage = 'completed' WHERE journey_id = $1", journey)
    await books.plant("UPDATE voucher SET standing = 'redeemed' WHERE journey_id = $1", journey)
    status, out, _ = await say("--journey", journey, "--lang", "en")
    assert status == 1
    assert "status stage: says something else (can be repaired)" in out
    assert "history: withdrawn database: completed" in out
    assert "hold the journey and ask the pharmacy" in out
    assert "1 journeys: 0 agree, 0 erased, 0 moving, 1 disagree; 2 differences, 1 can be repaired" in out
    monkeypatch.setattr("sys.stdin", io.StringIO("no\n"))
    status, out, err = await say("--journey", journey, "--repair", "--lang", "zh")
    assert (status, "nothing was repaired" in err, f"{journey} 状态 stage" in out) == (1, True, True)
    monkeypatch.setattr("sys.stdin", io.StringIO("repair\n"))
    status, out, err = await say("--journey", journey, "--repair", "--lang", "en")
    assert status == 1
    assert "repaired: status stage" in out
    assert "1 journeys: 0 agree, 0 erased, 0 moving, 1 disagree; 1 differences, 0 can be repaired" in out
    assert "reconcile.repaired" in err
    assert await books.pool.fetchval("SELECT standing FROM voucher WHERE journey_id = $1", journey) == "redeemed"


async def test_a_repair_that_nobody_is_asked_about_ends_well(travelled: Travelled, books: Books, say: Say) -> None:
    """What was repaired is told; a period that does not add up is told as well, and stays so."""
    await books.plant("DELETE FROM timeline WHERE journey_id = $1 AND seq = 1", travelled.locked)
    await books.plant("UPDATE benefit_period SET reserved = reserved + 1, available = available - 1")
    status, out, _ = await say("--journey", travelled.locked[:-2], "--repair", "--yes", "--json")
    told, period = map(json.loads, out.splitlines())
    assert (status, told["verdict"]) == (1, "agrees")
    assert told["repaired"] == [{"part": "timeline", "fault": "absent", "what": "1"}]
    assert period["name"].startswith("benefit_period ")


async def test_what_cannot_be_read_of_some_hides_nothing_of_the_others(
    travelled: Travelled, books: Books, say: Say
) -> None:
    """Values that Python cannot hold are told, all other journeys are reconciled, and what may be mended is."""
    await books.plant("UPDATE voucher SET last_day = '0044-03-15 BC' WHERE journey_id = $1", travelled.withdrawn)
    await books.plant("UPDATE timeline SET at = '0044-03-15 BC' WHERE journey_id = $1 AND seq = 1", travelled.locked)
    await books.plant(
        """UPDATE journey_status SET status = '5', updated_at = 'infinity', stage_since = '-infinity'
        WHERE journey_id = $1""",
        travelled.therapy,
    )
    status, out, _ = await say("--all", "--json")
    told = {line["name"]: line["verdict"] for line in map(json.loads, out.splitlines())}
    strange = {travelled.withdrawn, travelled.locked, travelled.therapy}
    assert (status, set(told)) == (1, set(travelled[2:8]))
    assert {name for name, verdict in told.items() if verdict == "disagrees"} == strange
    status, out, _ = await say("--all", "--repair", "--yes", "--json")
    told = {line["name"]: line["verdict"] for line in map(json.loads, out.splitlines())}
    assert {name for name, verdict in told.items() if verdict == "disagrees"} == {travelled.withdrawn}


async def test_each_journey_is_told_as_it_is_done(
    travelled: Travelled, say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the time that one is looked at, those before are printed."""
    printed, before, look = io.StringIO(), list[int](), Reconciler.look

    async def noted(self: Reconciler, journey_id: str) -> Look:
        before.append(printed.getvalue().count("\n"))
        return await look(self, journey_id)

    monkeypatch.setattr(Reconciler, "look", noted)
    with redirect_stdout(printed):
        await say("--all", "--json", "--processes", "1")
    assert before == list(range(len(travelled[2:8])))


async def test_an_entry_without_a_posting_is_told(books: Books, say: Say) -> None:
    """No journey and no policy period has it."""
    await books.plant("INSERT INTO entry VALUES (987654, 'committed', 5.00)")
    status, out, _ = await say("--all", "--lang", "en")
    assert status == 1
    assert "disagrees journal 987654 entry committed: is known to no history database: 5.00" in out
    assert "6 journeys: 6 agree, 0 erased, 0 moving, 0 disagree; 1 differences, 0 can be repaired" in out
    [line] = map(json.loads, (await say("--since", "2998-01-01", "--json"))[1].splitlines())
    assert line["findings"] == [{"part": "entry", "fault": "surplus", "what": "committed", "database": "5.00"}]


async def test_a_terminal_obeys_nothing_that_is_stored(books: Books, say: Say) -> None:
    """Escapes and line ends of an id are written out."""
    name = "journey-\x1b[31mRED\nagrees"
    await books.plant("INSERT INTO timeline VALUES ($1, 1, now(), 'money', '{}')", name)
    status, out, _ = await say("--all", "--lang", "en")
    assert (status, "\x1b" in out) == (1, False)
    assert r"journey-\x1b[31mRED\nagrees" in out


@pytest.fixture
def full() -> Iterator[TextIO]:
    """A disk with no room left."""
    with suppress(OSError), Path("/dev/full").open("w", encoding="utf-8") as device:
        yield device


async def test_a_full_disk_is_a_message(travelled: Travelled, say: Say, full: TextIO) -> None:
    """Status 1, one line, and the database is not blamed."""
    with redirect_stdout(full):
        status, _, err = await say("--journey", travelled.locked, "--json")
    assert (status, err) == (1, "standard output cannot be written: No space left on device\n")


async def test_a_namespace_that_is_not_there_is_told_as_that(say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server answers."""
    monkeypatch.setenv("TEMPORAL_NAMESPACE", "nope")
    status, _, err = await say("--all")
    assert (status, err.count("\n")) == (2, 1)
    assert "knows no namespace nope" in err


async def test_nothing_to_look_at_is_said(say: Say) -> None:
    """Status 0; an id that nobody knows is bad input."""
    assert (await say("--since", "2999-01-01", "--lang", "en"))[:2] == (0, "no journeys fit")
    status, out, err = await say("--journey", "journey-" + "a" * 20)
    assert (status, out) == (2, "")
    assert "no such journey" in err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "say which journeys: one of --journey, --since and --all"),
        (["--all", "--since", "2026-01-01"], "say which journeys"),
        (["--all", "--yes"], "--yes: has no meaning without --repair"),
        (["--all", "--repair", "--json"], "with --json give --yes"),
        (["--all", "--processes", "0"], "processes"),
        (["--all", "--limit", "1e-9"], "give a number of seconds from 1 to 3600"),
        (["--all", "--limit", "nan"], "give a number of seconds from 1 to 3600"),
        (["--all", "--limit", "inf"], "give a number of seconds from 1 to 3600"),
    ],
)
def test_what_makes_no_sense_is_refused(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Status 2, and what to do."""
    assert run(["audit", "reconcile", *words]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("command", ["reconcile", "redecide", "replay"])
@pytest.mark.parametrize("since", ["0001-01-01", "9999-12-31"])
async def test_a_day_that_no_server_can_be_asked_for_is_refused(
    command: str, since: str, reached: Books, capsys: pytest.CaptureFixture[str]
) -> None:
    """Status 2, and which days there are."""
    del reached
    assert await asyncio.to_thread(run, ["audit", command, "--since", since]) == 2
    assert capsys.readouterr().err == f"--since {since}: give a day from 1970 to 9998, e.g. 2026-11-20\n"


async def test_without_a_server_nothing_is_proved(say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line says which one does not answer."""
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    status, _, err = await say("--all")
    assert (status, err.count("\n")) == (1, 1)
    assert "no Temporal server answers at 127.0.0.1:1" in err


async def test_without_a_database_nothing_is_proved(
    travelled: Travelled, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Likewise."""
    monkeypatch.setenv("TEMPORAL_ADDRESS", travelled.client.service_client.config.target_host)
    monkeypatch.setenv("DATABASE_URL", "postgresql://127.0.0.1:1/nothing")
    for words in (["--all"], ["--journey", travelled.locked]):
        assert await asyncio.to_thread(run, ["audit", "reconcile", *words]) == 1
        err = capsys.readouterr().err
        assert (err.count("\n"), "nothing answers at 127.0.0.1:1" in err) == (1, True)
