"""What is said of a demonstration while it is played and at its end."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console

from console.views import JourneyView
from schemas.claim import ClaimReport
from schemas.journey import Stage, Wait, WaitingFor
from schemas.people import ActorRole
from tests.console import samples
from workers.demo import books, watching
from workers.demo.books import Counts, counted
from workers.demo.clients import Clients
from workers.demo.play import Play
from workers.demo.samples import Samples
from workers.demo.standing import Standing
from workers.demo.summary import summarised
from workers.demo.table import picture
from workers.settings import Settings
from workers.stack.state import StateFolder

NOWHERE = "http://127.0.0.1:1"
ONCE = Counts(vouchers=1, commitments=1, dispensings=1, payments=0, voucher_messages=1)


@pytest.fixture
def claims(tmp_path: Path) -> list[ClaimReport]:
    """The claims of the demonstration."""
    return Samples(StateFolder(tmp_path)).claims()


def view(claim: ClaimReport, number: int, **changes: object) -> JourneyView:
    """A journey of the claim, waiting for the courier, with a name of the longest sort for its drug."""
    wait = samples.status().wait.model_copy(update={"what": WaitingFor.HAND_OVER, "on": ActorRole.COURIER})
    known = {"claim_number": claim.claim_number, "product": claim.product, "drug": "可瑞达 帕博利珠单抗注射液"}
    return JourneyView.model_validate(
        samples.status(number, **known, wait=wait).model_copy(update=changes).model_dump()
    )


def done(claim: ClaimReport, number: int) -> JourneyView:
    """A settled journey of the claim."""
    return view(claim, number, stage=Stage.COMPLETED, wait=Wait(what=WaitingFor.NOTHING, on=None, since=samples.NOW))


def test_a_line_tells_how_far_it_has_come(claims: list[ClaimReport]) -> None:
    """Each journey that has not settled is named with what it waits for."""
    views: dict[str, JourneyView] = {}
    standing = Standing(views, claims[:4])
    names = [claim.claim_number for claim in claims]
    assert standing.line().startswith(f"0 of 4 settled; waiting: {names[0]} not started, ")
    views |= {names[0]: done(claims[0], 1), names[1]: view(claims[1], 2), names[2]: done(claims[2], 3)}
    views[names[2]] = view(claims[2], 3, stage=Stage.REFUSED)
    idle = Wait(what=WaitingFor.NOTHING, on=None, since=samples.NOW)
    views[names[3]] = view(claims[3], 4, stage=Stage.SETTLEMENT, wait=idle)
    assert standing.line() == (
        f"1 of 4 settled; waiting: {names[1]} hand_over on courier, {names[2]} ended: refused,"
        f" {names[3]} at work: settlement"
    )
    views |= {name: done(claim, 1) for name, claim in zip(names[:4], claims, strict=False)}
    assert standing.line() == "4 of 4 settled"


def drawn(play: Play, claims: list[ClaimReport], settings: Settings) -> list[str]:
    """The lines of the picture on a terminal of 80 columns."""
    console = Console(width=80)
    with console.capture() as captured:
        console.print(picture(play, Standing(play.views, claims), settings))
    return captured.get().splitlines()


async def test_the_table_is_whole_on_a_terminal_of_80_by_24(claims: list[ClaimReport]) -> None:
    """Money is never cut, nothing is wider or taller; at the end no last move is left standing."""
    settings = Settings(gateway_url=NOWHERE, sandbox_url=NOWHERE)
    play = Play(Clients(settings), [], pace=0)
    play.last_move = "courier · record_hand_over · CLCR-2026-0003"
    play.views |= {claim.claim_number: view(claim, number) for number, claim in enumerate(claims)}
    lines = drawn(play, claims, settings)
    assert max(map(cell_len, lines)) <= 80
    assert len(lines) < 24
    shown = "\n".join(lines)
    assert (shown.count("16,126.20"), shown.count("1,791.80"), shown.count("hand_over · courier")) == (6, 6, 6)
    assert play.last_move in shown
    play.views |= {claim.claim_number: done(claim, number) for number, claim in enumerate(claims)}
    shown = "\n".join(drawn(play, claims, settings))
    assert play.last_move not in shown
    assert "› 6 of 6 settled" in shown


async def test_signs_of_life_come_with_news_and_after_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same line is said again only after the silence; when the play has ended nothing more is said."""
    monkeypatch.setattr(watching, "_LOOK_SECONDS", 0.001)
    monkeypatch.setattr(watching, "_SILENCE_SECONDS", 0.05)
    said: list[tuple[str, float]] = []
    enough = asyncio.Event()
    news: Iterator[str] = iter(["one", "one", "two"])
    line = "none"

    def say(text: str) -> None:
        nonlocal line
        said.append((text, asyncio.get_running_loop().time()))
        line = next(news, "")
        if not line:
            enough.set()

    async def play() -> None:
        await enough.wait()

    async with asyncio.timeout(30):
        await watching.signs_of_life(asyncio.create_task(play()), lambda: line, say)
    assert [text for text, _ in said] == ["none", "one", "one", "two"]
    assert said[2][1] - said[1][1] >= 0.05


async def test_books_that_cannot_be_read_prove_nothing(
    claims: list[ClaimReport], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever is away at the end is waited for a moment; then the summary says what is known without the books."""
    monkeypatch.setattr(books, "_PATIENCE_SECONDS", 0.2)
    monkeypatch.setattr(books, "_PAUSE_SECONDS", 0.01)
    monkeypatch.setenv("DATABASE_URL", "postgresql://127.0.0.1:1/nowhere")
    settings = Settings(gateway_url=NOWHERE, sandbox_url=NOWHERE)
    async with Clients(settings) as clients:
        assert await counted(settings, clients, [samples.journey_id(1)]) == {}
    views = [done(claims[0], 1), view(claims[1], 2)]
    unproved = summarised(views, 2, {})
    assert (unproved.settled, unproved.exactly_once, unproved.journeys[0].counts) == (1, False, None)
    proved = summarised(views, 2, {samples.journey_id(1): ONCE})
    assert (proved.settled, proved.exactly_once, proved.all_settled) == (1, True, False)
