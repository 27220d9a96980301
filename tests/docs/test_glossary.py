"""The glossary names everything that people see or send."""

import re
from enum import StrEnum
from pathlib import Path
from typing import get_args

import pytest

from schemas.actions import Action, DeliveryStatus, ReviewResult
from schemas.car_t_actions import ApheresisResult, ManufacturingStatus, Response, ToxicityKind
from schemas.car_t_facts import CarTNews, CostKind, ExaminationResult
from schemas.custody import CustodyStep, DeviationKind, Disposition, Material
from schemas.deadline import BudgetUnit
from schemas.decision import AidStanding, CharityWay, FulfilmentMode, News, Outcome, Verdict
from schemas.journey import Stage, WaitingFor
from schemas.papers import PaperForm, PaperKind
from schemas.partners import PartnerName
from schemas.people import ActorRole, ApplicantRole

GLOSSARY = (Path(__file__).parents[2] / "docs" / "glossary.md").read_text(encoding="utf-8")
SECTIONS = {part.split("\n", 1)[0]: part for part in GLOSSARY.split("\n## ")[1:]}
LISTED: list[tuple[str, type[StrEnum]]] = [
    ("Stages", Stage),
    ("What a journey waits for", WaitingFor),
    ("Verdicts and findings", Verdict),
    ("Verdicts and findings", Outcome),
    ("News that may end the cover", News),
    ("People and partners", ActorRole),
    ("People and partners", ApplicantRole),
    ("People and partners", PartnerName),
    ("Papers", PaperKind),
    ("Papers", PaperForm),
    ("Pharmacy and delivery", FulfilmentMode),
    ("Charity aid", AidStanding),
    ("Charity aid", CharityWay),
    ("Time", BudgetUnit),
    ("Results that people record", ReviewResult),
    ("Results that people record", DeliveryStatus),
    *(
        ("CAR-T", kind)
        for kind in (
            ApheresisResult,
            CarTNews,
            CostKind,
            CustodyStep,
            DeviationKind,
            Disposition,
            ExaminationResult,
            ManufacturingStatus,
            Material,
            Response,
            ToxicityKind,
        )
    ),
]


def in_code(section: str) -> set[str]:
    """Names in backticks of one section's tables."""
    rows = [line for line in SECTIONS[section].splitlines() if line.startswith("|")]
    return {name for row in rows for name in re.findall(r"`([^`]+)`", row)}


@pytest.mark.parametrize(("section", "values"), LISTED, ids=lambda part: getattr(part, "__name__", None))
def test_every_value_has_its_words(section: str, values: type[StrEnum]) -> None:
    """Each value of the list stands in its section with a term and its Chinese."""
    assert {str(value) for value in values} - in_code(section) == set()


def test_every_action_has_its_words() -> None:
    """Each action that can be sent stands in the glossary, and no action that cannot."""
    union = get_args(Action)[0]
    names = {kind.model_fields["action"].default for kind in get_args(union)}
    assert in_code("Actions") == names


def test_every_row_gives_the_chinese() -> None:
    """No row leaves the second column, the Chinese, without a Chinese word."""
    rows = [line.split("|") for line in GLOSSARY.splitlines() if line.startswith("| ") and "| Chinese |" not in line]
    assert [row[1].strip() for row in rows if not re.search(r"[\u4e00-\u9fff]", row[2])] == []
