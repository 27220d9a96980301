"""The command line as a user meets it."""

import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from enum import StrEnum
from functools import partial
from pathlib import Path

import pytest
from rich.cells import cell_len
from temporalio.client import Client

from console.performing import Performer
from privacy import places
from privacy.vault import Vault
from products.loader import load_products
from schemas.decision import CharityWay, FulfilmentMode, Outcome, Verdict
from schemas.journey import DecisionRecord, FulfilmentView, Stage, Transition, WaitingFor
from schemas.papers import PaperForm
from schemas.people import ActorRole
from tests.conftest import RING
from tests.console import samples
from tests.console.conftest import Pool, new_journey_id
from workers import cli
from workers.cli import COMMANDS as REGISTERED
from workers.cli import acting
from workers.cli.failures import BadInputError, CommandError
from workers.cli.views import list_journeys, status
from workers.cli.words import Language, Words
from workers.stack.ports import free_port

COMMANDS = [name for name, _, _ in REGISTERED]
JOURNEYS = [sys.executable, "-m", "workers.cli"]
FIRST = samples.journey_id(1)
HISTORY = Path(__file__).parents[1] / "histories" / "aid-not-applied-for.json"


def run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `journeys` with `words`."""
    return subprocess.run(
        [*JOURNEYS, *words], capture_output=True, text=True, check=False, env=os.environ | environment
    )


@pytest.mark.parametrize(
    "words",
    [
        ["build-id"],
        ["--help"],
        ["calendar", "show", "2026"],
        ["calendar", "show", "2026", "--json"],
        ["audit", "replay", str(HISTORY), "--json"],
        ["audit", "replay", str(HISTORY), "--lang", "en"],
    ],
)
def test_a_full_disk_is_a_message(words: list[str]) -> None:
    """Status 1 and one line; nothing is printed after it."""
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run([*JOURNEYS, *words], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.strip() == "standard output cannot be written: No space left on device"


def test_who_reads_no_further_hears_nothing_more() -> None:
    """A pipe that is closed ends a command quietly, also one that prints as it goes."""
    journeys = subprocess.Popen(
        [*JOURNEYS, "audit", "replay", str(HISTORY), "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert journeys.stdout
    journeys.stdout.close()
    _, told = journeys.communicate()
    assert (journeys.returncode, told) == (1, "")


Said = Callable[..., tuple[int, str, str]]


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Said:
    """Runs `journeys` with words in this process: its status, output and errors."""

    def say(*words: str) -> tuple[int, str, str]:
        status = cli.run(words)
        shown = capsys.readouterr()
        return status, shown.out, shown.err

    return say


def test_help_lists_every_command_and_imports_none() -> None:
    """`--help` is quick: Temporal and the web server are left alone."""
    code = """
import sys
from workers.cli import build
try:
    build()()
finally:
    print([module for module in ("temporalio", "fastapi") if module in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code, "--help"], capture_output=True, text=True, check=True)
    assert done.stdout.rstrip().endswith("[]")
    for command in COMMANDS:
        assert f"│ {command} " in done.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(said: Said, command: str) -> None:
    """`journeys COMMAND --help` works for each."""
    status, shown, errors = said(command, "--help")
    assert (status, errors) == (0, "")
    assert f"journeys {command}" in shown


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("dem",), 'Did you mean "demo"'),
        (("demo", "--pace", "fast"), 'unable to convert "fast" into float'),
        (("demo", "--pace", "-1"), "Must be >= 0"),
        (("demo", "--timeout", "5"), "--timeout: only with --exit"),
        (("list", "--stage", "nowhere"), '"withdrawn", "lapsed", "terminated".'),
        (("up", "--wings"), "Unknown option"),
    ],
)
def test_bad_input_ends_with_status_2_and_a_reason(said: Said, words: tuple[str, ...], reason: str) -> None:
    """The reason is on standard error, without a traceback."""
    status, shown, errors = said(*words)
    assert (status, shown) == (2, "")
    assert reason in errors.replace("\n", " ")
    assert "Traceback" not in errors


