"""Which actions are possible while a journey waits for something, and who may take them.

The status, the update validators and the call-back door all read this one table.
"""

from schemas.journey import ActionOffer, Stage, WaitingFor
from schemas.people import ActorRole
from schemas.text import Bilingual

_PATIENT_SIDE = (ActorRole.INSURED, ActorRole.AGENT, ActorRole.GUARDIAN, ActorRole.SERVICE_AGENT)
_REVIEWERS = (ActorRole.INSURER_REVIEWER, ActorRole.SUPERVISOR)
_HELPERS = (ActorRole.SERVICE_AGENT, ActorRole.SUPERVISOR)


def _offer(action: str, roles: tuple[ActorRole, ...], zh: str, en: str) -> ActionOffer:
    return ActionOffer(action=action, roles=roles, label=Bilingual(zh=zh, en=en))


SUBMIT_PAPERS = _offer("submit_papers", (*_PATIENT_SIDE, ActorRole.HOSPITAL), "提交材料", "Hand in papers")
WITHDRAW = _offer("withdraw", _PATIENT_SIDE, "撤回申请", "Withdraw the claim")

_BY_WAIT: dict[WaitingFor, tuple[ActionOffer, ...]] = {
    WaitingFor.REFERRAL: (_offer("decide_referral", _REVIEWERS, "人工核定", "Decide what was referred"),),
    WaitingFor.REVIEW: (_offer("record_review", (ActorRole.PHARMACIST,), "登记处方审核结果", "Record the review"),),
    WaitingFor.AID_APPLICATION: (
        _offer("apply_for_aid", _PATIENT_SIDE, "申请慈善援助", "Apply for charity aid"),
        _offer("decline_aid", _PATIENT_SIDE, "不申请慈善援助", "Do not apply for charity aid"),
    ),
    WaitingFor.AID_OUTCOME: (
        _offer(
            "record_aid_outcome", (ActorRole.FOUNDATION, ActorRole.SERVICE_AGENT), "登记援助结果", "Record aid outcome"
        ),
    ),
    WaitingFor.AID_COLLECTION: (
        _offer(
            "record_aid_collection",
            (ActorRole.FOUNDATION, ActorRole.SERVICE_AGENT),
            "登记援助药品领取",
            "Record collection of aid",
        ),
    ),
    WaitingFor.BOOKING: (_offer("choose_fulfilment", _PATIENT_SIDE, "预约取药方式", "Book pick-up or delivery"),),
    WaitingFor.OWN_SHARE: (
        _offer(
            "record_own_share_paid",
            (*_PATIENT_SIDE, ActorRole.PHARMACY),
            "登记自付款已支付",
            "Record that the own share was paid",
        ),
    ),
    WaitingFor.HAND_OVER: (
        _offer(
            "record_hand_over",
            (ActorRole.PHARMACY, ActorRole.COURIER, ActorRole.SERVICE_AGENT),
            "登记药品交接",
            "Record the hand-over",
        ),
        _offer(
            "record_delivery_problem",
            (ActorRole.COURIER, ActorRole.SERVICE_AGENT),
            "登记配送异常",
            "Record a delivery problem",
        ),
    ),
    WaitingFor.PAYMENT: (
        _offer("record_payment", (ActorRole.INSURER, ActorRole.SERVICE_AGENT), "登记保险赔付", "Record the payment"),
    ),
    WaitingFor.HAND_OFF_HELP: (_offer("retry_hand_off", _HELPERS, "重新提交合作方", "Ask the partner again"),),
}

_PAPERS_WELCOME = (Stage.AUTHORIZATION, Stage.PRESCRIPTION_REVIEW, Stage.CHARITY_AID)


def answers(what: WaitingFor) -> tuple[ActionOffer, ...]:
    """The actions that end this wait."""
    return _BY_WAIT.get(what, ())


def possible(stage: Stage, what: WaitingFor, *, withdrawable: bool) -> tuple[ActionOffer, ...]:
    """Every action possible now: what ends the wait, papers while they still count, withdrawal until dispensing."""
    offers = list(answers(what))
    if stage in _PAPERS_WELCOME:
        offers.append(SUBMIT_PAPERS)
    if withdrawable:
        offers.append(WITHDRAW)
    return tuple(offers)
