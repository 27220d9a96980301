"""Under which versions the decisions of a run were taken: read from the decisions that its history records."""

import json
from collections.abc import Iterable

from temporalio.api.common.v1 import Payload
from temporalio.api.history.v1 import History
from temporalio.converter import DataConverter, PayloadCodec, WorkflowSerializationContext

from audit.archive.entry import CodeVersions, RunVersions
from schemas.decision import Versions

_DECIDE = "decisions.decide"


async def versions(
    history: History, workflow_id: str, namespace: str, converter: DataConverter, by: CodeVersions
) -> RunVersions:
    """Versions of a run, archived `by` this code. A decision that cannot be read, its key being gone, is counted."""
    context = WorkflowSerializationContext(namespace=namespace, workflow_id=workflow_id)
    codec = converter.with_context(context).payload_codec
    found, unread = dict[Versions, None](), 0
    for payload in _decisions(history):
        version = await _read(payload, codec)
        if version is None:
            unread += 1
        else:
            found[version] = None
    return RunVersions(decided_under=tuple(found), unread=unread, archived_by=by)


def _decisions(history: History) -> list[Payload]:
    markers = (event.marker_recorded_event_attributes.details for event in history.events)
    answered = [details for details in markers if details and "result" in details and "data" in details]
    return [
        payload for details in answered if _asked(details["data"].payloads) for payload in details["result"].payloads
    ]


def _asked(data: Iterable[Payload]) -> bool:
    return any(_DECIDE.encode() in payload.data for payload in data)


async def _read(payload: Payload, codec: PayloadCodec | None) -> Versions | None:
    try:
        [plain] = await codec.decode([payload]) if codec else [payload]
        return Versions.model_validate(json.loads(plain.data)["versions"])
    except Exception:  # noqa: BLE001 - a codec may fail as it likes; versions are not worth losing a history for
        return None
