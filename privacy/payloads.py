"""The payload codec: what goes to the Temporal server is sealed under the key of its journey, inside the process."""

from collections.abc import Sequence
from typing import Self

from temporalio.api.common.v1 import Payload
from temporalio.converter import (
    ActivitySerializationContext,
    PayloadCodec,
    SerializationContext,
    WithSerializationContext,
    WorkflowSerializationContext,
)

from privacy.data_keys import DataKeys
from privacy.errors import KeyRingError, MissingKeyError, PrivacyError

ENCODING = b"binary/encrypted"
_SUBJECT = "journey"
_PLACE = "payload"


def subject_of(payload: Payload) -> str | None:
    """Whose key a payload is sealed under; None for a plain one."""
    if payload.metadata.get("encoding") != ENCODING:
        return None
    return payload.metadata.get(_SUBJECT, b"").decode(errors="replace")


def stays_inside(context: SerializationContext) -> bool:
    """Whether what a workflow encodes in `context` are arguments of a local activity.

    The worker hands those to itself, nearly half of all payloads: no command carries them to the server, and no history
    holds them. The activity in turn knows its id when it encodes its result, which goes into the history; the workflow
    does not.
    """
    return isinstance(context, ActivitySerializationContext) and context.is_local and context.activity_id is None


class SealedPayloads(PayloadCodec, WithSerializationContext):
    """Seals each payload, its metadata with it; the subject alone stays readable, which is the workflow's id.

    A payload that is not sealed is read as it is: histories from before there was sealing still replay.
    """

    def __init__(self, keys: DataKeys, subject: str | None = None, *, seals: bool = True) -> None:
        """`subject` is the workflow that payloads belong to; without one, payloads are read and none is sealed.

        One that does not seal is for payloads that stay inside the process.
        """
        self._keys = keys
        self._subject = subject
        self._seals = seals

    def with_context(self, context: SerializationContext) -> Self:
        """The codec of the workflow in `context`."""
        if not isinstance(context, WorkflowSerializationContext | ActivitySerializationContext):
            return self
        return type(self)(self._keys, context.workflow_id, seals=not stays_inside(context))

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Seal; raises PrivacyError where it is not known under whose key, or that was erased."""
        if not (payloads and self._seals):
            return list(payloads)
        if not self._subject:
            message = "a payload of no workflow"
            raise PrivacyError(message, "there is no key to seal it under")
        cipher = await self._keys.made(self._subject)
        told = {"encoding": ENCODING, _SUBJECT: self._subject.encode()}
        return [Payload(metadata=told, data=cipher.seal(_PLACE, each.SerializeToString())) for each in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Open what is sealed; raises PrivacyError."""
        return [await self._opened(each) for each in payloads]

    async def _opened(self, payload: Payload) -> Payload:
        subject = subject_of(payload)
        if subject is None:
            return payload
        if self._subject and subject != self._subject:
            raise PrivacyError(self._subject, f"holds a payload of {subject}, which was moved there")
        return Payload.FromString((await self._keys.of(subject)).open(_PLACE, payload.data))


class WithoutKeys(PayloadCodec):
    """Stands where there is no key ring: plain payloads pass, and of a sealed one it is told what is missing."""

    def __init__(self, why: KeyRingError) -> None:
        """`why` there is none."""
        self._why = why

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Nothing leaves in plain: raises PrivacyError."""
        del payloads
        message = "a payload"
        raise PrivacyError(message, str(self._why))

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """As they are; raises MissingKeyError for a sealed one."""
        for payload in payloads:
            if subject := subject_of(payload):
                raise MissingKeyError(subject, str(self._why))
        return list(payloads)
