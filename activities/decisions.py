"""Coverage decisions and the journey's plan, taken outside workflow code so that a history keeps them as they stood."""

from datetime import date

from temporalio import activity
from temporalio.exceptions import ApplicationError

from products.calendar import WorkingCalendar
from products.errors import ProductError
from products.loader import Products, in_force
from products.model import Dated, Drug, ListAsOf, Product, Terms, VoucherIssue
from rules.custody import deviations
from rules.drug import list_day
from rules.engine import context_of, decide
from rules.errors import RuleError
from rules.medication_term import end_of_cover, last_day_from_diagnosis
from rules.treatment_window import treatment_window
from schemas.car_t import CarTDeviations, CarTPlan, CarTPlanRequest, CarTWindow, CarTWindowRequest
from schemas.car_t_facts import CarTInfusionFacts
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

    @activity.defn(name="decisions.car_t_plan")
    async def car_t_plan(self, request: CarTPlanRequest) -> CarTPlan:
        """The product's terms for a CAR-T journey on the policy's effective date, and the CAR-T product's row."""
        try:
            return self._car_t_plan(request)
        except ProductError as error:
            raise ApplicationError(str(error), type="Undecidable", non_retryable=True) from error

    @activity.defn(name="decisions.car_t_window")
    async def car_t_window(self, request: CarTWindowRequest) -> CarTWindow:
        """The treatment period of a therapy as far as it has come. chinalife-cancer-rider/CART-4."""
        try:
            context = context_of(self._products, request.product, request.policy_effective_on)
            return CarTWindow(window=treatment_window(request.first_apheresis_on, request.infused_on, context))
        except (RuleError, ProductError) as error:
            raise ApplicationError(str(error), type="Undecidable", non_retryable=True) from error

    @activity.defn(name="decisions.car_t_deviations")
    async def car_t_deviations(self, chain: CarTInfusionFacts) -> CarTDeviations:
        """What is wrong with the cells by what is told of them so far, before anybody asks whether to infuse them."""
        return CarTDeviations(deviations=deviations(chain))

    def _car_t_plan(self, request: CarTPlanRequest) -> CarTPlan:
        terms = self._products.get(request.product).terms
        drugs = self._products.find_car_t_drugs(request.product, request.drug)
        drug = drugs[0] if drugs else None
        return CarTPlan(
            products_version=self._products.version,
            drug_id=drug.id if drug else "",
            drug_label=f"{drug.brand} {drug.generic}" if drug else request.drug.name,
            investigation_budget=in_force(terms.investigation_budget, request.effective_on).value,
            covered_to=end_of_cover(request.expires_on, request.renewed_to, 0) if request.expires_on else None,
        )

    def _plan(self, request: PlanRequest) -> JourneyPlan:
        product = self._products.get(request.product)
        terms, day = product.terms, request.effective_on
        drug = self._drug(request, in_force(terms.list_as_of, day).value)
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
            find_budget=in_force(terms.find_budget, day).value,
            aid_budget=in_force(terms.charity_notify_budget, day).value,
            investigation_budget=in_force(terms.investigation_budget, day).value,
            green_budget=_green_budget(terms, day),
            refund_of_excess=in_force(terms.refund_of_excess, day).value,
            follow_up_months=in_force(terms.follow_up_months, day).value,
            authorization_covers_refills=in_force(terms.authorization_covers_refills, day).value,
            min_days_between_prescriptions=in_force(terms.min_days_between_prescriptions, day).value,
            covered_to=_covered_to(request, terms),
            cover_rule=_cover_rule(terms, day),
        )

    def _drug(self, request: PlanRequest, as_of: ListAsOf) -> Drug | None:
        """The row on the list of the day that counts; else any of that name, whose refusal is not the plan's to say."""
        counted = self._products.find_drugs(request.product, request.drug, _list_day(request, as_of))
        return next(iter(counted or self._products.find_drugs(request.product, request.drug)), None)


def _list_day(request: PlanRequest, as_of: ListAsOf) -> date | None:
    """None where the request, one of an earlier release, does not tell its days."""
    reported, prescribed, planned = request.applied_on, request.prescribed_on, request.planned_on
    if reported is None or prescribed is None or planned is None:
        return None
    return list_day(as_of, reported=reported, prescribed=prescribed, decided=planned)


def _voucher_budget(days: Dated[int | None]) -> Budget | None:
    if days.value is None:
        return None
    return Budget(unit=BudgetUnit.NATURAL_DAYS, amount=days.value, rule=days.rule)


def _green_budget(terms: Terms, day: date) -> Budget | None:
    """The budget where a refusal earns the consultation at all."""
    return in_force(terms.green_budget, day).value if in_force(terms.green_gift, day).value else None


def _covered_to(request: PlanRequest, terms: Terms) -> date:
    day = request.effective_on
    days = in_force(terms.medication_days_from_diagnosis, day).value
    if days is not None:
        return last_day_from_diagnosis(request.diagnosed_on, days, request.expires_on, request.first_purchased_on)
    after = in_force(terms.post_expiry_days, day).value
    return end_of_cover(request.expires_on, request.renewed_to, after)


def _cover_rule(terms: Terms, day: date) -> RuleId:
    from_diagnosis = in_force(terms.medication_days_from_diagnosis, day)
    return in_force(terms.post_expiry_days, day).rule if from_diagnosis.value is None else from_diagnosis.rule


def _review_rule(product: Product) -> RuleId:
    """Clause under which a pharmacist asks for papers: the supplement clause, else the one that lists the papers."""
    printed = [section.rule for section in product.sections.values() if section.topic == "supplement"]
    return printed[0] if printed else product.application_papers[0].rule
