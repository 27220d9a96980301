"""The voucher of a prescription: issued for what is set aside, given another code, redeemed or given back."""

from datetime import date, timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.ledger import Ledger
    from schemas.decision import Amounts
    from schemas.journey import VoucherView
    from schemas.ledger import IssueVoucher, Release, Voucher, VoucherRenewal
    from schemas.money import ZERO, Yuan
    from schemas.people import ActorRole

from workflows import own, texts
from workflows.clock import Clock
from workflows.drug_case import DrugCase, today
from workflows.journey import Journey
from workflows.settlement import Settlement


class Vouchers:
    """The voucher in hand and the benefit it stands for."""

    def __init__(self, journey: Journey, case: DrugCase, settlement: Settlement) -> None:
        """Issue vouchers of `case`; `settlement` estimates anew where the limit turns out to hold less."""
        self.journey = journey
        self.case = case
        self.settlement = settlement
        self._reissued = 0
        """How often a voucher got another code."""

    async def issue(self, estimate: Amounts) -> None:
        """Set the estimated benefit aside and issue the voucher; raises JourneyEndedError where the limit is used up.

        Nobody is told of a voucher that an empty limit makes worthless. What other claims let go of while a person
        thought about an empty limit is set aside under a new voucher.
        """
        voucher = await self._issue(estimate)
        while estimate.insurer_pays != voucher.reservation.granted:
            estimate = await self.settlement.estimate_again(estimate.cost)
            if estimate.insurer_pays <= voucher.reservation.granted:
                break
            await self.give_back()
            voucher = await self._issue(estimate)
        await self._keep_apart(voucher.prescribed_nearby_on)
        self._tell(voucher)

    async def look_at_others(self) -> None:
        """Before a review: when other claims on the policy were prescribed the drug. chinalife-cancer-rider/LIM-2."""
        if self.case.plan.min_days_between_prescriptions:
            answer = await own.ask(Ledger.prescribed_nearby, self.case.prescriptions_query())
            self.case.prescribed_nearby_on = answer.prescribed_on

    async def _keep_apart(self, prescribed_nearby_on: date | None) -> None:
        """Another claim's voucher came first since the review: the prescription is judged with it in view.

        Raises JourneyEndedError where it comes too soon. chinalife-cancer-rider/LIM-2.
        """
        case = self.case
        if not case.plan.min_days_between_prescriptions or prescribed_nearby_on in {None, case.prescribed_nearby_on}:
            return
        case.prescribed_nearby_on = prescribed_nearby_on
        await self.journey.approved_or_end(await self.journey.decide(case.review_facts(self.journey.inbox.papers)))

    async def _issue(self, estimate: Amounts) -> Voucher:
        self.case.vouchers += 1
        issued_on, days = today(), self.case.plan.voucher_budget
        order = IssueVoucher(
            key=self._key("voucher"),
            journey_id=self.case.claim.journey_id,
            reserve=self.settlement.reckoning.reserve(self._key("reserve"), estimate),
            drug_id=self.case.plan.drug_id,
            prescribed_on=self.case.claim.prescription.issued_on,
            issued_on=issued_on,
            last_day=issued_on + timedelta(days=days.amount) if days else None,
        )
        voucher = self.case.voucher = await own.ask(Ledger.issue_voucher, order)
        self.case.voucher_clock = Clock(days, workflow.now())
        self._show_reserved(voucher.reservation.granted)
        self.journey.record.note("money", texts.reserved(voucher.reservation.granted))
        return voucher

    def _key(self, what: str) -> str:
        """Of something that is done once for each voucher."""
        return self.case.key(what if self.case.vouchers == 1 else f"{what}-{self.case.vouchers}")

    def _tell(self, voucher: Voucher) -> None:
        record, person = self.journey.record, self.journey.person
        last_day = voucher.last_day.isoformat() if voucher.last_day else ""
        record.change(voucher=VoucherView(voucher_id=voucher.voucher_id, issued_at=workflow.now(), last_day=last_day))
        text = texts.VOUCHER_ISSUED
        record.notify(ActorRole.INSURED, "voucher_issued", text, person=person, voucher_id=voucher.voucher_id)

    async def reissue(self) -> None:
        """Another code for the same voucher: the pharmacy keeps the drug for it, and it lasts as long as before."""
        self._reissued += 1
        voucher_id, key = self.case.issued_voucher().voucher_id, self.case.key(f"reissue-{self._reissued}")
        await own.ask(Ledger.renew_voucher, VoucherRenewal(voucher_id=voucher_id, key=key))
        record, person = self.journey.record, self.journey.person
        text = texts.VOUCHER_REISSUED
        record.notify(ActorRole.INSURED, "voucher_reissued", text, person=person, voucher_id=voucher_id)

    def redeemed(self) -> None:
        """The drug was handed over for it; its reservation closes it for good."""
        voucher = self.journey.record.status.voucher
        self.journey.record.change(
            voucher=voucher.model_copy(update={"redeemed": True}) if voucher else None, papers_due=()
        )

    async def give_back(self) -> None:
        """Release what is set aside for the voucher; it is void unless it is redeemed."""
        shown = self.journey.record.status.voucher
        release = Release(
            key=self._key("release"),
            reservation=self.case.issued_voucher().reservation.key,
            handed_over=bool(shown and shown.redeemed),
        )
        await own.ask(Ledger.release, release)
        self.case.voucher = None
        self._show_reserved(ZERO)

    def _show_reserved(self, reserved: Yuan) -> None:
        money = self.journey.record.status.money
        self.journey.record.change(money=money.model_copy(update={"reserved": reserved}))
