"""The play of a scenario: always the next thing that happens, whoever does it, until nothing is left to happen."""

import secrets
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from activities.ledger import policy_digest
from privacy import places
from schemas.claims import AnyClaim
from schemas.journey import DecisionRecord, JourneyStatus, Notice, TimelineEntry
from schemas.people import ActorRole
from simulation.claims import Reported, hand_in, reported
from simulation.cues import Cue, Cues, Rank
from simulation.deeds import action_of
from simulation.errors import StuckError
from simulation.house import House
from simulation.partners import Cast
from simulation.scenario import Deed, Scenario
from simulation.situation import Situation
from simulation.trace import Chronicle, ClaimTrace
from simulation.travelling import Rest, Traveller
from storage.queries import load

_SQL = load("simulation")
_DEEDS_AT_MOST = 400
"""Of one claim: three years of monthly prescriptions have fewer."""
_IDLE_AT_MOST = 40
"""So often a journey may wake by itself without a change before nothing more is expected of it."""


async def play(house: House, scenario: Scenario) -> tuple[ClaimTrace, ...]:
    """Play `scenario` to its end; the trace of each claim. Raises SimulationError."""
    claims = [ClaimPlay(house, claim) for claim in reported(scenario, house.products, secrets.token_hex(6))]
    try:
        while (soonest := _soonest(claims)) and not (scenario.until and soonest[0].at >= scenario.until):
            cue, claim = soonest
            await claim.take(cue)
        return tuple([await claim.trace() for claim in claims])
    finally:
        for claim in claims:
            await claim.close()


def _soonest(claims: list["ClaimPlay"]) -> tuple[Cue, "ClaimPlay"] | None:
    cues = [(cue, claim) for claim in claims if (cue := claim.next())]
    return min(cues, key=lambda one: one[0][:2], default=None)


class _Underway(NamedTuple):
    """A journey that was started."""

    claim: AnyClaim
    traveller: Traveller
    cast: Cast


