"""The door of the partners: signed call-backs, each acted on exactly once however often it comes."""

import hashlib
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import asyncpg
import structlog
from fastapi import APIRouter, Request
from pydantic import Field, ValidationError

from console.building import build
from console.database import connected
from console.performing import Pending, Performer, RefusedError
from console.problems import InvalidRequestError, ProblemError, field_problems, responses
from console.sealed import readable
from console.signatures import SignatureError, Verifier
from privacy import places
from privacy.vault import Vault
from schemas.action_input import ActionInput
from schemas.actions import Receipt
from schemas.names import JourneyId
from schemas.partners import PartnerName
from schemas.people import Actor, ActorRole
from schemas.shape import Strict
from storage.queries import load

_log = structlog.get_logger("console.callbacks")
_SQL = load("callbacks")
MAY_SEND = {
    PartnerName.FOUNDATION: ("record_aid_outcome", "record_aid_collection"),
    PartnerName.INSURER: (
        "record_payment",
        "open_investigation",
        "conclude_investigation",
        "record_cancellation",
        "record_death",
        "record_fraud",
        "record_refund",
    ),
    PartnerName.COURIER: ("record_delivery_problem", "record_hand_over"),
    PartnerName.PHARMACY: ("record_hand_over",),
    PartnerName.HOSPITAL: (
        "submit_papers",
        "submit_prescription",
        "record_assessment",
        "record_apheresis",
        "record_custody",
        "record_bridging",
        "record_examination",
        "record_lymphodepletion",
        "record_infusion",
        "record_adverse_event",
        "end_monitoring",
        "record_efficacy",
        "submit_costs",
        "decide_remanufacture",
        "resolve_deviation",
    ),
    PartnerName.MANUFACTURER: ("record_manufacturing", "record_custody", "resolve_deviation"),
    PartnerName.CRYO_COURIER: ("record_custody",),
}
"""Which actions a partner may report."""
_SIGNATURE_HEADERS = {
    "webhook-id": "Identifies the message; the same for every repeat of it.",
    "webhook-timestamp": "Seconds since 1970 at which it was sent, within five minutes of our clock.",
    "webhook-signature": "`v1,` and the base64 HMAC-SHA256 of `id.timestamp.body`; several parted by spaces.",
}


class CallBack(Strict):
    """Body of a call-back: what a partner reports about one journey."""

    type: str = Field(min_length=1, max_length=64, examples=["record_payment"])
    """Name of the action."""
    journey_id: JourneyId
    data: dict[str, Any]
    """The fields of that action without `key` and `actor`, which we set."""


class Callbacks:
    """Takes call-backs: proves them, notes each once in PostgreSQL, and performs the action it stands for."""

    def __init__(
        self, pool: "asyncpg.Pool[asyncpg.Record]", vault: Vault, performer: Performer, verifier: Verifier
    ) -> None:
        """`verifier` holds the secrets that partners sign with; `vault` seals the receipts that are kept."""
        self._pool = pool
        self._vault = vault
        self._performer = performer
        self._verifier = verifier

    def router(self) -> APIRouter:
        """`POST /callbacks/{partner}`."""
        router = APIRouter(tags=["call-backs"])
        router.add_api_route(
            "/callbacks/{partner}",
            self.receive,
            methods=["POST"],
            status_code=HTTPStatus.ACCEPTED,
            responses=responses(
                HTTPStatus.BAD_REQUEST,
                HTTPStatus.UNAUTHORIZED,
                HTTPStatus.FORBIDDEN,
                HTTPStatus.NOT_FOUND,
                HTTPStatus.CONFLICT,
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                HTTPStatus.UNPROCESSABLE_ENTITY,
                HTTPStatus.SERVICE_UNAVAILABLE,
            ),
            openapi_extra=_declaration(),
        )
        return router

    async def receive(self, partner: PartnerName, request: Request) -> Receipt | Pending:
        """Take a signed call-back; a repeat gets the same answer and does nothing a second time."""
        body = await request.body()
        message_id = self._prove(partner, request, body)
        report = _read(partner, body)
        given = {"key": f"callback:{message_id}", "actor": Actor(role=ActorRole(partner), id=partner)}
        action = build(report.type, report.data, given, prefix="data.")
        if known := await self._note(partner, message_id, body, report):
            return known
        return await self._perform(report, message_id, action)

    def _prove(self, partner: PartnerName, request: Request, body: bytes) -> str:
        try:
            return self._verifier.verify(request.headers, body, datetime.now(UTC))
        except SignatureError as error:
            # Nothing that the sender wrote is logged: it is not proven to come from a partner.
            _log.warning("callback_forged", partner=partner, reason=str(error))
            raise ProblemError(HTTPStatus.UNAUTHORIZED, "callback-not-proven", str(error)) from None

    async def _note(self, partner: PartnerName, message_id: str, body: bytes, report: CallBack) -> Receipt | None:
        digest = hashlib.sha256(body).hexdigest()
        async with connected(self._pool) as connection:
            row = await connection.fetchrow(
                _SQL["receive_callback"], message_id, partner, digest, report.journey_id, report.type
            )
        assert row is not None  # noqa: S101 - INSERT … RETURNING gives a row
        if (row["partner"], row["sha256"]) != (partner, digest):
            detail = "webhook-id: came before with other content. Take a new id for a new message."
            raise ProblemError(HTTPStatus.CONFLICT, "callback-differs", detail)
        if not row["result"]:
            return None
        async with readable(report.journey_id):
            kept = await self._vault.open(report.journey_id, places.receipt(message_id), row["result"])
        return Receipt.model_validate(kept)

    async def _perform(self, report: CallBack, message_id: str, action: ActionInput) -> Receipt | Pending:
        try:
            receipt = await self._performer.perform(report.journey_id, action)
        except RefusedError as error:
            async with connected(self._pool) as connection:
                await connection.execute(_SQL["refuse_callback"], message_id, error.problem.detail)
            raise
        if isinstance(receipt, Receipt):
            result, place = receipt.model_dump(mode="json"), places.receipt(message_id)
            async with readable(report.journey_id):
                sealed = await self._vault.seal(report.journey_id, place, result)
            async with connected(self._pool) as connection:
                await connection.execute(_SQL["finish_callback"], message_id, sealed)
        return receipt


def _read(partner: PartnerName, body: bytes) -> CallBack:
    try:
        report = CallBack.model_validate_json(body)
    except ValidationError as error:
        raise InvalidRequestError(field_problems(error)) from None
    if report.type not in (allowed := MAY_SEND.get(partner, ())):
        detail = f"type: {partner} may send {', '.join(allowed) or 'nothing'}."
        raise ProblemError(HTTPStatus.FORBIDDEN, "callback-not-allowed", detail)
    return report


def _declaration() -> dict[str, Any]:
    headers = [
        {"name": name, "in": "header", "required": True, "description": text, "schema": {"type": "string"}}
        for name, text in _SIGNATURE_HEADERS.items()
    ]
    content = {"application/json": {"schema": CallBack.model_json_schema()}}
    return {"parameters": headers, "requestBody": {"required": True, "content": content}}
