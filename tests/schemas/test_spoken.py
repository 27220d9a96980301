"""What values are called: everything that a journey tells of has a name in both languages."""

from enum import StrEnum
from typing import get_args

import pytest

from schemas.actions import Action, DeliveryStatus
from schemas.car_t_actions import ManufacturingStatus, ToxicityKind
from schemas.decision import CharityWay, Verdict
from schemas.journey import Stage, WaitingFor
from schemas.partners import PartnerName
from schemas.people import ActorRole
from schemas.spoken import spoken
from workflows.offers import label_of


@pytest.mark.parametrize(
    "values",
    [Stage, WaitingFor, ActorRole, PartnerName, Verdict, CharityWay, DeliveryStatus, ManufacturingStatus, ToxicityKind],
)
def test_every_value_has_a_name(values: type[StrEnum]) -> None:
    """A new one without a name would be told by its code."""
    assert [value for value in values if spoken(value).zh == value] == []


def test_every_action_has_a_name() -> None:
    """What was received is noted by the label of its offer."""
    names = [shape.model_fields["action"].default for shape in get_args(get_args(Action)[0])]
    unnamed = [name for name in names if label_of(name).zh == name]
    assert unnamed == []
