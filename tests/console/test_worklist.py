"""The worklist: what is due soon, what lacks papers, what is on hold; at the door and on the command line."""

import json
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from cyclopts import App
from temporalio.client import Client

from console.app import create_app
from privacy.vault import Vault
from schemas.journey import JourneyStatus, Stage, WaitingFor
from schemas.papers import Paper, PaperDue, PaperForm, PaperKind
from schemas.people import ActorRole
from tests.console import samples
from tests.console.conftest import Pool, client_of, run


def due(number: int, **left: float) -> JourneyStatus:
    """A journey due so long from now."""
    deadline = samples.deadline(datetime.now(UTC) + timedelta(**left))
    return samples.status(number, wait=samples.status().wait.model_copy(update={"deadline": deadline}))


def held(number: int) -> JourneyStatus:
    """A journey on hold; its clock stands still."""
    stopped = samples.stopped(number).wait
    wait = stopped.model_copy(update={"what": WaitingFor.RESUMPTION, "on": ActorRole.SERVICE_AGENT})
    return samples.status(number, wait=wait, papers_due=())


def lacking(number: int, *kinds: PaperKind, papers: tuple[Paper, ...] = (), **changes: object) -> JourneyStatus:
    """A journey that was told to hand in `kinds`, as copies, and has handed in `papers`."""
    asked = tuple(PaperDue(kind=kind, form=PaperForm.COPY, rule=samples.RULE) for kind in kinds)
    return samples.status(number, papers_due=asked, papers=papers, **changes)


async def listed(http: httpx2.AsyncClient, **wanted: str) -> list[int]:
    answer = await http.get("/journeys", params=wanted)
    assert answer.status_code == 200, answer.text
    return [int(item["claim_number"][4:]) for item in answer.json()["items"]]


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        ({"due_within": "0h"}, [1]),
        ({"due_within": "2h"}, [1, 2]),
        ({"due_within": "2h", "overdue": "false"}, [2]),
        ({"due_within": "2h", "overdue": "true"}, [1]),
        ({"due_within": "30h"}, [1, 2, 3]),
        ({"due_within": "30h", "sort": "updated"}, [3, 2, 1]),
        ({"due_within": "30d"}, [1, 2, 3, 4]),
        ({"due_within": "40wd"}, [1, 2, 3, 4]),
        ({"due_within": "400wh"}, [1, 2, 3, 4]),
        ({"due_within": "30d", "product": "axa-excellence"}, []),
        ({"due_within": "30d", "waiting_on": "pharmacist", "q": "000002"}, [2]),
    ],
)
async def test_what_is_due_soon_comes_soonest_first(
    http: httpx2.AsyncClient, pool: Pool, wanted: dict[str, str], numbers: list[int]
) -> None:
    """What is overdue is due, too; a clock that stands still and a closed journey are not."""
    await samples.write_all(
        pool, samples.late(1), due(2, hours=1), due(3, hours=20), due(4, days=20), due(5, days=400), held(6),
        samples.closed(7),
    )  # fmt: skip
    assert await listed(http, **wanted) == numbers


async def test_what_is_due_soon_is_paged(http: httpx2.AsyncClient, pool: Pool) -> None:
    """A page goes on where the one before ended, with the span given again."""
    await samples.write_all(pool, *(due(number, hours=number) for number in range(1, 6)))
    first = (await http.get("/journeys", params={"due_within": "9h", "limit": 3})).json()
    assert await listed(http, due_within="9h", limit="3", cursor=first["next"]) == [4, 5]


async def test_working_hours_are_those_that_were_set(pool: Pool, vault: Vault, temporal: Client) -> None:
    """Working round the clock on working days, 999 working hours are 41 of them."""
    await samples.write_all(pool, due(1, minutes=1), due(2, days=40))
    async with client_of(create_app(pool, vault, temporal, hours="00:00-24:00")) as http:
        assert await listed(http, due_within="999wh") == [1, 2]
        assert await listed(http, due_within="200wh") == [1]


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        ({"missing": "any"}, [5, 2, 1]),
        ({"missing": "invoice"}, [5, 2]),
        ({"missing": "imaging"}, [1]),
        ({"missing": "prescription"}, []),
        ({"missing": "invoice", "product": "axa-excellence"}, [5]),
        ({"missing": "any", "waiting_for": "resumption"}, []),
        ({"held": "true"}, [6]),
        ({"held": "false"}, [5, 4, 3, 2, 1]),
        ({"held": "true", "escalated": "false", "open": "true"}, [6]),
    ],
)
async def test_missing_papers_and_holds_narrow_the_list(
    http: httpx2.AsyncClient, pool: Pool, wanted: dict[str, str], numbers: list[int]
) -> None:
    """Papers that were asked for and have come in are not missing; the filters combine with the others."""
    imaging = Paper(kind=PaperKind.IMAGING)
    invoice = Paper(kind=PaperKind.INVOICE, form=PaperForm.ORIGINAL)
    await samples.write_all(
        pool,
        lacking(1, PaperKind.IMAGING),
        lacking(2, PaperKind.INVOICE, PaperKind.IMAGING, papers=(imaging,)),
        lacking(3, PaperKind.INVOICE, papers=(invoice,)),
        lacking(4),
        lacking(5, PaperKind.INVOICE, product="axa-excellence"),
        held(6),
    )
    assert await listed(http, **wanted) == numbers


