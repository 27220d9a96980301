"""The insurer, played: knows policies, pays once for each dispensing or bill."""

import secrets
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query

from sandbox.behaviours import Behaviour
from sandbox.callbacks import Callback, plan_told
from sandbox.database import load
from sandbox.desk import AtDesk, Reading, Writing
from sandbox.outcomes import PaymentOutcome
from sandbox.problems import RESPONSES, ProblemError
from schemas.civil import china_date
from schemas.money import Yuan
from schemas.names import PolicyNumber, ProductId
from schemas.partners import PartnerName, PaymentReceipt
from schemas.policy import Coverage
from schemas.shape import Shape, Strict

if TYPE_CHECKING:
    from sandbox.database import Connection

router = APIRouter(prefix="/insurer", tags=[PartnerName.INSURER.value], responses=RESPONSES)
_BOOKS = load("books")


class CatalogueQuestion(Shape):
    """For which product, drug, place and prescription date the social-insurance catalogue is asked."""

    product: ProductId
    drug_name: str
    province: str
    city: str
    prescribed_on: str


class Payment(Strict):
    """One payment order."""

    policy_number: PolicyNumber
    product: ProductId
    dispensing_id: str = ""
    """Empty where no drug was dispensed: a therapy's costs."""
    invoice_number: str
    amount: Yuan


@router.get("/policies/{policy_number}/coverage")
async def coverage(
    policy_number: PolicyNumber, question: Annotated[CatalogueQuestion, Query()], call: Reading, desk: AtDesk
) -> Coverage:
    """The policy as the core system holds it, and the drug's place in the local catalogue."""
    asked = {"policy_number": policy_number, **question.model_dump(mode="json")}
    return await desk.read(call, asked, partial(_coverage, policy_number, question.product))


async def _coverage(number: PolicyNumber, product: ProductId, connection: "Connection", _: Behaviour) -> Coverage:
    row = await connection.fetchrow(_BOOKS["policy"], number, product)
    if row is None:
        raise ProblemError(404, f"no policy of this number for product {product}", field="policy_number")
    return Coverage(policy=row["policy"], in_catalogue=row["in_catalogue"])


@router.post("/payments", status_code=201)
async def order_payment(payment: Payment, call: Writing, desk: AtDesk) -> PaymentReceipt:
    """Take a payment order; whether it was paid is called back and can be asked."""

    async def work(connection: "Connection", told: Behaviour) -> PaymentReceipt:
        receipt = await _book(connection, call.journey_id, payment)
        paid = Callback(
            PartnerName.INSURER,
            call.journey_id,
            "record_payment",
            receipt.payment_id,
            _ended(receipt.payment_id, payment, PaymentOutcome.model_validate(told.outcome)),
        )
        await plan_told(connection, paid, told, desk.pace)
        return receipt

    return await desk.write(call, payment, PaymentReceipt, work)


async def _book(connection: "Connection", journey_id: str, payment: Payment) -> PaymentReceipt:
    if await connection.fetchrow(_BOOKS["policy"], payment.policy_number, payment.product) is None:
        reason = f"no policy of this number for product {payment.product}"
        raise ProblemError(404, reason, field="policy_number")
    payment_id = f"pay-{secrets.token_hex(8)}"
    row = (payment_id, journey_id, *payment.model_dump().values())
    if not await connection.fetchval(_BOOKS["add_payment"], *row):
        what = "dispensing" if payment.dispensing_id else "bill"
        field = "dispensing_id" if payment.dispensing_id else "invoice_number"
        raise ProblemError(409, f"a payment for this {what} was ordered before", field=field)
    return PaymentReceipt(payment_id=payment_id, status="accepted")


def _ended(payment_id: str, payment: Payment, outcome: PaymentOutcome) -> dict[str, object]:
    return {
        "payment_id": payment_id,
        "paid": outcome.paid,
        "amount": str(payment.amount),
        "paid_on": china_date(datetime.now(UTC)).isoformat() if outcome.paid else None,
        "reason": outcome.reason,
    }


@router.get("/payments/{payment_id}")
async def payment(payment_id: str, call: Reading, desk: AtDesk) -> PaymentReceipt:
    """How a payment stands."""
    return await desk.read(call, {"payment_id": payment_id}, partial(_payment, payment_id))


async def _payment(payment_id: str, connection: "Connection", _: Behaviour) -> PaymentReceipt:
    row = await connection.fetchrow(_BOOKS["payment"], payment_id)
    if row is None:
        raise ProblemError(404, "no payment of this id", field="payment_id")
    return PaymentReceipt(**row)
