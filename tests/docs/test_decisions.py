"""The decision records: short, numbered without gaps, all of one form."""

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "docs" / "decisions"
RECORDS = sorted(FOLDER.glob("*.md"))
PARTS = ["Context", "Decision", "Consequences", "Alternatives"]


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.stem)
def test_a_record_has_its_four_parts(path: Path) -> None:
    """Context, decision, consequences, alternatives: in this order, none empty, on one page."""
    text = path.read_text(encoding="utf-8")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == PARTS
    assert all(len(part.strip().split("\n", 1)[1].strip()) > 40 for part in text.split("\n## ")[1:])
    assert len(text.splitlines()) < 60


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.stem)
def test_a_record_opens_with_its_number(path: Path) -> None:
    """File name and heading carry the same number, and the name is in words."""
    assert re.fullmatch(r"\d{4}-[a-z0-9-]+", path.stem)
    assert path.read_text(encoding="utf-8").startswith(f"# {path.stem[:4]} ")


def test_numbers_are_not_used_twice_or_left_out() -> None:
    """0000 is the template, then one record after another."""
    assert [int(path.stem[:4]) for path in RECORDS] == list(range(len(RECORDS)))
