"""Whether the cover still stands after news of it: a cancelled policy, another user than the insured, a death."""

from datetime import date

from rules.context import Context
from rules.next_steps import BEFORE_THE_END, CALL_INSURER, OWN_COST, STOP_SUPPLY
from rules.registry import rule
from rules.result import Result, met, not_applicable, not_met, referred, say
from schemas.car_t_facts import CarTStandingFacts
from schemas.decision import News, StandingFacts
from schemas.text import Bilingual


def _known(facts: StandingFacts | CarTStandingFacts) -> dict[str, object]:
    known: dict[str, object] = {"news": facts.news, "since": facts.since, "paid": facts.paid}
    if isinstance(facts, StandingFacts):
        return known | {"dispensed_on": facts.dispensed_on, "paid_for": facts.paid_for or None}
    return known | {"first_apheresis_on": facts.first_apheresis_on, "infused_on": facts.infused_on}


def days_not_owed(facts: StandingFacts) -> tuple[date, ...]:
    """Days of hand-over, of the prescription in hand and of those before it, for which the insurer owes nothing.

    After a cancellation that is every hand-over on its effective day or later, after a death every later one; where
    another than the insured person used the service, all of them.
    """
    in_hand = () if facts.dispensed_on is None else (facts.dispensed_on,)
    days = sorted({*facts.paid_for, *in_hand})
    match facts.news:
        case News.POLICY_CANCELLED:
            return tuple(day for day in days if day >= facts.since)
        case News.DEATH:
            return tuple(day for day in days if day > facts.since)
        case News.FRAUD:
            return tuple(days)


def in_advance(facts: StandingFacts | CarTStandingFacts) -> bool:
    """Whether the news are of a day to come: insurers tell a cancellation before it takes effect."""
    return facts.decided_on is not None and facts.since > facts.decided_on


def still_covered(facts: StandingFacts | CarTStandingFacts) -> Result:
    """A cancellation of a day to come changes nothing before it."""
    why = say(
        f"保单自 {facts.since} 起解除，尚未生效；此前仍在保障期内。",
        f"Cancelled from {facts.since} on, which is still to come: until then the cover stands.",
    )
    return met(why, BEFORE_THE_END, **_known(facts), decided_on=facts.decided_on)


def _listed(days: tuple[date, ...]) -> Bilingual:
    return say("、".join(map(str, days)), ", ".join(map(str, days)))


def _other_news(facts: StandingFacts | CarTStandingFacts) -> Result:
    return not_applicable(say("所报情况与本条无关。", "The news is not of this kind."), news=facts.news)


@rule(topic="service_period")
def handed_over_before_cancellation(facts: StandingFacts, context: Context) -> Result:
    """A cancelled policy pays for what was handed over before the day on which the cancellation takes effect.

    Told in advance it ends nothing before that day. The drugs of earlier prescriptions are judged alike: a cancellation
    may be reported long after its day.
    pingan-longterm-b/ID-2, pingan-cancer-drug/ID-2, chinalife-cancer-rider/ID-1, axa-excellence/WAIT-1 ID-1,
    yuanxin-cancer-drug/COND-1.
    """
    del context
    if facts.news is not News.POLICY_CANCELLED:
        return _other_news(facts)
    ended, handed_over = facts.since, facts.dispensed_on
    if too_late := days_not_owed(facts):
        days = _listed(too_late)
        why = say(
            f"保单自 {ended} 起解除；药品于 {days.zh} 交付。",
            f"Cancelled from {ended} on; the drug was handed over on {days.en}.",
        )
        return not_met(why, OWN_COST, **_known(facts))
    if handed_over is None and in_advance(facts):
        return still_covered(facts)
    if handed_over is None:
        why = say(
            f"保单自 {ended} 起解除，药品尚未交付。", f"Cancelled from {ended} on; the drug is not handed over yet."
        )
        return not_met(why, STOP_SUPPLY, **_known(facts))
    why = say(
        f"保单自 {ended} 起解除；药品于 {handed_over} 交付。",
        f"Cancelled from {ended} on; the drug was handed over on {handed_over}.",
    )
    return met(why, **_known(facts))


