"""What a drug journey knows of its claim, and the facts and queries that rules and partners are given of it."""

from datetime import date, datetime, timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from schemas.actions import ChooseFulfilment, CorrectClaim, RecordHandOver
    from schemas.carried import CarriedOver, Commitment
    from schemas.civil import china_date
    from schemas.clinical import Prescription
    from schemas.deadline import Budget, BudgetUnit
    from schemas.decision import (
        AidStanding,
        AuthorizationFacts,
        CharityFacts,
        CounterFacts,
        FulfilmentFacts,
        News,
        PharmacistFindings,
        ReviewFacts,
        SettlementFacts,
        StandingFacts,
    )
    from schemas.drug_claim import DrugClaim
    from schemas.journey import FulfilmentView
    from schemas.ledger import LimitLeft, LimitQuery, PrescriptionsQuery, Voucher
    from schemas.money import ZERO, Ratio, Yuan
    from schemas.papers import Paper, PaperKind
    from schemas.partners import AidProgramQuery, QuoteQuery
    from schemas.people import Actor, ActorRole
    from schemas.plan import JourneyPlan, PlanRequest
    from schemas.policy import Coverage, CoverageQuery

from workflows.clock import Clock
from workflows.record import JourneyRecord

_ADULT = 18
_LONGEST = 4000
"""Days; a policy without an end has no deadline at the end of its cover."""


def today() -> date:
    """The day in China by the workflow's clock."""
    return china_date(workflow.now())


