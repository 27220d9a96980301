"""Settlement: the insurer's share, the benefit limit, and what has to be given back."""

from rules.amounts import reckon_amounts, share_of
from rules.context import Context
from rules.next_steps import CALL_INSURER, OWN_COST, REST_OWN_COST
from rules.registry import rule
from rules.result import Result, leaving_out, met, not_applicable, not_met, referred, say
from schemas.car_t_facts import CarTSettlementFacts
from schemas.decision import Amounts, SettlementFacts
from schemas.money import ZERO, Yuan
from schemas.text import Bilingual


@rule(topic="payment")
def insurer_share(facts: SettlementFacts | CarTSettlementFacts, context: Context) -> Result:
    """The insurer pays its ratio of what no one else compensates.

    pingan-longterm-b/PAY-1, pingan-cancer-drug/PAY-1, axa-excellence/DD-4, yuanxin-cancer-drug/PAY-1,
    chinalife-cancer-rider/PAY-1 PAY-2 PAY-3 PAY-4 PAY-5 PAY-6 PAY-7 PAY-8 CART-3.
    """
    share = share_of(facts, context)
    known: dict[str, object] = {
        "cost": facts.cost,
        "social_insurance_enrolled": facts.social_insurance_enrolled,
        "social_insurance_settled": facts.social_insurance_settled,
        "social_insurance_compensation": facts.social_insurance_compensation,
        "other_compensation": facts.other_compensation,
        "reimbursement_ratio": facts.reimbursement_ratio,
    }
    if isinstance(facts, SettlementFacts):
        known["in_catalogue"] = facts.in_catalogue
    if share is None:
        why = say(
            "给付比例须以合同或目录、社保结算情况为准，现有信息不足。", "The facts do not tell the insurer's ratio."
        )
        return referred(why, CALL_INSURER, **known)
    amounts = reckon_amounts(facts, share.ratio)
    why = say(
        f"费用 {amounts.cost} 元，其他补偿 {amounts.other_compensation} 元，比例 {share.ratio:%}，"
        f"保险给付 {amounts.insurer_pays} 元，个人承担 {amounts.own_share} 元。",
        f"Cost {amounts.cost}, other compensation {amounts.other_compensation}, ratio {share.ratio:%}:"
        f" the insurer pays {amounts.insurer_pays}, own share {amounts.own_share}.",
    )
    if share.certain:
        return leaving_out(met(why, **known, ratio=share.ratio), *share.silent)
    proposed = say(
        why.zh + "未参保却已获社保补偿，比例表未列此情形，需人工确认。",
        why.en + " Compensated without being enrolled: the table has no such row, so a person confirms.",
    )
    return referred(proposed, CALL_INSURER, **known, ratio=share.ratio)


def _amounts(facts: SettlementFacts | CarTSettlementFacts, context: Context) -> Amounts | None:
    share = share_of(facts, context)
    return None if share is None else reckon_amounts(facts, share.ratio)


@rule(topic="benefit_limit")
def limit_not_exceeded(facts: SettlementFacts | CarTSettlementFacts, context: Context) -> Result:
    """The insurer pays out of what the benefit limit still holds; once nothing is left its liability has ended.

    It ends by what was paid. What is only set aside for other claims may come free again: a person decides.
    pingan-longterm-b/PAY-1, pingan-cancer-drug/PAY-1, chinalife-cancer-rider/LIMIT-1, axa-excellence/ID-1,
    yuanxin-cancer-drug/PAY-2.
    """
    amounts = _amounts(facts, context)
    if amounts is None:
        return not_applicable(say("给付额未定。", "The amount is still open."), available=facts.available)
    known = {"available": facts.available, "insurer_pays": amounts.insurer_pays, "over_limit": amounts.over_limit}
    if not amounts.over_limit:
        return met(say(f"给付额在剩余额度 {facts.available} 元内。", f"Within the {facts.available} left."), **known)
    why = say(
        f"剩余额度 {facts.available} 元，超出 {amounts.over_limit} 元由个人承担。",
        f"{facts.available} is left of the limit; {amounts.over_limit} beyond it is the insured person's own.",
    )
    if facts.available == ZERO and facts.bound:
        return referred(_bound(facts.bound), CALL_INSURER, **known, bound=facts.bound)
    if facts.available == ZERO:
        return not_met(why, OWN_COST, **known)
    return met(why, REST_OWN_COST, **known)


def _bound(bound: Yuan) -> Bilingual:
    return say(
        f"剩余额度为零，其中 {bound} 元仅为其他未结案件预留，可能释放。",
        f"Nothing of the limit is free; {bound} of it is only set aside for other claims and may come free.",
    )


@rule(topic="payment")
def over_limit_refunded(facts: SettlementFacts | CarTSettlementFacts, context: Context) -> Result:
    """What was advanced beyond the limit or outside the cover goes back to the provider.

    pingan-longterm-b/PAY-1, pingan-cancer-drug/PAY-1.
    """
    amounts = _amounts(facts, context)
    if amounts is None or not amounts.over_limit:
        return not_applicable(say("没有超出额度的垫付款。", "Nothing was advanced beyond the limit."))
    step = say(
        f"请将超出额度的 {amounts.over_limit} 元退还服务商。", f"Refund {amounts.over_limit} yuan to the provider."
    )
    why = say(f"垫付超出额度 {amounts.over_limit} 元。", f"{amounts.over_limit} yuan were advanced beyond the limit.")
    return met(why, step, over_limit=amounts.over_limit)
