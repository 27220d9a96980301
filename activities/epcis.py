"""Custody events as GS1 EPCIS 2.0 documents and back, without loss.

EPCIS has no business step for making a product of material: that is a TransformationEvent, whose output is
commissioned. Labels as two people read them have no place of their own there, either: they are an extension.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from pydantic import JsonValue

from schemas.civil import china_time
from schemas.custody import CustodyEntry, CustodyEvent, CustodyStep, IdentityCheck, Material, TemperatureRecord

_OURS = "urn:patient-journeys:"
_CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
_CHINA = "+08:00"
_LABEL = "journeys:label"
_STEPS = {
    CustodyStep.COLLECTED: "commissioning",
    CustodyStep.HANDED_OVER: "receiving",
    CustodyStep.STORED: "storing",
    CustodyStep.MANUFACTURED: "commissioning",
    CustodyStep.THAWED: "other",
}
_TRANSFORMATION = "TransformationEvent"
_READ = {_STEPS[step]: step for step in _STEPS if step is not CustodyStep.MANUFACTURED}

Document = dict[str, JsonValue]


def document_of(entry: CustodyEntry) -> Document:
    """The EPCIS event of `entry`; the same entry always gives the same document."""
    event = entry.event
    named = uuid5(NAMESPACE_URL, f"{_OURS}{entry.journey_id}/{entry.key}")
    return {
        "@context": [_CONTEXT, {"journeys": f"{_OURS}epcis:"}],
        "eventID": f"urn:uuid:{named}",
        **_what(event),
        "bizStep": _STEPS[event.step],
        "eventTime": _moment(event.at),
        "eventTimeZoneOffset": _CHINA,
        "readPoint": {"id": _uri("place", event.place)},
        **_whose(event),
        "sensorElementList": [_sensed(record) for record in event.temperatures],
        _LABEL: {"material": event.material.value, **event.identity.model_dump(mode="json")},
    }


def event_of(document: Mapping[str, Any]) -> CustodyEvent:
    """The event that `document_of` made a document of; ValueError (KeyError, IndexError) where it cannot be read."""
    label = document[_LABEL]
    given = document.get("sourceList")
    return CustodyEvent(
        material=Material(label["material"]),
        step=_step(document),
        at=datetime.fromisoformat(document["eventTime"]),
        place=_name(document["readPoint"]["id"]),
        sender=_name(given[0]["source"]) if given else None,
        holder=_name(document["destinationList"][0]["destination"]),
        identity=IdentityCheck(**{name: label[name] for name in IdentityCheck.model_fields}),
        temperatures=tuple(_record(each) for each in document["sensorElementList"]),
    )


def _what(event: CustodyEvent) -> Document:
    """The bag: named by material and the two identifiers on its label."""
    bag = _bag(event.material, event.identity)
    if event.step is CustodyStep.MANUFACTURED:
        of = _bag(Material.STARTING_MATERIAL, event.identity)
        return {"type": _TRANSFORMATION, "inputEPCList": [of], "outputEPCList": [bag]}
    made = event.step is CustodyStep.COLLECTED
    return {"type": "ObjectEvent", "action": "ADD" if made else "OBSERVE", "epcList": [bag]}


def _whose(event: CustodyEvent) -> Document:
    parties: Document = {"destinationList": [_party("destination", event.holder)]}
    return parties if event.sender is None else {"sourceList": [_party("source", event.sender)], **parties}


def _party(side: str, party: str) -> dict[str, JsonValue]:
    return {"type": "possessing_party", side: _uri("party", party)}


def _sensed(record: TemperatureRecord) -> dict[str, JsonValue]:
    metadata: dict[str, JsonValue] = {
        "deviceID": _uri("device", record.device),
        "startTime": _moment(record.started_at),
        "endTime": _moment(record.ended_at),
    }
    report: dict[str, JsonValue] = {
        "type": "Temperature",
        "minValue": _number(record.lowest),
        "maxValue": _number(record.highest),
        "uom": "CEL",
    }
    return {"sensorMetadata": metadata, "sensorReport": [report]}


def _record(element: Mapping[str, Any]) -> TemperatureRecord:
    metadata, [report] = element["sensorMetadata"], element["sensorReport"]
    return TemperatureRecord(
        device=_name(metadata["deviceID"]),
        started_at=datetime.fromisoformat(metadata["startTime"]),
        ended_at=datetime.fromisoformat(metadata["endTime"]),
        lowest=Decimal(str(report["minValue"])),
        highest=Decimal(str(report["maxValue"])),
    )


def _step(document: Mapping[str, Any]) -> CustodyStep:
    return CustodyStep.MANUFACTURED if document["type"] == _TRANSFORMATION else _READ[document["bizStep"]]


def _bag(material: Material, label: IdentityCheck) -> str:
    return f"{_OURS}{material.value}:{label.coi}:{label.din}"


def _uri(kind: str, name: str) -> str:
    return f"{_OURS}{kind}:{name}"


def _name(uri: str) -> str:
    """The name after the kind; it may hold colons of its own."""
    return uri.removeprefix(_OURS).split(":", 1)[1]


def _moment(at: datetime) -> str:
    return china_time(at).isoformat()


def _number(celsius: Decimal) -> int | float:
    """As canonical JSON writes it: whole degrees without a point."""
    return int(celsius) if celsius == celsius.to_integral_value() else float(celsius)
