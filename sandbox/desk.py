"""The desk of every partner: takes a call, plays what it was told, remembers keys, and writes everything down."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, NamedTuple, TypeVar

import asyncpg
import orjson
from fastapi import Depends, Header, Request
from pydantic import JsonValue

from sandbox.behaviours import Behaviour, Kind
from sandbox.database import load
from sandbox.problems import NonsenseError, ProblemError
from schemas.names import IdempotencyKey, JourneyId
from schemas.partners import PartnerName
from schemas.shape import Shape

if TYPE_CHECKING:
    from sandbox.database import Connection

A = TypeVar("A", bound=Shape)
Work = Callable[["Connection", Behaviour], Awaitable[A]]

_QUERIES = load("desk")
_SILENCE_SECONDS = 30.0
_NONSENSE = {"text": b"<html>OK</html>", "shape": b'{"done": "perhaps"}', "huge": b'"' + b"x" * 2_097_152 + b'"'}
_FAILURES = {
    Kind.REFUSE: (422, "refused as told"),
    Kind.FAIL: (500, "failed as told"),
    Kind.UNAUTHORIZED: (401, "this token is not accepted any more"),
    Kind.NOT_FOUND: (404, "not known here"),
    Kind.CONFLICT: (409, "contradicts what is in the books"),
    Kind.TOO_MANY: (429, "slow down"),
}


class Call(NamedTuple):
    """One request as the desk sees it."""

    partner: PartnerName
    operation: str
    journey_id: str
    key: str
    request: Request


async def reading(request: Request, x_journey_id: Annotated[str, Header(max_length=64)] = "") -> Call:
    """A question; the journey is stated where there is one."""
    return _call(request, x_journey_id, "")


async def writing(
    request: Request,
    x_journey_id: Annotated[JourneyId, Header()],
    idempotency_key: Annotated[IdempotencyKey, Header()],
) -> Call:
    """An order: it names its journey and carries a key."""
    return _call(request, x_journey_id, idempotency_key)


def _call(request: Request, journey_id: str, key: str) -> Call:
    route = request.scope["route"]
    return Call(PartnerName(route.tags[0]), route.name, journey_id, key, request)


class Desk:
    """Answers calls of all partners out of one database; `pace` is the usual wait before a call-back in seconds."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", pace: float) -> None:
        """Work on `pool`, whose search path is the sandbox's schema."""
        self.pool = pool
        self.pace = pace
        self.planned = asyncio.Event()
        """Set whenever a call-back may have been planned."""

    async def read(self, call: Call, query: dict[str, JsonValue], work: Work[A]) -> A:
        """Answer a question."""
        return await self._logged(call, query, lambda told: self._work(work, told))

    async def write(self, call: Call, body: Shape, answer: type[A], work: Work[A]) -> A:
        """Take an order once: the same key with the same body gets the same answer, with another body a 409."""
        ordered: dict[str, JsonValue] = body.model_dump(mode="json")
        done = await self._logged(call, ordered, lambda told: self._once(call, ordered, answer, work, told))
        self.planned.set()
        return done

    async def _logged(self, call: Call, said: dict[str, JsonValue], do: Callable[[Behaviour], Awaitable[A]]) -> A:
        told = await self._told(call)
        status, answered = 500, None
        try:
            answer = await _played(call, told, do)
            status, answered = 200, answer.model_dump(mode="json")
        except ProblemError as problem:
            status, answered = problem.status, problem.document.model_dump()
            raise
        except NonsenseError:
            status = 200
            raise
        finally:
            # People's data stand in the partner's books; a log of traffic needs none.
            known = {name: value for name, value in said.items() if name != "person"}
            row = (
                call.partner,
                call.operation,
                call.journey_id,
                call.key,
                known,
                told.model_dump(mode="json", exclude_defaults=True),
            )
            await self.pool.execute(_QUERIES["log_exchange"], *row, status, answered)
        return answer

    async def _told(self, call: Call) -> Behaviour:
        told = await self.pool.fetchval(_QUERIES["next_behaviour"], call.partner, call.operation, call.journey_id)
        return Behaviour.model_validate(told) if told else Behaviour()

    async def _work(self, work: Work[A], told: Behaviour) -> A:
        async with self.pool.acquire() as connection, connection.transaction():
            return await work(connection, told)

    async def _once(
        self, call: Call, ordered: dict[str, JsonValue], answer: type[A], work: Work[A], told: Behaviour
    ) -> A:
        said = orjson.dumps([call.operation, call.request.url.path, ordered], option=orjson.OPT_SORT_KEYS)
        digest = hashlib.sha256(said).hexdigest()
        async with self.pool.acquire() as connection, connection.transaction():
            if not await connection.fetchval(_QUERIES["open_key"], call.partner, call.key, digest):
                known = await connection.fetchrow(_QUERIES["known_answer"], call.partner, call.key)
                return _repeated(known, digest, answer)
            done = await work(connection, told)
            await connection.execute(_QUERIES["keep_answer"], call.partner, call.key, done.model_dump(mode="json"))
            return done


def _repeated(known: asyncpg.Record | None, digest: str, answer: type[A]) -> A:
    if known is None or known["digest"] != digest:
        reason = "this key was used for another order; take a new key for a new order"
        raise ProblemError(409, reason, field="Idempotency-Key")
    return answer.model_validate(known["answer"])


async def _played(call: Call, told: Behaviour, do: Callable[[Behaviour], Awaitable[A]]) -> A:
    if told.kind in _FAILURES:
        raise _failure(told)
    if told.kind is Kind.NONSENSE:
        raise NonsenseError(_NONSENSE[told.form])
    if told.kind is Kind.DELAY:
        await asyncio.sleep(told.seconds)
    if told.kind is not Kind.SILENT:
        answer = await do(told)
        if told.kind is not Kind.LOST_ANSWER:
            return answer
    await _until_the_caller_gives_up(call.request, told.seconds or _SILENCE_SECONDS)
    raise ProblemError(504, "kept silent as told")


def _failure(told: Behaviour) -> ProblemError:
    status, reason = _FAILURES[told.kind]
    headers = {"Retry-After": str(round(told.seconds))} if told.seconds else {}
    return ProblemError(told.status or status, told.reason or reason, field=told.field, headers=headers)


async def _until_the_caller_gives_up(request: Request, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            while (await request.receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        return


def desk_of(request: Request) -> Desk:
    """The desk of the running application."""
    desk: Desk = request.app.state.desk
    return desk


AtDesk = Annotated[Desk, Depends(desk_of)]
Reading = Annotated[Call, Depends(reading)]
Writing = Annotated[Call, Depends(writing)]
