"""Coverage decisions and the journey's plan, taken outside workflow code so that a history keeps them as they stood."""

from temporalio import activity
from temporalio.exceptions import ApplicationError

from products.calendar import WorkingCalendar
from products.errors import ProductError
from products.loader import Products, in_force
from products.model import Dated, Product, VoucherIssue
from rules.engine import decide
from rules.errors import RuleError
from schemas.deadline import Budget, BudgetUnit
from schemas.decision import Decision, DecisionRequest
from schemas.names import RuleId
from schemas.plan import JourneyPlan, PlanRequest


class Decisions:
    """Decides by the products and calendar it was started with."""

    def __init__(self, products: Products, calendar: WorkingCalendar) -> None:
        """Take the loaded products and the working-day calendar."""
        self._products = products
        self._calendar = calendar

    @activity.defn(name="decisions.decide")
    async def decide(self, request: DecisionRequest) -> Decision:
        """Answer one gate with citations. A product or gate that does not exist is a refusal, not retried."""
        try:
            return decide(request, self._products, self._calendar)
        except (RuleError, ProductError) as error:
            raise ApplicationError(str(error), type="Undecidable", non_retryable=True) from error

    @activity.defn(name="decisions.plan")
    async def plan(self, request: PlanRequest) -> JourneyPlan:
        """The product's terms on the policy's effective date, and the drug's row in its list."""
        try:
            return self._plan(request)
        except ProductError as error:
            raise ApplicationError(str(error), type="Undecidable", non_retryable=True) from error

    def _plan(self, request: PlanRequest) -> JourneyPlan:
        product = self._products.get(request.product)
        terms, day = product.terms, request.effective_on
        drugs = self._products.find_drugs(request.product, request.drug)
        drug = drugs[0] if drugs else None
        return JourneyPlan(
            products_version=self._products.version,
            drug_id=drug.id if drug else "",
            drug_label=f"{drug.brand} {drug.generic}" if drug else request.drug.name,
            injection=drug.injection if drug else None,
            review_rule=_review_rule(product),
            review_budget=in_force(terms.review_budget, day).value,
            voucher_on_booking=in_force(terms.voucher_issue, day).value is VoucherIssue.ON_BOOKING,
            voucher_budget=_voucher_budget(in_force(terms.voucher_days, day)),
            own_share_first=in_force(terms.own_share_first, day).value,
            delivery_same_city=in_force(terms.delivery_same_city, day).value,
            delivery_other_city=in_force(terms.delivery_other_city, day).value,
            aid_budget=in_force(terms.charity_notify_budget, day).value,
        )


def _voucher_budget(days: Dated[int | None]) -> Budget | None:
    if days.value is None:
        return None
    return Budget(unit=BudgetUnit.NATURAL_DAYS, amount=days.value, rule=days.rule)


def _review_rule(product: Product) -> RuleId:
    """Clause under which a pharmacist asks for papers: the supplement clause, else the one that lists the papers."""
    printed = [section.rule for section in product.sections.values() if section.topic == "supplement"]
    return printed[0] if printed else product.application_papers[0].rule
