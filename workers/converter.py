"""The one data converter of clients, workers and replayers."""

from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import DataConverter


def data_converter() -> DataConverter:
    """Pydantic shapes as JSON payloads."""
    return pydantic_data_converter
