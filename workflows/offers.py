"""Which actions are possible while a journey waits for something, and who may take them.

The status, the update validators and the call-back door all read this one table.
"""

from itertools import chain
from typing import NamedTuple

from schemas.journey import CLOSED_STAGES, ActionOffer, Stage, WaitingFor
from schemas.people import ActorRole
from schemas.text import Bilingual

_PATIENT_SIDE = (ActorRole.INSURED, ActorRole.AGENT, ActorRole.GUARDIAN, ActorRole.SERVICE_AGENT)
_REVIEWERS = (ActorRole.INSURER_REVIEWER, ActorRole.SUPERVISOR)
_HELPERS = (ActorRole.SERVICE_AGENT, ActorRole.SUPERVISOR)
_INSURER = (ActorRole.INSURER, ActorRole.INSURER_REVIEWER)
_TELLERS = (*_INSURER, *_HELPERS)
"""Who may bring news of the policy or the insured person."""
PARTNERS = frozenset(
    {
        ActorRole.INSURER,
        ActorRole.PHARMACY,
        ActorRole.FOUNDATION,
        ActorRole.HOSPITAL,
        ActorRole.COURIER,
        ActorRole.MANUFACTURER,
        ActorRole.CRYO_COURIER,
    }
)
"""Their reports are facts: a journey on hold keeps them, too."""


def _offer(action: str, roles: tuple[ActorRole, ...], zh: str, en: str) -> ActionOffer:
    return ActionOffer(action=action, roles=roles, label=Bilingual(zh=zh, en=en))


SUBMIT_PAPERS = _offer("submit_papers", (*_PATIENT_SIDE, ActorRole.HOSPITAL), "提交材料", "Hand in papers")
WITHDRAW = _offer("withdraw", _PATIENT_SIDE, "撤回申请", "Withdraw the claim")
CORRECT = _offer("correct_claim", _PATIENT_SIDE, "更正申请", "Correct the claim")
INVESTIGATE = _offer("open_investigation", _TELLERS, "发起调查", "Open an investigation")
HOLD = _offer("hold", _TELLERS, "暂停", "Put on hold")
RESUME = _offer("resume", _TELLERS, "恢复", "Resume")
REFUND = _offer("record_refund", (*_TELLERS, ActorRole.PHARMACY), "登记退款", "Record a refund")
INFUSION = _offer("record_infusion", (ActorRole.HOSPITAL,), "登记回输", "Record the infusion")
HAND_OVER = _offer(
    "record_hand_over",
    (ActorRole.PHARMACY, ActorRole.COURIER, ActorRole.SERVICE_AGENT),
    "登记药品交接",
    "Record the hand-over",
)
NEWS = (
    _offer("record_death", (*_TELLERS, *_PATIENT_SIDE[1:3]), "登记被保险人身故", "Record the insured person's death"),
    _offer("record_cancellation", _TELLERS, "登记保单终止", "Record that the policy was cancelled"),
    _offer("record_fraud", _TELLERS, "登记欺诈", "Record fraud"),
)
_BETWEEN_PRESCRIPTIONS = (
    _offer(
        "submit_prescription", (*_PATIENT_SIDE, ActorRole.HOSPITAL), "提交下一张处方", "Hand in the next prescription"
    ),
    _offer("end_treatment", (*_PATIENT_SIDE, ActorRole.PHARMACIST), "结束用药", "End the treatment"),
    _offer("record_follow_up", _HELPERS, "登记随访", "Record the follow-up call"),
)

_AT_HOSPITAL = (ActorRole.HOSPITAL, ActorRole.SERVICE_AGENT)
_HOLDERS = (ActorRole.HOSPITAL, ActorRole.MANUFACTURER, ActorRole.CRYO_COURIER)
"""Who has the cells at some time, and tells of them."""
CUSTODY = _offer("record_custody", (*_HOLDERS, ActorRole.SERVICE_AGENT), "登记细胞交接", "Record a custody event")
BRIDGING = _offer("record_bridging", _AT_HOSPITAL, "登记桥接治疗", "Record bridging therapy")
TRANSFER = _offer("transfer_site", _AT_HOSPITAL, "更换医疗机构", "Go on at another institution")
EXAMINATION = _offer("record_examination", _AT_HOSPITAL, "登记回输前检查", "Record the pre-infusion examination")
COSTS = _offer("submit_costs", (*_PATIENT_SIDE, ActorRole.HOSPITAL), "提交费用", "Hand in costs")
ADVERSE = _offer("record_adverse_event", _AT_HOSPITAL, "登记不良反应", "Record an adverse event")
RESOLVE = _offer(
    "resolve_deviation",
    (ActorRole.MANUFACTURER, ActorRole.HOSPITAL, ActorRole.SUPERVISOR),
    "处置偏差",
    "Dispose of a deviation",
)

