"""What people are told by a journey, in Chinese and English."""

from datetime import date
from decimal import Decimal

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from schemas.deadline import Deadline
    from schemas.decision import Decision, Finding, Outcome
    from schemas.journey import Stage
    from schemas.paper_names import NAMES
    from schemas.papers import PaperDue
    from schemas.spoken import spoken
    from schemas.text import Bilingual

from workflows.offers import label_of

CLAIM_RECEIVED = Bilingual(zh="已收到理赔申请", en="the claim was received")
AID_OPEN = Bilingual(
    zh="该药品有慈善援助项目，请确认是否申请；未申请或材料不全可能影响保险给付",
    en="a charity-aid program exists for this drug: please say whether you apply; not applying may cost the benefit",
)
VOUCHER_ISSUED = Bilingual(
    zh="购药凭证已生成，取药码：{code}。请凭码、处方原件和身份证件取药",
    en="your voucher code is {code}: show it with the original prescription and your identity document",
)
CANCELLATION_REVOKED = Bilingual(
    zh="此前告知的保单解除已撤销，保障继续有效", en="the cancellation told before is revoked: the cover goes on"
)
BOOKING_REFUSED = Bilingual(
    zh="该取药方式不符合产品规定，请另选方式", en="this way is not open under the product: please choose another"
)
PAYMENT_REFUSED = Bilingual(
    zh="保险公司拒绝付款，需人工处理", en="the insurer refused the payment: a person has to look"
)
PARCEL_UNDER_WAY = Bilingual(
    zh="申请终止时药品已在配送途中，快递无法退回：请人工联系追回，否则照常交接",
    en="it is to end while the drug is on its way, which the courier does not take back: a person has to look",
)
STILL_ON_HOLD = Bilingual(
    zh="申请仍处于暂停状态，期间可能有时限届满：请恢复办理或另行处理",
    en="the journey is still on hold, and time may be running out under it: resume it, or see to it",
)
WITHDRAWN_TOO_LATE = Bilingual(zh="撤回过晚，药品已发出或已交接", en="the withdrawal came too late: the drug had left")
CORRECTED_TOO_LATE = Bilingual(
    zh="更正过晚，该处方已办结", en="the correction came too late: that prescription is over"
)
ENDED_TOO_LATE = Bilingual(
    zh="终止要求晚于发货：药品已在途，交接后照常结算",
    en="it was to end, but the drug had left: once delivered it is settled",
)
GREEN_CHANNEL = Bilingual(
    zh="审核未通过。如接受该结果，可获一次门诊绿色通道服务（仅含协调挂号费用，不能指定医院和医生）；"
    "如改用清单内其他治疗方案，可更正后重新申请",
    en="the review refused. If you accept that, one out-patient green-channel visit is yours (coordination only, no"
    " choice of hospital or doctor); with another treatment of the list you may correct the claim",
)
NEXT_DONATION = Bilingual(
    zh="下一次援助药品即将可领，请按时办理", en="the next donation falls due soon: please collect it"
)
FOLLOW_UP = Bilingual(zh="援助患者本月随访到期", en="the monthly follow-up of a patient on charity aid is due")
VOUCHER_LOCKED = Bilingual(
    zh="取药码多次输错，凭证已锁定：请核实取药人身份，再重新发放取药码",
    en="the voucher is locked after too many wrong codes: check who collects, then issue another code",
)
VOUCHER_REISSUED = Bilingual(
    zh="购药凭证已更换取药码：{code}。原取药码作废，请凭新码、处方原件和身份证件取药",
    en="your new voucher code is {code}, the old one is void: show it with the original prescription and your identity"
    " document",
)
INVESTIGATION = Bilingual(
    zh="保险公司正在调查核实，处方审核暂停，有结果后通知您",
    en="the insurer is investigating; the review waits until it has ended, and you will hear of the result",
)
AGAIN = Bilingual(
    zh="本次处方未完成，治疗继续：请提交下一张处方", en="this prescription came to nothing; bring the next one"
)
TREATMENT_OVER = Bilingual(
    zh="本次理赔的用药服务已结束，不再等待新的处方",
    en="your treatment under this claim is over: no further prescription is awaited",
)
LIMIT_STILL_BOUND = Bilingual(
    zh="额度仍为他案预留，暂无可给付；释放后请再确认，或不予给付",
    en="the limit is still set aside for other claims: confirm again once it comes free, or refuse",
)
RATIO_NEEDED = Bilingual(zh="需填写赔付比例", en="a ratio is needed to settle")
ENDS = {
    Stage.COMPLETED: Bilingual(zh="本次用药已完成结算", en="this prescription is settled"),
    Stage.REFUSED: Bilingual(
        zh="本次申请未通过，原因及后续办法见决定", en="not approved: the decision says why and what next"
    ),
    Stage.AID_SUPPLIED: Bilingual(
        zh="本次用药由慈善援助提供，不占用保额", en="the drug was donated; the limit is untouched"
    ),
    Stage.WITHDRAWN: Bilingual(zh="申请已撤回", en="the claim was withdrawn"),
    Stage.LAPSED: Bilingual(
        zh="未在有效期内使用，权利失效，已释放预留额度；如需用药请重新申请",
        en="not used in time: the right lapsed and the limit is free again; apply anew when the drug is needed",
    ),
    Stage.TERMINATED: Bilingual(zh="服务已终止，原因见记录", en="the service has ended; the record says why"),
}


