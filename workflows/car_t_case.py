"""What a CAR-T journey knows of its claim, and the facts that rules are given of it."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from schemas.actions import CorrectClaim
    from schemas.car_t import CarTCarriedOver, CarTClaim, CarTPlan, CarTPlanRequest, CarTWindowRequest
    from schemas.car_t_actions import RecordApheresis, RecordAssessment, RecordExamination, SubmitCosts
    from schemas.car_t_facts import (
        CarTApheresisFacts,
        CarTAssessmentFacts,
        CarTAuthorizationFacts,
        CarTCostFacts,
        CarTInfusionFacts,
        CarTNews,
        CarTSettlementFacts,
        CarTSiteFacts,
        CarTStandingFacts,
        CostItem,
        ExaminationResult,
    )
    from schemas.car_t_view import CarTTherapy, CarTView
    from schemas.carried import Commitment
    from schemas.civil import china_date
    from schemas.custody import CustodyEvent, CustodyHead, CustodyStep, Deviation, DeviationWord, Material
    from schemas.ledger import LimitLeft, LimitQuery, Reservation
    from schemas.money import ZERO, Ratio, Yuan
    from schemas.papers import Paper
    from schemas.policy import Coverage, CoverageQuery

from workflows.car_t_costs import compensated, told_once, total
from workflows.drug_case import today
from workflows.record import JourneyRecord

_NOT_EXAMINED = {"examination": None, "examined_on": None, "fit_until": None, "conditioned_on": None}
"""The patient has to be examined, and prepared, for the cells to come."""


class CarTCase:
    """One claim as the journey learns about it: coverage, therapy, cells, bills."""

    coverage: Coverage
    plan: CarTPlan

    def __init__(self, claim: CarTClaim, record: JourneyRecord) -> None:
        """Start from `claim`, or where its earlier runs left off; `record` holds what agents see of it."""
        self.claim = claim
        self.record = record
        self.known = False
        """Whether coverage and plan are known."""
        self.custody: tuple[CustodyEvent, ...] = ()
        """Events since the apheresis that counts."""
        self.first_seq = 1
        self.words: tuple[DeviationWord, ...] = ()
        self.bills: tuple[SubmitCosts, ...] = ()
        self.reservation: Reservation | None = None
        self.commitments: tuple[Commitment, ...] = ()
        self.not_owed: tuple[Commitment, ...] = ()
        """What of them turned out not to be owed, where the rest is."""
        self.ratio_by_person: Ratio | None = None
        self.cover_ended_on: date | None = None
        self.died_on: date | None = None
        """First day without cover, where the policy was cancelled and what is spent before still counts."""
        self.owed = True
        """False once a decision found that nothing of the therapy is owed."""
        if claim.carried:
            self._go_on(claim.carried)

    def claimed_back(self) -> None:
        """What was not owed has come back or was settled otherwise: nobody claims it back a second time."""
        rest = {each.key: each.amount for each in self.not_owed} if self.owed else {}
        self.commitments = tuple(
            each.model_copy(update={"amount": each.amount - rest.get(each.key, ZERO)})
            for each in self.commitments
            if self.owed
        )

    def _go_on(self, carried: CarTCarriedOver) -> None:
        self.coverage, self.plan, self.known = carried.coverage, carried.plan, True
        self.custody, self.first_seq, self.words = carried.custody, carried.first_seq, carried.words
        self.bills, self.reservation = carried.bills, carried.reservation
        self.commitments = carried.commitments
        self.ratio_by_person, self.cover_ended_on = carried.ratio_by_person, carried.cover_ended_on

    # What agents see of the therapy, which is all that later steps build on.

    @property
    def view(self) -> CarTView:
        """The therapy as agents see it."""
        return self.record.status.car_t or CarTView()

    @property
    def therapy(self) -> CarTTherapy:
        """How far the therapy has come."""
        return self.view.therapy

    def show(self, **fields: Any) -> None:  # noqa: ANN401 - fields of CarTView
        """Set fields of the view; nothing is written until the record is."""
        self.record.change(car_t=self.view.model_copy(update=fields))

    def change(self, **fields: Any) -> None:  # noqa: ANN401 - fields of CarTTherapy
        """Set fields of the therapy; nothing is written until the record is."""
        self.show(therapy=self.therapy.model_copy(update=fields))

    def key(self, what: str) -> str:
        """Idempotency key of what this journey does once."""
        return f"{self.claim.journey_id}/{what}"

    def accept_site(self, site: str) -> None:
        """A person accepted an institution that the list leaves open."""
        self.change(accepted_sites=(*self.therapy.accepted_sites, site))

    def _accepted(self, site: str) -> bool:
        return site in self.therapy.accepted_sites

    def learn(self, coverage: Coverage, plan: CarTPlan) -> None:
        """What the insurer says of the policy, and the terms that follow from it."""
        self.coverage, self.plan, self.known = coverage, plan, True

    def correct(self, correction: CorrectClaim) -> None:
        """Replace what the correction gives; the rest of the claim stays, what was arranged for it does not."""
        names = ("applicant", "diagnosis", "drug")
        given = {name: value for name in names if (value := getattr(correction, name)) is not None}
        self.claim = self.claim.model_copy(update=given)
        self.change(
            assessed_on=None,
            arranged=False,
            arranged_on=None,
            apheresis_planned_on=None,
            slot="",
            coi="",
            manufacturer="",
            conditions=(),
        )

    # The cells.

    def begin_cells(self, on: date) -> None:
        """Cells are collected anew on that day: what was made of the earlier ones counts no more."""
        self.first_seq += len(self.custody)
        self.custody, self.words = (), ()
        self.show(deviations=(), product_at=None)
        therapy = self.therapy
        self.change(
            earlier_dins=(*therapy.earlier_dins, therapy.din) if therapy.din else therapy.earlier_dins,
            din="",
            released=False,
            batch="",
            certificate="",
            product_expires_on=None,
            **_NOT_EXAMINED,
            examined_anew_since=on,
        )

    def make_again(self) -> None:
        """Another product is made of the same cells: what there is of the failed one is not the one to come."""
        self.show(product_at=None)
        self.change(
            product_from=self.first_seq + len(self.custody),
            released=False,
            batch="",
            certificate="",
            product_expires_on=None,
            **_NOT_EXAMINED,
            examined_anew_since=today(),
        )

    @property
    def fit(self) -> bool:
        """Whether the last examination found the patient fit, and counts today."""
        therapy = self.therapy
        found_fit = therapy.examination is ExaminationResult.FIT
        return found_fit and (therapy.fit_until is None or today() <= therapy.fit_until)

    @property
    def expired(self) -> bool:
        """Whether the product may not be used any more, however fit the patient is."""
        expires_on = self.therapy.product_expires_on
        return expires_on is not None and expires_on < today()

    def examined_anew(self) -> Callable[[], bool]:
        """Whether, from now on, another examination is told: what was found fit before it does not count."""
        seen = self.therapy.examined_on
        return lambda: self.therapy.examination is not ExaminationResult.FIT or self.therapy.examined_on != seen

    def examined(self, found: RecordExamination) -> None:
        """What an examination found; one that did not find the patient fit lets none before it count."""
        since = self.therapy.examined_anew_since
        if found.result is not ExaminationResult.FIT:
            since = max(found.examined_on, since or found.examined_on)
        self.change(
            examination=found.result,
            examined_on=found.examined_on,
            fit_until=found.valid_until,
            examined_anew_since=since,
        )

    def tell(self, event: CustodyEvent, head: CustodyHead) -> None:
        """An event is in the chain as link `head`; one that was there already is told again and changes nothing."""
        if head.seq < self.first_seq + len(self.custody):
            return
        last = max((each.at for each in self.custody if each.material is event.material), default=event.at)
        self.custody = (*self.custody, event)
        self.show(custody=head, told_at=max(event.at, self.view.told_at or event.at))
        if event.at < last:
            return  # told late: the cells are somewhere else by now
        if event.material is not Material.PRODUCT:
            self.show(starting_material_at=event.holder)
        elif not self._of_a_failed_product(event):
            self.show(product_at=event.holder)

    def _of_a_failed_product(self, event: CustodyEvent) -> bool:
        """The product that is made in its place is not made yet."""
        awaited = self.view.product_at is None and self.therapy.product_from > self.first_seq
        return awaited and event.step is not CustodyStep.MANUFACTURED

    def found(self, deviations: tuple[Deviation, ...]) -> None:
        """What is wrong with the chain by the last decision on it."""
        self.show(deviations=deviations)

    # The bills.

    @property
    def items(self) -> tuple[CostItem, ...]:
        """Every cost handed in, each once."""
        return told_once(self.bills)

    @property
    def billed(self) -> bool:
        """Whether no more costs will come."""
        return any(bill.final for bill in self.bills)

    # Queries and facts.

    def coverage_query(self) -> CoverageQuery:
        """Which policy; the catalogue is asked for the CAR-T product, where the insured person lives, today."""
        claim = self.claim
        return CoverageQuery(
            policy_number=claim.policy_number,
            product=claim.product,
            drug_name=claim.drug.name,
            province=claim.insured.province,
            city=claim.insured.city,
            prescribed_on=china_date(claim.reported_at),
        )

    @property
    def infusible_from(self) -> date | None:
        """Since when an infusion of which nobody told may have been given: the cells lay ready, the patient too."""
        therapy = self.therapy
        return therapy.conditioned_on if therapy.at_bedside and not therapy.infused_on else None

    @property
    def granted(self) -> Yuan:
        """What is set aside for this therapy."""
        return self.reservation.granted if self.reservation else ZERO

    def limit_query(self) -> LimitQuery:
        """Which benefit limit."""
        claim, policy = self.claim, self.coverage.policy
        return LimitQuery(
            product=claim.product,
            policy_number=claim.policy_number,
            period_from=policy.effective_on,
            sum_insured=policy.sum_insured,
        )

    def plan_request(self, coverage: Coverage) -> CarTPlanRequest:
        """Which terms hold for this claim."""
        policy = coverage.policy
        return CarTPlanRequest(
            product=self.claim.product,
            drug=self.claim.drug,
            effective_on=policy.effective_on,
            expires_on=policy.expires_on,
            renewed_to=policy.renewed_to,
        )

    def window_request(self, infused_on: date | None) -> CarTWindowRequest:
        """Whose treatment period is asked for."""
        return CarTWindowRequest(
            product=self.claim.product,
            policy_effective_on=self.coverage.policy.effective_on,
            first_apheresis_on=self.therapy.first_apheresis_on or today(),
            infused_on=infused_on,
        )

    def authorization_facts(self, papers: tuple[Paper, ...]) -> CarTAuthorizationFacts:
        """The facts of the authorization, with the papers that have come in."""
        claim = self.claim
        return CarTAuthorizationFacts(
            coverage=self.coverage,
            insured=claim.insured,
            applicant=claim.applicant,
            diagnosis=claim.diagnosis,
            drug=claim.drug,
            papers=papers,
            applied_on=china_date(claim.reported_at),
            decided_on=today(),
        )

    def site_facts(self, site: str) -> CarTSiteFacts:
        """The facts of an institution."""
        effective_on = self.coverage.policy.effective_on
        return CarTSiteFacts(site=site, site_accepted=self._accepted(site), policy_effective_on=effective_on)

    def assessment_facts(self, answer: RecordAssessment) -> CarTAssessmentFacts:
        """The facts of the institution's assessment."""
        return CarTAssessmentFacts(
            suitable=answer.suitable,
            prescribed=answer.prescribed,
            assessed_on=answer.assessed_on,
            policy_effective_on=self.coverage.policy.effective_on,
        )

    def apheresis_facts(self, answer: RecordApheresis) -> CarTApheresisFacts:
        """The facts of one apheresis."""
        policy, therapy = self.coverage.policy, self.therapy
        return CarTApheresisFacts(
            site=answer.site,
            site_accepted=self._accepted(answer.site),
            performed_on=answer.performed_on,
            first_apheresis_on=therapy.first_apheresis_on,
            arranged=therapy.arranged and answer.performed_on >= (therapy.arranged_on or answer.performed_on),
            policy_effective_on=policy.effective_on,
            expires_on=policy.expires_on,
            renewed_to=policy.renewed_to,
        )

    def infusion_facts(self, *, conditioned: bool) -> CarTInfusionFacts:
        """The facts of whether the cells may be infused, after lymphodepletion or already before it."""
        therapy = self.therapy
        return CarTInfusionFacts(
            coi=therapy.coi,
            din=therapy.din,
            custody=self.custody,
            first_seq=self.first_seq,
            product_from=therapy.product_from,
            conditions=therapy.conditions,
            words=self.words,
            released=therapy.released,
            product_expires_on=therapy.product_expires_on,
            examination=therapy.examination,
            examined_on=therapy.examined_on,
            fit_until=therapy.fit_until,
            examined_anew_since=therapy.examined_anew_since,
            conditioned_on=therapy.conditioned_on,
            site=therapy.site,
            site_accepted=self._accepted(therapy.site),
            party=therapy.party,
            before="infusion" if conditioned else "lymphodepletion",
            first_apheresis_on=therapy.first_apheresis_on or today(),
            planned_on=today(),
            policy_effective_on=self.coverage.policy.effective_on,
        )

    def cost_facts(self, item: CostItem) -> CarTCostFacts:
        """The facts of one item of a bill."""
        policy, therapy = self.coverage.policy, self.therapy
        return CarTCostFacts(
            item=item,
            site_accepted=self._accepted(item.site),
            first_apheresis_on=therapy.first_apheresis_on,
            product_released=therapy.released,
            infused_on=therapy.infused_on,
            infusible_from=self.infusible_from,
            cover_ended_on=self.cover_ended_on,
            died_on=self.died_on,
            policy_effective_on=policy.effective_on,
            expires_on=policy.expires_on,
            renewed_to=policy.renewed_to,
        )

    def estimate_facts(self, cost: Yuan, left: LimitLeft) -> CarTSettlementFacts:
        """The facts of who may have to pay `cost`, before anything was treated or settled.

        Only a treatment that is not settled as that of a person with social insurance is paid at the lower ratio, so
        that the higher one is what may be owed, and what has to be set aside. CART-3.
        """
        enrolled = self.coverage.policy.social_insurance.enrolled
        return self._settlement_facts(cost, left, settled=enrolled)

    def settlement_facts(self, items: Sequence[CostItem], left: LimitLeft) -> CarTSettlementFacts:
        """The facts of who pays costs settled in one way, where the limit holds `left` for this claim."""
        settled = any(item.settled_by_social_insurance for item in items)
        return self._settlement_facts(total(items), left, *compensated(items), settled=settled)

    def _settlement_facts(
        self, cost: Yuan, left: LimitLeft, by_social: Yuan = ZERO, by_others: Yuan = ZERO, *, settled: bool
    ) -> CarTSettlementFacts:
        policy = self.coverage.policy
        return CarTSettlementFacts(
            cost=cost,
            social_insurance_enrolled=policy.social_insurance.enrolled,
            social_insurance_settled=settled,
            social_insurance_compensation=by_social,
            other_compensation=by_others,
            reimbursement_ratio=policy.reimbursement_ratio,
            ratio_by_person=self.ratio_by_person,
            available=left.available,
            bound=left.reserved,
            policy_effective_on=policy.effective_on,
        )

    def standing_facts(self, news: CarTNews, since: date) -> CarTStandingFacts:
        """The facts of what stays covered after `news`."""
        return CarTStandingFacts(
            news=news,
            since=since,
            first_apheresis_on=self.therapy.first_apheresis_on,
            infused_on=self.therapy.infused_on,
            infusible_from=self.infusible_from,
            paid=self.record.status.money.committed,
            policy_effective_on=self.coverage.policy.effective_on,
        )
