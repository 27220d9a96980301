"""Speaking HTTP to one partner: bounded in time and size, and every failure made one of `activities.errors`."""

import asyncio
import ssl
import time
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple
from urllib.parse import quote

import httpx2
from pydantic import ValidationError
from temporalio import activity

from activities.errors import PartnerNonsenseError, PartnerUnavailableError
from activities.policies import AILING, AT_ONCE
from activities.ports import A, Order
from activities.problems import failure_of, problem_of
from schemas.partners import PartnerName

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_ACCEPT = "application/json, application/problem+json"


class Limits(NamedTuple):
    """What one call may take, in seconds and bytes."""

    connect: float = 2.0
    read: float = 8.0
    overall: float = 10.0
    """From the first byte out to the last byte in; keep it below the activity's start-to-close time-out."""
    answer_bytes: int = 1_048_576


class PartnerClient:
    """The HTTP client of one partner: an `activities.ports.PartnerPort`. Close it when the process ends."""

    def __init__(self, name: PartnerName, base_url: str, token: str, *, limits: Limits | None = None) -> None:
        """Speak to `name` at `base_url` (no trailing slash needed), showing `token` as bearer."""
        self._name = name
        self._limits = limits or Limits()
        self._ailing_until = 0.0
        self._base = base_url.rstrip("/")
        self._http = httpx2.AsyncClient(
            headers={"Authorization": f"Bearer {token}", "Accept": _ACCEPT},
            timeout=httpx2.Timeout(self._limits.read, connect=self._limits.connect),
            # A proxy from the environment cannot reach our own loopback.
            trust_env=httpx2.URL(base_url).host not in _LOOPBACK,
            verify=_tls(),
        )

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def read(
        self, operation: str, path: tuple[str, ...], answer: type[A], query: Mapping[str, object] | None = None
    ) -> A:
        """Ask (GET); raises `PartnerError`."""
        params = {name: str(value) for name, value in (query or {}).items()}
        request = self._http.build_request("GET", self._url(path), params=params, headers=_journey_header())
        return await self._call(operation, request, answer)

    async def write(self, operation: str, path: tuple[str, ...], answer: type[A], order: Order) -> A:
        """Order (POST) under the order's key; raises `PartnerError`."""
        headers = {"Idempotency-Key": order.key, "X-Journey-Id": order.journey_id}
        body = order.body if order.person is None else {**order.body, "person": order.person}
        request = self._http.build_request("POST", self._url(path), json=body, headers=headers)
        return await self._call(operation, request, answer, order.person)

    def expect(self, operation: str, reason: str, *, sound: bool) -> None:
        """Raise `PartnerNonsenseError` for a well-formed answer that contradicts the question, unless `sound`."""
        if not sound:
            raise PartnerNonsenseError(self._name, operation, reason)

    def _url(self, path: tuple[str, ...]) -> str:
        return "/".join([self._base, *(quote(segment, safe="") for segment in path)])

    async def _call(
        self, operation: str, request: httpx2.Request, answer: type[A], person: Mapping[str, object] | None = None
    ) -> A:
        at_once = activity.in_activity() and activity.info().is_local
        self._check_well(operation, at_once=at_once)
        limit = min(self._limits.overall, AT_ONCE.total_seconds()) if at_once else self._limits.overall
        try:
            async with asyncio.timeout(limit):
                response, content = await self._exchange(operation, request)
        except (TimeoutError, httpx2.TransportError) as error:
            self._ailing_until = time.monotonic() + AILING.total_seconds()
            raise PartnerUnavailableError(self._name, operation, _no_answer(error)) from None
        except httpx2.HTTPError as error:
            raise PartnerNonsenseError(
                self._name, operation, f"answer cannot be read ({type(error).__name__})"
            ) from None
        self._ailing_until = 0.0
        said = problem_of(content, person)
        if failure := failure_of(self._name, operation, response.status_code, said, response.headers):
            raise failure
        return self._parse(operation, answer, content)

    def _check_well(self, operation: str, *, at_once: bool) -> None:
        """Raise `PartnerUnavailableError` where others just waited in vain: a workflow task shall not wait, too."""
        if at_once and time.monotonic() < self._ailing_until:
            raise PartnerUnavailableError(self._name, operation, "did not answer a moment ago; its queue asks it")

    async def _exchange(self, operation: str, request: httpx2.Request) -> tuple[httpx2.Response, bytes]:
        response = await self._http.send(request, stream=True)
        try:
            content = bytearray()
            async for chunk in response.aiter_bytes():
                content += chunk
                if len(content) > self._limits.answer_bytes:
                    raise PartnerNonsenseError(
                        self._name, operation, f"answer is longer than {self._limits.answer_bytes} bytes"
                    )
        finally:
            await response.aclose()
        return response, bytes(content)

    def _parse(self, operation: str, answer: type[A], content: bytes) -> A:
        try:
            return answer.model_validate_json(content)
        except ValidationError as error:
            # Only places and reasons: the values may be personal.
            wrong = error.errors(include_url=False, include_context=False, include_input=False)
            reasons = "; ".join(f"{'.'.join(map(str, each['loc'])) or 'answer'}: {each['msg']}" for each in wrong[:5])
            raise PartnerNonsenseError(self._name, operation, reasons) from None


@cache
def _tls() -> ssl.SSLContext:
    # Reading the authorities' certificates takes long; all partners can share them.
    return ssl.create_default_context()


def _journey_header() -> dict[str, str]:
    if not activity.in_activity():
        return {}
    journey = activity.info().workflow_id
    return {"X-Journey-Id": journey} if journey else {}


def _no_answer(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    return f"no answer ({type(error).__name__})"