class ClaimPlay:
    """One claim of a scenario in play."""

    def __init__(self, house: House, claim: Reported) -> None:
        """Play `claim` in `house`; it is not handed in yet."""
        self._house = house
        self._claim = claim
        self._cues = Cues(claim.script, house.calendar)
        self._chronicle = Chronicle()
        self._underway: _Underway | None = None
        self._rest = Rest(claim.starts, running=True, wakes=None)
        self._status: JourneyStatus | None = None
        self._idle = self._deeds = 0

    def next(self) -> Cue | None:
        """What happens next, or None where nothing is left to happen."""
        if self._underway is None:
            return Cue(self._claim.starts, Rank.STARTING)
        if not self._rest.running:
            return None
        cues = [cue for cue in (self._waking(), self._cues.next(self._rest.now)) if cue]
        return min(cues, key=lambda cue: cue[:2], default=None)

    def _waking(self) -> Cue | None:
        wakes = self._rest.wakes
        if wakes is None or self._underway is None or self._idle >= _IDLE_AT_MOST:
            return None
        return Cue(self._underway.traveller.own_time(wakes), Rank.WAKING)

    async def take(self, cue: Cue) -> None:
        """Let it happen."""
        if self._underway is None:
            await self._start()
        elif cue.deed is None:
            self._rest = await self._underway.traveller.wake(self._rest)
        else:
            await self._act(self._underway, cue.at, cue.deed)
        await self._look()

    async def _start(self) -> None:
        claim, script = await hand_in(self._house, self._claim), self._claim.script
        cast = Cast(self._claim.coverage, self._claim.price, script.partners, lambda: self._rest.now)
        self._house.stage.casts[claim.journey_id] = cast
        self._underway = _Underway(claim, Traveller(self._house, claim), cast)
        self._rest = await self._underway.traveller.start(self._claim.starts)

    async def _act(self, underway: _Underway, at: datetime, deed: Deed) -> None:
        if at > self._rest.now:
            self._rest = await underway.traveller.wait_until(at)
        self._deeds += 1
        if self._deeds > _DEEDS_AT_MOST:
            raise self._endless()
        key = f"{underway.claim.journey_id}/deed/{self._deeds}"
        action = action_of(deed, self._cues.usual(deed), key, await self._situation(underway))
        name = str(type(action).model_fields["action"].default)
        self._cues.done(deed, self._rest.now)
        self._rest, refusal = await underway.traveller.act(action, name)
        self._note(deed, name, refusal, action.actor.role)

    def _endless(self) -> StuckError:
        wait, times = self._cues.again_and_again()
        name = f"{self._claim.script.name}: " if self._claim.script.name else ""
        return StuckError(
            f"{name}after {_DEEDS_AT_MOST} deeds the journey goes on and on: it has waited for {wait} {times} times;"
            f" tell in answers how that ends, e.g. {wait}: never"
        )

    def _note(self, deed: Deed, name: str, refusal: str, role: ActorRole) -> None:
        if refusal:
            self._chronicle.refused(self._rest.now, name, refusal, role)
        if refusal and not deed.refused:
            self._chronicle.surprises.append(f"{name} was refused: {refusal}")
        elif deed.refused not in refusal:
            came = f"refused: {refusal}" if refusal else "taken"
            self._chronicle.surprises.append(f"{name} should be refused ({deed.refused}) and was {came}")

    async def _situation(self, underway: _Underway) -> Situation:
        if self._status is None:
            message = "somebody acts on a journey that has no status yet"
            raise RuntimeError(message)
        voucher = self._status.voucher
        code = await self._house.pool.fetchval(_SQL["code"], voucher.voucher_id) if voucher else None
        product = self._house.products.get(self._claim.report.product)
        return Situation(self._status, self._claim.report, product, underway.cast.given, code or "", self._rest.now)

    async def _look(self) -> None:
        """See what has become of the journey since the last look."""
        if self._underway is None:
            return
        journey = self._underway.claim.journey_id
        before = self._status.revision if self._status else 0
        standing = await self._house.pool.fetchval(_SQL["standing"], journey)
        status = JourneyStatus.model_validate(await self._house.vault.open(journey, places.STATUS, standing))
        self._idle = self._idle + 1 if status.revision == before else 0
        if status.revision != before:
            await self._read(journey, status)
        self._status = status.model_copy(update={"decisions": tuple(self._chronicle.decisions)})
        self._cues.stands(self._status, self._rest.now)

    async def _read(self, journey: str, status: JourneyStatus) -> None:
        """Put the journey's new decisions, history entries, messages and deadline into the chronicle."""
        pool, open_, chronicle = self._house.pool, self._house.vault.open, self._chronicle
        for row in await pool.fetch(_SQL["decisions"], journey, len(chronicle.decisions)):
            record = await open_(journey, places.decision(row["number"]), row["record"])
            chronicle.decisions.append(DecisionRecord.model_validate(record))
        for row in await pool.fetch(_SQL["entries"], journey, chronicle.entries):
            told = await open_(journey, places.entry(row["seq"]), row["entry"])
            entry = TimelineEntry.model_validate(told)
            if stage := chronicle.took_place(entry):
                self._cues.entered(stage, entry.at)
        for row in (await pool.fetch(_SQL["notices"], journey))[len(chronicle.notices) :]:
            notice = await open_(journey, places.notice(row["key"]), row["payload"])
            chronicle.told(Notice.model_validate(notice), status.updated_at)
        chronicle.waits(status)

    async def close(self) -> None:
        """End the journey where it is still open."""
        if self._underway and self._rest.running:
            await self._underway.traveller.end()

    async def trace(self) -> ClaimTrace:
        """What happened, and the money as it stands."""
        policy = self._claim.coverage["policy"]
        product, number = policy["product"], policy["policy_number"]
        left = await self._house.pool.fetchval(
            _SQL["available"], product, policy_digest(self._house.vault, product, number)
        )
        money_left = Decimal(policy["sum_insured"]) if left is None else left
        return self._chronicle.trace(self._claim.script.name, self._status, money_left, self._cues.undone())
