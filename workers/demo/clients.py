"""What the demonstration speaks to over HTTP: the gateway, as insurers and agents do, and the played partners."""

from http import HTTPStatus
from typing import Any, Self

import httpx2
from pydantic import TypeAdapter

from console.views import JourneyPage, JourneyRow, JourneyView
from intake.identity import journey_id
from schemas.action_input import ActionInput
from schemas.claim import ClaimReport
from workers.settings import Settings
from workers.vaults import key_ring

_TIMEOUT = httpx2.Timeout(30.0, connect=2.0)
_LATER = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.TOO_MANY_REQUESTS})
_ROWS = TypeAdapter(list[dict[str, Any]])


class NotNowError(Exception):
    """The other side is away, or the journey has moved on meanwhile: look again and go on from what is there."""


class RefusedError(Exception):
    """The gateway or sandbox refused what the demonstration sent; the message is its own. A fault of the samples."""


class Clients:
    """HTTP clients of one stack; use as an async context manager."""

    def __init__(self, settings: Settings) -> None:
        """Speak to the gateway and the sandbox of `settings`."""
        self._settings = settings
        token = settings.partner_token.get_secret_value()
        self._gateway = httpx2.AsyncClient(base_url=settings.gateway_url, timeout=_TIMEOUT, trust_env=False)
        self._sandbox = httpx2.AsyncClient(
            base_url=settings.sandbox_url,
            timeout=_TIMEOUT,
            trust_env=False,
            headers={"Authorization": f"Bearer {token}"},
        )

    async def __aenter__(self) -> Self:
        """Connections open as they are needed."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """All connections are closed."""
        await self._gateway.aclose()
        await self._sandbox.aclose()

    def journey_of(self, claim: ClaimReport) -> str:
        """Id of the journey that a claim will have."""
        return journey_id(key_ring(self._settings), claim.product, claim.claim_number)

    async def report(self, event: dict[str, Any]) -> None:
        """Hand in a claim-intake event; the same event again changes nothing."""
        headers = {"Content-Type": "application/cloudevents+json"}
        await _sent(self._gateway, "POST", "/events", json=event, headers=headers)

    async def find(self, claim_number: str) -> JourneyRow | None:
        """The journey of a claim, once it has started."""
        page = await _sent(self._gateway, "GET", "/journeys", params={"claim_number": claim_number})
        return next(iter(JourneyPage.model_validate(page).items), None)

    async def view(self, journey_id: str) -> JourneyView:
        """One journey as agents see it."""
        return JourneyView.model_validate(await _sent(self._gateway, "GET", f"/journeys/{journey_id}"))

    async def act(self, journey_id: str, action: ActionInput) -> None:
        """Perform an action; the same key again acts once."""
        body = action.model_dump(mode="json", exclude_none=True)
        await _sent(self._gateway, "POST", f"/journeys/{journey_id}/actions", json=body)

    async def kept(self, what: str, journey_id: str) -> list[dict[str, Any]]:
        """What the partners keep of a journey; `what` is messages, payments, dispensings or another of their books."""
        rows = await _sent(self._sandbox, "GET", f"/_sandbox/{what}", params={"journey_id": journey_id})
        return _ROWS.validate_python(rows)

    async def instruct(self, path: str, body: Any) -> None:  # noqa: ANN401 - any JSON
        """Tell the played partners something, e.g. a `programs` list or a `behaviours` script."""
        await _sent(self._sandbox, "POST", f"/_sandbox/{path}", json=body)


async def _sent(client: httpx2.AsyncClient, method: str, path: str, **request: Any) -> Any:  # noqa: ANN401 - httpx's own
    try:
        answer = await client.request(method, path, **request)
    except httpx2.HTTPError as error:
        message = f"{client.base_url} does not answer ({type(error).__name__})"
        raise NotNowError(message) from error
    if answer.is_success:
        return answer.json() if answer.content else None
    message = f"{method} {path}: {answer.status_code} {answer.text[:500]}"
    raise NotNowError(message) if answer.status_code in _LATER or answer.is_server_error else RefusedError(message)