@rule(topic="fraud")
def used_by_the_insured(facts: StandingFacts | CarTStandingFacts, context: Context) -> Result:
    """Another than the insured person used the service: it stops, and the insurer recovers what it paid.

    pingan-longterm-b/FRAUD-1 USE-1, pingan-cancer-drug/FRAUD-1 USE-1, yuanxin-cancer-drug/FRAUD-1 USE-1.
    """
    del context
    if facts.news != News.FRAUD:
        return _other_news(facts)
    return not_met(_other_user(facts), _recovery(facts), **_known(facts))


@rule(topic="fraud")
def used_by_the_insured_or_referred(facts: StandingFacts | CarTStandingFacts, context: Context) -> Result:
    """Another used the service, and the document prints nothing of what follows: a person decides.

    At hand-over it asks for the insured person's papers, no more; a therapy is made of one's own cells:
    chinalife-cancer-rider/VOU-1 CART-5, axa-excellence/DD-1.
    """
    del context
    if facts.news != News.FRAUD:
        return _other_news(facts)
    found = _other_user(facts)
    why = say(
        f"{found.zh}文件未载明后果；涉及金额 {facts.paid} 元。",
        f"{found.en} The document does not print what follows; {facts.paid} yuan are concerned.",
    )
    return referred(why, CALL_INSURER, **_known(facts))


def _other_user(facts: StandingFacts | CarTStandingFacts) -> Bilingual:
    return say(
        f"{facts.since} 查明使用服务者并非被保险人本人。",
        f"On {facts.since} the user was found not to be the insured person.",
    )


def _recovery(facts: StandingFacts | CarTStandingFacts) -> Bilingual:
    if not facts.paid:
        return say("请立即停止服务；尚无已付或应付款项。", "Stop the service at once; nothing was paid or is owed.")
    return say(
        f"请立即停止服务，追回已付款项并停付应付款项，共 {facts.paid} 元。",
        f"Stop the service at once; recover what was paid and withhold what is owed, {facts.paid} yuan in all.",
    )


@rule(topic="personal_use")
def handed_over_in_lifetime(facts: StandingFacts, context: Context) -> Result:
    """The service is for the insured person alone: after a death it pays for what was with the patient by that day.

    pingan-longterm-b/USE-1, pingan-cancer-drug/USE-1, axa-excellence/DD-1, yuanxin-cancer-drug/USE-1.
    """
    del context
    if facts.news is not News.DEATH:
        return _other_news(facts)
    why = _death(facts)
    if _in_lifetime(facts):
        return met(why, **_known(facts))
    step = CALL_INSURER if days_not_owed(facts) else STOP_SUPPLY
    return not_met(why, step, **_known(facts))


@rule(topic="duration")
def handed_over_in_lifetime_or_referred(facts: StandingFacts, context: Context) -> Result:
    """What was with the patient by the day of death is paid; of what was not, the document says nothing.

    The cost of the first arose for the treatment; whether the contract ends is for the main policy to say.
    chinalife-cancer-rider/DUR-1 ID-1.
    """
    del context
    if facts.news is not News.DEATH:
        return _other_news(facts)
    why = _death(facts)
    if _in_lifetime(facts):
        return met(why, **_known(facts))
    silent = say(
        f"{why.zh}附加险未载明身故后果，须看主险。",
        f"{why.en} The rider is silent on a death; the main policy decides.",
    )
    return referred(silent, CALL_INSURER, **_known(facts))


def _in_lifetime(facts: StandingFacts) -> bool:
    """The day of death itself is in it: nobody reports the hour."""
    return facts.dispensed_on is not None and not days_not_owed(facts)


def _death(facts: StandingFacts) -> Bilingual:
    if too_late := days_not_owed(facts):
        days = _listed(too_late)
        return say(
            f"被保险人于 {facts.since} 身故，药品于 {days.zh} 交付。",
            f"The insured person died on {facts.since}; the drug was handed over on {days.en}.",
        )
    if facts.dispensed_on is None:
        return say(
            f"被保险人于 {facts.since} 身故，药品尚未交付。",
            f"The insured person died on {facts.since}; the drug is not handed over yet.",
        )
    return say(
        f"被保险人于 {facts.since} 身故，药品于 {facts.dispensed_on} 交付。",
        f"The insured person died on {facts.since}; the drug was handed over on {facts.dispensed_on}.",
    )
