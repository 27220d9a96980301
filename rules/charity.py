"""Charity aid: who may have it, what follows from leaving it, and which way the journey goes."""

from products.model import CharityConsequence
from rules.context import Context
from rules.next_steps import OWN_COST
from rules.registry import rule
from rules.result import Result, met, not_applicable, not_met, referred, say
from schemas.decision import AidStanding, CharityFacts, CharityWay, Verdict
from schemas.people import Citizenship
from schemas.text import Bilingual

_NOT_FILED = (AidStanding.NOT_APPLIED, AidStanding.INCOMPLETE)
_NO_AID = (AidStanding.NO_PROGRAM, AidStanding.NOT_QUALIFIED)
_DECIDED: dict[Verdict, CharityWay | None] = {Verdict.REFERRED: None, Verdict.REFUSED: CharityWay.NOT_COVERED}
"""Verdicts that settle the way whatever the standing."""


def open_to(facts: CharityFacts, context: Context) -> bool:
    """Whether the insured person may apply at all; who may not is never blamed for not applying."""
    return facts.citizenship is Citizenship.MAINLAND or not context.value(context.terms.charity_mainland_only)


def way_of(facts: CharityFacts, verdict: Verdict, context: Context) -> CharityWay | None:
    """Where the journey goes; None where the verdict is REFERRED, since a person has to say.

    REFUSED is always NOT_COVERED. APPROVED says that nothing stands against the claim, and the way says what comes
    next: apply, wait for the foundation, aid supplies the drug, review again, or insurance.
    """
    if verdict in _DECIDED:
        return _DECIDED[verdict]
    match facts.standing:
        case AidStanding.OPEN if open_to(facts, context):
            return CharityWay.APPLY
        case AidStanding.UNDER_REVIEW | AidStanding.APPROVED:
            return CharityWay.WAIT
        case AidStanding.COLLECTED:
            return CharityWay.AID_SUPPLIES
        case AidStanding.REFUSED if context.value(context.terms.charity_refused_reviews_again):
            return CharityWay.REVIEW_AGAIN
        case _:
            return CharityWay.INSURANCE


@rule(topic="charity_scope")
def aid_open_to_citizens(facts: CharityFacts, context: Context) -> Result:
    """Aid is open to mainland citizens only.

    pingan-longterm-b/CHAR-1, pingan-cancer-drug/CHAR-1, axa-excellence/CH-1, yuanxin-cancer-drug/CHAR-1.
    """
    if facts.standing in _NO_AID:
        return not_applicable(
            say("无可申请的援助项目。", "There is no aid program to apply to."), standing=facts.standing
        )
    if open_to(facts, context):
        return met(
            say("被保险人可申请援助用药。", "The insured person may apply for aid."), citizenship=facts.citizenship
        )
    why = say(
        "援助用药仅限中国大陆公民；不因未申请而影响理赔。",
        "Aid is for mainland citizens only; not applying is not held against others.",
    )
    return not_applicable(why, citizenship=facts.citizenship)


@rule(topic="charity_not_applied")
def aid_applied_for(facts: CharityFacts, context: Context) -> Result:
    """Who qualifies applies, with a complete file.

    pingan-longterm-b/CHAR-2, pingan-cancer-drug/CHAR-2, chinalife-cancer-rider/CHAR-1 CHAR-2, axa-excellence/CH-3 CH-2,
    yuanxin-cancer-drug/CHAR-2.
    """
    standing = facts.standing
    if standing in _NO_AID or not open_to(facts, context):
        return not_applicable(say("无需申请援助用药。", "No application for aid is called for."), standing=standing)
    if standing is AidStanding.INSISTS_SELF_PAY:
        why = say("坚持自费购药，另条核定。", "Insisting on buying the drug is judged by itself.")
        return not_applicable(why, standing=standing)
    if standing in _NOT_FILED:
        why = say(
            "符合援助条件但未申请或材料不全。", "Aid could be had, but none was applied for or the file was incomplete."
        )
        return _consequence(context.value(context.terms.charity_not_applied), why, standing)
    if standing is AidStanding.OPEN:
        step = say(
            "请先申请援助用药，服务人员会协助准备材料。", "Apply for aid first; staff help to prepare the papers."
        )
        return met(say("符合援助条件，可以申请。", "Aid is open to the patient."), step, standing=standing)
    return met(say("已处理援助用药申请。", "Aid has been applied for or settled."), standing=standing)


