"""Where the drug comes from and goes to: designated pharmacies, covered cities, and the voucher's time."""

from rules.context import Context
from rules.days import plus_days
from rules.next_steps import CALL_INSURER, CHOOSE_AGAIN
from rules.registry import rule
from rules.result import Result, met, not_applicable, not_met, say
from schemas.decision import FulfilmentFacts, FulfilmentMode


def _place(province: str, city: str) -> str:
    """A municipality is its own province and is named once."""
    return city if province == city else f"{province}{city}"


@rule(topic="pharmacy")
def designated_pharmacy_city(facts: FulfilmentFacts, context: Context) -> Result:
    """A designated pharmacy stands in the chosen city; whoever hands over there is one of the provider's network.

    pingan-longterm-b/PHARM-1 PHARM-2, pingan-cancer-drug/PHARM-1 PHARM-2, chinalife-cancer-rider/DOM-1 EXC-7 PHARM-1,
    axa-excellence/DD-5, yuanxin-cancer-drug/FUL-3 PHARM-1 COV-1.
    """
    where = _place(facts.pharmacy_province, facts.pharmacy_city)
    if not context.product.pharmacies:
        why = say(
            "本产品未印药房名单，以服务商网络为准。",
            "No table of pharmacies is printed: the provider's network decides.",
        )
        return not_applicable(why, pharmacy_city=where)
    row = context.find_pharmacy_city(facts.pharmacy_province, facts.pharmacy_city)
    known = {"pharmacy_city": where, "mode": facts.mode, "pharmacies": row.pharmacies if row else 0}
    if row is None or not row.pharmacies or row.delivery_only:
        why = say(f"{where} 没有指定药房。", f"There is no designated pharmacy in {where}.")
        return not_met(why, CHOOSE_AGAIN, **known)
    if facts.mode is FulfilmentMode.PICK_UP and not row.service_city:
        why = say(f"{where} 不在服务城市范围。", f"{where} is not among the cities covered.")
        return not_met(why, CHOOSE_AGAIN, **known)
    return met(say(f"{where} 有指定药房 {row.pharmacies} 家。", f"{where} has {row.pharmacies} designated."), **known)


@rule(topic="pharmacy")
def destination_city_covered(facts: FulfilmentFacts, context: Context) -> Result:
    """A delivery goes to one of the cities the product covers. axa-excellence/DD-5."""
    if facts.mode is FulfilmentMode.PICK_UP:
        return not_applicable(say("到店自取，无送达城市。", "Collected in person: nothing is delivered."))
    city = facts.destination_city or facts.pharmacy_city
    row = context.find_pharmacy_city("", city)
    if row is None or not row.service_city:
        why = say(f"{city} 不在服务城市范围。", f"{city} is not among the cities covered.")
        return not_met(why, CHOOSE_AGAIN, destination_city=city)
    return met(say(f"{city} 在服务城市范围内。", f"{city} is covered."), destination_city=city)


@rule(topic="voucher")
def voucher_in_time(facts: FulfilmentFacts, context: Context) -> Result:
    """Pick-up or delivery is booked within the voucher's days: the day of issue is not counted, the last one is.

    chinalife-cancer-rider/VOU-1.
    """
    days, issued = context.value(context.terms.voucher_days), facts.voucher_issued_on
    if days is None or issued is None:
        return not_applicable(say("凭证无期限或尚未发放。", "The voucher has no time limit or is not issued yet."))
    last = plus_days(issued, days)
    why = say(
        f"购药凭证 {issued} 生成，{days} 日内（至 {last}）有效；预约日 {facts.booked_on}。",
        f"Voucher of {issued}, good for {days} days to {last}; booked on {facts.booked_on}.",
    )
    known = {"voucher_issued_on": issued, "last_day": last, "booked_on": facts.booked_on}
    return met(why, **known) if facts.booked_on <= last else not_met(why, CALL_INSURER, **known)
