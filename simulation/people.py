"""Who answers when a scenario does not say: obliging people and partners, and the usual fields of their actions."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from products.model import PaperCondition
from products.places import find_city
from schemas.civil import china_date
from schemas.clinical import Tumour
from schemas.decision import FulfilmentMode
from schemas.drug_claim import DrugClaimReport
from schemas.journey import JourneyStatus, WaitingFor
from schemas.papers import PaperKind
from schemas.people import ActorRole
from simulation import car_t_people
from simulation.scenario import Fields
from simulation.situation import Obliging, Situation

_INJECTED = ("注射", "单抗")
_REASON = "as the scenario says"
_RATIO = "0.80"
"""What the reviewer finds in the contract where the insurer's system does not tell the ratio."""


_OBLIGING: Mapping[WaitingFor, Obliging] = {
    WaitingFor.PAPERS: Obliging("1d", ActorRole.INSURED, "submit_papers"),
    WaitingFor.REFERRAL: Obliging("1wd", ActorRole.INSURER_REVIEWER, "decide_referral"),
    WaitingFor.REVIEW: Obliging("2h", ActorRole.PHARMACIST, "record_review"),
    WaitingFor.AID_APPLICATION: Obliging("2h", ActorRole.INSURED, "apply_for_aid"),
    WaitingFor.AID_OUTCOME: Obliging("3h", ActorRole.FOUNDATION, "record_aid_outcome"),
    WaitingFor.AID_COLLECTION: Obliging("3h", ActorRole.FOUNDATION, "record_aid_collection"),
    WaitingFor.BOOKING: Obliging("1h", ActorRole.INSURED, "choose_fulfilment"),
    WaitingFor.OWN_SHARE: Obliging("1h", ActorRole.INSURED, "record_own_share_paid"),
    WaitingFor.HAND_OVER: Obliging("1d", ActorRole.PHARMACY, "record_hand_over"),
    WaitingFor.PAYMENT: Obliging("3h", ActorRole.INSURER, "record_payment"),
    WaitingFor.INVESTIGATION: Obliging("5wd", ActorRole.INSURER_REVIEWER, "conclude_investigation"),
    WaitingFor.REFUSAL_ANSWER: Obliging("1d", ActorRole.INSURED, "accept_refusal"),
    WaitingFor.EXPERT: Obliging("1d", ActorRole.SERVICE_AGENT, "recommend_expert"),
    WaitingFor.EXPERT_CONFIRMATION: Obliging("1d", ActorRole.INSURED, "confirm_expert"),
    WaitingFor.APPOINTMENT: Obliging("2wd", ActorRole.SERVICE_AGENT, "record_appointment"),
    WaitingFor.CONSULTATION: Obliging("3wd", ActorRole.SERVICE_AGENT, "record_consultation"),
    WaitingFor.REFUND: Obliging("5d", ActorRole.INSURER, "record_refund"),
    WaitingFor.RESUMPTION: Obliging("1d", ActorRole.SUPERVISOR, "resume"),
    WaitingFor.HAND_OFF_HELP: Obliging("2h", ActorRole.SERVICE_AGENT, "retry_hand_off"),
    **car_t_people.OBLIGING,
}
_TO_THE_DOOR = {
    True: Obliging("4h", ActorRole.COURIER, "record_hand_over"),
    False: Obliging("2wd", ActorRole.COURIER, "record_hand_over"),
}
"""A courier's hand-over, within a city or from another one."""


def obliging(status: JourneyStatus) -> Obliging | None:
    """Who answers what the journey waits for; None where nobody does."""
    view = status.fulfilment
    if status.wait.what is WaitingFor.DEVIATION and not car_t_people.open_deviations(status):
        return None
    if status.wait.what is WaitingFor.HAND_OVER and view and view.mode is not FulfilmentMode.PICK_UP:
        return _TO_THE_DOOR[view.pharmacy_city == view.destination_city]
    return _OBLIGING.get(status.wait.what)


def usual_fields(action: str, now: Situation, told: Mapping[str, Any]) -> Fields:
    """The fields of `action` where the scenario does not tell them; `told` are those that it tells."""
    return _FIELDS[action](now, told) if action in _FIELDS else {}


def _papers(now: Situation, told: Mapping[str, Any]) -> Fields:
    del told
    return {"papers": [{"kind": due.kind, "form": due.form} for due in now.status.papers_due]}


def _referral(now: Situation, told: Mapping[str, Any]) -> Fields:
    asked = now.status.decisions and now.status.decisions[-1].decision.asks_ratio
    ratio = _RATIO if asked and told.get("approved", True) else None
    return {"approved": True, "ratio": ratio, "reason": _REASON}


def _review(now: Situation, told: Mapping[str, Any]) -> Fields:
    del told
    solid = now.claim.diagnosis.tumour is Tumour.SOLID
    targeted = any(paper.kind is PaperKind.GENE_TEST_REPORT for paper in now.claim.papers)
    findings = {
        "on_label": True,
        "recist_progression": False if solid else None,
        "guideline_progression": None if solid else False,
        "tests_support": True,
        "drug_has_target": targeted,
        "target_present": True if targeted else None,
        "injection": any(part in now.status.drug for part in _INJECTED),
    }
    return {"result": "passed", "findings": findings}


