"""Contents of reports: comparable field by field, without a copy of the personal data."""

import json

from intake.content import content, differing
from intake.identity import journey_id, new_person_ref
from privacy.key_ring import KeyRing
from schemas.drug_claim import DrugClaimReport
from tests.conftest import RING
from tests.intake.conftest import Event, sample

_SALT = b"0123456789abcdef"


def of(event: Event, salt: bytes = _SALT) -> dict[str, object]:
    return content(DrugClaimReport.model_validate(event["data"]), salt)


def test_no_personal_value_is_left() -> None:
    """Name, number, phone and address appear as digests only, other ones under another salt."""
    event = sample()
    text = json.dumps(of(event), ensure_ascii=False)
    insured = event["data"]["insured"]
    for secret in (insured["name"], insured["phone"], insured["id_document"]["number"], insured["address"]["detail"]):
        assert secret not in text
    assert of(event)["insured"] != of(event, b"another salt....")["insured"]


def test_differences_are_named_by_path() -> None:
    """Changed, added and removed fields are all found."""
    other = sample()
    other["data"]["prescription"]["altered"] = True
    other["data"]["insured"]["name"] = "测试·他"
    other["data"]["papers"].pop()
    assert differing(of(sample()), of(other)) == [
        "data.insured.name",
        "data.papers.7.kind",
        "data.papers.7.received_on",
        "data.prescription.altered",
    ]


def test_two_ways_to_write_the_same() -> None:
    """An explicit default and trailing zeros make no difference."""
    other = sample()
    other["data"]["prescription"] |= {"altered": False, "quantity": "1.00"}
    assert differing(of(sample()), of(other)) == []


def test_a_journey_id_follows_from_the_claim() -> None:
    """The same claim has the same journey under the same key; product and claim number both count."""
    again, other = KeyRing.parse(RING.text()), KeyRing.new()
    claim = "pingan-cancer-drug", "PACD-2026-0002"
    assert journey_id(RING, *claim) == journey_id(again, *claim) != journey_id(other, *claim)
    assert journey_id(RING, "a-product", "1234") != journey_id(RING, "a-produc", "t1234")
    assert new_person_ref() != new_person_ref()
