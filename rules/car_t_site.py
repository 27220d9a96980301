"""Whether an institution, down to its campus, is one where the therapy is covered."""

from products.sites import SiteStanding
from rules.context import Context
from rules.next_steps import CALL_INSURER, DESIGNATED_SITE
from rules.registry import rule
from rules.result import Result, met, not_applicable, not_met, referred, say
from schemas.car_t_facts import CarTApheresisFacts, CarTCostFacts, CarTInfusionFacts, CarTSiteFacts
from schemas.text import Bilingual

SiteFacts = CarTSiteFacts | CarTApheresisFacts | CarTInfusionFacts | CarTCostFacts
_OPEN = (SiteStanding.CAMPUS_OPEN, SiteStanding.RESEMBLES)
"""Standings that a person clears up."""
_SHOWN = 3
"""How many rows a sentence names."""


@rule(topic="cart_site")
def car_t_site_designated(facts: SiteFacts, context: Context) -> Result:
    """The institution and campus are listed; a campus that is not listed is none, whatever else is of the institution.

    chinalife-cancer-rider/CART-5 CART-1.
    """
    return _judged(facts, context, strict=True)


@rule(topic="cart_site")
def car_t_site_designated_or_referred(facts: SiteFacts, context: Context) -> Result:
    """The same where the document does not say what follows from its list, or has none: a person decides on others.

    pingan-longterm-b/HOSP-1 DRUG-3, axa-excellence/DD-5.
    """
    return _judged(facts, context, strict=False)


def _judged(facts: SiteFacts, context: Context, *, strict: bool) -> Result:
    site = facts.item.site if isinstance(facts, CarTCostFacts) else facts.site
    table = context.value(context.terms.car_t_sites)
    if table is None:
        return not_applicable(
            say("本产品未列 CAR-T 医疗机构。", "This product lists no CAR-T institutions."), site=site
        )
    found = context.find_site(table, site)
    shown = tuple(row.name for row in found.rows[:_SHOWN])
    why = _why(site, found.standing, "、".join(shown))
    known: dict[str, object] = {"site": site, "table": table, "rows": shown}
    if found.standing is SiteStanding.LISTED:
        return met(why, **known)
    if found.standing in _OPEN or not strict:
        return _accepted(why, known) if facts.site_accepted else referred(why, CALL_INSURER, **known)
    return not_met(why, DESIGNATED_SITE, **known)


def _accepted(why: Bilingual, known: dict[str, object]) -> Result:
    """What a person has accepted stands for the rest of the therapy."""
    accepted = say(f"{why.zh}本次治疗已经人工核定认可。", f"{why.en} A person accepted it for this therapy.")
    return met(accepted, **known, site_accepted=True)


def _why(site: str, standing: SiteStanding, rows: str) -> Bilingual:
    match standing:
        case SiteStanding.LISTED:
            return say(f"{site} 为指定医疗机构：{rows}。", f"{site} is a designated institution: {rows}.")
        case SiteStanding.OTHER_CAMPUS:
            return say(
                f"{site}：列表所列为 {rows}，该院区不在其中。", f"{site}: the list has {rows}, not this campus of it."
            )
        case SiteStanding.CAMPUS_OPEN:
            return say(
                f"{site} 未说明院区；列表所列为 {rows}。", f"{site} does not say which campus; the list has {rows}."
            )
        case SiteStanding.RESEMBLES:
            return say(
                f"{site} 与列表中的 {rows} 相近，是否同一机构需人工核对。",
                f"{site} resembles {rows} of the list: a person compares whether it is the same.",
            )
        case SiteStanding.UNLISTED:
            return say(f"{site} 不在指定医疗机构列表内。", f"{site} is not among the designated institutions.")
