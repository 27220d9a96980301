"""The people of a demonstration: what they bring."""

import json
from pathlib import Path

import pytest

from products.loader import load_products
from products.model import PaperCondition
from schemas.actions import RecordHandOver
from schemas.decision import FulfilmentMode
from schemas.drug_claim import DrugClaimReport
from schemas.journey import FulfilmentView, WaitingFor
from schemas.papers import PaperDue, PaperForm, PaperKind
from tests.console import samples
from workers.demo.people import People

CLAIMS = [
    path
    for path in sorted((Path(__file__).parents[3] / "samples" / "claims").glob("*.json"))
    if not path.stem.endswith("-car-t")
]


@pytest.mark.parametrize("path", CLAIMS, ids=lambda path: path.stem)
def test_at_the_counter_they_show_what_their_product_prints_and_what_was_missing(path: Path) -> None:
    """A claim of any product is handed over at the first visit; nobody brings an agent's papers without an agent."""
    claim = DrugClaimReport.model_validate(json.loads(path.read_text(encoding="utf-8"))["data"])
    status = samples.status(
        wait=samples.status().wait.model_copy(update={"what": WaitingFor.HAND_OVER}),
        fulfilment=FulfilmentView(mode=FulfilmentMode.PICK_UP),
        papers_due=(PaperDue(kind=PaperKind.COST_BILLS, form=PaperForm.ORIGINAL, rule=samples.RULE),),
    )
    action = People(claim).next_action(status, "ABCD2345EFGH")
    assert isinstance(action, RecordHandOver)
    brought = {paper.kind for paper in action.papers if paper.form is PaperForm.ORIGINAL}
    printed = load_products().get(claim.product).counter_papers
    assert brought >= {due.kind for due in printed if due.when is PaperCondition.ALWAYS} | {PaperKind.COST_BILLS}
    assert not brought & {PaperKind.AGENT_ID, PaperKind.POWER_OF_ATTORNEY}
