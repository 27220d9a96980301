"""The people of a demonstration: what each would do next, given what an agent sees of the journey."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from products.loader import load_products
from products.model import PaperCondition, Product
from products.places import find_city
from schemas.action_input import ActionInput
from schemas.actions import (
    ApplyForAid,
    ChooseFulfilment,
    DecideReferral,
    RecordHandOver,
    RecordOwnSharePaid,
    RecordReview,
    RetryHandOff,
    ReviewResult,
    SubmitPapers,
)
from schemas.car_t_actions import ArrangeTreatment, BookAssessment
from schemas.civil import CHINA, china_date
from schemas.claim import ClaimReport
from schemas.clinical import Tumour
from schemas.decision import FulfilmentMode, PharmacistFindings, Verdict
from schemas.journey import JourneyStatus, WaitingFor
from schemas.papers import Paper, PaperForm, PaperKind
from schemas.people import Actor, ActorRole

_INJECTED = ("注射", "单抗", "可瑞达", "英飞凡")
_EXPECTED_COST = Decimal("1200000.00")
"""What the service agent expects a CAR-T therapy to cost."""
_RATIO = Decimal("0.80")
"""What the reviewer finds in the contract where the insurer's system does not tell the ratio."""


class People:
    """Everybody around one claim: insured person, pharmacist, reviewer, service agent, pharmacy counter."""

    def __init__(self, claim: ClaimReport) -> None:
        """Act for `claim`."""
        self._claim = claim
        self._product: Product = load_products().get(claim.product)

    def next_action(self, status: JourneyStatus, code: str = "") -> ActionInput | None:
        """What somebody does now; None where a partner, or nobody, is to act.

        The key is derived from journey and revision: whoever asks twice about one state acts once. `code` is the
        voucher's code as the insured person got it, needed at the pharmacy's counter.
        """
        does: dict[WaitingFor, Callable[[JourneyStatus], ActionInput | None]] = {
            WaitingFor.PAPERS: self._hand_in,
            WaitingFor.REFERRAL: self._decide,
            WaitingFor.REVIEW: self._review,
            WaitingFor.AID_APPLICATION: lambda now: ApplyForAid(**_by(ActorRole.INSURED, now)),
            WaitingFor.BOOKING: self._book,
            WaitingFor.OWN_SHARE: self._pay,
            WaitingFor.ASSESSMENT_BOOKING: self._book_assessment,
            WaitingFor.ARRANGEMENT: _arrange,
            WaitingFor.HAND_OVER: lambda now: self._collect(now, code),
            WaitingFor.HAND_OFF_HELP: lambda now: RetryHandOff(
                **_by(ActorRole.SERVICE_AGENT, now), reason="the partner answers again"
            ),
        }
        act = does.get(status.wait.what)
        return act(status) if act and status.actions else None

    def _hand_in(self, status: JourneyStatus) -> ActionInput | None:
        today = china_date(datetime.now(CHINA))
        papers = tuple(Paper(kind=due.kind, form=due.form, received_on=today) for due in status.papers_due)
        return SubmitPapers(**_by(ActorRole.INSURED, status), papers=papers) if papers else None

    def _decide(self, status: JourneyStatus) -> ActionInput:
        """The reviewer finds nothing against the claim, and looks the ratio up where that was the question."""
        ratio = _RATIO if status.decisions and status.decisions[-1].decision.question == "settlement" else None
        return DecideReferral(
            **_by(ActorRole.INSURER_REVIEWER, status), approved=True, ratio=ratio, reason="contract and records agree"
        )

    def _review(self, status: JourneyStatus) -> ActionInput:
        solid = self._claim.diagnosis.tumour is Tumour.SOLID
        targeted = any(paper.kind is PaperKind.GENE_TEST_REPORT for paper in self._claim.papers)
        findings = PharmacistFindings(
            on_label=True,
            recist_progression=False if solid else None,
            guideline_progression=None if solid else False,
            tests_support=True,
            drug_has_target=targeted,
            target_present=True if targeted else None,
            injection=any(part in status.drug for part in _INJECTED),
        )
        return RecordReview(**_by(ActorRole.PHARMACIST, status), result=ReviewResult.PASSED, findings=findings)

    def _book(self, status: JourneyStatus) -> ActionInput:
        """Delivery to the insured person's home; collected at the counter where the product refuses delivery."""
        home = self._claim.insured.address
        listed = find_city(self._product.pharmacies, home.province, home.city) or home
        refused = any(
            record.decision.question == "fulfilment" and record.decision.verdict is not Verdict.APPROVED
            for record in status.decisions
        )
        return ChooseFulfilment(
            **_by(ActorRole.INSURED, status),
            mode=FulfilmentMode.PICK_UP if refused else FulfilmentMode.DELIVERY,
            pharmacy_province=listed.province,
            pharmacy_city=listed.city,
            destination_city="" if refused else home.city,
            doctor_consent=True,
            hospital_consent=True,
            partial_advance_accepted=True,
        )

    def _book_assessment(self, status: JourneyStatus) -> ActionInput:
        """At the institution that made the diagnosis; after the arrangement hospital and manufacturer tell the rest."""
        site, today = self._claim.diagnosis.hospital.name, china_date(datetime.now(CHINA))
        return BookAssessment(**_by(ActorRole.SERVICE_AGENT, status), site=site, party="site-1", on=today)

    def _pay(self, status: JourneyStatus) -> ActionInput:
        estimate = status.money.estimate
        amount = estimate.own_share if estimate else Decimal("0.00")
        return RecordOwnSharePaid(**_by(ActorRole.INSURED, status), amount=amount)

    def _collect(self, status: JourneyStatus, code: str) -> ActionInput | None:
        """At the counter the pharmacist checks voucher, person and papers; at the door the courier does.

        Brought are the papers that the product prints for an insured person who comes themselves.
        A courier who left because papers were missing does not come back by himself: a service agent sees to those.
        """
        collected = status.fulfilment is not None and status.fulfilment.mode is FulfilmentMode.PICK_UP
        if not code or not (collected or status.papers_due):
            return None
        today = china_date(datetime.now(CHINA))
        due = self._product.counter_papers
        printed = (paper.kind for paper in due if paper.when is not PaperCondition.COLLECTOR_IS_AGENT)
        kinds = dict.fromkeys((*printed, *(paper.kind for paper in status.papers_due)))
        return RecordHandOver(
            **_by(ActorRole.PHARMACY if collected else ActorRole.SERVICE_AGENT, status),
            voucher_code=code,
            identity_verified=True,
            papers=tuple(Paper(kind=kind, form=PaperForm.ORIGINAL, received_on=today) for kind in kinds),
        )


def _arrange(status: JourneyStatus) -> ActionInput:
    return ArrangeTreatment(
        **_by(ActorRole.SERVICE_AGENT, status),
        apheresis_planned_on=china_date(datetime.now(CHINA)),
        expected_cost=_EXPECTED_COST,
    )


def _by(role: ActorRole, status: JourneyStatus) -> dict[str, Any]:
    key = f"demo:{status.journey_id}:{status.wait.what}:{status.revision}"
    return {"key": key, "actor": Actor(role=role, id=f"demo-{role}")}