_ASIDE: dict[Stage, tuple[ActionOffer, ...]] = {
    Stage.ARRANGEMENT: (TRANSFER,),
    Stage.APHERESIS: (TRANSFER, COSTS),
    Stage.MANUFACTURING: (CUSTODY, BRIDGING, TRANSFER, COSTS),
    Stage.PRE_INFUSION_EXAMINATION: (CUSTODY, BRIDGING, TRANSFER, COSTS),
    Stage.LYMPHODEPLETION: (CUSTODY, EXAMINATION, COSTS),
    Stage.INFUSION: (CUSTODY, EXAMINATION, COSTS),
    Stage.MONITORING: (ADVERSE, COSTS),
    Stage.EFFICACY_ASSESSMENT: (ADVERSE, COSTS),
}
"""What may be told in a stage whatever the journey waits for."""

_AUTHORIZED = frozenset({Stage.ASSESSMENT, *_ASIDE})
"""Stages of a CAR-T therapy in which the claim is decided: a correction undoes what was arranged."""

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
        HAND_OVER,
        _offer(
            "record_delivery_problem",
            (ActorRole.COURIER, ActorRole.SERVICE_AGENT),
            "登记配送异常",
            "Record a delivery problem",
        ),
        _offer("reissue_voucher", _HELPERS, "重新发放取药码", "Issue another voucher code"),
    ),
    WaitingFor.PAYMENT: (
        _offer("record_payment", (ActorRole.INSURER, ActorRole.SERVICE_AGENT), "登记保险赔付", "Record the payment"),
    ),
    WaitingFor.INVESTIGATION: (_offer("conclude_investigation", _TELLERS, "结束调查", "Conclude the investigation"),),
    WaitingFor.REFUSAL_ANSWER: (
        _offer("accept_refusal", _PATIENT_SIDE, "接受审核结果", "Accept the result of the review"),
        CORRECT,
    ),
    WaitingFor.EXPERT: (_offer("recommend_expert", _HELPERS, "推荐专家", "Recommend an expert"),),
    WaitingFor.EXPERT_CONFIRMATION: (_offer("confirm_expert", _PATIENT_SIDE, "确认专家", "Confirm the expert"),),
    WaitingFor.APPOINTMENT: (_offer("record_appointment", _HELPERS, "登记预约", "Record the appointment"),),
    WaitingFor.CONSULTATION: (_offer("record_consultation", _HELPERS, "登记就诊", "Record the consultation"),),
    WaitingFor.ASSESSMENT_BOOKING: (_offer("book_assessment", _HELPERS, "预约评估", "Book the assessment"),),
    WaitingFor.ASSESSMENT: (_offer("record_assessment", _AT_HOSPITAL, "登记评估结果", "Record the assessment"),),
    WaitingFor.ARRANGEMENT: (
        _offer("arrange_treatment", (*_HELPERS, ActorRole.INSURER), "安排治疗", "Arrange the treatment"),
    ),
    WaitingFor.APHERESIS: (_offer("record_apheresis", _AT_HOSPITAL, "登记单采", "Record the apheresis"),),
    WaitingFor.PRODUCT: (
        _offer(
            "record_manufacturing",
            (ActorRole.MANUFACTURER, ActorRole.SERVICE_AGENT),
            "登记制备结果",
            "Record the manufacturing",
        ),
    ),
    WaitingFor.REMANUFACTURE_CHOICE: (
        _offer("decide_remanufacture", _AT_HOSPITAL, "决定是否重新制备", "Decide how to go on without a product"),
    ),
    WaitingFor.EXAMINATION: (EXAMINATION,),
    WaitingFor.LYMPHODEPLETION: (
        _offer("record_lymphodepletion", _AT_HOSPITAL, "登记预处理化疗", "Record the lymphodepletion"),
    ),
    WaitingFor.INFUSION: (INFUSION,),
    WaitingFor.MONITORING_END: (_offer("end_monitoring", _AT_HOSPITAL, "结束反应监控", "End the monitoring"),),
    WaitingFor.EFFICACY: (_offer("record_efficacy", _AT_HOSPITAL, "登记疗效评估", "Record the efficacy"),),
    WaitingFor.COSTS: (COSTS,),
    WaitingFor.PRESCRIPTION: _BETWEEN_PRESCRIPTIONS,
    WaitingFor.HAND_OFF_HELP: (_offer("retry_hand_off", _HELPERS, "重新提交合作方", "Ask the partner again"),),
}

