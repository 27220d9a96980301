"""Custody events as EPCIS 2.0 documents: complete, in the standard's words, and back without loss."""

from datetime import datetime, timedelta, timezone
from decimal import Decimal

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.custody_chain import canonical
from activities.epcis import document_of, event_of
from schemas.custody import CustodyEntry, CustodyEvent, CustodyStep, IdentityCheck, Material, TemperatureRecord
from tests.custody import COI, COURIER, DIN, EVENTS, JOURNEY, MAKER, SITE, entries

PARTIES = st.from_regex(r"[A-Za-z0-9._:-]{2,64}", fullmatch=True)
CELSIUS = st.decimals(-273, 100, places=1)
MOMENTS = st.datetimes(
    datetime(2020, 1, 1), datetime(2050, 1, 1),  # noqa: DTZ001 - the time zone is drawn apart
    timezones=st.integers(-14, 14).map(lambda hours: timezone(timedelta(hours=hours))),
)  # fmt: skip


@st.composite
def records(draw: st.DrawFn) -> TemperatureRecord:
    started, ended = sorted(draw(st.tuples(MOMENTS, MOMENTS)))
    lowest, highest = sorted(draw(st.tuples(CELSIUS, CELSIUS)))
    return TemperatureRecord(device=draw(PARTIES), started_at=started, ended_at=ended, lowest=lowest, highest=highest)


@st.composite
def events(draw: st.DrawFn) -> CustodyEvent:
    step = draw(st.sampled_from(CustodyStep))
    checked, witnessed = draw(st.lists(PARTIES, min_size=2, max_size=2, unique=True))
    return CustodyEvent(
        material=draw(st.sampled_from(Material)),
        step=step,
        at=draw(MOMENTS),
        place=draw(PARTIES),
        sender=draw(PARTIES) if step is CustodyStep.HANDED_OVER else None,
        holder=draw(PARTIES),
        identity=IdentityCheck(coi=COI, din=DIN, checked_by=checked, witnessed_by=witnessed),
        temperatures=tuple(draw(st.lists(records(), max_size=3))),
    )


@given(events())
def test_an_event_comes_back_as_it_was(event: CustodyEvent) -> None:
    """Whatever a custody event says is in its document, also after the document was written and read."""
    document = document_of(CustodyEntry(key="a-key-of-it", journey_id=JOURNEY, event=event))
    assert event_of(document) == event
    assert canonical(orjson.loads(canonical(document))) == canonical(document)


def test_a_hand_over_says_who_what_where_when_and_how_warm() -> None:
    """The five dimensions of EPCIS, the times on a clock in China, degrees in the unit CEL."""
    document = document_of(entries()[1])
    assert document["type"] == "ObjectEvent"
    assert (document["action"], document["bizStep"]) == ("OBSERVE", "receiving")
    assert document["epcList"] == [f"urn:patient-journeys:starting_material:{COI}:{DIN}"]
    assert (document["eventTime"], document["eventTimeZoneOffset"]) == ("2026-03-02T10:30:00+08:00", "+08:00")
    assert document["readPoint"] == {"id": f"urn:patient-journeys:place:{COURIER}"}
    assert document["sourceList"] == [{"type": "possessing_party", "source": f"urn:patient-journeys:party:{SITE}"}]
    assert document["destinationList"] == [
        {"type": "possessing_party", "destination": f"urn:patient-journeys:party:{COURIER}"}
    ]
    assert document["sensorElementList"] == [
        {
            "sensorMetadata": {
                "deviceID": "urn:patient-journeys:device:logger-1",
                "startTime": "2026-03-02T09:30:00+08:00",
                "endTime": "2026-03-02T10:30:00+08:00",
            },
            "sensorReport": [{"type": "Temperature", "minValue": 2.5, "maxValue": 8, "uom": "CEL"}],
        }
    ]


@pytest.mark.parametrize(
    ("number", "kind", "step"),
    [
        (0, "ObjectEvent", "commissioning"),
        (3, "TransformationEvent", "commissioning"),
        (4, "ObjectEvent", "storing"),
        (7, "ObjectEvent", "other"),
    ],
)
def test_each_step_has_its_business_step(number: int, kind: str, step: str) -> None:
    """Words of the core business vocabulary alone, which knows none for manufacturing: the event's type says it."""
    document = document_of(entries()[number])
    assert (document["type"], document["bizStep"]) == (kind, step)


def test_the_product_is_made_of_the_starting_material() -> None:
    """Input and output carry the same two identifiers."""
    document = document_of(entries()[3])
    assert document["inputEPCList"] == [f"urn:patient-journeys:starting_material:{COI}:{DIN}"]
    assert document["outputEPCList"] == [f"urn:patient-journeys:product:{COI}:{DIN}"]
    assert document["readPoint"] == {"id": f"urn:patient-journeys:place:{MAKER}"}


def test_every_event_has_an_id_of_its_own() -> None:
    """By journey and key, so that a repeat is recognised by whoever gets the document."""
    ids = [document_of(entry)["eventID"] for entry in entries()]
    assert len(set(ids)) == len(ids)
    assert ids == [document_of(entry)["eventID"] for entry in entries()]
    other = CustodyEntry(key=entries()[0].key, journey_id="journey-" + "b" * 20, event=EVENTS[0])
    assert document_of(other)["eventID"] != ids[0]


def test_whole_degrees_are_written_without_a_point() -> None:
    """As canonical JSON has it, so that any other implementation reckons the same hash."""
    assert b'"maxValue":8,' in canonical(document_of(entries()[1]))
    warm = EVENTS[1].temperatures[0].model_copy(update={"highest": Decimal("8.5")})
    entry = entries()[1].model_copy(update={"event": EVENTS[1].model_copy(update={"temperatures": (warm,)})})
    assert b'"maxValue":8.5,' in canonical(document_of(entry))
