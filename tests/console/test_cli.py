"""The commands that show journeys and act on them, on a real database and a real Temporal server."""

import asyncio
import json
from datetime import datetime

import pytest
from cyclopts import App, CycloptsError

from schemas.journey import Transition
from tests.console import samples
from tests.console.conftest import Pool, Running, run
from workers.cli import views
from workers.cli.failures import BAD_INPUT, BadInputError, CommandError
from workers.cli.fields import fields_of
from workers.cli.words import Words
from workers.stack.ports import free_port

_OTHERS = """
    SELECT query_start FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND query_start IS NOT NULL
"""
_READ_OFTEN = 50
"""Queries of another connection after which it has certainly drawn the list several times."""
FIRST = samples.journey_id(1)


async def test_an_empty_list_says_so(command: App, capsys: pytest.CaptureFixture[str]) -> None:
    """No journeys is an answer."""
    await run(command, "list")
    assert capsys.readouterr().out.strip() == "no journeys fit"
    await run(command, "list", "--json")
    assert json.loads(capsys.readouterr().out) == {"items": [], "next": None}


async def test_the_list_shows_who_is_waited_for_and_until_when(
    command: App, pool: Pool, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each line holds journey, drug, stage, wait, clock and money."""
    await samples.write_all(pool, samples.status(1), samples.late(2), samples.stopped(3), samples.escalated(4))
    await run(command, "list")
    shown = capsys.readouterr().out
    for wanted in (
        FIRST.removeprefix("journey-")[:8],
        "可瑞达 帕博利珠单抗",
        "the pharmacist's review · pharmacist",
        "16,126.20",
        "OVERDUE",
        "clock stopped",
    ):
        assert wanted in shown
    assert "prescription review !" in shown


async def test_the_list_speaks_chinese_where_asked(
    command: App, pool: Pool, capsys: pytest.CaptureFixture[str]
) -> None:
    """The words for people are there in both languages."""
    await samples.write_all(pool, samples.status(1))
    await run(command, "list", "--lang", "zh")
    shown = capsys.readouterr().out
    assert "处方审核" in shown
    assert "药师审核 · 药师" in shown


def test_the_environment_chooses_the_language(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chinese where the locale is Chinese, else English."""
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.delenv("LC_MESSAGES", raising=False)
    for locale, language in (("zh_CN.UTF-8", "zh"), ("en_GB.UTF-8", "en"), ("", "en"), ("C", "en")):
        monkeypatch.setenv("LANG", locale)
        assert Words(None).language == language


async def test_watching_shows_the_list_until_it_is_interrupted(
    command: App, pool: Pool, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The list is read again and again; Ctrl-C ends it without an error."""
    monkeypatch.setattr(views, "_REFRESH_SECONDS", 0.01)
    await samples.write_all(pool, samples.status(1))
    watching = asyncio.create_task(run(command, "list", "--watch"))
    moments: set[datetime] = set()
    async with asyncio.timeout(30):
        while len(moments) < _READ_OFTEN and not watching.done():
            moments |= {row["query_start"] for row in await pool.fetch(_OTHERS)}
            await asyncio.sleep(0.01)
    watching.cancel()  # what asyncio does at Ctrl-C
    await watching
    assert "CLM-000001" in capsys.readouterr().out


async def test_filters_and_pages_work_from_the_command_line(
    command: App, pool: Pool, capsys: pytest.CaptureFixture[str]
) -> None:
    """Options narrow the list; the cursor of one page starts the next."""
    await samples.write_all(pool, *(samples.status(number) for number in range(1, 6)), samples.closed(6))
    await run(command, "list", "--open", "--limit", "3", "--json")
    page = json.loads(capsys.readouterr().out)
    assert [item["claim_number"] for item in page["items"]] == ["CLM-000005", "CLM-000004", "CLM-000003"]
    await run(command, "list", "--open", "--limit", "3", "--json", "--cursor", page["next"])
    assert len(json.loads(capsys.readouterr().out)["items"]) == 2
    await run(command, "list", "--closed", "--stage", "completed", "--json")
    assert [item["claim_number"] for item in json.loads(capsys.readouterr().out)["items"]] == ["CLM-000006"]


@pytest.mark.parametrize(
    ("tokens", "named"),
    [
        (["--product", "No Product"], "product:"),
        (["--cursor", "nonsense"], "cursor:"),
        (["--q", ""], "q:"),
    ],
)
async def test_a_wrong_option_is_named(command: App, tokens: list[str], named: str) -> None:
    """The message names the option, and the exit status is 2."""
    with pytest.raises(BadInputError, match=f"^{named}") as raised:
        await run(command, "list", *tokens)
    assert raised.value.status == BAD_INPUT


@pytest.mark.parametrize("tokens", [["--stage", "nowhere"], ["--limit", "0"], ["--waiting-on", "x"], ["--lang", "fr"]])
async def test_an_option_that_there_is_not_is_refused(command: App, tokens: list[str]) -> None:
    """The command line itself refuses what is none of the choices."""
    with pytest.raises(CycloptsError):
        await run(command, "list", *tokens)


async def test_the_status_shows_everything(command: App, pool: Pool, capsys: pytest.CaptureFixture[str]) -> None:
    """Stage, clock and its reckoning, papers, decisions with clauses, money, history and the actions possible now."""
    await samples.write(pool, Transition(status=samples.status(1), entries=samples.entries(3)))
    await run(command, "status", FIRST)
    shown = capsys.readouterr().out
    for wanted in (
        "CLM-000001", "prescription review", "day 1 = 2026-03-03", "gene_test_report", samples.RULE, "2.4",
        "Diagnosed after the waiting period.", "first_covered_day=2025-06-01", "17,918.00", "step 3", "record_review",
        "Wait for the pharmacist.",
    ):  # fmt: skip
        assert wanted in shown, wanted


async def test_a_stopped_clock_shows_who_stopped_it_and_why(
    command: App, pool: Pool, capsys: pytest.CaptureFixture[str]
) -> None:
    """An agent can tell the patient what the clock waits for."""
    await samples.write_all(pool, samples.stopped(1), samples.late(2), samples.escalated(3), samples.closed(4))
    await run(command, "status", FIRST)
    assert "papers are missing" in capsys.readouterr().out
    await run(command, "status", samples.journey_id(2))
    assert "OVERDUE" in capsys.readouterr().out
    await run(command, "status", samples.journey_id(3), "--lang", "zh")
    assert "药店拒绝" in capsys.readouterr().out
    await run(command, "status", samples.journey_id(4))
    assert "completed" in capsys.readouterr().out


@pytest.mark.parametrize("text", [FIRST, FIRST[:-3], FIRST.removeprefix("journey-"), "CLM-000001"])
async def test_a_journey_is_found_by_what_an_agent_has_at_hand(
    command: App, pool: Pool, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    """Id, beginning of it with or without its prefix, or claim number."""
    await samples.write_all(pool, samples.status(1), samples.status(40_000))
    await run(command, "status", text, "--json")
    assert json.loads(capsys.readouterr().out)["journey_id"] == FIRST


async def test_a_text_that_fits_several_or_none_is_refused(command: App, pool: Pool) -> None:
    """The message lists what fits, or says what to give."""
    await samples.write_all(pool, samples.status(1), samples.status(2, claim_number="CLM-000001"), samples.status(3))
    with pytest.raises(BadInputError, match=f"(?s)several.*{samples.journey_id(2)}"):
        await run(command, "status", "CLM-000001")
    with pytest.raises(BadInputError, match="several"):
        await run(command, "status", "journey-2222")
    for nothing in ("CLM-9", "journey-", "%", "journey_%"):
        with pytest.raises(BadInputError, match="no such journey"):
            await run(command, "status", nothing)


async def test_an_action_is_taken(
    command: App, pool: Pool, sealed_journey: Running, capsys: pytest.CaptureFixture[str]
) -> None:
    """Fields come as options; the receipt says where the journey stands."""
    await samples.write_all(pool, samples.status(1, journey_id=sealed_journey.journey_id))
    payment = ("--payment-id", "pay-1", "--amount", "8021.50", "--paid", "--paid-on=2026-03-02")
    await run(command, "act", "CLM-000001", "record_payment", *payment, "--key", "key-0000001")
    assert "record_payment: taken" in capsys.readouterr().out
    papers = '{"papers": [{"kind": "invoice"}]}'
    await run(command, "act", "CLM-000001", "submit_papers", "--json-input", papers, "--json")
    assert json.loads(capsys.readouterr().out)["revision"] == 2
    assert (await sealed_journey.taken())[0] == "key-0000001"


async def test_nested_fields_come_with_dots(command: App, pool: Pool, sealed_journey: Running) -> None:
    """`--findings.on_label true` is a field within a field; the journey's refusal is told as it is."""
    await samples.write_all(pool, samples.status(1, journey_id=sealed_journey.journey_id))
    with pytest.raises(CommandError, match="possible now: submit_papers") as raised:
        await run(command, "act", "CLM-000001", "record_review", "--result", "passed", "--findings.on_label", "true")
    assert raised.value.status == 1


@pytest.mark.parametrize(
    ("tokens", "message"),
    [
        (["no_such_action"], "no such action; there are submit_papers"),
        (["record_payment", "--payment-id", "pay-1", "--paid", "--amount", "-1"], "^amount: "),
        (["record_payment", "--payment-id", "pay-1", "--paid"], "^amount: Field required"),
        (["withdraw", "--reason", "x", "--colour", "red"], "^colour: "),
        (["withdraw", "--reason", "x", "--by", "张三"], "^actor.id: "),
        (["withdraw", "--reason", "x", "--key", "short"], "^key: "),
        (["withdraw", "reason"], "a field is written --name value"),
        (["withdraw", "--json-input", "{"], "^--json-input: not JSON"),
        (["withdraw", "--json-input", "[]"], "^--json-input: an object"),
        (["withdraw", "--json-input", "{}", "--reason", "x"], "not both"),
        (["submit_papers", "--papers", "[1"], "^--papers: not JSON"),
    ],
)
async def test_a_wrong_field_is_named_with_exit_status_2(command: App, tokens: list[str], message: str) -> None:
    """The message names the field and the reason before anything is sent."""
    with pytest.raises(BadInputError, match=message) as raised:
        await run(command, "act", "CLM-000001", *tokens)
    assert raised.value.status == BAD_INPUT


async def test_the_schema_of_an_action_is_shown(command: App, capsys: pytest.CaptureFixture[str]) -> None:
    """`--schema` says what an action takes, without a server."""
    for tokens in (["any", "withdraw"], ["withdraw"]):
        await run(command, "act", *tokens, "--schema")
        assert "reason" in json.loads(capsys.readouterr().out)["properties"]


async def test_an_action_is_needed(command: App) -> None:
    """A journey alone says nothing; the message names the actions."""
    with pytest.raises(BadInputError, match="ACTION: is needed; there are submit_papers, "):
        await run(command, "act", "CLM-000001")


async def test_while_no_stack_runs_the_commands_say_how_to_start_it(
    command: App, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message names the address and what to do, never the password."""
    await samples.write_all(pool, samples.status(1))
    monkeypatch.setenv("DATABASE_URL", f"postgresql://me:hidden@127.0.0.1:{free_port()}/x")
    for tokens in (["list"], ["status", "CLM-000001"]):
        with pytest.raises(CommandError, match=r"nothing answers at 127.0.0.1:.*make run") as raised:
            await run(command, *tokens)
        assert "hidden" not in str(raised.value)


async def test_a_database_that_is_not_prepared_is_told_apart(command: App, pool: Pool) -> None:
    """An empty database needs a migration, not a start."""
    await pool.execute("DROP TABLE journey_status")
    with pytest.raises(CommandError, match="journeys migrate"):
        await run(command, "list")


def test_fields_are_read_from_options() -> None:
    """Values, flags, nested names, JSON, and `=`."""
    tokens = ("--reason", "too late", "--findings.on-label", "true", "--approved", "--papers", '[{"kind": "invoice"}]')
    assert fields_of((*tokens, "--amount=-5")) == {
        "reason": "too late",
        "findings": {"on_label": "true"},
        "approved": "true",
        "papers": [{"kind": "invoice"}],
        "amount": "-5",
    }


@pytest.mark.parametrize("tokens", [("--a", "1", "--a", "2"), ("--a", "1", "--a.b", "2"), ("-a",), ("--",), ("--=x",)])
def test_options_that_are_no_fields_are_refused(tokens: tuple[str, ...]) -> None:
    """Twice, at odds with each other, or malformed."""
    with pytest.raises(BadInputError):
        fields_of(tokens)
