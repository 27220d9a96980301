"""The converter of a workflow is made once, and seals for nobody else."""

import pytest
from temporalio.converter import ActivitySerializationContext, SerializationContext, WorkflowSerializationContext

from privacy.payloads import subject_of
from privacy.vault import Vault
from tests.people import key
from workers.converter import data_converter

_CONTEXT = {"namespace": "default"}


def of_activity(journey: str, *, known_as: str | None = "1", is_local: bool = True) -> ActivitySerializationContext:
    return ActivitySerializationContext(
        **_CONTEXT,
        workflow_id=journey,
        workflow_type="Any",
        activity_id=known_as,
        activity_type="any",
        activity_task_queue="any",
        is_local=is_local,
    )


async def test_one_converter_serves_a_workflow_and_its_activities(vault: Vault) -> None:
    """It is asked for some hundreds of times a journey."""
    whole, journey = data_converter(vault), f"journey-{key()}"
    first = whole.with_context(WorkflowSerializationContext(**_CONTEXT, workflow_id=journey))
    assert whole.with_context(of_activity(journey)) is first
    assert whole.with_context(SerializationContext()) is whole


async def test_what_is_sealed_belongs_to_the_workflow_in_context(vault: Vault) -> None:
    """Also where another one was served before."""
    whole, journeys = data_converter(vault), [f"journey-{key()}" for _ in range(2)]
    for journey in journeys:
        [payload] = await whole.with_context(of_activity(journey)).encode(["said"])
        assert subject_of(payload) == journey


async def test_arguments_of_a_local_activity_stay_plain(vault: Vault) -> None:
    """They never leave the process; a sealed result is read beside them, and they beside a result."""
    whole, journey = data_converter(vault), f"journey-{key()}"
    arguments = whole.with_context(of_activity(journey, known_as=None))
    result = whole.with_context(of_activity(journey))
    [plain], [sealed] = await arguments.encode(["said"]), await result.encode(["said"])
    assert (subject_of(plain), subject_of(sealed)) == (None, journey)
    assert await arguments.decode([sealed], [str]) == await result.decode([plain], [str]) == ["said"]


@pytest.mark.parametrize("known_as", [None, "1"], ids=["arguments", "result"])
async def test_all_of_other_activities_is_sealed(vault: Vault, known_as: str | None) -> None:
    """It goes into the history."""
    whole, journey = data_converter(vault), f"journey-{key()}"
    [payload] = await whole.with_context(of_activity(journey, known_as=known_as, is_local=False)).encode(["said"])
    assert subject_of(payload) == journey


async def test_those_that_were_not_asked_for_lately_are_let_go(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever comes back after that gets one that does the same."""
    monkeypatch.setattr("workers.converter._KEPT", 2)
    whole = data_converter(vault)
    made = [whole.with_context(of_activity(f"journey-{number}")) for number in range(3)]
    assert whole.with_context(of_activity("journey-2")) is made[2]
    assert whole.with_context(of_activity("journey-0")) is not made[0]
