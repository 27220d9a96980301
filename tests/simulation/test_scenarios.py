"""Every scenario is played as it expects."""

import re
from pathlib import Path

import pytest

from products.loader import load_products
from simulation.house import House
from simulation.reading import read
from simulation.running import Named, run_one
from tests.simulation.files import FILES, FOLDER

NAMES = [str(file.relative_to(FOLDER).with_suffix("")) for file in FILES]


@pytest.mark.parametrize("file", FILES, ids=NAMES)
async def test_a_scenario_is_played_as_it_expects(house: House, file: Path) -> None:
    """Stages, decisions with their clauses, deadlines, money and messages are those of the file."""
    outcome = await run_one(house, Named(file, read(file, house.products)))
    assert not outcome.failure
    assert [row for row in outcome.rows if not row.same] == []


def test_there_are_scenarios_of_every_product() -> None:
    """A folder for each product, and files named in kebab-case for what they show."""
    assert {file.parent.name for file in FILES} == set(load_products().ids)
    assert [file for file in FILES if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+|delivered|picked-up", file.stem)] == []


@pytest.mark.parametrize("file", FILES, ids=NAMES)
def test_a_scenario_is_about_its_own_product(file: Path) -> None:
    """It lies in the folder of its product."""
    assert read(file, load_products()).product == file.parent.name