def test_a_message_is_one_line_however_narrow_the_terminal() -> None:
    """Nothing is cut off: the terminal wraps what is longer than it is wide."""
    path = "/nowhere/" + "x" * 100
    assert run("demo", f"--{path}", COLUMNS="80").stderr == f"Unknown option: --{path}.\n"


@pytest.mark.parametrize("product", ["nobody-cancer-drug", "No Product!"])
def test_an_unknown_product_is_answered_with_those_known(said: Said, product: str) -> None:
    """The list is what helps, not an empty answer and not a pattern."""
    known = ", ".join(sorted(load_products().ids))
    assert said("list", "--product", product) == (2, "", f"product: unknown product; known are {known}\n")


def test_dead_letters_names_all_that_it_can_do(said: Said) -> None:
    """Both the list of commands and its own help name every one of them."""
    for words in (("--help",), ("dead-letters", "--help")):
        shown = said(*words)[1]
        assert "list, show, resend, drop" in shown
    assert all(f"│ {name} " in shown for name in ("list", "show", "resend", "drop"))


@pytest.mark.parametrize("words", [("dead-letters", "list"), ("dead-letters", "drop", "1", "--reason", "a test")])
def test_while_no_stack_runs_the_dead_letters_say_what_the_other_commands_say(words: tuple[str, ...]) -> None:
    """One line that names the address and what to do, and their exit status."""
    url = f"postgresql://me:hidden@127.0.0.1:{free_port()}/x"
    done, other = run(*words, DATABASE_URL=url), run("list", DATABASE_URL=url)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", other.stderr)
    assert done.stderr.startswith("nothing answers at 127.0.0.1:")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("stage", ["charity-aid", "charity_aid"])
async def test_a_stage_is_taken_as_the_command_line_and_as_the_api_spell_it(
    database: str, pool: Pool, stage: str
) -> None:
    """What the API answers can be given to the command as it is."""
    await samples.write_all(pool, samples.status(1, stage=Stage.CHARITY_AID), samples.status(2))
    done = await asyncio.to_thread(run, "list", "--stage", stage, "--json", DATABASE_URL=database)
    assert [item["claim_number"] for item in json.loads(done.stdout)["items"]] == ["CLM-000001"]


def test_a_wrong_setting_is_named_without_its_value() -> None:
    """The value may be a secret."""
    done = run("up", LOG_FORMAT="hunter2")
    assert done.returncode == 2
    assert "settings: LOG_FORMAT: " in done.stderr
    assert "hunter2" not in done.stderr


def test_a_failure_that_is_expected_has_no_traceback(tmp_path: Path) -> None:
    """The message says what is wrong, where, and what to do."""
    (tmp_path / "file").touch()
    done = run("up", "--state", str(tmp_path / "file"))
    assert done.returncode == 1
    assert "cannot keep the stack's state here" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch, database: str) -> pytest.MonkeyPatch:
    """A terminal of 80 columns that speaks English, and the test's own database."""
    for name, value in (("DATABASE_URL", database), ("COLUMNS", "80"), ("LC_ALL", "en_GB.UTF-8")):
        monkeypatch.setenv(name, value)
    return monkeypatch


@pytest.mark.usefixtures("narrow")
@pytest.mark.parametrize("language", ["en", "zh"])
async def test_the_list_is_whole_at_80_columns(
    pool: Pool, capsys: pytest.CaptureFixture[str], language: Language
) -> None:
    """No line is longer, no word is cut, and each journey shows both amounts."""
    every = (samples.status(1), samples.late(2), samples.stopped(3), samples.escalated(4), samples.closed(5))
    await samples.write_all(pool, *every)
    await list_journeys(lang=language)
    shown = capsys.readouterr().out
    assert max(map(cell_len, shown.splitlines())) <= 80
    assert "…" not in shown
    for text in ("16,126.20", "1,791.80", samples.PRODUCT):
        assert shown.count(text) == len(every)


