"""What people see of a chain of custody, at the door and on the terminal."""

import json

import httpx2
import pytest
from cyclopts import App

from activities.custody import Custody
from privacy.vault import Vault
from schemas.car_t_view import CarTView
from schemas.custody import CustodyHead
from tests.conftest import RING
from tests.console import samples
from tests.console.conftest import Pool, new_journey_id, run
from tests.custody import COI, DIN, entries
from workers.cli.failures import BadInputError, CommandError

JOURNEY = samples.journey_id(1)
_TAMPER = """
    ALTER TABLE custody_event DISABLE TRIGGER USER;
    UPDATE custody_event SET previous = previous, sha256 = sha256('x') WHERE seq = 4;
    UPDATE custody_event SET event = '{}' WHERE seq = 6;
"""


async def collected(pool: Pool) -> CustodyHead:
    """A journey whose cells have gone all the way."""
    head = [await Custody(pool, Vault(pool, RING)).append(entry) for entry in entries(JOURNEY)][-1]
    await samples.write_all(pool, samples.status(1, car_t=CarTView(custody=head)))
    return head


async def test_the_door_gives_events_documents_and_hashes(http: httpx2.AsyncClient, pool: Pool) -> None:
    """Whoever wants to verify for themselves has everything that it takes."""
    head = await collected(pool)
    view = (await http.get(f"/journeys/{JOURNEY}/custody")).json()
    assert (view["whole"], view["flaw"]) == (True, None)
    first, *_, last = view["links"]
    assert (last["seq"], last["sha256"]) == (head.seq, head.sha256)
    assert first["event"]["identity"]["coi"] == COI
    assert first["epcis"]["type"] == "ObjectEvent"
    assert view["links"][1]["previous"] == first["sha256"]


async def test_the_door_names_the_first_bad_link(http: httpx2.AsyncClient, pool: Pool) -> None:
    """A document that cannot be read any more has no event; the flaw is the first of them all."""
    await collected(pool)
    await pool.execute(_TAMPER)
    view = (await http.get(f"/journeys/{JOURNEY}/custody")).json()
    assert (view["whole"], view["flaw"]) == (False, {"seq": 4, "fault": "changed"})
    assert [link["seq"] for link in view["links"] if link["event"] is None] == [6]


async def test_a_journey_without_cells_has_an_empty_chain(http: httpx2.AsyncClient, pool: Pool) -> None:
    """Nothing collected is no fault; no such journey is."""
    await samples.write_all(pool, samples.status(1))
    answer = await http.get(f"/journeys/{JOURNEY}/custody")
    assert answer.json() == {"journey_id": JOURNEY, "whole": True, "erased": False, "flaw": None, "links": []}
    unknown = await http.get(f"/journeys/{new_journey_id()}/custody")
    assert (unknown.status_code, unknown.headers["content-type"]) == (404, "application/problem+json")


async def test_the_command_shows_who_held_the_cells(
    command: App, pool: Pool, capsys: pytest.CaptureFixture[str]
) -> None:
    """Time, step, parties, place, temperatures, both identifiers and who checked them."""
    await collected(pool)
    await run(command, "custody", "CLM-000001")
    shown = capsys.readouterr().out
    for wanted in (
        "2026-03-02 10:30", "handed over · starting material", "site:renji-east → cryo-1", "2.5 … 8",
        "manufactured · CAR-T product", "-196 … -150.5", COI, DIN, "nurse-1, nurse-2",
        "the chain is whole: 8 links verified",
    ):  # fmt: skip
        assert wanted in shown, wanted
    await run(command, "custody", JOURNEY, "--lang", "zh")
    assert "保管链完整：共 8 个环节" in capsys.readouterr().out
    await run(command, "custody", JOURNEY, "--json")
    assert json.loads(capsys.readouterr().out)["links"][0]["epcis"]["bizStep"] == "commissioning"


async def test_the_command_says_that_nothing_was_collected(
    command: App, pool: Pool, capsys: pytest.CaptureFixture[str]
) -> None:
    """An empty chain is an answer; an unknown journey is bad input."""
    await samples.write_all(pool, samples.status(1))
    await run(command, "custody", JOURNEY)
    assert capsys.readouterr().out.strip() == "nothing on record yet: no cells have been collected"
    with pytest.raises(BadInputError, match="no such journey"):
        await run(command, "custody", "CLM-9999")


@pytest.mark.parametrize("as_json", [False, True])
async def test_a_chain_that_does_not_verify_ends_with_status_1(
    command: App,
    pool: Pool,
    capsys: pytest.CaptureFixture[str],
    as_json: bool,  # noqa: FBT001 - a parameter
) -> None:
    """The chain is shown all the same; the message names the link."""
    await collected(pool)
    await pool.execute(_TAMPER)
    with pytest.raises(CommandError, match="does not verify: link 4 was changed") as raised:
        await run(command, "custody", JOURNEY, *(["--json"] if as_json else []))
    assert raised.value.status == 1
    shown = capsys.readouterr().out
    assert (COI in shown, "whole" in shown) == (True, as_json)


async def test_a_chain_of_which_all_is_gone_is_not_empty(
    command: App, pool: Pool, capsys: pytest.CaptureFixture[str]
) -> None:
    """The journey knows that there was one."""
    head = CustodyHead(seq=3, sha256="0" * 64)
    await samples.write_all(pool, samples.status(1, car_t=CarTView(custody=head)))
    with pytest.raises(CommandError, match="link 1 is not there"):
        await run(command, "custody", JOURNEY)
    assert "nothing on record" not in capsys.readouterr().out
