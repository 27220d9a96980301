"""Obliging people and partners of a CAR-T therapy: who answers, who tells of the cells, and their usual fields."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from stdnum.iso7064 import mod_37_2

from schemas.car_t_view import CarTTherapy, CarTView
from schemas.civil import china_date, day_begins
from schemas.custody import CustodyStep, Deviation, DeviationKind, Material
from schemas.journey import JourneyStatus, Stage, WaitingFor
from schemas.people import ActorRole
from simulation.scenario import Fields
from simulation.situation import Obliging, Situation

COURIER = "cryo-courier-1"
MANUFACTURER = "manufacturer-1"
SITE = "site-1"
_EXPECTED_COST = "1200000.00"
_SHELF_LIFE = timedelta(days=180)
_WARMEST = {Material.STARTING_MATERIAL: ("3.5", "6.5"), Material.PRODUCT: ("-165.0", "-155.0")}
"""Degrees that a courier's logger usually shows."""


def specimen(at: datetime) -> CarTView:
    """A therapy in full swing: what deeds are checked against before anything is known of the real one."""
    therapy = CarTTherapy(
        site="示范医院", party=SITE, manufacturer=MANUFACTURER, coi="COI00000001", din=donation_number(1), aphereses=1
    )
    gap = Deviation(number=12, seq=1, kind=DeviationKind.CUSTODY_GAP, material=Material.STARTING_MATERIAL)
    return CarTView(therapy=therapy, told_at=at, starting_material_at=SITE, deviations=(gap,))


OBLIGING: Mapping[WaitingFor, Obliging] = {
    WaitingFor.ASSESSMENT_BOOKING: Obliging("1d", ActorRole.SERVICE_AGENT, "book_assessment"),
    WaitingFor.ASSESSMENT: Obliging("3d", ActorRole.HOSPITAL, "record_assessment"),
    WaitingFor.ARRANGEMENT: Obliging("2d", ActorRole.SERVICE_AGENT, "arrange_treatment"),
    WaitingFor.APHERESIS: Obliging("7d", ActorRole.HOSPITAL, "record_apheresis"),
    WaitingFor.PRODUCT: Obliging("25d", ActorRole.MANUFACTURER, "record_manufacturing"),
    WaitingFor.REMANUFACTURE_CHOICE: Obliging("2d", ActorRole.HOSPITAL, "decide_remanufacture"),
    WaitingFor.EXAMINATION: Obliging("1d", ActorRole.HOSPITAL, "record_examination"),
    WaitingFor.LYMPHODEPLETION: Obliging("4d", ActorRole.HOSPITAL, "record_lymphodepletion"),
    WaitingFor.DEVIATION: Obliging("1d", ActorRole.MANUFACTURER, "resolve_deviation"),
    WaitingFor.INFUSION: Obliging("2d", ActorRole.HOSPITAL, "record_infusion"),
    WaitingFor.MONITORING_END: Obliging("14d", ActorRole.HOSPITAL, "end_monitoring"),
    WaitingFor.EFFICACY: Obliging("14d", ActorRole.HOSPITAL, "record_efficacy"),
    WaitingFor.COSTS: Obliging("2d", ActorRole.HOSPITAL, "submit_costs"),
}


def carrying(status: JourneyStatus) -> Obliging | None:
    """Who tells of the cells next, so long after they last moved; None while they lie where they belong."""
    view = status.car_t
    if view is None or status.stage is not Stage.MANUFACTURING:
        return None
    if view.product_at is None:
        told = {view.therapy.party: ("4h", ActorRole.HOSPITAL), COURIER: ("1d", ActorRole.CRYO_COURIER)}
        after, role = told.get(view.starting_material_at or "", ("20d", ActorRole.MANUFACTURER))
        return Obliging(after, role, "record_custody")
    if view.product_at == view.therapy.party or not view.therapy.released:
        return None
    role = ActorRole.CRYO_COURIER if view.product_at == COURIER else ActorRole.MANUFACTURER
    return Obliging("1d", role, "record_custody")


def open_deviations(status: JourneyStatus) -> tuple[Deviation, ...]:
    """What somebody could dispose of."""
    return tuple(item for item in status.car_t.deviations if item.open) if status.car_t else ()


def donation_number(apheresis: int) -> str:
    """A donation identification number, its check character right."""
    number = f"G123426{apheresis:06d}"
    return number + str(mod_37_2.calc_check_digit(number))


def _view(now: Situation) -> CarTView:
    return now.status.car_t or CarTView()


def _day(now: Situation, days: int = 0) -> str:
    return (china_date(now.at) + timedelta(days=days)).isoformat()


def _identity(view: CarTView, din: str = "") -> Fields:
    return {
        "coi": view.therapy.coi,
        "din": din or view.therapy.din,
        "checked_by": "nurse-1",
        "witnessed_by": "nurse-2",
    }


def _assessment_booking(now: Situation, told: Mapping[str, Any]) -> Fields:
    del told
    return {"site": now.claim.diagnosis.hospital.name, "party": SITE, "on": _day(now, 3)}


def _assessment(now: Situation, told: Mapping[str, Any]) -> Fields:
    suitable = bool(told.get("suitable", True))
    return {"suitable": suitable, "prescribed": suitable, "assessed_on": _day(now)}