def refused(decision: Decision, reason: str) -> Bilingual:
    """A prescription was refused, while its treatment goes on."""
    why = why_refused(decision, reason)
    return Bilingual(
        zh=f"本次处方未获通过。{why.zh} 治疗继续，可提交下一张处方。",
        en=f"This prescription was refused. {why.en} The treatment goes on: you may bring the next prescription.",
    )


def why_refused(decision: Decision, reason: str) -> Bilingual:
    """Why, by which clause or whose word, and what next."""
    broken = [finding for finding in decision.findings if finding.outcome is Outcome.NOT_MET and not reason]
    why = [_cited(finding) for finding in broken]
    why += [Bilingual(zh=f"审核人员说明：{reason}", en=f"The reviewer says: {reason}")] if reason else []
    said = [*why, *decision.next_steps]
    return Bilingual(zh="".join(each.zh for each in said), en=" ".join(each.en for each in said))


def _cited(finding: Finding) -> Bilingual:
    sections = dict.fromkeys(each.section for each in finding.citations)
    rules = dict.fromkeys(each.rule for each in finding.citations)
    return Bilingual(zh=f"{finding.why.zh}（依据：{'、'.join(sections)}）", en=f"{finding.why.en} [{', '.join(rules)}]")


def papers_due(due: tuple[PaperDue, ...]) -> Bilingual:
    """Papers are asked for."""
    names = [NAMES[paper.kind] for paper in due]
    zh, en = "、".join(name.zh for name in names), ", ".join(name.en for name in names)
    return Bilingual(zh=f"请补充材料：{zh}", en=f"please hand in: {en}")


def refund_due(amount: Decimal) -> Bilingual:
    """Money has to come back."""
    return Bilingual(
        zh=f"保险责任外或超出额度的垫付款 {amount} 元须退还", en=f"{amount} yuan were not owed and are to be refunded"
    )


def payment_to_stop(amount: Decimal) -> Bilingual:
    """What was to be paid is not owed after all, and nobody has said that it was paid."""
    return Bilingual(
        zh=f"赔付款 {amount} 元不应给付：尚未支付的请停止支付，已支付的请追回，并登记退款",
        en=f"{amount} yuan are not owed: stop the payment, or claim it back if it was made, and record it as a refund",
    )


def cover_ends(effective_on: date) -> Bilingual:
    """The insurer cancels the policy from a day to come on."""
    return Bilingual(
        zh=f"保单自 {effective_on} 起解除：此前交付的照常承担，届时尚未交付的不再承担",
        en=f"the policy is cancelled from {effective_on} on: what is handed over before stays covered, the rest is not",
    )


def own_share_back(amount: Decimal) -> Bilingual:
    """What was paid in advance is not owed."""
    return Bilingual(
        zh=f"已预付的自付款中 {amount} 元无需承担，将予退还",
        en=f"{amount} yuan of the own share that was paid in advance are not owed and go back to the insured person",
    )


def own_share_first(amount: Decimal) -> Bilingual:
    """It is paid before the delivery. yuanxin-cancer-drug/FUL-2."""
    return Bilingual(
        zh=f"配送前须先支付自付款 {amount} 元，支付后安排配送",
        en=f"the own share of {amount} yuan is to be paid before the delivery: the drug is sent once it is paid",
    )


def own_share_due(amount: Decimal) -> Bilingual:
    """More is owed than was paid in advance."""
    return Bilingual(
        zh=f"结算自付款高于预付金额，尚需补交 {amount} 元",
        en=f"the own share is higher than what was paid in advance: {amount} yuan are still to be paid",
    )


def next_prescription(earliest: str) -> Bilingual:
    """The supply ends soon."""
    return Bilingual(
        zh=f"药品即将用完，请提交下一张处方（开具日期不早于 {earliest}）",
        en=f"the supply ends soon: bring the next prescription, dated {earliest} or later",
    )


def cover_ended(covered_to: date) -> Bilingual:
    """What was set aside was not used while the cover lasted."""
    return Bilingual(
        zh=f"用药保障已于 {covered_to} 终止，本次药品未在此前领取，不再给付；如已续保请告知保险公司并重新申请",
        en=f"the cover ended on {covered_to} before the drug was collected: it is not paid any more; if the policy was"
        " renewed, have the insurer confirm it and apply anew",
    )


def cover_goes_on(covered_to: date) -> Bilingual:
    """The cover was to end, and the insurer was asked again."""
    return Bilingual(
        zh=f"已再次向保险公司核实：用药保障至 {covered_to}（含）",
        en=f"the insurer was asked again: medication is covered to {covered_to} inclusive",
    )


def expert(hospital: str, department: str) -> Bilingual:
    """An expert was recommended."""
    return Bilingual(
        zh=f"推荐：{hospital} {department}，请确认", en=f"recommended: {hospital}, {department}; please confirm"
    )


def corrected(fields: str) -> Bilingual:
    """The claim was corrected."""
    return Bilingual(zh=f"已更正：{fields}，重新核定", en=f"corrected: {fields}; decided anew")


def recomputed(deadline: Deadline) -> Bilingual:
    """A provisional deadline was reckoned on the published calendar."""
    text = deadline.reckoning
    return Bilingual(
        zh=f"节假日安排已公布，重新计算时限：{text.zh}", en=f"reckoned on the published calendar: {text.en}"
    )


def while_ending(action: str) -> Bilingual:
    """News came while the journey was being wound up."""
    return Bilingual(
        zh=f"旅程结束过程中收到：{label_of(action).zh}，请人工核实后续处理",
        en=f"{action} came while the journey was ending: please look",
    )


def referred(question: str) -> Bilingual:
    """A question waits for a reviewer."""
    return Bilingual(zh=f"{spoken(question).zh}需人工核定", en=f"{question} needs a reviewer's decision")


def delivery_problem(status: str) -> Bilingual:
    """A delivery went wrong; another one is booked."""
    zh = f"配送异常：{spoken(status).zh}，已重新预约配送"
    return Bilingual(zh=zh, en=f"delivery problem: {status}; booked again")


def reserved(amount: Decimal) -> Bilingual:
    """The benefit was set aside."""
    return Bilingual(zh=f"已预留保额 {amount} 元", en=f"{amount} yuan of the limit set aside")


def committed(amount: Decimal, own_share: Decimal) -> Bilingual:
    """The benefit is owed."""
    return Bilingual(
        zh=f"保险承担 {amount} 元，自付 {own_share} 元", en=f"insurer owes {amount} yuan, own share {own_share}"
    )


def paid(amount: Decimal) -> Bilingual:
    """The insurer paid."""
    return Bilingual(zh=f"保险公司已支付 {amount} 元", en=f"the insurer paid {amount} yuan")
