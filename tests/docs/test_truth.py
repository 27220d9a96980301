"""What the documents say is there, is there; what people need to know of, is said, in both languages."""

import re
from pathlib import Path

import pytest
import yaml

from console.callbacks import MAY_SEND
from intake.refusals import RefusalKind
from workers.cli import COMMANDS
from workers.settings import Settings

ROOT = Path(__file__).parents[2]
READMES = [ROOT / "README.md", ROOT / "README.zh.md"]
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
FOLDERS = {path.name for path in ROOT.iterdir() if path.is_dir()}


def rows(path: Path, first: str) -> list[list[str]]:
    """Cells of the table rows whose first cell starts with `first`."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith(f"| {first}")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.name)
def test_the_commands_are_those_that_exist(readme: Path) -> None:
    """Each `journeys` command stands in the table, and no other."""
    named = [re.findall(r"`journeys ([a-z-]+)", row[0])[0] for row in rows(readme, "`journeys ")]
    assert set(named) == {name for name, *_ in COMMANDS}


@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.name)
def test_the_settings_are_those_that_are_read(readme: Path) -> None:
    """Each setting stands in the table with its default, and no other."""
    table = {row[0].strip("`"): row[1].strip("`") for row in rows(readme, "`") if row[0].strip("`").isupper()}
    assert set(table) == {name.upper() for name in Settings.model_fields}
    for name, field in Settings.model_fields.items():
        default = field.get_default(call_default_factory=True)
        shown = getattr(default, "get_secret_value", lambda default=default: default)()
        assert table[name.upper()] == str(shown), name


@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.name)
def test_partners_read_what_they_may_send(readme: Path) -> None:
    """The table of call-backs is the one that the gateway goes by."""
    table = {row[0].split("`")[1]: set(re.findall(r"`([a-z_]+)`", row[1])) for row in rows(readme, "`") if row[1]}
    assert {partner: table[partner] for partner in MAY_SEND} == {name: set(may) for name, may in MAY_SEND.items()}


def test_both_readmes_say_the_same() -> None:
    """Same sections, tables of the same length, the same examples but for comments and reasons."""
    english, chinese = (path.read_text(encoding="utf-8") for path in READMES)
    assert english.count("\n## ") == chinese.count("\n## ")
    assert english.count("\n|") == chinese.count("\n|")
    calls = [re.findall(r"\$GATEWAY(/[a-z{}$A-Z/0-9-]+)", text) for text in (english, chinese)]
    assert calls[0] == calls[1]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_and_paths_lead_somewhere(document: Path) -> None:
    """Relative links and paths in backticks exist."""
    text = document.read_text(encoding="utf-8")
    links = [document.parent / link for link in re.findall(r"\]\((?!https?:)([^)#]+)\)", text)]
    named = re.findall(r"`([a-z_]+(?:/[A-Za-z0-9_.-]+)*/?)`", text)
    paths = [ROOT / path for path in named if "/" in path and path.split("/")[0] in FOLDERS and "NNNN" not in path]
    made_when_run = {ROOT / "deploy/secrets"}
    assert [str(path) for path in [*links, *paths] if not path.exists() and path not in made_when_run] == []


def test_the_table_of_bad_input_was_written_for_these_refusals() -> None:
    """As many kinds of refusal as the table of bad input was written for: a new one needs its row."""
    assert len(RefusalKind) == 10


def test_operators_read_of_every_service() -> None:
    """Each service of the compose file stands in docs/operations.md."""
    compose = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text(encoding="utf-8"))
    text = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    assert [name for name in compose["services"] if f"`{name}`" not in text] == []


def test_no_document_is_left_unfinished() -> None:
    """The only placeholder is the one for measured figures."""
    for document in DOCUMENTS:
        text = document.read_text(encoding="utf-8")
        assert not re.search(r"\b(TODO|FIXME|TBD|XXX)\b", text), document
        assert set(re.findall(r"<!--.*?-->", text)) <= {"<!-- figures: bench -->"}, document
