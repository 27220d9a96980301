"""Scenario files of the tests."""

from pathlib import Path

FOLDER = Path(__file__).parents[2] / "scenarios"
FILES = sorted(FOLDER.rglob("*.yaml"))
MAIN_ROAD = """
shows: {zh: 主流程, en: the main road}
rules: [pingan-cancer-drug/SLA-1]
product: pingan-cancer-drug
starts: 2026-11-20T10:05
expect: {ends: completed}
"""


def written(folder: Path, text: str, name: str = "scenario.yaml") -> Path:
    """A scenario file with `text`."""
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file