def _arrangement(now: Situation, told: Mapping[str, Any]) -> Fields:
    del told
    return {"apheresis_planned_on": _day(now, 7), "expected_cost": _EXPECTED_COST}


def _apheresis(now: Situation, told: Mapping[str, Any]) -> Fields:
    view, fields = _view(now), {"result": "collected", "site": _view(now).therapy.site, "performed_on": _day(now)}
    if told.get("result", "collected") != "collected":
        return fields
    bag = {
        "material": Material.STARTING_MATERIAL,
        "step": CustodyStep.COLLECTED,
        "at": now.at,
        "place": view.therapy.party,
        "holder": view.therapy.party,
        "identity": _identity(view, donation_number(view.therapy.aphereses + 1)),
    }
    return {**fields, "collected": bag}


def _custody(now: Situation, told: Mapping[str, Any]) -> Fields:
    """The next thing that happens to the cells on an undisturbed way."""
    del told
    view = _view(now)
    at = view.product_at or view.starting_material_at or view.therapy.party
    material = Material.PRODUCT if view.product_at else Material.STARTING_MATERIAL
    if not view.product_at and at not in {view.therapy.party, COURIER}:
        made = {"material": Material.PRODUCT, "step": CustodyStep.MANUFACTURED, "place": at, "holder": at}
        collected = day_begins(view.therapy.collected_on or china_date(now.at))
        lay = [_logged(now, Material.STARTING_MATERIAL) | {"started_at": collected}]
        return {"event": {**made, "at": now.at, "identity": _identity(view), "temperatures": lay}}
    ends = (view.therapy.manufacturer, view.therapy.party)
    target = ends[material is Material.PRODUCT] if at == COURIER else COURIER
    handed = {"material": material, "step": CustodyStep.HANDED_OVER, "place": at, "sender": at, "holder": target}
    return {"event": {**handed, "at": now.at, "identity": _identity(view), "temperatures": [_logged(now, material)]}}


def _logged(now: Situation, material: Material) -> Fields:
    lowest, highest = _WARMEST[material]
    since = _view(now).told_at or now.at
    return {"device": "logger-1", "started_at": since, "ended_at": now.at, "lowest": lowest, "highest": highest}


def _manufacturing(now: Situation, told: Mapping[str, Any]) -> Fields:
    if told.get("status", "released") != "released":
        return {"status": "failed", "reason": "as the scenario says"}
    view = _view(now)
    return {
        "status": "released",
        "batch": f"BATCH-{view.therapy.aphereses}",
        "certificate": f"COA-{view.therapy.aphereses}",
        "expires_on": (china_date(now.at) + _SHELF_LIFE).isoformat(),
        "din": view.therapy.din,
    }


def _examination(now: Situation, told: Mapping[str, Any]) -> Fields:
    del told
    return {"result": "fit", "examined_on": _day(now)}


def _lymphodepletion(now: Situation, told: Mapping[str, Any]) -> Fields:
    del told
    return {"started_on": _day(now, -2), "ended_on": _day(now)}


def _deviation(now: Situation, told: Mapping[str, Any]) -> Fields:
    """The first open one, or that which is told; the journey says so where there is none."""
    number = told.get("number")
    found = [item for item in _view(now).deviations if item.open and number in {None, item.number}]
    about = {"number": found[0].number, "kind": found[0].kind} if found else {"kind": DeviationKind.CUSTODY_GAP}
    report = f"DR-{about.get('number', number)}"
    return {**about, "disposition": "usable", "report": report, "reason": "as the scenario says"}


def _infusion(now: Situation, told: Mapping[str, Any]) -> Fields:
    del told
    view = _view(now)
    return {"site": view.therapy.site, "infused_on": _day(now), "identity": _identity(view)}


def _costs(now: Situation, told: Mapping[str, Any]) -> Fields:
    """One bill for the whole therapy: as much as was expected, on the day of the infusion or of the apheresis."""
    del told
    therapy = _view(now).therapy
    day: date | None = therapy.infused_on or therapy.first_apheresis_on
    item = {
        "number": "INV-1",
        "kind": "car_t_product",
        "amount": str(therapy.expected_cost),
        "incurred_on": day.isoformat() if day else _day(now),
        "site": therapy.site,
    }
    return {"items": [item], "final": True, "settled_by_social_insurance": True}


FIELDS = {
    "book_assessment": _assessment_booking,
    "record_assessment": _assessment,
    "arrange_treatment": _arrangement,
    "record_apheresis": _apheresis,
    "record_custody": _custody,
    "record_manufacturing": _manufacturing,
    "decide_remanufacture": lambda *_: {"way": "reapheresis", "reason": "as the scenario says"},
    "record_bridging": lambda now, _: {"started_on": _day(now), "regimen": "R-GemOx"},
    "record_examination": _examination,
    "record_lymphodepletion": _lymphodepletion,
    "resolve_deviation": _deviation,
    "record_infusion": _infusion,
    "record_adverse_event": lambda now, _: {"kind": "crs", "grade": 1, "occurred_on": _day(now)},
    "end_monitoring": lambda now, _: {"ended_on": _day(now)},
    "record_efficacy": lambda now, _: {"response": "complete", "assessed_on": _day(now)},
    "submit_costs": _costs,
    "transfer_site": lambda *_: {"party": "site-2", "reason": "as the scenario says"},
}
"""The fields of each action where the scenario does not tell them."""
