"""The terms of a journey, as the decisions activities tell them."""

from datetime import date

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.decisions import Decisions
from products.calendar import load_calendar
from products.loader import load_products
from schemas.car_t import CarTPlan, CarTPlanRequest
from schemas.clinical import DrugName
from schemas.deadline import Budget, BudgetUnit


async def planned(product: str, drug: str) -> CarTPlan:
    """The plan of a CAR-T journey under a policy of 2026."""
    asked = CarTPlanRequest(product=product, drug=DrugName(name=drug), effective_on=date(2026, 1, 1))
    return await ActivityEnvironment().run(Decisions(load_products(), load_calendar()).car_t_plan, asked)


@pytest.mark.parametrize(
    ("product", "drug", "row", "label"),
    [
        ("chinalife-cancer-rider", "瑞基奥伦赛", "chinalife-cancer-rider-car-t-002", "倍诺达 瑞基奥仑赛注射液"),
        ("pingan-longterm-b", "奕凯达", "pingan-longterm-b-099", "奕凯达 阿基仑赛注射液"),
        ("axa-excellence", "倍诺达", "axa-excellence-074", "倍诺达 瑞基奥仑赛注射液"),
        ("chinalife-cancer-rider", "爱博新", "", "爱博新"),
        ("yuanxin-cancer-drug", "奕凯达", "", "奕凯达"),
    ],
)
async def test_the_plan_names_the_designated_product(product: str, drug: str, row: str, label: str) -> None:
    """By its row of the list, however it was spelt; one that is not designated keeps the name it came with."""
    plan = await planned(product, drug)
    assert (plan.drug_id, plan.drug_label) == (row, label)
    assert plan.products_version == load_products().version


async def test_the_plan_has_the_budget_of_an_investigation() -> None:
    """pingan-longterm-b/SLA-2: fifteen working days; China Life prints none."""
    printed = Budget(unit=BudgetUnit.WORKING_DAYS, amount=15, rule="pingan-longterm-b/SLA-2")
    assert (await planned("pingan-longterm-b", "奕凯达")).investigation_budget == printed
    assert (await planned("chinalife-cancer-rider", "奕凯达")).investigation_budget is None


async def test_an_unknown_product_is_a_refusal() -> None:
    """Asking again changes nothing."""
    with pytest.raises(ApplicationError) as told:
        await planned("nobody-knows", "奕凯达")
    assert told.value.non_retryable
    assert told.value.type == "Undecidable"
