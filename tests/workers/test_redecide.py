"""`journeys audit redecide`: recorded decisions held against today's rules, other products and other releases."""

import csv
import io
import json
import os
import shutil
import sys
from pathlib import Path

import pytest

from rules import RULES_VERSION
from workers.cli import run

ROOT = Path(__file__).parents[2]
HISTORIES = ROOT / "tests" / "histories"
REFILLED = [str(HISTORIES / f"refilled-after-a-refusal.{number}.json") for number in (1, 2, 3, 4)]
Said = pytest.CaptureFixture[str]


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """The products with another interval between two prescriptions."""
    folder = tmp_path / "products"
    shutil.copytree(ROOT / "products", folder, ignore=shutil.ignore_patterns("__pycache__", "*.py"))
    terms = folder / "chinalife-cancer-rider" / "product.toml"
    text, term = terms.read_text(encoding="utf-8"), "min_days_between_prescriptions = [{ value = "
    assert f"{term}20" in text
    terms.write_text(text.replace(f"{term}20", f"{term}30"), encoding="utf-8")
    return folder


def test_todays_rules_decide_as_was_recorded(capsys: Said) -> None:
    """Every decision of every recorded history: whoever changes a rule sees here what else it changes."""
    assert run(["audit", "redecide", str(HISTORIES), "--json"]) == 0
    assert capsys.readouterr().out == ""
    assert run(["audit", "redecide", str(HISTORIES), "--lang", "en"]) == 0
    told = capsys.readouterr().out.split()
    assert int(told[0]) > 200
    assert told[1:] == ["decisions", "taken", "once", "more,", "0", "differ"]


def test_another_term_is_shown_clause_by_clause(changed: Path, capsys: Said) -> None:
    """28 days apart passed at 20 and fail at 30; the refused one of 19 days fails by another figure."""
    assert run(["audit", "redecide", *REFILLED, "--products", str(changed), "--json"]) == 1
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(each["before"], each["after"]) for each in told] == [("refused", "refused"), ("approved", "refused")]
    assert [change["what"] for change in told[1]["changes"]] == ["verdict", "interval_since_last_prescription"]
    for each in told:
        change = each["changes"][-1]
        assert change["rules"] == ["chinalife-cancer-rider/LIM-2"]
        assert ("min_days 20" in change["before"], "min_days 30" in change["after"]) == (True, True)
        assert each["versions_before"]["products"] != each["versions_after"]["products"]
        assert each["versions_after"]["rules"] == RULES_VERSION


def test_a_spreadsheet_has_a_line_for_each_difference(changed: Path, capsys: Said) -> None:
    """With the place of the decision on each."""
    assert run(["audit", "redecide", *REFILLED, "--products", str(changed), "--csv"]) == 1
    lines = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    whats = ["interval_since_last_prescription", "verdict", "interval_since_last_prescription"]
    assert [line["what"] for line in lines] == whats
    assert {line["question"] for line in lines} == {"prescription_review"}
    assert [line["before"] for line in lines if line["what"] == "verdict"] == ["approved"]


def test_people_see_both_sides(changed: Path, capsys: Said) -> None:
    """Recorded and now, and how many were looked at."""
    assert run(["audit", "redecide", *REFILLED, "--products", str(changed), "--lang", "zh"]) == 1
    said = capsys.readouterr().out
    assert "通过 → 未通过" in said
    assert "min_days 20" in said
    assert "min_days 30" in said
    assert "2 个有差异" in said


def test_a_product_that_is_gone_leaves_its_decisions_undecidable(changed: Path, capsys: Said) -> None:
    """Told for each of them, not as an error of the whole."""
    shutil.rmtree(changed / "chinalife-cancer-rider")
    assert run(["audit", "redecide", REFILLED[0], "--products", str(changed), "--json"]) == 1
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(told) > 3
    assert all(each["after"] is None and "chinalife-cancer-rider" in each["undecidable"] for each in told)


def test_another_release_decides_by_its_own_python(monkeypatch: pytest.MonkeyPatch, capsys: Said) -> None:
    """Asked for its own Python, the release that runs decides the same."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    assert run(["audit", "redecide", REFILLED[0], "--release", sys.executable, "--lang", "en"]) == 0
    assert capsys.readouterr().out.endswith("decisions taken once more, 0 differ\n")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--release", "/nowhere/python"], "/nowhere/python: cannot be run: No such file or directory"),
        (["--release", "/bin/false"], "ended with status 1"),
        (["--release", "/bin/true"], "answered 0 of "),
        (["--release", "/bin/echo"], "answers what this release does not understand"),
        (["--products", "/nowhere"], "--products /nowhere: no such folder"),
        (["--products", "/", "--release", "/bin/true"], "has no meaning with --release"),
        (["--json", "--csv"], "has no meaning with --json"),
        (["--all"], "say which histories"),
    ],
)
def test_what_cannot_be_asked_is_told(options: list[str], said: str, capsys: Said) -> None:
    """With the option and what is wrong with it; nothing is printed for programs."""
    assert run(["audit", "redecide", REFILLED[0], *options]) == 2
    captured = capsys.readouterr()
    assert said in captured.err
    assert captured.out == ""


def test_a_folder_without_products_is_told(tmp_path: Path, capsys: Said) -> None:
    """By its name."""
    assert run(["audit", "redecide", REFILLED[0], "--products", str(tmp_path)]) == 2
    assert (
        capsys.readouterr().err == f"--products {tmp_path}: holds no product, a folder of its own with a product.toml\n"
    )


@pytest.mark.parametrize("command", ["redecide", "replay"])
def test_a_folder_without_histories_proves_nothing(command: str, tmp_path: Path, capsys: Said) -> None:
    """Status 2, also where another one has some."""
    assert run(["audit", command, REFILLED[0], str(tmp_path)]) == 2
    assert capsys.readouterr().err == f"{tmp_path}: holds no history, neither *.json nor *.pb\n"


def test_a_history_that_cannot_be_read_stops_nothing(tmp_path: Path, capsys: Said) -> None:
    """It is told, and the others are looked at."""
    (tmp_path / "cut.json").write_text((HISTORIES / "delivered.json").read_text(encoding="utf-8")[:5000])
    shutil.copy(REFILLED[0], tmp_path)
    assert run(["audit", "redecide", str(tmp_path), "--lang", "en"]) == 1
    captured = capsys.readouterr()
    assert "cut.json: is no JSON, or cut off" in captured.err
    assert captured.out.endswith("decisions taken once more, 0 differ\n")
