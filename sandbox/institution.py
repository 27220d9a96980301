"""The designated institution, played: assesses patients, collects their cells, infuses the product, sends its bill."""

import secrets
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from fastapi import APIRouter

from sandbox.behaviours import Behaviour
from sandbox.callbacks import Callback, plan_in_turn, planned
from sandbox.cells import party_of
from sandbox.database import load
from sandbox.desk import AtDesk, Writing
from sandbox.outcomes import AdmissionOutcome, AssessmentOutcome
from sandbox.people import PatientOnFile
from sandbox.problems import RESPONSES
from schemas.car_t_actions import ApheresisResult, Site, ToxicityKind
from schemas.car_t_facts import CostItem, CostKind, ExaminationResult
from schemas.civil import china_date
from schemas.custody import CustodyStep, Material
from schemas.partners import AppointmentReceipt, PartnerName
from schemas.shape import Strict

if TYPE_CHECKING:
    from sandbox.database import Connection

router = APIRouter(prefix="/hospital", tags=[PartnerName.HOSPITAL.value], responses=RESPONSES)
_BOOKS = load("therapies")
_USUAL_BILL = {
    CostKind.CAR_T_PRODUCT: Decimal("1120000.00"),
    CostKind.BED: Decimal("4200.00"),
    CostKind.NURSING: Decimal("1800.00"),
    CostKind.DRUGS: Decimal("26500.00"),
    CostKind.EXAMINATION: Decimal("9300.00"),
    CostKind.TREATMENT: Decimal("12000.00"),
}
Step = tuple[str, dict[str, object]]


class AssessmentOrder(Strict):
    """Assess this patient on that day."""

    site: Site
    party: str = ""
    on: date
    person: PatientOnFile


class AdmissionOrder(AssessmentOrder):
    """Take this patient in."""

    purpose: Literal["apheresis", "infusion"]


@router.post("/assessments", status_code=201)
async def book_assessment(order: AssessmentOrder, call: Writing, desk: AtDesk) -> AppointmentReceipt:
    """Take a booking; what was found is called back."""

    async def work(connection: "Connection", told: Behaviour) -> AppointmentReceipt:
        outcome = AssessmentOutcome.model_validate(told.outcome)
        found = outcome.model_dump() | {"prescribed": outcome.suitable and outcome.prescribed}
        receipt = await _expect(connection, call.journey_id, order, "assessment")
        steps = _calls(call.journey_id, receipt, [("record_assessment", found)])
        await plan_in_turn(connection, steps, told, desk.pace)
        return receipt

    return await desk.write(call, order, AppointmentReceipt, work)


@router.post("/admissions", status_code=201)
async def admit(order: AdmissionOrder, call: Writing, desk: AtDesk) -> AppointmentReceipt:
    """Take a patient in; each step is called back."""

    async def work(connection: "Connection", told: Behaviour) -> AppointmentReceipt:
        outcome = AdmissionOutcome.model_validate(told.outcome)
        steps = _apheresis(order, outcome) if order.purpose == "apheresis" else _infusion(order, outcome)
        receipt = await _expect(connection, call.journey_id, order, order.purpose)
        await plan_in_turn(connection, _calls(call.journey_id, receipt, steps), told, desk.pace)
        return receipt

    return await desk.write(call, order, AppointmentReceipt, work)


async def _expect(
    connection: "Connection", journey_id: str, order: AssessmentOrder, purpose: str
) -> AppointmentReceipt:
    appointment_id = f"app-{secrets.token_hex(6)}"
    row = (purpose, order.site, order.on, order.person.model_dump(mode="json"))
    await connection.execute(_BOOKS["add_appointment"], appointment_id, journey_id, *row)
    return AppointmentReceipt(appointment_id=appointment_id, on=order.on)


def _calls(journey_id: str, receipt: AppointmentReceipt, steps: list[Step]) -> list[Callback]:
    return [
        Callback(PartnerName.HOSPITAL, journey_id, name, receipt.appointment_id, planned(**intent))
        for name, intent in steps
    ]


def _apheresis(order: AdmissionOrder, outcome: AdmissionOutcome) -> list[Step]:
    told = {"site": order.site, "party": party_of(order.site, order.party), "reason": outcome.reason}
    first: Step = ("record_apheresis", {**told, "result": outcome.apheresis.value})
    if outcome.apheresis is not ApheresisResult.INSUFFICIENT:
        return [first]
    return [first, ("record_apheresis", {**told, "result": ApheresisResult.COLLECTED.value})]


def _infusion(order: AdmissionOrder, outcome: AdmissionOutcome) -> list[Step]:
    """From the examination to the bill."""
    steps: list[Step] = [("record_examination", _examined(outcome.examination, outcome))]
    if outcome.examination is ExaminationResult.POSTPONED:
        steps.append(("record_examination", _examined(ExaminationResult.FIT, outcome)))
    if outcome.examination is not ExaminationResult.UNFIT:
        steps += _bedside(order, outcome)
    return _cut([*steps, ("submit_costs", _bill(order, outcome))], outcome.up_to)


def _bedside(order: AdmissionOrder, outcome: AdmissionOutcome) -> list[Step]:
    bag = {"material": Material.PRODUCT.value, "step": CustodyStep.THAWED.value}
    thawed = {**bag, "logged": outcome.logged, "wrong_label": outcome.wrong_label}
    return [
        ("record_lymphodepletion", {}),
        ("record_custody", thawed),
        ("record_infusion", {"site": order.site}),
        *_reaction(outcome),
        ("end_monitoring", {}),
        ("record_efficacy", {"response": outcome.response.value}),
    ]


def _examined(result: ExaminationResult, outcome: AdmissionOutcome) -> dict[str, object]:
    if result is not ExaminationResult.FIT:
        return {"result": result.value, "reason": outcome.reason}
    return {"result": result.value, "valid_until": outcome.valid_until and outcome.valid_until.isoformat()}


def _reaction(outcome: AdmissionOutcome) -> list[Step]:
    if outcome.reaction is None:
        return []
    return [("record_adverse_event", {"kind": ToxicityKind.CRS.value, "grade": outcome.reaction})]


def _bill(order: AdmissionOrder, outcome: AdmissionOutcome) -> dict[str, object]:
    items = _usual_items(order.site) if outcome.costs is None else outcome.costs
    told = [item.model_dump(mode="json") for item in items]
    return {"items": told, "final": True, "settled_by_social_insurance": outcome.social_insurance}


def _usual_items(site: str) -> tuple[CostItem, ...]:
    """What the stay costs, all of it on the day of admission, which lies after apheresis."""
    today, number = china_date(datetime.now(UTC)), secrets.token_hex(4)
    return tuple(
        CostItem(number=f"{number}-{line}", kind=kind, amount=amount, incurred_on=today, site=site)
        for line, (kind, amount) in enumerate(_USUAL_BILL.items(), 1)
    )


def _cut(steps: list[Step], up_to: str) -> list[Step]:
    names = [name for name, _ in steps]
    return steps[: names.index(up_to) + 1] if up_to in names else steps
