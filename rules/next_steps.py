"""What a patient can still do after a refusal, as the documents have it."""

from rules.result import say

OWN_COST = say("该药品费用需由您自行承担。", "The cost of this drug is the insured person's own.")
OWN_EXPENSE = say("该费用需由您自行承担。", "The expense is the insured person's own.")
REST_OWN_COST = say(
    "超出额度的部分需由您自行承担。", "What goes beyond the limit is the insured person's own; the rest is paid."
)
NEW_PRESCRIPTION = say(
    "请专科医生重新开具符合要求的处方后再次申请。",
    "Ask the specialist for a new prescription that complies and apply again.",
)
NEW_PLAN = say(
    "如新的治疗方案使用清单内药品，可重新提交申请。",
    "If the new treatment plan uses a listed drug, the insured person may apply again.",
)
LISTED_DRUG = say(
    "可与医生商量是否有清单内的替代药品；否则费用自理。",
    "Ask the doctor whether a listed drug would do; otherwise the cost is one's own.",
)
DESIGNATED_SITE = say(
    "请改在列表中的指定医疗机构（含院区）治疗，或请服务商协助预约。",
    "Be treated at a designated institution and campus of the list; the provider books one.",
)
CHOOSE_AGAIN = say("请更换取药方式或药房后重新预约。", "Choose another way or pharmacy and book again.")
STOP_SUPPLY = say(
    "请停止备药和配送，购药凭证作废；该药品费用不再由保险承担。",
    "Stop the supply and void the voucher: the insurance no longer pays for this drug.",
)
BEFORE_THE_END = say(
    "请在保单解除生效日之前完成；该日起不再承担。",
    "See to it before the cancellation takes effect: from that day on nothing more is covered.",
)
STOP_THERAPY = say(
    "请停止后续安排；此后发生的费用不由保险承担。",
    "Stop what is still arranged: what is spent from now on is not covered.",
)
DISPOSE = say(
    "请厂商质量部门或责任医师处置该偏差并提交偏差报告。",
    "The manufacturer's quality unit or the responsible doctor disposes of the deviation, with a deviation report.",
)
NEW_CELLS = say(
    "该产品不得回输；请治疗医生决定重新采集、重新制备或终止治疗。",
    "This product must not be infused; the treating doctor decides on new cells, a new product or the end of it.",
)
EXAMINE_AGAIN = say("请医疗机构重新进行回输前检查。", "The institution examines the patient once more.")
ASK_INSTITUTION = say(
    "请向医疗机构核实是否已回输及回输日期。", "Ask the institution whether the cells were infused, and when."
)
CALL_INSURER = say("请联系保险公司核实。", "Ask the insurer to check.")
GREEN_GIFT = say(
    "如您认可审核结果，可获赠一次专家门诊绿色通道服务，自您确认专家起 5 个工作日内安排。",
    "If the insured person accepts the result, one specialist out-patient appointment is arranged free of charge"
    " within 5 working days after they confirm the expert.",
)