@pytest.mark.usefixtures("narrow")
@pytest.mark.parametrize(("language", "said"), [("en", "none: the journey is closed"), ("zh", "无：旅程已结束")])
async def test_a_closed_journey_says_that_nothing_can_be_done(
    pool: Pool, capsys: pytest.CaptureFixture[str], language: Language, said: str
) -> None:
    """The box of actions is not left empty, and no fields are hinted at."""
    await samples.write_all(pool, samples.closed(1), samples.status(2, actions=()))
    await status(FIRST, lang=language)
    shown = capsys.readouterr().out
    assert said in shown
    assert "--schema" not in shown
    await status(samples.journey_id(2), lang=language)
    assert Words(language)("no_actions") in capsys.readouterr().out


@pytest.mark.usefixtures("narrow")
async def test_a_status_wraps_long_sentences(pool: Pool, capsys: pytest.CaptureFixture[str]) -> None:
    """A Chinese sentence without a space is as whole as any other."""
    long = samples.text("药" * 100, "x")
    offer = samples.status().actions[0].model_copy(update={"label": long})
    happened = [entry.model_copy(update={"what": long}) for entry in samples.entries(1)]
    await samples.write(pool, Transition(status=samples.status(1, actions=(offer,)), entries=tuple(happened)))
    await status(FIRST, lang="zh")
    shown = capsys.readouterr().out
    assert shown.count("药") >= 200
    assert "…" not in shown


@pytest.mark.usefixtures("narrow")
@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "the last 20 of 250: --all shows them all"), ("zh", "最近 20 条，共 250 条：用 --all 显示全部")],
)
async def test_a_status_says_what_it_leaves_out_of_the_history(
    pool: Pool, capsys: pytest.CaptureFixture[str], language: Language, said: str
) -> None:
    """Twenty entries and how many there are; all of them where asked, which leaves nothing to say."""
    await samples.write(pool, Transition(status=samples.status(1), entries=samples.entries(250)))
    await status(FIRST, lang=language)
    shown = capsys.readouterr().out
    assert said in shown
    assert len(_steps(shown)) == 20
    await status(FIRST, all_=True, lang=language)
    shown = capsys.readouterr().out
    assert "--all" not in shown
    assert _steps(shown) == [str(number) for number in range(1, 251)]
    await status(FIRST, all_=True, json=True)
    assert len(json.loads(capsys.readouterr().out)["timeline"]) == 250


def _steps(shown: str) -> list[str]:
    return re.findall(r"(?:step |第)(\d+)", shown.partition("input")[2])


@pytest.mark.usefixtures("narrow")
@pytest.mark.parametrize("entries", [0, 3])
async def test_a_short_history_is_whole(pool: Pool, capsys: pytest.CaptureFixture[str], entries: int) -> None:
    """Nothing is left out and nothing is said of it."""
    await samples.write(pool, Transition(status=samples.status(1), entries=samples.entries(entries)))
    await status(FIRST, lang="en")
    shown = capsys.readouterr().out
    assert "--all" not in shown
    assert len(_steps(shown)) == entries


@pytest.mark.usefixtures("narrow")
@pytest.mark.parametrize(("dispensing_id", "shown"), [("", [True, True, True]), ("disp-1", [True, True, False])])
async def test_an_estimate_is_told_from_the_settlement(
    pool: Pool, capsys: pytest.CaptureFixture[str], dispensing_id: str, shown: list[bool]
) -> None:
    """Who pays what is estimated before the drug is dispensed and settled afterwards: the titles say which."""
    questions = ("settlement", "settlement", "counter", "settlement")
    decisions = tuple(_asking(question, number) for number, question in enumerate(questions, 1))
    fulfilment = FulfilmentView(mode=FulfilmentMode.PICK_UP, dispensing_id=dispensing_id)
    await samples.write_all(pool, samples.status(1, decisions=decisions, fulfilment=fulfilment))
    await status(FIRST, lang="en")
    titles = re.findall(r"· settlement( \(estimate\))?: approved", capsys.readouterr().out)
    assert [bool(estimate) for estimate in titles] == shown


