"""Workers of a simulated house in processes of their own, which a test may kill."""

import asyncio
import multiprocessing
from collections import UserDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from multiprocessing.process import BaseProcess
from typing import Any

import httpx2
from fastapi import FastAPI, Request

from privacy.key_ring import KeyRing
from privacy.vault import Vault
from schemas.partners import PartnerName
from simulation.clock import MovedClock
from simulation.house import House, at_work
from simulation.partners import Asked, Players, Stage
from simulation.scenario import Fields
from storage.pool import open_pool
from tests.serving import TRUST, serving
from workers.clients import connect
from workers.logs import configure_logs
from workers.settings import Settings

_SPAWN = multiprocessing.get_context("forkserver")
_SPAWN.set_forkserver_preload([__name__])


class Crew:
    """The worker processes of one house, by the build that they run."""

    def __init__(self, house: House, bridge: str) -> None:
        """Nobody works yet; `bridge` is where workers ask for time and partners."""
        self._told = (house.database, house.ring.text(), house.client.service_client.config.target_host, bridge)
        self._working: dict[str, BaseProcess] = {}
        self.killed = 0

    def hire(self, build: str) -> None:
        """Start a worker of `build`."""
        self._working[build] = _SPAWN.Process(target=work, args=(*self._told, build), daemon=True)
        self._working[build].start()

    def kill(self, build: str) -> None:
        """Kill -9 the worker of `build`, whatever it is at."""
        process = self._working.pop(build)
        assert process.is_alive()
        process.kill()
        process.join()
        self.killed += 1

    async def replace(self, build: str) -> None:
        """Kill the worker of `build` and hire another."""
        self.kill(build)
        self.hire(build)

    def dismiss(self) -> None:
        """Kill whoever is left."""
        for build in list(self._working):
            self.kill(build)


@asynccontextmanager
async def crew_of(house: House) -> AsyncIterator[Crew]:
    """A crew whose workers ask `house` for each journey's time and partners."""
    async with serving(_bridge(house)) as url:
        crew = Crew(house, url)
        try:
            yield crew
        finally:
            crew.dismiss()


def _bridge(house: House) -> FastAPI:
    app = FastAPI()

    @app.get("/moved/{journey_id}")
    async def moved(journey_id: str) -> float | None:
        by = house.clock.moved(journey_id)
        return by.total_seconds() if by else None

    @app.post("/met/{journey_id}/{partner}/{operation}")
    async def met(journey_id: str, partner: PartnerName, operation: str, request: Request) -> Fields:
        told = await request.json()
        return house.stage.casts[journey_id].meet(
            partner, operation, tuple(told["path"]), str(told["call"]), told["asked"]
        )

    return app


def work(database: str, ring: str, temporal: str, bridge: str, build: str) -> None:
    """The process of one worker."""
    configure_logs(Settings(log_level="ERROR"))
    asyncio.run(_work(database, KeyRing.parse(ring), temporal, bridge, build))


async def _work(database: str, ring: KeyRing, temporal: str, bridge: str, build: str) -> None:
    pool = await open_pool(database)
    settings = Settings.model_validate({"temporal_address": temporal, "temporal_namespace": "default"})
    vault = Vault(pool, ring)
    client = await connect(settings, vault)
    with httpx2.Client(base_url=bridge, trust_env=False, verify=TRUST) as house, _FarClock(house).installed():
        async with at_work(client, pool, vault, Stage(_FarCasts(house)), build):
            await asyncio.Event().wait()


class _FarClock(MovedClock):
    """The clock of the house, asked once for each journey."""

    def __init__(self, house: httpx2.Client) -> None:
        super().__init__()
        self._house = house

    def moved(self, journey_id: str) -> timedelta | None:
        if journey_id not in self._moved:
            by: float | None = self._house.get(f"/moved/{journey_id}").raise_for_status().json()
            if by is None:
                return None
            self._moved[journey_id] = timedelta(seconds=by)
        return self._moved[journey_id]


class _FarCast:
    """The partners of a journey, played in the house."""

    def __init__(self, house: httpx2.Client, journey_id: str) -> None:
        self._house = house
        self._journey_id = journey_id

    def meet(self, partner: PartnerName, operation: str, path: tuple[str, ...], call: str, asked: Asked) -> Fields:
        """Ask the house."""
        told: dict[str, Any] = {"path": path, "call": call, "asked": dict(asked)}
        answer = self._house.post(f"/met/{self._journey_id}/{partner}/{operation}", json=told)
        fields: Fields = answer.raise_for_status().json()
        return fields


class _FarCasts(UserDict[str, Players]):
    """Whoever plays in the house."""

    def __init__(self, house: httpx2.Client) -> None:
        super().__init__()
        self._house = house

    def __missing__(self, journey_id: str) -> Players:
        return _FarCast(self._house, journey_id)


async def build_of(house: House, journey_id: str) -> str:
    """The build on which the journey runs now; empty before its first step."""
    described = (await house.client.get_workflow_handle(journey_id).describe()).raw_description
    return described.workflow_execution_info.versioning_info.deployment_version.build_id