_PAPERS_WELCOME = frozenset({Stage.AUTHORIZATION, Stage.PRESCRIPTION_REVIEW, Stage.CHARITY_AID, Stage.REFILL})
_INVESTIGABLE = frozenset({Stage.AUTHORIZATION, Stage.PRESCRIPTION_REVIEW})
_CORRECTABLE = frozenset({WaitingFor.PAPERS, WaitingFor.REFERRAL, WaitingFor.REVIEW, WaitingFor.BOOKING})
"""Waits at which nothing is under way with a partner that a correction would have to undo."""
_BEYOND_INVESTIGATION = frozenset({WaitingFor.INVESTIGATION, WaitingFor.HAND_OFF, WaitingFor.REFUND})
"""An investigation is under way, a partner is being asked, or the claim is decided and only money comes back."""

_BEFORE_APHERESIS = frozenset(
    {WaitingFor.ASSESSMENT_BOOKING, WaitingFor.ASSESSMENT, WaitingFor.ARRANGEMENT, WaitingFor.APHERESIS}
)
"""Waits at which a CAR-T claim can still be corrected: what was arranged is given back."""


class Standing(NamedTuple):
    """What else decides which actions are possible."""

    withdrawable: bool
    held: bool = False
    refund_due: bool = False
    collected: bool = False
    """An apheresis has opened the treatment period."""
    untold: bool = False
    """The therapy has ended, and its infusion may have been given all the same."""
    unreturned: bool = False
    """The drug is to go back to the pharmacy, which may have handed it over in time all the same."""
    deviations: bool = False
    """Something is wrong with the chain of identity or custody, and nobody has disposed of it."""


def answers(what: WaitingFor) -> tuple[ActionOffer, ...]:
    """The actions that end this wait."""
    return _BY_WAIT.get(what, ())


def possible(stage: Stage, what: WaitingFor, standing: Standing) -> tuple[ActionOffer, ...]:
    """Every action possible now: what ends the wait, papers while they still count, and what may come at any time."""
    if stage in CLOSED_STAGES:
        return ()
    said = (*answers(what), *_ASIDE.get(stage, ()), *((RESOLVE,) if standing.deviations else ()))
    said = (*said, *((INFUSION,) if standing.untold else ()), *((HAND_OVER,) if standing.unreturned else ()))
    offers = [*_of_partners(said), RESUME] if standing.held else [*said, HOLD]
    if stage in _PAPERS_WELCOME:
        offers.append(SUBMIT_PAPERS)
    if standing.refund_due:
        offers.append(REFUND)
    if standing.withdrawable:
        offers.append(WITHDRAW)
    return (*offers, *_turns(stage, what, standing))


def label_of(action: str) -> Bilingual:
    """What `action` is called; one that is never offered is called by itself."""
    return next((offer.label for offer in _anywhere() if offer.action == action), Bilingual(zh=action, en=action))


def roles_of(action: str) -> tuple[ActorRole, ...]:
    """Everybody who may ever take `action`; empty for one that is not offered to people or partners."""
    return tuple(dict.fromkeys(role for offer in _anywhere() if offer.action == action for role in offer.roles))


def _anywhere() -> tuple[ActionOffer, ...]:
    at_any_time = (SUBMIT_PAPERS, WITHDRAW, CORRECT, INVESTIGATE, HOLD, RESUME, REFUND, RESOLVE, *NEWS)
    return (*at_any_time, *chain.from_iterable((*_BY_WAIT.values(), *_ASIDE.values())))


def _of_partners(offers: tuple[ActionOffer, ...]) -> list[ActionOffer]:
    """While on hold partners may report, people may not choose."""
    kept = ((offer, tuple(role for role in offer.roles if role in PARTNERS)) for offer in offers)
    return [offer.model_copy(update={"roles": roles}) for offer, roles in kept if roles]


def _turns(stage: Stage, what: WaitingFor, standing: Standing) -> list[ActionOffer]:
    correctable = what in _CORRECTABLE and stage not in _AUTHORIZED
    in_time = what in _BEFORE_APHERESIS and not standing.collected
    turns = [CORRECT] if standing.withdrawable and (correctable or in_time) else []
    if stage in _INVESTIGABLE and what not in _BEYOND_INVESTIGATION:
        turns.append(INVESTIGATE)
    return [*turns, *(() if stage is Stage.RECOVERY else NEWS)]