@rule(topic="charity_not_applied")
def aid_not_bought_instead(facts: CharityFacts, context: Context) -> Result:
    """Nobody who could have aid insists on paying for the drug: where no clause says so, they have not applied.

    pingan-longterm-b/CHAR-2, pingan-cancer-drug/CHAR-2, chinalife-cancer-rider/CHAR-2, axa-excellence/CH-3,
    yuanxin-cancer-drug/CHAR-2.
    """
    standing = facts.standing
    if standing is not AidStanding.INSISTS_SELF_PAY or not open_to(facts, context):
        return not_applicable(say("未坚持自费购药。", "Nobody insists on paying for the drug."), standing=standing)
    why = say("可以申请援助用药但坚持自费购药。", "Aid could be had, but the patient insists on paying for the drug.")
    return _consequence(context.value(context.terms.charity_self_pay), why, standing)


@rule(topic="charity_not_collected")
def aid_collected(facts: CharityFacts, context: Context) -> Result:
    """Aid that was granted is collected.

    pingan-longterm-b/CHAR-3, pingan-cancer-drug/CHAR-3, chinalife-cancer-rider/CHAR-2, axa-excellence/CH-3,
    yuanxin-cancer-drug/CHAR-3.
    """
    standing = facts.standing
    if standing is AidStanding.COLLECTED:
        return met(say("已领取援助药品。", "The donated drug was collected."), standing=standing)
    if standing is not AidStanding.NOT_COLLECTED or not open_to(facts, context):
        return not_applicable(say("没有未领取的援助药品。", "No granted aid was left uncollected."), standing=standing)
    if not facts.own_reason:
        why = say("非因申请人原因未领取，不影响理赔。", "Not collected for reasons that are not the applicant's own.")
        return met(why, standing=standing, own_reason=False)
    why = say("援助用药已获批准但未领取。", "Aid was granted, but it was not collected.")
    return _consequence(context.value(context.terms.charity_not_collected), why, standing)


def _consequence(printed: CharityConsequence, why: Bilingual, standing: AidStanding) -> Result:
    match printed:
        case CharityConsequence.NOT_COVERED:
            return not_met(why, OWN_COST, standing=standing, consequence=printed)
        case CharityConsequence.REFERRED:
            step = say("补办援助用药申请后可继续。", "Applying for aid after all lets the claim go on.")
            return referred(why, step, standing=standing, consequence=printed)
        case CharityConsequence.NONE:
            unharmed = say(why.zh + "手册未规定后果。", why.en + " No loss of cover is printed.")
            return met(unharmed, standing=standing, consequence=printed)


@rule(topic="charity_refused")
def aid_refusal_reviewed_again(facts: CharityFacts, context: Context) -> Result:
    """After a refusal by the foundation the prescription is reviewed once more where the document says so.

    pingan-longterm-b/CHAR-4, pingan-cancer-drug/CHAR-4, chinalife-cancer-rider/CHAR-3, axa-excellence/CH-3,
    yuanxin-cancer-drug/CHAR-4.
    """
    if facts.standing is not AidStanding.REFUSED:
        return not_applicable(say("基金会未拒绝。", "The foundation has not refused."), standing=facts.standing)
    if context.value(context.terms.charity_refused_reviews_again):
        why = say("援助未获批准，需重新审核处方。", "Aid was refused: the prescription is reviewed again.")
        return met(why, standing=facts.standing)
    return met(
        say("援助未获批准，继续按保险处理。", "Aid was refused: the insurance goes on."), standing=facts.standing
    )


@rule(topic="charity_limit")
def aid_does_not_use_limit(facts: CharityFacts, context: Context) -> Result:
    """Donated drugs leave the benefit limit untouched.

    pingan-longterm-b/CHAR-5, pingan-cancer-drug/CHAR-5, yuanxin-cancer-drug/CHAR-5.
    """
    del context
    if facts.standing is not AidStanding.COLLECTED:
        return not_applicable(say("未使用援助药品。", "No donated drug is used."), standing=facts.standing)
    return met(say("援助药品不占用保险金额。", "Donated drugs do not use the benefit limit."), standing=facts.standing)
