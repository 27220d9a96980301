"""Asking partners: at once where they answer, patiently on their queues else; a person is asked when they refuse."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, CancelledError, FailureError

with workflow.unsafe.imports_passed_through():
    from pydantic import BaseModel

    from activities import policies
    from activities.errors import REFUSED
    from schemas.journey import WaitingFor
    from schemas.partners import PartnerName, PartnerWrite
    from schemas.people import ActorRole
    from schemas.spoken import spoken
    from schemas.text import Bilingual

from workflows.clock import Clock
from workflows.evidence import digest
from workflows.journey import Journey
from workflows.waiting import Waiting

Asked = TypeVar("Asked", bound=BaseModel)
Answered = TypeVar("Answered")
Write = TypeVar("Write", bound=PartnerWrite)


class PartnerDesk:
    """Reads from partners and writes to them, each write once by its key."""

    def __init__(self, journey: Journey, asked: dict[str, int] | None = None) -> None:
        """Ask for `journey`; `asked` counts what earlier runs of it asked."""
        self.journey = journey
        self.asked = dict(asked or {})
        self._aside: list[tuple[PartnerName, asyncio.Task[None]]] = []
        """Who is being asked what nobody waits for."""

    async def look_up(
        self, partner: PartnerName, method: Callable[[Any, Asked], Awaitable[Answered]], query: Asked
    ) -> Answered:
        """Read from a partner: at once where it answers, else patiently on its own queue."""
        patiently = policies.look_up(partner)
        return await self._ask(partner, method, lambda _: query, policies.LOOK_UP_AT_ONCE, patiently)

    async def hand_off(
        self, partner: PartnerName, method: Callable[[Any, Write], Awaitable[Answered]], request: Callable[[str], Write]
    ) -> Answered:
        """Write to a partner, once: at once where it answers, else patiently on its own queue, under the same key.

        `request` makes the shape from its idempotency key.
        """
        return await self._ask(partner, method, request, policies.HAND_OFF_AT_ONCE, policies.hand_off(partner))

    async def ask_aside(
        self, partner: PartnerName, method: Callable[[Any, Write], Awaitable[Answered]], request: Callable[[str], Write]
    ) -> None:
        """Write to a partner whose help is welcome and not waited for; when it fails, a supervisor is told."""
        name = f"{partner}.{method.__name__}"
        question = request(self._key(name))
        self._close_key(name)
        await self._ask_on_queue(partner, method, question)

    async def take_back(
        self, partner: PartnerName, method: Callable[[Any, Write], Awaitable[Answered]], request: Callable[[str], Write]
    ) -> None:
        """Take a booking back, once: at once where the partner answers, else on its queue while the journey goes on.

        Where it fails, a supervisor is told: what was booked is not needed, and nobody has to wait for that.
        """
        name = f"{partner}.{method.__name__}"
        question = request(self._key(name))
        self._close_key(name)
        config: workflow.LocalActivityConfig = {**policies.HAND_OFF_AT_ONCE, "summary": digest(question)}
        try:
            await workflow.execute_local_activity_method(method, question, **config)
        except CancelledError:
            raise
        except FailureError as error:
            if isinstance(error, ApplicationError) and error.non_retryable:
                await self._tell_a_supervisor(partner, name, error)
            else:
                self._aside.append((partner, asyncio.create_task(self._ask_on_queue(partner, method, question))))

    @property
    def idle(self) -> bool:
        """Whether no booking is being taken back; raises what went wrong on our own side."""
        for _, task in self._aside:
            if task.done():
                task.result()
        return all(task.done() for _, task in self._aside)

    async def wait_until_idle(self) -> None:
        """Before a journey closes: a partner that is away is waited for, until a supervisor has been told."""
        away = [ActorRole(partner) for partner, task in self._aside if not task.done()]
        if away:
            wait = Waiting(WaitingFor.HAND_OFF, away[0], Clock(None, workflow.now()))
            await self.journey.show(wait)
            await self.journey.heed_until(wait, lambda: self.idle)

    async def _ask_on_queue(
        self, partner: PartnerName, method: Callable[[Any, Write], Awaitable[Answered]], question: Write
    ) -> None:
        name = f"{partner}.{method.__name__}"
        config = policies.hand_off(partner)
        config["summary"] = name
        try:
            await workflow.execute_activity_method(method, question, **config)
        except ActivityError as error:
            if isinstance(error.cause, CancelledError):
                raise
            await self._tell_a_supervisor(partner, name, error.cause)

    async def _tell_a_supervisor(self, partner: PartnerName, name: str, cause: BaseException | None) -> None:
        self.journey.record.escalate(_failed(partner, name, cause))
        await self.journey.publish()

    def _key(self, name: str) -> str:
        """Idempotency key of the request `name`; the same until it is closed."""
        return f"{self.journey.record.status.journey_id}/{name}/{self.asked.get(name, 1)}"

    def _close_key(self, name: str) -> None:
        """The next request of that name is another one."""
        self.asked[name] = self.asked.get(name, 1) + 1

    async def _ask(
        self,
        partner: PartnerName,
        method: Callable[[Any, Asked], Awaitable[Answered]],
        request: Callable[[str], Asked],
        at_once: workflow.LocalActivityConfig,
        patiently: workflow.ActivityConfig,
    ) -> Answered:
        name = f"{partner}.{method.__name__}"
        try:
            question = request(self._key(name))
            config: workflow.LocalActivityConfig = {**at_once, "summary": digest(question)}
            answered = await workflow.execute_local_activity_method(method, question, **config)
        except CancelledError:
            raise
        except FailureError as error:
            if isinstance(error, ApplicationError) and error.non_retryable:
                await self._ask_for_help(partner, name, error)
            answered = await self.ask_patiently(partner, method, request, patiently)
        self._close_key(name)
        return answered

    async def ask_patiently(
        self,
        partner: PartnerName,
        method: Callable[[Any, Asked], Awaitable[Answered]],
        request: Callable[[str], Asked],
        config: workflow.ActivityConfig,
    ) -> Answered:
        """Ask on the partner's queue until it answers; a refusal goes to a service agent each time."""
        name = f"{partner}.{method.__name__}"
        config["summary"] = name
        while True:
            await self._show_hand_off(partner)
            try:
                answered = await workflow.execute_activity_method(method, request(self._key(name)), **config)
            except ActivityError as error:
                if isinstance(error.cause, CancelledError):
                    raise
                await self._ask_for_help(partner, name, error.cause)
            else:
                self.journey.inbox.busy = False
                return answered

    async def _show_hand_off(self, partner: PartnerName) -> None:
        record, role = self.journey.record, ActorRole(partner)
        self.journey.inbox.busy = True
        if record.status.wait.on != role:  # a wait for this very partner already tells where the journey stands
            record.wait(WaitingFor.HAND_OFF, role)
            await self.journey.publish()

    async def _ask_for_help(self, partner: PartnerName, name: str, cause: BaseException | None) -> None:
        if isinstance(cause, ApplicationError) and cause.type == REFUSED:
            self._close_key(name)  # a new attempt is a new request: the partner keeps its refusal under the old key
        await self.journey.ask_for_help(_failed(partner, name, cause))


def _failed(partner: PartnerName, name: str, cause: BaseException | None) -> Bilingual:
    said = cause.message if isinstance(cause, ApplicationError) else ""
    zh = f"{spoken(partner).zh}未能处理（{name}）：{said or '未在时限内答复'}"
    return Bilingual(zh=zh, en=f"{name} failed: {said or 'no answer in time'}")
