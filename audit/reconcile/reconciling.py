"""Reconciling one journey: its histories first, then its rows, then whether it stood still meanwhile.

In this order, because whatever a history records was written before it was recorded: what a history tells and the rows
lack is a difference also while the journey moves. What only the rows tell may be going on just now, and counts once
the journey rests.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import NamedTuple

from asyncpg import Pool, Record
from temporalio.client import Client

from audit.reconcile.custody import custody
from audit.reconcile.erased import erased
from audit.reconcile.finding import Fault, Finding, Part, Reconciled, Verdict
from audit.reconcile.ordered import ordered
from audit.reconcile.postings import postings, postings_of, unbalanced
from audit.reconcile.read_model import read_model
from audit.reconcile.rows import Rows, rows_of
from audit.reconcile.runs import Replay, missing, rests, runs_of
from audit.reconcile.strange import compared
from audit.reconcile.told import Run, Said, said, unread
from audit.reconcile.vouchers import vouchers
from audit.replaying import Verdict as Replayable
from audit.sources import Sources
from privacy.vault import Vault

_LOOKS = 4
_PAUSE_SECONDS = 0.25
"""Twice as long before each further look: lists and workflow tasks take as long as that."""


class Look(NamedTuple):
    """What one look at a journey saw."""

    said: Said
    rows: Rows
    rested: bool
    came: Reconciled


class Reconciler:
    """Reads only. Any number of journeys may be looked at side by side."""

    def __init__(self, pool: "Pool[Record]", vault: Vault, sources: Sources, client: Client, replay: Replay) -> None:
        """Hold the database of `pool` against `sources`, replayed by `replay`; `client` tells which journeys rest."""
        self._pool = pool
        self._vault = vault
        self._sources = sources
        self._client = client
        self._replay = replay

    async def look(self, journey_id: str) -> Look:
        """Look until the journey rests, or nothing is wrong, a few times at most.

        Raises RPCError where the Temporal server is away, and whatever PostgreSQL raises.
        """
        look, pause = await self._look(journey_id), _PAUSE_SECONDS
        for _ in range(_LOOKS - 1):
            if look.rested or not look.came.findings:
                break
            await asyncio.sleep(pause)
            look, pause = await self._look(journey_id), pause * 2
        firm = tuple(found for found in look.came.findings if look.rested or not found.passing)
        verdict = look.came.verdict if firm or not look.came.findings else Verdict.MOVING
        return look._replace(came=look.came.model_copy(update={"findings": firm, "verdict": verdict}))

    async def _look(self, journey_id: str) -> Look:
        runs = await runs_of(journey_id, self._sources, self._client, self._replay)
        rows = await rows_of(self._pool, journey_id)
        gone = missing(runs)
        rested = await rests(journey_id, runs, self._client)
        known = said(journey_id, runs, whole=bool(runs) and not gone)
        is_erased = any(run.told.verdict is Replayable.ERASED for run in runs)
        findings = [*gone, *_started(runs, rows)]
        if is_erased:
            findings += _erased(journey_id, runs, rows, whole=not gone)
        elif runs:
            findings += [*unread(runs), *[each async for each in self._compared(known, rows)]]
        sound = Verdict.ERASED if is_erased else Verdict.AGREES
        verdict = Verdict.DISAGREES if findings else sound
        came = Reconciled(name=journey_id, verdict=verdict, runs=len(runs), findings=tuple(findings))
        return Look(known, rows, rested, came)

    async def _compared(self, known: Said, rows: Rows) -> AsyncIterator[Finding]:
        for each in ordered(known, rows):
            yield each
        async for each in read_model(self._vault, known, rows):
            yield each
        booked = list(postings_of(self._vault, known.asked))
        for part, differences in (
            (Part.LEDGER, postings(self._vault, known, rows.postings)),
            (Part.LEDGER, unbalanced(rows.postings)),
            (Part.VOUCHER, vouchers(known, booked, rows.vouchers)),
            (Part.CUSTODY, custody(known, rows.links)),
        ):
            with compared(part) as found:
                found.extend(differences)
            for each in found:
                yield each


def _erased(journey_id: str, runs: Sequence[Run], rows: Rows, *, whole: bool) -> Iterator[Finding]:
    lost = [run for run in runs if run.told.verdict not in {Replayable.ERASED, Replayable.REPLAYS}]
    yield from unread(lost)
    histories = [run.recorded for run in runs if run.recorded]
    with compared(Part.LEDGER) as found:
        found.extend(erased(journey_id, histories, rows, whole=whole and not lost))
        found.extend(unbalanced(rows.postings))
    yield from found


def _started(runs: Sequence[Run], rows: Rows) -> Iterator[Finding]:
    """Whether there are histories of what was started, and a claim for what has histories."""
    if not runs and (rows.start == "started" or rows.any):
        yield Finding(
            part=Part.HISTORY, fault=Fault.ABSENT, database="neither archived nor on the server", passing=True
        )
    if runs and not rows.claimed:
        yield Finding(part=Part.START, fault=Fault.ABSENT, history="the journey runs, or ran", passing=True)
