"""A journey of 400 days, its worker killed on the way and the release changed under it, ends as an undisturbed one."""

import asyncio
import re

import pytest

from console.custody import Chains
from schemas.journey import Stage
from simulation.claims import reported
from simulation.house import House, idle_house
from simulation.play import ClaimPlay
from simulation.reading import read
from simulation.trace import ClaimTrace
from tests.people import key
from tests.simulation.crew import Crew, build_of, crew_of
from tests.simulation.files import FOLDER
from workers.stack.versions import make_current

FILE = FOLDER / "chinalife-cancer-rider" / "car-t-infused-on-day-365-and-treated-for-395-days.yaml"
UPGRADED_IN = {Stage.ASSESSMENT: "second", Stage.PRE_INFUSION_EXAMINATION: "third"}
KILLS = 10
BOOKS = "SELECT kind, key, request, answer FROM journal WHERE journey_id = $1 ORDER BY journal_id"


class Storm:
    """Kills whoever runs the journey at every third thing that happens, and releases two new builds meanwhile."""

    def __init__(self, house: House, crew: Crew, journey_id: str) -> None:
        """Let a first build run the journey."""
        self.house = house
        self.crew = crew
        self.journey_id = journey_id
        self.builds = ["first"]
        self.seen = set[str]()
        self.cues = 0

    async def release(self, build: str) -> None:
        """Make `build` the current one; its forerunners go on with what they have begun."""
        self.crew.hire(build)
        await make_current(self.house.client, build)

    async def before(self) -> None:
        """Before something happens: a new release, where it is time for one."""
        stage = await self.house.pool.fetchval("SELECT stage FROM journey_status")
        build = UPGRADED_IN.get(stage, "first")
        if build not in self.builds:
            self.builds.append(build)
            await self.release(build)

    async def meanwhile(self) -> None:
        """While something happens: kill -9."""
        self.cues += 1
        if self.cues % 3 == 0 and self.crew.killed < KILLS:
            await self.crew.replace(await build_of(self.house, self.journey_id))

    async def after(self) -> None:
        """Remember who runs the journey."""
        self.seen.add(await build_of(self.house, self.journey_id))


async def calm(house: House, mark: str) -> ClaimTrace:
    """The journey as it goes when nothing goes wrong."""
    play = ClaimPlay(house, reported(read(FILE, house.products), house.products, mark)[0])
    while cue := play.next():
        await play.take(cue)
    return await play.trace()


async def stormy(house: House, crew: Crew, mark: str) -> tuple[ClaimTrace, Storm]:
    """The same journey in a storm."""
    claim = reported(read(FILE, house.products), house.products, mark)[0]
    play, storm = ClaimPlay(house, claim), Storm(house, crew, "")
    await storm.release("first")
    while cue := play.next():
        if storm.journey_id:
            await storm.before()
            await asyncio.gather(play.take(cue), storm.meanwhile())
        else:
            await play.take(cue)
            storm.journey_id = await house.pool.fetchval("SELECT journey_id FROM journey_status")
        await storm.after()
    return await play.trace(), storm


@pytest.mark.timeout(300)
async def test_a_journey_of_400_days_survives_ten_kills_and_two_upgrades(house: House) -> None:
    """Every decision, message, deadline and yuan is the same, and so are the books and the chain of custody."""
    mark = key()
    undisturbed = await calm(house, mark)
    async with idle_house(house.ring) as other, crew_of(other) as crew:
        trace, storm = await stormy(other, crew, mark)
        assert (crew.killed, storm.seen) == (KILLS, {"first", "second", "third"})
        assert told(trace) == told(undisturbed)
        assert await rows(other, BOOKS, storm.journey_id) == await rows(house, BOOKS, storm.journey_id)
        assert await custody(other, storm.journey_id) == await custody(house, storm.journey_id)
        assert (await Chains(other.pool, other.vault).view(storm.journey_id)).whole
    assert (trace.lines[-1].at - trace.lines[0].at).days > 400


def told(trace: ClaimTrace) -> list[str]:
    """The whole trace, line by line: without what is another one in each house, and to the hour.

    An outage lasts: what happens in it is recorded when it is over, and links of custody bear that time.
    """
    return _alike(trace.model_dump_json(indent=1)).splitlines()


def _alike(text: str) -> str:
    text = re.sub(r"\bperson-[a-z0-9]{20}\b", "person", text)
    text = re.sub(r"\b[0-9a-f]{64}\b", "sha256", text)
    return re.sub(r"(\d{4}-\d\d-\d\d[T ]\d\d):\d\d(:\d\d)?", r"\1", text)


async def custody(house: House, journey_id: str) -> list[str]:
    """What a house has on record of a journey's cells."""
    view = await Chains(house.pool, house.vault).view(journey_id)
    return [_alike(str((link.seq, link.epcis))) for link in view.links]


async def rows(house: House, query: str, journey_id: str) -> list[str]:
    """What a house has on record of a journey."""
    return [_alike(str(tuple(row))) for row in await house.pool.fetch(query, journey_id)]
