"""The policy behind the claim: whether it stands, whom it serves and whether its plan covers these drugs."""

from datetime import date

from rules.context import Context
from rules.next_steps import CALL_INSURER, OWN_COST
from rules.registry import rule
from rules.result import Result, leaving_out, met, not_applicable, not_met, referred, say
from schemas.facts import EligibilityFacts
from schemas.people import ApplicantRole
from schemas.policy import Policy, PolicyStatus

ADULT_AGE = 18
"""Civil Code art. 17: a natural person under 18 is a minor."""


def age_on(birth_date: date, day: date) -> int:
    """Completed years of life; who was born on 29 February completes a year on 1 March of other years."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def cover_begins(policy: Policy) -> date:
    """First day of cover: the later of contract effect and period start."""
    return max(policy.effective_on, policy.period_start or policy.effective_on)


def cover_ends(policy: Policy) -> date:
    """Last day of cover, of the following period where the policy was renewed."""
    return max(policy.expires_on, policy.renewed_to or policy.expires_on)


@rule(topic="policy")
def policy_in_force(facts: EligibilityFacts, context: Context) -> Result:
    """The disease was diagnosed while the policy stood, and nobody has ended the policy since.

    An expired policy still answers for what happened within it; how long it then pays is `within_medication_term`.
    pingan-longterm-b/ID-2, pingan-cancer-drug/ID-2, chinalife-cancer-rider/ID-1 DUR-1 CART-1,
    axa-excellence/WAIT-1 ID-1, yuanxin-cancer-drug/COND-1.
    """
    del context
    policy, diagnosed = facts.coverage.policy, facts.diagnosis.diagnosed_on
    first, last = cover_begins(policy), cover_ends(policy)
    known = {"policy_status": policy.status, "first_day": first, "last_day": last, "diagnosed_on": diagnosed}
    if policy.ended:
        why = say("保单已解除或失效。", f"The policy is {policy.status.value}.")
        return not_met(why, CALL_INSURER, **known)
    if not first <= diagnosed <= last:
        why = say(
            f"保险期间 {first} 至 {last}；确诊日 {diagnosed} 不在其内。",
            f"Cover runs from {first} to {last}; diagnosed on {diagnosed}, outside it.",
        )
        return not_met(why, OWN_COST, **known)
    if policy.status is PolicyStatus.EXPIRED and facts.applied_on <= policy.expires_on:
        why = say(
            f"保单标记为已满期，但保险期间至 {last}，两者不符。",
            f"The policy is marked expired, yet cover runs to {last}.",
        )
        return referred(why, CALL_INSURER, **known)
    why = say(
        f"确诊日 {diagnosed} 在保险期间 {first} 至 {last} 内。",
        f"Diagnosed on {diagnosed}, within cover {first} to {last}.",
    )
    return met(why, **known)


@rule(topic="personal_use")
def insured_only(facts: EligibilityFacts, context: Context) -> Result:
    """The service is for the insured person; others may only apply on their behalf, and for a minor the guardian does.

    pingan-longterm-b/USE-1 GUARD-1, pingan-cancer-drug/USE-1 GUARD-1, yuanxin-cancer-drug/USE-1 GUARD-1.
    """
    del context
    minor = age_on(facts.insured.birth_date, facts.applied_on) < ADULT_AGE
    known = {"applicant": facts.applicant, "insured_is_minor": minor}
    if minor and facts.applicant is ApplicantRole.INSURED:
        why = say(
            "被保险人未成年，应由法定监护人代为申请。",
            "The insured person is a minor: the legal guardian has to apply.",
        )
        step = say(
            "请法定监护人代为申请，并提供监护关系证明。", "The legal guardian applies, with proof of guardianship."
        )
        return referred(why, step, **known)
    why = say(
        "服务仅供被保险人本人使用，申请人身份相符。",
        "The service is for the insured person, and the applicant may act.",
    )
    guarded = minor or facts.applicant is ApplicantRole.GUARDIAN
    return met(why, **known) if guarded else leaving_out(met(why, **known), "GUARD-1")


@rule(topic="plan")
def plan_covers_drugs(facts: EligibilityFacts, context: Context) -> Result:
    """The plan of the policy includes drugs bought outside the hospital. pingan-longterm-b/PLAN-1."""
    plan, covered = facts.coverage.policy.plan, context.value(context.terms.plans_with_drug_cover)
    if covered is None:
        return not_applicable(say("本产品不分计划。", "This product has no plans that differ."))
    if not plan:
        why = say(
            "保单未载明保险计划，需人工核实。", "The policy does not say which plan was bought: a person has to ask."
        )
        return referred(why, CALL_INSURER, plan=None)
    listed = "、".join(covered)
    if plan not in covered:
        why = say(
            f"保单为计划 {plan}；仅计划 {listed} 含院外特药保障。",
            f"The policy is plan {plan}; only plan {listed} covers these drugs.",
        )
        return not_met(why, OWN_COST, plan=plan, plans_with_drug_cover=covered)
    why = say(f"计划 {plan} 含院外特药保障。", f"Plan {plan} covers these drugs.")
    return met(why, plan=plan, plans_with_drug_cover=covered)


@rule(topic="exclusion")
def main_policy_does_not_exclude(facts: EligibilityFacts, context: Context) -> Result:
    """No exclusion of the main policy applies: they are not printed in the rider, the insurer has to be asked.

    chinalife-cancer-rider/EXC-10.
    """
    del context
    exclusion = facts.coverage.policy.main_policy_exclusion
    if exclusion is None:
        why = say("主险免责情形须由保险公司核实。", "Whether an exclusion of the main policy applies is not known.")
        return referred(why, CALL_INSURER, main_policy_exclusion=None)
    if exclusion:
        why = say(f"属于主险免责情形：{exclusion}。", f"Excluded by the main policy: {exclusion}.")
        return not_met(why, OWN_COST, main_policy_exclusion=exclusion)
    return met(say("不属于主险免责情形。", "No exclusion of the main policy applies."), main_policy_exclusion="none")
