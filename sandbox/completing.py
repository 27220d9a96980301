"""What a call-back says of the moment in which its thing happens: days, numbers, labels, temperatures."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from sandbox import production
from sandbox.callbacks import PLANNED
from sandbox.cells import MANUFACTURER, USUAL, donation_number, label
from sandbox.database import load
from sandbox.handover import code_shown
from schemas.car_t_actions import ApheresisResult, ManufacturingStatus
from schemas.civil import china_date
from schemas.custody import Celsius, CustodyEvent, CustodyStep, Material, TemperatureRecord
from schemas.shape import Shape

if TYPE_CHECKING:
    from sandbox.database import Connection

_BOOKS = load("therapies")
_SHELF_LIFE = timedelta(days=180)
_DAYS = {
    "record_assessment": ("assessed_on",),
    "record_apheresis": ("performed_on",),
    "record_examination": ("examined_on",),
    "record_lymphodepletion": ("started_on", "ended_on"),
    "record_infusion": ("infused_on",),
    "record_adverse_event": ("occurred_on",),
    "end_monitoring": ("ended_on",),
    "record_efficacy": ("assessed_on",),
}
"""Which fields of an action are the day on which it happens."""


class NotYetError(Exception):
    """It cannot happen yet; the message says what is missing. The sender tries again."""


class Happening(NamedTuple):
    """One call-back whose thing happens now."""

    type: str
    journey_id: str
    subject: str
    data: Mapping[str, Any]
    pace: float


class Move(Shape):
    """Something that is to happen to cells; an empty holder: whoever has the product at the bedside."""

    material: Material
    step: CustodyStep
    sender: str | None = None
    holder: str = ""
    place: str = ""
    lowest: Celsius | None = None
    highest: Celsius | None = None
    logged: bool = False
    wrong_label: bool = False


async def completed(connection: "Connection", now: Happening) -> dict[str, Any]:
    """The data that are told, the books brought up to date; raises NotYetError."""
    if now.data.get("voucher_code") == "":
        return {**now.data, "voucher_code": await _code(connection, now.journey_id)}
    if PLANNED not in now.data:
        return dict(now.data)
    today = china_date(datetime.now(UTC)).isoformat()
    intent = dict.fromkeys(_DAYS.get(now.type, ()), today) | now.data[PLANNED]
    complete = _COMPLETING.get(now.type)
    return await complete(connection, now, intent) if complete else intent


async def _code(connection: "Connection", journey_id: str) -> str:
    code = await code_shown(connection, journey_id)
    if code is None:
        message = "the patient has no voucher code yet"
        raise NotYetError(message)
    return code


async def _collect(connection: "Connection", now: Happening, intent: dict[str, Any]) -> dict[str, Any]:
    """Apheresis: the bag gets its donation number and the identifier that came with the slot."""
    party = intent.pop("party")
    if intent["result"] != ApheresisResult.COLLECTED:
        return intent
    coi = await connection.fetchval(_BOOKS["assigned"], now.journey_id)
    if coi is None:
        message = "the manufacturer has not assigned an identifier yet"
        raise NotYetError(message)
    din = donation_number(await connection.fetchval(_BOOKS["next_donation"]))
    move = Move(material=Material.STARTING_MATERIAL, step=CustodyStep.COLLECTED, holder=party)
    return intent | {"collected": await _written(connection, now, move, (coi, din), None)}


async def _move(connection: "Connection", now: Happening, intent: dict[str, Any]) -> dict[str, Any]:
    """A custody event, with the temperatures since the one before; cells that arrive go into production."""
    move = Move.model_validate(intent)
    if not move.holder:
        move = move.model_copy(update={"holder": await _bedside(connection, now.journey_id)})
    made = move.step is CustodyStep.MANUFACTURED
    before = await connection.fetchrow(
        _BOOKS["last_moved"], now.journey_id, Material.STARTING_MATERIAL if made else move.material
    )
    if before is None:
        message = f"there is no {move.material} yet"
        raise NotYetError(message)
    event = await _written(connection, now, move, (before["coi"], before["din"]), before["at"])
    await connection.execute(_BOOKS["carry"], now.subject, move.holder)
    if (move.material, move.step, move.holder) == (Material.STARTING_MATERIAL, CustodyStep.HANDED_OVER, MANUFACTURER):
        await production.begin(connection, now.journey_id, before["din"], now.pace)
    return {"event": event}


async def _bedside(connection: "Connection", journey_id: str) -> str:
    recipient: str | None = await connection.fetchval(_BOOKS["arrived"], journey_id)
    if recipient is None:
        message = "the product has not arrived yet"
        raise NotYetError(message)
    return recipient


async def _written(
    connection: "Connection", now: Happening, move: Move, bag: tuple[str, str], since: datetime | None
) -> dict[str, Any]:
    event = CustodyEvent(
        material=move.material,
        step=move.step,
        at=datetime.now(UTC),
        place=move.place or move.holder,
        sender=move.sender,
        holder=move.holder,
        identity=label(*bag, wrong=move.wrong_label),
        temperatures=(_logged(move, since),) if move.logged and since else (),
    )
    await connection.execute(_BOOKS["move"], now.journey_id, event.material, event.step, event.holder, *bag, event.at)
    return event.model_dump(mode="json")


def _logged(move: Move, since: datetime) -> TemperatureRecord:
    made = move.step is CustodyStep.MANUFACTURED
    lowest, highest = USUAL[Material.STARTING_MATERIAL if made else move.material]
    shown = (lowest if move.lowest is None else move.lowest, highest if move.highest is None else move.highest)
    return TemperatureRecord(
        device="logger-1", started_at=since, ended_at=datetime.now(UTC), lowest=min(shown), highest=max(shown)
    )


async def _end_production(connection: "Connection", now: Happening, intent: dict[str, Any]) -> dict[str, Any]:
    """What came of manufacturing; a released product has batch, certificate and last day."""
    paper: dict[str, Any] = {"batch": "", "certificate": "", "expires_on": None}
    if intent["status"] == ManufacturingStatus.RELEASED:
        number = now.subject.removeprefix("slot-")
        last_day = china_date(datetime.now(UTC)) + _SHELF_LIFE
        paper = {"batch": f"B-{number}", "certificate": f"COA-{number}", "expires_on": last_day}
    status = "lost" if intent["status"] == ManufacturingStatus.SLOT_LOST else intent["status"]
    din = await connection.fetchval(_BOOKS["end_production"], now.subject, status, *paper.values(), intent["reason"])
    last_day_said = paper["expires_on"] and paper["expires_on"].isoformat()
    return intent | paper | {"expires_on": last_day_said, "din": din or None}


async def _compare(connection: "Connection", now: Happening, intent: dict[str, Any]) -> dict[str, Any]:
    """The infusion: the labels of the bag at the bedside."""
    await _bedside(connection, now.journey_id)
    bag = await connection.fetchrow(_BOOKS["last_moved"], now.journey_id, Material.PRODUCT)
    if bag is None:
        message = "there is no product yet"
        raise NotYetError(message)
    return intent | {"identity": label(bag["coi"], bag["din"]).model_dump(mode="json")}


_COMPLETING: Mapping[str, Callable[["Connection", Happening, dict[str, Any]], Awaitable[dict[str, Any]]]] = {
    "record_apheresis": _collect,
    "record_custody": _move,
    "record_manufacturing": _end_production,
    "record_infusion": _compare,
}
