"""Behind the scenes: tell the partners how to behave, stock their books, and read what they keep."""

from enum import StrEnum
from typing import Annotated

import asyncpg
from fastapi import APIRouter, Query
from pydantic import BaseModel, Field, JsonValue

from sandbox.behaviours import Instruction
from sandbox.callbacks import TYPES, Callback, plan
from sandbox.database import load
from sandbox.desk import AtDesk
from sandbox.handover import handed_over
from sandbox.outcomes import HandOverOutcome
from sandbox.policies import KnownPolicy, put_policies
from sandbox.problems import RESPONSES, ProblemError
from schemas.money import Yuan
from schemas.names import DrugId, JourneyId
from schemas.papers import PaperKind
from schemas.partners import PartnerName
from schemas.shape import Strict

router = APIRouter(prefix="/_sandbox", tags=["control"], responses=RESPONSES)
_DESK, _BOOKS, _SHOWN, _CALLBACKS = load("desk"), load("books"), load("shown"), load("callbacks")


class Price(Strict):
    """What one unit of a drug costs."""

    drug_id: DrugId
    unit_price: Annotated[Yuan, Field(gt=0)]


class Shelf(Strict):
    """Whether a city (empty: every city without a word of its own) has a drug."""

    drug_id: DrugId
    city: str = ""
    in_stock: bool


class Program(Strict):
    """An aid program for a drug; `open` false: there is none (any more)."""

    drug_id: DrugId
    program_name: str = "示范援助项目"
    papers: tuple[PaperKind, ...] = ()
    open: bool = True


class Visit(HandOverOutcome):
    """The patient, or somebody for them, comes to the pharmacy's counter."""

    journey_id: JourneyId


class Saying(Strict):
    """A call-back to send, whatever the books say."""

    partner: PartnerName
    journey_id: JourneyId
    type: str = Field(pattern=r"^[a-z_]{3,40}$")
    data: dict[str, JsonValue]


class Done(BaseModel):
    """How many things were taken in."""

    done: int


class Planned(BaseModel):
    """A call-back is on its way."""

    callback_id: str


class Kept(StrEnum):
    """What can be read."""

    MESSAGES = "messages"
    PAYMENTS = "payments"
    RESERVATIONS = "reservations"
    DISPENSINGS = "dispensings"
    APPLICATIONS = "applications"
    RECORDS_REQUESTS = "records_requests"
    PARCELS = "parcels"
    APPOINTMENTS = "appointments"
    SLOTS = "slots"
    SHIPMENTS = "shipments"
    MOVEMENTS = "movements"
    CALLBACKS = "callbacks"
    EXCHANGES = "exchanges"


@router.post("/behaviours", status_code=201)
async def tell(instruction: Instruction, desk: AtDesk) -> Done:
    """Append a script; its steps are played in order, then the partner accepts again."""
    whose = (instruction.partner, instruction.operation, instruction.match.journey_id)
    steps = [(*whose, step.times, step.model_dump(mode="json", exclude_defaults=True)) for step in instruction.script]
    async with desk.pool.acquire() as connection, connection.transaction():
        await connection.executemany(_DESK["tell"], steps)
    return Done(done=len(steps))


@router.get("/behaviours")
async def behaviours(desk: AtDesk) -> list[dict[str, JsonValue]]:
    """What is still to be played."""
    return [dict(row) for row in await desk.pool.fetch(_DESK["behaviours"])]


@router.delete("/behaviours", status_code=204)
async def reset(desk: AtDesk) -> None:
    """Forget every script."""
    await desk.pool.execute(_DESK["forget_behaviours"])


@router.post("/policies", status_code=201)
async def policies(known: list[KnownPolicy], desk: AtDesk) -> Done:
    """Put policies into the insurer's core system; a known number is replaced."""
    return Done(done=await put_policies(desk.pool, known))


@router.post("/prices", status_code=201)
async def prices(known: list[Price], desk: AtDesk) -> Done:
    """Set prices; drugs without one get an invented price when first asked for."""
    await desk.pool.executemany(_BOOKS["put_price"], [(price.drug_id, price.unit_price) for price in known])
    return Done(done=len(known))


@router.post("/stock", status_code=201)
async def stock(known: list[Shelf], desk: AtDesk) -> Done:
    """Say where drugs are out of stock or back; what nobody spoke of is in stock."""
    await desk.pool.executemany(_BOOKS["put_shelf"], [(shelf.drug_id, shelf.city, shelf.in_stock) for shelf in known])
    return Done(done=len(known))


@router.post("/programs", status_code=201)
async def programs(known: list[Program], desk: AtDesk) -> Done:
    """Open or close aid programs."""
    async with desk.pool.acquire() as connection, connection.transaction():
        for program in known:
            if program.open:
                named = (f"program-{program.drug_id}", program.program_name, list(program.papers))
                await connection.execute(_BOOKS["put_program"], program.drug_id, *named)
            else:
                await connection.execute(_BOOKS["drop_program"], program.drug_id)
    return Done(done=len(known))


@router.post("/visits", status_code=202)
async def visit(coming: Visit, desk: AtDesk) -> Planned:
    """Hand the drug over at the counter, against the code in the patient's message; the pharmacy calls back."""
    async with desk.pool.acquire() as connection:
        told = Callback(
            PartnerName.PHARMACY, coming.journey_id, "record_hand_over", coming.journey_id, handed_over(coming)
        )
        callback_id = await plan(connection, told, 0)
    desk.planned.set()
    return Planned(callback_id=callback_id)


@router.post("/callbacks", status_code=202)
async def say(saying: Saying, desk: AtDesk) -> Planned:
    """Send a call-back of one's own making, signed as the partner would."""
    if saying.type not in TYPES:
        raise ProblemError(422, f"none of {', '.join(sorted(TYPES))}", field="type")
    async with desk.pool.acquire() as connection:
        told = Callback(saying.partner, saying.journey_id, saying.type, saying.journey_id, saying.data)
        callback_id = await plan(connection, told, 0)
    desk.planned.set()
    return Planned(callback_id=callback_id)


@router.post("/callbacks/{callback_id}/again", status_code=202)
async def say_again(callback_id: str, desk: AtDesk) -> Planned:
    """Send a delivered, unsent or given-up call-back once more, under the same id."""
    if not await desk.pool.fetchval(_CALLBACKS["send_again"], callback_id):
        raise ProblemError(404, "no ended call-back of this id", field="callback_id")
    desk.planned.set()
    return Planned(callback_id=callback_id)


@router.get("/{kept}")
async def show(kept: Kept, desk: AtDesk, journey_id: Annotated[str, Query()] = "") -> list[dict[str, JsonValue]]:
    """What the partners keep, of one journey or all."""
    rows: list[asyncpg.Record] = await desk.pool.fetch(_SHOWN[kept.value], journey_id)
    return [row[0] for row in rows]