async def test_a_copy_does_not_do_where_an_original_is_due(http: httpx2.AsyncClient, pool: Pool) -> None:
    """As the journey itself judges it."""
    asked = (PaperDue(kind=PaperKind.INVOICE, form=PaperForm.ORIGINAL, rule=samples.RULE),)
    copy = (Paper(kind=PaperKind.INVOICE),)
    await samples.write_all(pool, samples.status(1, papers_due=asked, papers=copy))
    [line] = (await http.get("/journeys", params={"missing": "invoice"})).json()["items"]
    assert line["missing"] == ["invoice"]


async def test_a_paper_that_comes_in_is_no_longer_missing(http: httpx2.AsyncClient, pool: Pool) -> None:
    """The list follows the journey's next transition."""
    await samples.write_all(pool, lacking(1, PaperKind.INVOICE))
    assert await listed(http, missing="any") == [1]
    await samples.write_all(pool, lacking(1, PaperKind.INVOICE, papers=(Paper(kind=PaperKind.INVOICE),), revision=2))
    assert await listed(http, missing="any") == []
    await samples.write_all(pool, lacking(1, revision=3, stage=Stage.VOUCHER))
    [line] = (await http.get("/journeys")).json()["items"]
    assert line["missing"] == []


@pytest.mark.parametrize(
    ("wanted", "field", "named"),
    [
        ({"due_within": "4"}, "due_within", "wh (working hours), h (hours), d (natural days) or wd (working days)"),
        ({"due_within": "soon"}, "due_within", "e.g. 4wh"),
        ({"missing": "homework"}, "missing", "there are any, policy, id_document"),
        ({"held": "perhaps"}, "held", "boolean"),
    ],
)
async def test_a_wrong_choice_is_told_what_there_is(
    http: httpx2.AsyncClient, wanted: dict[str, str], field: str, named: str
) -> None:
    """The problem names the parameter and what is allowed, and does not repeat what was sent."""
    answer = await http.get("/journeys", params=wanted)
    [error] = answer.json()["errors"]
    assert (answer.status_code, error["field"]) == (422, field)
    assert named in error["reason"]
    assert "homework" not in answer.text


async def test_the_commands_options_are_the_doors_filters(
    command: App, pool: Pool, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each of them alone, and together."""
    await samples.write_all(pool, samples.late(1), due(2, hours=1), lacking(3, PaperKind.INVOICE), held(4))
    for tokens, numbers in (
        (["--due-within", "2h"], [1, 2]),
        (["--due-within", "2h", "--no-overdue"], [2]),
        (["--missing", "invoice"], [3]),
        (["--missing=invoice"], [3]),
        (["--missing", "gene_test_report"], [2, 1]),
        (["--missing"], [3, 2, 1]),
        (["--missing", "--overdue"], [1]),
        (["--overdue", "--missing"], [1]),
        (["--held"], [4]),
        (["--escalated"], []),
        (["--waiting-on", "pharmacist", "--due-within", "4wh", "--missing"], [1, 2]),
    ):
        await run(command, "list", *tokens, "--json")
        shown = json.loads(capsys.readouterr().out)["items"]
        assert [int(item["claim_number"][4:]) for item in shown] == numbers, tokens


async def test_the_table_names_the_missing_papers(command: App, pool: Pool, capsys: pytest.CaptureFixture[str]) -> None:
    """In the words of the glossary, in either language; a kind that only a newer release knows as it is."""
    await samples.write_all(pool, lacking(1, PaperKind.INVOICE, PaperKind.IMAGING))
    await run(command, "list", "--missing")
    assert "missing: imaging, invoice" in capsys.readouterr().out
    await run(command, "list", "--missing", "--lang", "zh")
    assert "缺：影像学材料、发票" in capsys.readouterr().out
    await pool.execute("UPDATE journey_status SET missing = ARRAY['horoscope']")
    await run(command, "list", "--missing")
    assert "missing: horoscope" in capsys.readouterr().out


async def test_an_empty_worklist_says_so(command: App, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing due is an answer, in both languages."""
    await run(command, "list", "--due-within", "4wh")
    assert capsys.readouterr().out.strip() == "no journeys fit"
    await run(command, "list", "--held", "--lang", "zh")
    assert capsys.readouterr().out.strip() == "没有符合条件的旅程"


async def test_the_status_names_what_has_not_come(command: App, pool: Pool, capsys: pytest.CaptureFixture[str]) -> None:
    """Of what was asked for, without what was handed in since; at the counter papers are shown anew."""
    asked, imaging = (PaperKind.INVOICE, PaperKind.IMAGING), (Paper(kind=PaperKind.IMAGING),)
    counter = samples.status().wait.model_copy(update={"what": WaitingFor.HAND_OVER})
    await samples.write_all(pool, lacking(1, *asked, papers=imaging), lacking(2, *asked, papers=imaging, wait=counter))
    for number, named in ((1, False), (2, True)):
        await run(command, "status", samples.journey_id(number), "--lang", "zh")
        shown = capsys.readouterr().out
        assert ("发票" in shown, "影像学材料" in shown) == (True, named)