def _asking(question: str, number: int) -> DecisionRecord:
    record = samples.decision(number)
    return record.model_copy(update={"decision": record.decision.model_copy(update={"question": question})})


@pytest.mark.usefixtures("narrow", "pool")
@pytest.mark.parametrize("text", ["张三", "journey-", "journey-0189", FIRST.upper(), FIRST + "22", "%"])
async def test_what_is_no_id_is_told_what_an_id_looks_like(text: str) -> None:
    """Both forms are described with an example; what was written may be a name and is not repeated."""
    with pytest.raises(
        BadInputError, match=r"^ID: no such journey, .* e\.g\. journey-.* e\.g\. PALB-2026-0001$"
    ) as told:
        await status(text)
    assert text == "journey-" or text not in str(told.value)


async def test_while_temporal_is_away_an_action_is_kept(
    narrow: pytest.MonkeyPatch, pool: Pool, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command says that it is on its way, and with which key."""
    narrow.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    narrow.setattr(acting, "Performer", partial(Performer, wait_seconds=0.2))
    await samples.write_all(pool, samples.status(1))
    await acting.act(FIRST, "withdraw", "--reason", "told nobody")
    assert re.search(r"it is on its way, .*\(key cli:[0-9a-f]{32}\)", capsys.readouterr().out)
    [row] = await pool.fetch("SELECT key, body FROM action WHERE delivered_at IS NULL")
    body = await Vault(pool, RING).open(FIRST, places.action(row["key"]), row["body"])
    assert body["reason"] == "told nobody"


async def test_an_action_is_kept_until_its_journey_has_it(
    narrow: pytest.MonkeyPatch,
    pool: Pool,
    temporal: Client,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """While no worker is there to take it, it waits in the database, and the command says so."""
    narrow.setenv("TEMPORAL_ADDRESS", temporal.service_client.config.target_host)
    narrow.setattr(acting, "Performer", partial(Performer, wait_seconds=0.2))
    journey = new_journey_id()
    handle = await temporal.start_workflow("NobodysJourney", id=journey, task_queue=f"nobody-{journey}")
    await samples.write_all(pool, samples.status(1, journey_id=journey))
    await acting.act(journey, "withdraw", "--reason", "x", key="agent-7:key-1")
    assert "it is on its way, or the journey is at work on it (key agent-7:key-1)" in capsys.readouterr().out
    assert await pool.fetchval("SELECT delivered_at IS NULL FROM action WHERE key = 'agent-7:key-1'")
    await handle.terminate()


@pytest.mark.parametrize("key", ["", "agent-7:key-1"])
async def test_while_the_database_is_away_an_action_can_be_repeated_with_its_key(
    narrow: pytest.MonkeyPatch, key: str
) -> None:
    """The key that was made is told with the way to use it; one that was given needs no telling."""
    narrow.setenv("DATABASE_URL", "postgresql://127.0.0.1:1/nothing")
    with pytest.raises(CommandError, match="nothing answers at") as told:
        await acting.act(FIRST, "withdraw", "--reason", "told nobody", key=key)
    how = r"as it is" if key else r"with --key cli:[0-9a-f]{32} added at its end"
    assert re.search(f"repeat the same command {how}: ", str(told.value))
    assert "told nobody" not in str(told.value)


@pytest.mark.parametrize(
    "names", [Stage, WaitingFor, ActorRole, Verdict, Outcome, CharityWay, FulfilmentMode, PaperForm]
)
def test_whatever_a_journey_may_show_has_words_in_both_languages(names: type[StrEnum]) -> None:
    """No code name reaches a Chinese reader."""
    chinese = Words("zh")
    assert [name.value for name in names if chinese(name) == name.value] == []
