"""What of a CAR-T therapy stays covered when it ends before its efficacy is assessed, or may."""

from datetime import date, timedelta

from rules.context import Context
from rules.next_steps import ASK_INSTITUTION, CALL_INSURER, STOP_THERAPY
from rules.registry import rule
from rules.result import Result, met, not_applicable, not_met, referred, say
from rules.standing import in_advance, still_covered
from schemas.car_t_facts import CarTNews, CarTStandingFacts
from schemas.text import Bilingual

_ENDS = (
    CarTNews.WITHDRAWN,
    CarTNews.UNFIT,
    CarTNews.NO_PRODUCT,
    CarTNews.WINDOW_CLOSED,
    CarTNews.STEP_REFUSED,
    CarTNews.DEATH,
    CarTNews.COVER_ENDED,
)
"""News that ends the therapy and leaves the policy as it is."""
_IN_CHINESE = {
    CarTNews.WITHDRAWN: "撤回",
    CarTNews.UNFIT: "不再适合治疗",
    CarTNews.NO_PRODUCT: "未能制备出产品",
    CarTNews.WINDOW_CLOSED: "治疗期届满",
    CarTNews.STEP_REFUSED: "后续步骤不属于保险责任",
    CarTNews.DEATH: "被保险人身故",
    CarTNews.POLICY_CANCELLED: "保单解除",
    CarTNews.COVER_ENDED: "保险期间已届满",
}


@rule(topic="cart_window")
def spent_until_then_covered(facts: CarTStandingFacts, context: Context) -> Result:
    """The period begins with apheresis whether or not an infusion follows: what was spent in it stays covered.

    Days that contradict each other, of the news and of what was done, are for a person.

    chinalife-cancer-rider/CART-4 CART-5.
    """
    del context
    if facts.news not in _ENDS:
        return _other(facts)
    first, told = facts.first_apheresis_on, _told(facts)
    if first is None:
        why = say(f"{told.zh}尚未单采，没有可结算的费用。", f"{told.en} There was no apheresis: nothing to settle.")
        return not_met(why, STOP_THERAPY, **_known(facts))
    if first > facts.since:
        why = say(
            f"{told.zh}首次单采 {first} 晚于该日。", f"{told.en} The first apheresis, {first}, is later than that."
        )
        return referred(why, CALL_INSURER, **_known(facts))
    if facts.news is CarTNews.DEATH and facts.infused_on is not None and facts.infused_on > facts.since:
        why = say(
            f"{told.zh}登记的回输日 {facts.infused_on} 晚于该日。",
            f"{told.en} The infusion is on record for {facts.infused_on}, later than that.",
        )
        return referred(why, CALL_INSURER, **_known(facts))
    why = say(
        f"{told.zh}自首次单采 {first} 起治疗期内的费用仍予承担。",
        f"{told.en} What was spent in the treatment period since {first} stays covered.",
    )
    return met(why, **_known(facts))


@rule(topic="service_period")
def cancelled_before_apheresis_or_referred(facts: CarTStandingFacts, context: Context) -> Result:
    """A policy cancelled before the apheresis covers nothing; what follows in an open period is not printed.

    Told in advance it is judged on its day. chinalife-cancer-rider/ID-1 CART-4.
    """
    del context
    if facts.news is not CarTNews.POLICY_CANCELLED:
        return _other(facts)
    if in_advance(facts):
        return still_covered(facts)
    first, told = facts.first_apheresis_on, _told(facts)
    if first is None or first >= facts.since:
        why = say(f"{told.zh}解除前未单采。", f"{told.en} There was no apheresis before it.")
        return not_met(why, STOP_THERAPY, **_known(facts))
    why = say(
        f"{told.zh}首次单采 {first}；治疗期是否因解除而终止，文件未载明。",
        f"{told.en} The first apheresis was on {first}; whether a cancellation ends the period is not printed.",
    )
    return referred(why, CALL_INSURER, **_known(facts))


@rule(topic="service_period")
def infused_before_the_end(facts: CarTStandingFacts, context: Context) -> Result:
    """Only the product is covered, as a drug: it was given when the therapy ended, or nothing is owed.

    pingan-longterm-b/DRUG-2 USE-1, axa-excellence/DD-5 DD-1.
    """
    del context
    if facts.news not in _ENDS:
        return _other(facts)
    return _given(facts, until=facts.since)


@rule(topic="service_period")
def infused_before_cancellation(facts: CarTStandingFacts, context: Context) -> Result:
    """A cancelled policy pays for a product given before the day on which the cancellation takes effect.

    Told in advance it is judged on its day. pingan-longterm-b/ID-2, axa-excellence/WAIT-1 ID-1.
    """
    del context
    if facts.news is not CarTNews.POLICY_CANCELLED:
        return _other(facts)
    if facts.infused_on is None and in_advance(facts):
        return still_covered(facts)
    return _given(facts, until=facts.since - timedelta(days=1))


def _given(facts: CarTStandingFacts, *, until: date) -> Result:
    told = _told(facts)
    if facts.infused_on is None and facts.infusible_from is not None and facts.infusible_from <= until:
        why = say(
            f"{told.zh}产品自 {facts.infusible_from} 起可回输，是否回输未知。",
            f"{told.en} The cells could be infused from {facts.infusible_from} on, and nobody told whether they were.",
        )
        return referred(why, ASK_INSTITUTION, **_known(facts), infusible_from=facts.infusible_from)
    if facts.infused_on is not None and facts.infused_on <= until:
        why = say(
            f"{told.zh}产品已于 {facts.infused_on} 回输。", f"{told.en} The product was given on {facts.infused_on}."
        )
        return met(why, **_known(facts))
    why = say(f"{told.zh}此前产品未回输。", f"{told.en} The product had not been given before it.")
    return not_met(why, STOP_THERAPY, **_known(facts))


def _told(facts: CarTStandingFacts) -> Bilingual:
    zh, en = _IN_CHINESE[facts.news], facts.news.replace("_", " ")
    return say(f"{facts.since} {zh}。", f"On {facts.since}: {en}.")


def _other(facts: CarTStandingFacts) -> Result:
    return not_applicable(say("所报情况与本条无关。", "The news is not of this kind."), news=facts.news)


def _known(facts: CarTStandingFacts) -> dict[str, object]:
    return {
        "news": facts.news,
        "since": facts.since,
        "first_apheresis_on": facts.first_apheresis_on,
        "infused_on": facts.infused_on,
        "paid": facts.paid,
    }