def _declined(now: Situation, told: Mapping[str, Any]) -> Fields:
    del now, told
    return {"standing": "not_applied", "reason": _REASON}


def _outcome(now: Situation, told: Mapping[str, Any]) -> Fields:
    del told
    return {"application_id": now.given.get("application", "none"), "approved": True}


def _collection(now: Situation, told: Mapping[str, Any]) -> Fields:
    del told
    return {"application_id": now.given.get("application", "none"), "collected": True}


def _booking(now: Situation, told: Mapping[str, Any]) -> Fields:
    home = now.claim.insured.address
    listed = find_city(now.product.pharmacies, home.province, home.city) or home
    mode = str(told.get("mode", FulfilmentMode.PICK_UP))
    return {
        "mode": mode,
        "pharmacy_province": listed.province,
        "pharmacy_city": listed.city,
        "destination_city": "" if mode == FulfilmentMode.PICK_UP else home.city,
        "doctor_consent": True,
        "hospital_consent": True,
        "partial_advance_accepted": True,
    }


def _own_share(now: Situation, told: Mapping[str, Any]) -> Fields:
    del told
    estimate = now.status.money.estimate
    return {"amount": str(estimate.own_share) if estimate else "0.00"}


def _hand_over(now: Situation, told: Mapping[str, Any]) -> Fields:
    """Brought are the papers that the product prints for an insured person who comes themselves."""
    del told
    printed = (due.kind for due in now.product.counter_papers if due.when is not PaperCondition.COLLECTOR_IS_AGENT)
    kinds = dict.fromkeys((*printed, *(due.kind for due in now.status.papers_due)))
    papers = [{"kind": kind, "form": "original"} for kind in kinds]
    return {"voucher_code": now.code or "NONE-YET", "identity_verified": True, "papers": papers}


def _payment(now: Situation, told: Mapping[str, Any]) -> Fields:
    del told
    day = china_date(now.at).isoformat()
    amount = str(now.status.money.committed)
    return {"payment_id": now.given.get("payment", "none"), "paid": True, "amount": amount, "paid_on": day}


def _reason(now: Situation, told: Mapping[str, Any]) -> Fields:
    del now, told
    return {"reason": _REASON}


def _investigated(now: Situation, told: Mapping[str, Any]) -> Fields:
    return {"passed": True} | _reason(now, told)


def _accepted(now: Situation, told: Mapping[str, Any]) -> Fields:
    del now, told
    return {"green_channel": True}


def _expert(now: Situation, told: Mapping[str, Any]) -> Fields:
    del now, told
    return {"hospital": "示范医院", "department": "肿瘤科"}


def _appointment(now: Situation, told: Mapping[str, Any]) -> Fields:
    del told
    return {"on": (china_date(now.at) + timedelta(days=3)).isoformat()}


def _refund(now: Situation, told: Mapping[str, Any]) -> Fields:
    del told
    return {"amount": str(now.status.money.refund_due)}


def _next_prescription(now: Situation, told: Mapping[str, Any]) -> Fields:
    """The same prescription, dated today, with every paper that the product asks for at application."""
    del told
    claim, day = now.claim, china_date(now.at).isoformat()
    first = claim.prescription.model_dump(mode="json") if isinstance(claim, DrugClaimReport) else {}
    given = first | {"number": f"RX-{day}", "issued_on": day}
    lead = now.product.terms.application_lead_days[0].value or 0
    papers = [{"kind": paper.kind, "form": "original"} for paper in now.product.application_papers]
    return {
        "prescription": given,
        "papers": papers,
        "planned_purchase_on": (china_date(now.at) + timedelta(days=lead)).isoformat(),
    }


_FIELDS: Mapping[str, Callable[[Situation, Mapping[str, Any]], Fields]] = {
    "submit_papers": _papers,
    "decide_referral": _referral,
    "record_review": _review,
    "decline_aid": _declined,
    "record_aid_outcome": _outcome,
    "record_aid_collection": _collection,
    "choose_fulfilment": _booking,
    "record_own_share_paid": _own_share,
    "record_hand_over": _hand_over,
    "record_payment": _payment,
    "record_delivery_problem": _reason,
    "reissue_voucher": _reason,
    "retry_hand_off": _reason,
    "withdraw": _reason,
    "hold": _reason,
    "resume": _reason,
    "open_investigation": _reason,
    "conclude_investigation": _investigated,
    "record_cancellation": _reason,
    "record_fraud": _reason,
    "correct_claim": _reason,
    "accept_refusal": _accepted,
    "recommend_expert": _expert,
    "confirm_expert": lambda *_: {"confirmed": True},
    "record_appointment": _appointment,
    "record_consultation": lambda *_: {"attended": True},
    "submit_prescription": _next_prescription,
    "end_treatment": lambda *_: {"why": "finished"},
    "record_refund": _refund,
    **car_t_people.FIELDS,
}


def answering(wait: WaitingFor) -> str:
    """The action by which a wait is usually answered; empty where nobody does."""
    return _OBLIGING[wait].do if wait in _OBLIGING else ""
