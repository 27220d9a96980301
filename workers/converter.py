"""The one data converter of clients, workers and replayers."""

from dataclasses import replace
from functools import cache

from temporalio.contrib.pydantic import PydanticPayloadConverter, pydantic_data_converter
from temporalio.converter import CompositePayloadConverter, DataConverter, EncodingPayloadConverter


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


def data_converter() -> DataConverter:
    """The converter to hand to every client, worker and replayer."""
    return replace(pydantic_data_converter, payload_converter_class=SharedPydanticConverter)