class DrugCase:
    """One claim as the journey learns about it: coverage and plan, findings, voucher."""

    coverage: Coverage
    plan: JourneyPlan

    def __init__(self, claim: DrugClaim, record: JourneyRecord) -> None:
        """Start from `claim`, or where its earlier runs left off; `record` holds what agents see of it."""
        self.claim = claim
        self.record = record
        self.known = False
        """Whether coverage and plan are known."""
        self.round = 1
        """How often a prescription was begun, corrections included."""
        self.ratio_by_person: Ratio | None = None
        self.commitments: tuple[Commitment, ...] = ()
        self.first_purchased_on = claim.first_purchased_on
        self.terminated = False
        """Whether news were found to end the cover: no further prescription comes, even if a parcel still arrives."""
        self.entitled_until: datetime | None = None
        """The moment up to which the cover lasted that news ended: what was handed over before it is owed."""
        self.title_ended_at: datetime | None = None
        """When the title to the drug ended that is to go back to the pharmacy."""
        self.died_on: date | None = None
        """Day of death, once it was found to end the cover."""
        self.not_owed: tuple[Commitment, ...] = ()
        """Commitments for hand-overs that the cover did not reach: they are claimed back when the journey ends."""
        self.aid_since: date | None = None
        self.next_donation_on: date | None = None
        self.begin()
        if claim.carried:
            self._go_on(claim.carried)

    def begin(self) -> None:
        """Nothing is known yet of what becomes of the prescription in hand."""
        self.findings = PharmacistFindings()
        self.supplemented: tuple[PaperKind, ...] = ()
        """Kinds of paper that were asked for at its review and have come."""
        self.voucher: Voucher | None = None
        self.vouchers = 0
        """How many were issued for it; each but the last was given back."""
        self.voucher_clock = Clock(None, workflow.now())
        self.prescribed_nearby_on: date | None = None
        """When another claim on the policy was prescribed the drug, as far as was asked."""
        self.reviewed_at: datetime | None = None
        """When the prescription passed its review."""
        self.delivery_booked_on: date | None = None
        self.handed_over_on: date | None = None

    def _go_on(self, carried: CarriedOver) -> None:
        self.coverage, self.plan, self.known = carried.coverage, carried.plan, True
        self.round, self.commitments = carried.round, carried.commitments
        self.first_purchased_on = carried.first_purchased_on
        self.aid_since, self.next_donation_on = carried.aid_since, carried.next_donation_on

    def learn(self, coverage: Coverage, plan: JourneyPlan) -> None:
        """What the insurer says of the policy, and the terms that follow from it."""
        self.coverage, self.plan, self.known = coverage, plan, True

    def handed_over(self, on: date) -> None:
        """The drug is with the patient since `on`."""
        self.handed_over_on = on
        self.first_purchased_on = self.first_purchased_on or on

    def finish(self) -> None:
        """The prescription in hand is over; it counts as the next one's predecessor when its drug was handed over."""
        if self.handed_over_on:
            issued_on = self.claim.prescription.issued_on
            self.claim = self.claim.model_copy(update={"previous_prescribed_on": issued_on})
        self.handed_over_on = None  # nothing is in hand now, whether the next prescription comes to this run or another

    def prescribe(self, prescription: Prescription, planned_purchase_on: date | None) -> None:
        """Begin with the next prescription."""
        change = {"prescription": prescription, "planned_purchase_on": planned_purchase_on}
        self.claim = self.claim.model_copy(update=change)
        self.round += 1
        self.begin()

    def correct(self, correction: CorrectClaim) -> None:
        """Replace what the correction gives; the rest of the claim stays."""
        names = ("applicant", "diagnosis", "prescription", "hospital_lacks_drug", "planned_purchase_on")
        given = {name: value for name in names if (value := getattr(correction, name)) is not None}
        self.claim = self.claim.model_copy(update=given)
        self.round += 1
        self.begin()

    def key(self, what: str) -> str:
        """Idempotency key of something this journey does once for each prescription."""
        return f"{self.claim.journey_id}/{what}/{self.round}"

    def polled(self, name: str, role: ActorRole) -> dict[str, object]:
        """Key and actor of an answer that was asked for because no call-back came."""
        key = f"{self.claim.journey_id}/polled/{name}/{self.record.status.revision}"
        return {"key": key, "actor": Actor(role=role, id=str(role))}

    @property
    def committed(self) -> bool:
        """Whether the benefit of the prescription in hand is booked."""
        return any(commitment.key == self.key("commit") for commitment in self.commitments)

    def committed_for(self, days: tuple[date, ...]) -> tuple[Commitment, ...]:
        """What was booked, in whichever prescription, for drugs that were handed over on one of `days`."""
        return tuple(commitment for commitment in self.commitments if commitment.handed_over_on in days)

    def cover_ended(self, not_owed: tuple[Commitment, ...]) -> None:
        """News ended the cover, and with it the title to what was paid as `not_owed`."""
        self.terminated = True
        known = {commitment.key for commitment in self.not_owed}
        self.not_owed += tuple(commitment for commitment in not_owed if commitment.key not in known)

    def claimed_back(self) -> None:
        """What was not owed has come back or was settled otherwise: nobody claims it back a second time."""
        known = {commitment.key for commitment in self.not_owed}
        self.commitments = tuple(commitment for commitment in self.commitments if commitment.key not in known)

    @property
    def covered_to(self) -> date:
        """Last day of cover: that of the policy, or the one before a cancellation that was told takes effect."""
        told = self.record.status.cancellation
        return min(self.plan.covered_to, told.effective_on - timedelta(days=1)) if told else self.plan.covered_to

    def cover_clock(self) -> Clock:
        """Runs to the end of the last day that is covered, by the clause that ends it.

        A day that has passed while nobody looked ends today.
        """
        days, told = max((self.covered_to - today()).days, 0), self.record.status.cancellation
        rule = told.rule if told and told.rule and self.covered_to < self.plan.covered_to else self.plan.cover_rule
        budget = Budget(unit=BudgetUnit.NATURAL_DAYS, amount=days, rule=rule) if days <= _LONGEST else None
        return Clock(budget, workflow.now())

    def issued_voucher(self) -> Voucher:
        """The voucher; RuntimeError before it was issued."""
        if self.voucher is None:
            message = "no voucher has been issued yet"
            raise RuntimeError(message)
        return self.voucher

    def fulfilment(self) -> FulfilmentView:
        """How the drug is handed over; RuntimeError before a booking was taken."""
        view = self.record.status.fulfilment
        if view is None:
            message = "no booking has been made yet"
            raise RuntimeError(message)
        return view

    def charity_facts(self, standing: AidStanding, *, own_reason: bool) -> CharityFacts:
        """The facts of charity aid as it stands."""
        return CharityFacts(
            citizenship=self.claim.insured.citizenship,
            standing=standing,
            policy_effective_on=self.coverage.policy.effective_on,
            own_reason=own_reason,
        )

    def coverage_query(self) -> CoverageQuery:
        """Which policy, and for which drug, place and prescription date."""
        claim = self.claim
        return CoverageQuery(
            policy_number=claim.policy_number,
            product=claim.product,
            drug_name=claim.prescription.drug.name,
            province=claim.insured.province,
            city=claim.insured.city,
            prescribed_on=claim.prescription.issued_on,
        )

    def program_query(self) -> AidProgramQuery:
        """Whether the foundation has a program for this drug and patient."""
        claim = self.claim
        return AidProgramQuery(
            product=claim.product,
            drug_id=self.plan.drug_id,
            drug_name=self.plan.drug_label,
            disease=claim.diagnosis.disease,
            citizenship=claim.insured.citizenship,
            province=claim.insured.province,
        )

    def quote_query(self) -> QuoteQuery:
        """What the whole prescription costs in the patient's city."""
        claim = self.claim
        return QuoteQuery(
            product=claim.product,
            drug_id=self.plan.drug_id,
            drug_name=self.plan.drug_label,
            quantity=claim.prescription.quantity,
            province=claim.insured.province,
            city=claim.insured.city,
        )

    @property
    def granted(self) -> Yuan:
        """What is set aside for the prescription in hand."""
        return self.voucher.reservation.granted if self.voucher else ZERO

    def limit_query(self) -> LimitQuery:
        """What the benefit limit of the policy period still holds."""
        claim, policy = self.claim, self.coverage.policy
        return LimitQuery(
            product=claim.product,
            policy_number=claim.policy_number,
            period_from=policy.effective_on,
            sum_insured=policy.sum_insured,
        )

    def authorization_facts(self, papers: tuple[Paper, ...]) -> AuthorizationFacts:
        """The facts of the authorization, with the papers that have come in."""
        claim = self.claim
        return AuthorizationFacts(
            coverage=self.coverage,
            insured=claim.insured,
            applicant=claim.applicant,
            diagnosis=claim.diagnosis,
            prescription=claim.prescription,
            papers=papers,
            hospital_lacks_drug=claim.hospital_lacks_drug,
            planned_purchase_on=claim.planned_purchase_on,
            applied_on=self._applied_on(),
            decided_on=today(),
        )

    def _applied_on(self) -> date:
        """Day of the report; of a later prescription the day on which it came."""
        return china_date(self.claim.reported_at) if self.record.status.prescription == 1 else today()

    def review_facts(self, papers: tuple[Paper, ...]) -> ReviewFacts:
        """The facts of the prescription review, with the pharmacist's findings."""
        claim, policy = self.claim, self.coverage.policy
        return ReviewFacts(
            diagnosis=claim.diagnosis,
            prescription=claim.prescription,
            previous_prescribed_on=self._prescribed_nearest(),
            first_purchase=claim.previous_prescribed_on is None,
            first_purchased_on=self.first_purchased_on,
            papers=papers,
            supplemented=self.supplemented,
            findings=self.findings,
            reviewed_on=today(),
            policy_effective_on=policy.effective_on,
            expires_on=policy.expires_on,
            renewed_to=policy.renewed_to,
        )

    def _prescribed_nearest(self) -> date | None:
        """Day of the prescription, of this claim or another on the policy, that lies nearest to the one in hand."""
        days = (self.claim.previous_prescribed_on, self.prescribed_nearby_on)
        issued_on = self.claim.prescription.issued_on
        return min((day for day in days if day), key=lambda day: abs(day - issued_on), default=None)

    def prescriptions_query(self) -> PrescriptionsQuery:
        """When was the drug prescribed to other claims on the policy."""
        claim = self.claim
        return PrescriptionsQuery(
            product=claim.product,
            policy_number=claim.policy_number,
            journey_id=claim.journey_id,
            drug_id=self.plan.drug_id,
            prescribed_on=claim.prescription.issued_on,
        )

    def fulfilment_facts(self, booking: ChooseFulfilment) -> FulfilmentFacts:
        """The facts of one booking."""
        injection = self.plan.injection if self.plan.injection is not None else self.findings.injection
        return FulfilmentFacts(
            mode=booking.mode,
            pharmacy_province=booking.pharmacy_province,
            pharmacy_city=booking.pharmacy_city,
            destination_city=booking.destination_city,
            in_catalogue=self.coverage.in_catalogue,
            settled_by_social_insurance=self.claim.prescription.settled_by_social_insurance,
            injection=injection,
            doctor_consent=booking.doctor_consent,
            hospital_consent=booking.hospital_consent,
            partial_advance_accepted=booking.partial_advance_accepted,
            override_by=booking.actor.id if booking.override else "",
            voucher_issued_on=self.voucher.issued_on if self.voucher else None,
            booked_on=today(),
            days_supply=self.claim.prescription.days_supply,
            policy_effective_on=self.coverage.policy.effective_on,
        )

    def counter_facts(self, answer: RecordHandOver, *, verified: bool) -> CounterFacts:
        """The facts at the counter or door; `verified`: the voucher's code was right."""
        birth, on = self.claim.insured.birth_date, china_date(answer.happened_at or workflow.now())
        age = on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))
        return CounterFacts(
            mode=self.fulfilment().mode,
            collector=answer.collector,
            insured_is_minor=age < _ADULT,
            identity_verified=answer.identity_verified,
            voucher_verified=verified,
            papers=answer.papers,
            handed_over_on=on,
            booked_on=self.delivery_booked_on,
            policy_effective_on=self.coverage.policy.effective_on,
            expires_on=self.coverage.policy.expires_on,
            renewed_to=self.coverage.policy.renewed_to,
        )

    def plan_request(self, coverage: Coverage) -> PlanRequest:
        """Which terms hold for this claim."""
        policy = coverage.policy
        return PlanRequest(
            product=self.claim.product,
            drug=self.claim.prescription.drug,
            effective_on=policy.effective_on,
            expires_on=policy.expires_on,
            renewed_to=policy.renewed_to,
            diagnosed_on=self.claim.diagnosis.diagnosed_on,
            first_purchased_on=self.first_purchased_on or today(),  # at the earliest
            prescribed_on=self.claim.prescription.issued_on,
            applied_on=self._applied_on(),
            planned_on=today(),
        )

    def standing_facts(self, news: News, since: date) -> StandingFacts:
        """The facts of whether cover still stands after `news`."""
        money = self.record.status.money
        return StandingFacts(
            news=news,
            since=since,
            dispensed_on=self.handed_over_on,
            paid_for=tuple(each.handed_over_on for each in self.commitments if each.handed_over_on),
            paid=money.committed + money.earlier_committed,
            policy_effective_on=self.coverage.policy.effective_on,
        )

    def settlement_facts(self, cost: Yuan, left: LimitLeft) -> SettlementFacts:
        """The facts of who pays: `cost` in yuan, and what the limit holds for this claim and for others."""
        policy = self.coverage.policy
        return SettlementFacts(
            cost=cost,
            in_catalogue=self.coverage.in_catalogue,
            social_insurance_enrolled=policy.social_insurance.enrolled,
            social_insurance_settled=policy.social_insurance.settled,
            social_insurance_compensation=policy.social_insurance.compensation,
            other_compensation=policy.other_compensation,
            reimbursement_ratio=policy.reimbursement_ratio,
            ratio_by_person=self.ratio_by_person,
            available=left.available,
            bound=left.reserved,
            policy_effective_on=policy.effective_on,
            dispensed_on=self.handed_over_on or today(),
            booked_on=self.delivery_booked_on,
            expires_on=policy.expires_on,
            renewed_to=policy.renewed_to,
        )
