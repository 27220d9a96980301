"""Histories with their payloads opened, so that they are replayed and compared as what they say."""

from collections.abc import Iterator

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from temporalio.api.common.v1 import Payload
from temporalio.api.failure.v1 import Failure
from temporalio.api.history.v1 import History
from temporalio.converter import PayloadCodec, PayloadConverter


async def opened(history: History, codec: PayloadCodec) -> History:
    """A copy of `history` in which every payload is plain; raises what the codec raises.

    Payloads from before there was sealing are as they were.
    """
    plain = History()
    plain.CopyFrom(history)
    for event in plain.events:
        for payload in _payloads(event):
            [decoded] = await codec.decode([payload])
            if decoded is not payload:
                payload.CopyFrom(decoded)
    return plain


def said(failure: Failure) -> str:
    """What a failure says, also where its message travels as a payload (opened)."""
    if not failure.HasField("encoded_attributes"):
        return failure.message
    told: dict[str, str] = PayloadConverter.default.from_payload(failure.encoded_attributes)
    return told.get("message", failure.message)


def _payloads(message: Message) -> Iterator[Payload]:
    """Every payload in a message, however deep."""
    for field, value in message.ListFields():
        if field.type != FieldDescriptor.TYPE_MESSAGE:
            continue
        for each in _each(field, value):
            if isinstance(each, Payload):
                yield each
            else:
                yield from _payloads(each)


def _each(field: FieldDescriptor, value: object) -> Iterator[Message]:
    """The messages of a field: one, several, or the values of a map."""
    kind = field.message_type
    if kind is not None and kind.GetOptions().map_entry:
        if kind.fields_by_name["value"].message_type is not None:
            yield from value.values()  # type: ignore[attr-defined]  # a map of messages
    elif field.is_repeated:
        yield from value  # type: ignore[misc]  # a repeated field
    else:
        yield value  # type: ignore[misc]  # a single message
