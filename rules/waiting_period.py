"""The waiting period: which day is the first on which a diagnosis is covered."""

from datetime import date

from rules.context import Context
from rules.days import plus_days
from rules.next_steps import CALL_INSURER, OWN_COST
from rules.policy import cover_begins
from rules.registry import rule
from rules.renewal import waived
from rules.result import Result, leaving_out, met, not_met, referred, say
from schemas.facts import EligibilityFacts
from schemas.policy import Policy


@rule(topic="waiting_period")
def waiting_period_over(facts: EligibilityFacts, context: Context) -> Result:
    """The diagnosis came after the waiting period, whose day 1 is the day the contract takes effect.

    pingan-longterm-b/WAIT-1 WAIT-2 RENEW-1 RENEW-2, pingan-cancer-drug/WAIT-1 WAIT-2 RENEW-1, axa-excellence/WAIT-1,
    yuanxin-cancer-drug/WAIT-1 RENEW-1.
    """
    return _judged(facts, context, facts.coverage.policy.effective_on)


@rule(topic="waiting_period")
def waiting_period_over_from_later_start(facts: EligibilityFacts, context: Context) -> Result:
    """The same, with day 1 the later of contract effect and period start.

    chinalife-cancer-rider/WAIT-1 RENEW-1 CART-1.
    """
    return _judged(facts, context, cover_begins(facts.coverage.policy))


def possible_lengths(policy: Policy, context: Context) -> tuple[int, ...]:
    """The lengths in days that document and policy leave possible: empty where neither tells, two where they differ."""
    printed = context.value(context.terms.waiting_days)
    longest = context.value(context.terms.waiting_days_max)
    agreed = policy.waiting_days
    if agreed is None:
        return () if printed is None else (printed,)
    if longest is not None and agreed > longest:
        return (longest, agreed)
    if printed is None or context.value(context.terms.waiting_days_by_policy):
        return (agreed,)
    return tuple(sorted({printed, agreed}))


def _judged(facts: EligibilityFacts, context: Context, start: date) -> Result:
    """Clauses on renewals say nothing of a policy that follows no other."""
    result = _compared_with_days(facts, context, start)
    return result if facts.coverage.policy.renewal else leaving_out(result, "RENEW-1", "RENEW-2")


def _compared_with_days(facts: EligibilityFacts, context: Context, start: date) -> Result:
    policy, diagnosed = facts.coverage.policy, facts.diagnosis.diagnosed_on
    lengths = possible_lengths(policy, context)
    waiver = waived(policy, context)
    if diagnosed < start:
        return _before_start(diagnosed, start)
    if waiver:
        why = say(
            f"续保符合免等待期条件；确诊日 {diagnosed}。",
            f"Renewed without a waiting period; diagnosed on {diagnosed}.",
        )
        return met(why, waiting_days=0, starts_on=start, diagnosed_on=diagnosed)
    if not lengths:
        why = say(
            "等待期天数须以保单为准，保单未载明。",
            "The length of the waiting period is in the policy, which is silent.",
        )
        return referred(why, CALL_INSURER, waiting_days=None, starts_on=start, diagnosed_on=diagnosed)
    return _compared(diagnosed, start, lengths, waiver_open=waiver is None)


def _before_start(diagnosed: date, start: date) -> Result:
    why = say(
        f"确诊日 {diagnosed} 早于保障开始日 {start}。", f"Diagnosed on {diagnosed}, before cover began on {start}."
    )
    return not_met(why, OWN_COST, starts_on=start, diagnosed_on=diagnosed)


def _compared(diagnosed: date, start: date, lengths: tuple[int, ...], *, waiver_open: bool) -> Result:
    """The verdict on which all possible lengths agree; a person decides where they do not, or a waiver is unproven."""
    shortest, longest = (plus_days(start, days) for days in (lengths[0], lengths[-1]))
    days = " / ".join(map(str, lengths))
    first_covered = " / ".join(str(plus_days(start, length)) for length in lengths)
    why = say(
        f"等待期 {days} 天，自 {start} 起，首个承保确诊日 {first_covered}；确诊日 {diagnosed}。",
        f"Waiting period of {days} days from {start}, first covered day {first_covered}; diagnosed on {diagnosed}.",
    )
    known = {"waiting_days": days, "starts_on": start, "first_covered_day": first_covered, "diagnosed_on": diagnosed}
    if diagnosed >= longest:
        return met(why, **known)
    if waiver_open:
        open_waiver = say(
            why.zh + "续保是否免等待期尚待核实。", why.en + " Whether the renewal waives it is still to be established."
        )
        return referred(open_waiver, CALL_INSURER, **known)
    if diagnosed >= shortest:
        return referred(why, CALL_INSURER, **known)
    return not_met(why, OWN_COST, **known)
