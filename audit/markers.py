"""What histories keep of local activities: a marker for each, with what it was asked as a digest, and its answer."""

import json
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from temporalio.api.common.v1 import Payload
from temporalio.api.history.v1 import HistoryEvent

_LOCAL_ACTIVITY = "core_local_activity"


class Marker(NamedTuple):
    """One local activity as its history records it; kind and number are plain, also where the rest is sealed."""

    event: HistoryEvent
    number: int
    kind: str
    digest: Payload | None
    """None in a history from before there were digests."""
    answer: Payload | None
    """None where it was refused, or is asked once more later."""


def markers(events: Iterable[HistoryEvent]) -> Iterator[Marker]:
    """The markers of a history, in order."""
    for event in events:
        marker = event.marker_recorded_event_attributes
        if marker.marker_name == _LOCAL_ACTIVITY:
            data = json.loads(marker.details["data"].payloads[0].data)
            told = event.user_metadata
            digest = told.summary if told.HasField("summary") else None
            answer = marker.details["result"].payloads[0] if "result" in marker.details else None
            yield Marker(event, data["seq"], data["activity_type"], digest, answer)
