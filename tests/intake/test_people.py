"""Personal records behind references."""

import pytest

from activities.people import People, UnknownPersonError
from intake.door import Door
from intake.received import Received
from privacy.vault import Vault
from schemas.people import InsuredPerson
from tests.intake.conftest import Pool, raw, sample


async def test_the_person_comes_back_as_reported(door: Door, pool: Pool, vault: Vault) -> None:
    """What intake stored is what an adapter reads, under the reference that the journey carries."""
    event = sample("yuanxin-cancer-drug")
    await door.receive(Received(raw(event)))
    ref = await pool.fetchval("SELECT ref FROM person")
    assert await People(pool, vault).person(ref) == InsuredPerson.model_validate(event["data"]["insured"])


async def test_an_unknown_reference(pool: Pool, vault: Vault) -> None:
    """It is an error of its own, which names the reference and nothing else."""
    with pytest.raises(UnknownPersonError, match="person-aaaaaaaaaaaaaaaaaaaa"):
        await People(pool, vault).person("person-aaaaaaaaaaaaaaaaaaaa")
