"""The table of message templates is what the workflows send."""

import ast
from collections.abc import Iterator
from pathlib import Path

from schemas.notices import TEMPLATES
from schemas.papers import PaperDue, PaperForm, PaperKind
from schemas.text import Bilingual
from workflows.texts import papers_due

_PLACES = {"notify": 1, "Reminder": 2}
"""What sends a message, and which of its arguments is the template."""
_WORKFLOWS = Path(__file__).parents[2] / "workflows"


def sent() -> Iterator[str]:
    """Each template in the code; of one that is put together, its beginning."""
    for file in sorted(_WORKFLOWS.glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                template = node.args[_PLACES[name]] if name in _PLACES else None
                written = template.values[0] if isinstance(template, ast.JoinedStr) else template
                if isinstance(written, ast.Constant):
                    yield str(written.value)


def test_every_template_is_in_the_table_and_every_one_of_the_table_is_sent() -> None:
    """A new message goes into the table with the code that sends it."""
    templates = {*sent()}
    beginnings = {template for template in templates if template.endswith("_")}
    assert beginnings == {"journey_", "prescription_"}
    assert templates - beginnings == {one for one in TEMPLATES if not one.startswith(tuple(beginnings))}


def test_papers_are_asked_for_by_their_names() -> None:
    """As the glossary has them, not as the code does."""
    asked = (PaperKind.IMAGING, PaperKind.POLICY)
    due = [PaperDue(kind=kind, form=PaperForm.COPY, rule="yuanxin-cancer-drug/MAT-1") for kind in asked]
    assert papers_due(tuple(due)) == Bilingual(
        zh="请补充材料：影像学材料、保险合同或其他保险凭证", en="please hand in: imaging, policy"
    )
