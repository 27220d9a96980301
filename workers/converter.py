"""The one data converter of clients, workers and replayers."""

from collections import OrderedDict
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Self

from temporalio.contrib.pydantic import PydanticPayloadConverter, pydantic_data_converter
from temporalio.converter import (
    CompositePayloadConverter,
    DataConverter,
    DefaultFailureConverterWithEncodedAttributes,
    EncodingPayloadConverter,
    SerializationContext,
)

from privacy.payloads import SealedPayloads, stays_inside
from privacy.vault import Vault

_KEPT = 4096
"""Converters of workflows: some hundred bytes each."""


@cache
def _encoders() -> tuple[EncodingPayloadConverter, ...]:
    return tuple(PydanticPayloadConverter().converters.values())


class SharedPydanticConverter(CompositePayloadConverter):
    """Pydantic shapes as JSON payloads.

    The SDK makes a payload converter anew for every activity; all share one set of encoders,
    and with it the validators that pydantic builds.
    """

    def __init__(self) -> None:
        """Take the shared encoders."""
        super().__init__(*_encoders())


@dataclass(frozen=True)
class SealingConverter(DataConverter):
    """The converter whose codec seals, which of all the rest alone depends on whose payloads they are.

    The SDK asks for one in context some 250 times a journey and makes it anew each time: those of the workflows
    lately served are kept.
    """

    _kept: OrderedDict[tuple[str, bool], Self] = field(
        default_factory=OrderedDict, init=False, repr=False, compare=False
    )

    def with_context(self, context: SerializationContext) -> Self:
        """The converter of the workflow in `context`."""
        workflow_id = getattr(context, "workflow_id", None)
        if workflow_id is None:
            return self
        place = (workflow_id, stays_inside(context))
        known = self._kept.get(place)
        if known is None:
            known = self._kept[place] = super().with_context(context)
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return known


def data_converter(vault: Vault | None = None) -> DataConverter:
    """The converter to hand to every client, worker and replayer; `vault` has the keys that payloads are sealed with.

    Messages and traces of failures travel as payloads, too. Without a vault payloads are plain: for whatever handles
    none, and for histories that are recorded to be read.
    """
    plain = replace(pydantic_data_converter, payload_converter_class=SharedPydanticConverter)
    if vault is None:
        return plain
    return SealingConverter(
        payload_converter_class=SharedPydanticConverter,
        payload_codec=SealedPayloads(vault.keys),
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )
