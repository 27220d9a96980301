"""What people are told by a journey, in Chinese and English."""

from decimal import Decimal

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from schemas.journey import Stage
    from schemas.text import Bilingual

CLAIM_RECEIVED = Bilingual(zh="已收到理赔申请", en="the claim was received")
AID_OPEN = Bilingual(
    zh="该药品有慈善援助项目，请确认是否申请；未申请或材料不全可能影响保险给付",
    en="a charity-aid program exists for this drug: please say whether you apply; not applying may cost the benefit",
)
VOUCHER_ISSUED = Bilingual(
    zh="购药凭证已生成，取药码：{code}。请凭码、处方原件和身份证件取药",
    en="your voucher code is {code}: show it with the original prescription and your identity document",
)
BOOKING_REFUSED = Bilingual(
    zh="该取药方式不符合产品规定，请另选方式", en="this way is not open under the product: please choose another"
)
PAYMENT_REFUSED = Bilingual(
    zh="保险公司拒绝付款，需人工处理", en="the insurer refused the payment: a person has to look"
)
PARCEL_UNDER_WAY = Bilingual(
    zh="要求撤回时药品已在配送途中，无法撤回：请人工联系追回，否则照常交接",
    en="withdrawn while the drug is on its way, which the courier does not take back: a person has to look",
)
WITHDRAWN_TOO_LATE = Bilingual(zh="撤回过晚，药品已发出或已交接", en="the withdrawal came too late: the drug had left")
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
}


def referred(question: str) -> Bilingual:
    """A question waits for a reviewer."""
    return Bilingual(zh=f"{question} 需人工核定", en=f"{question} needs a reviewer's decision")


def delivery_problem(status: str) -> Bilingual:
    """A delivery went wrong; another one is booked."""
    return Bilingual(zh=f"配送异常：{status}，已重新预约配送", en=f"delivery problem: {status}; booked again")


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
