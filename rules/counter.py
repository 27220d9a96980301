"""At the counter or door: the voucher and who holds it."""

from rules.context import Context
from rules.registry import rule
from rules.result import Result, met, not_met, say
from schemas.decision import CounterFacts


@rule(topic="materials_pickup")
def voucher_presented(facts: CounterFacts, context: Context) -> Result:
    """The voucher was shown and is good.

    pingan-longterm-b/MAT-3, pingan-cancer-drug/FLOW-1, chinalife-cancer-rider/VOU-1, axa-excellence/DD-1,
    yuanxin-cancer-drug/MAT-2.
    """
    del context
    if facts.voucher_verified:
        return met(say("购药凭证有效。", "The voucher is good."), voucher_verified=True)
    why = say("购药凭证未出示、不符或已失效。", "The voucher was not shown, is another, or has run out.")
    step = say("请出示本次购药的有效凭证。", "Show the valid voucher of this purchase.")
    return not_met(why, step, voucher_verified=False)


@rule(topic="personal_use")
def identity_verified(facts: CounterFacts, context: Context) -> Result:
    """Whoever collects is who they say they are, and acts for the insured person.

    pingan-longterm-b/MAT-3 USE-1 FRAUD-1, pingan-cancer-drug/FLOW-1 USE-1 FRAUD-1, chinalife-cancer-rider/VOU-1,
    axa-excellence/DD-1, yuanxin-cancer-drug/MAT-2 USE-1 FRAUD-1.
    """
    del context
    known = {"identity_verified": facts.identity_verified, "collector": facts.collector}
    if facts.identity_verified:
        return met(say("身份已核实。", "The identity was verified."), **known)
    step = say("请出示有效身份证件。", "Show a valid identity document.")
    return not_met(say("身份未能核实，不能交付药品。", "The identity could not be verified."), step, **known)
