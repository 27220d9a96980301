"""Whether the cells may be infused: whose they are, where they were, how cold, released; the patient fit; in time.

Refused is what cannot become right with these cells; what is still to be done or disposed of is referred.
"""

from collections.abc import Sequence

from rules.context import Context
from rules.custody import deviations, discarded, holder_of, without_limits
from rules.next_steps import CALL_INSURER, DISPOSE, EXAMINE_AGAIN, NEW_CELLS, OWN_EXPENSE
from rules.registry import rule
from rules.result import Result, met, not_applicable, not_met, referred, say
from rules.treatment_window import treatment_window
from schemas.car_t_facts import CarTInfusionFacts, ExaminationResult
from schemas.custody import Deviation, DeviationKind, Material
from schemas.decision import Outcome
from schemas.text import Bilingual


@rule(topic="cart_cells")
def chain_of_identity_unbroken(facts: CarTInfusionFacts, context: Context) -> Result:
    """Every label that was read is the patient's: the cells are made of their own white cells.

    chinalife-cancer-rider/CART-5, pingan-longterm-b/REV-1 USE-1, axa-excellence/DD-1 DD-3.
    """
    del context
    if holder_of(facts, Material.PRODUCT) is None:
        why = say("尚无产品标签的核对记录。", "No label of the product has been read yet.")
        return referred(why, deviations=_shown(deviations(facts)), events=len(facts.custody))
    right = say("每次核对的身份标识均与患者一致。", "Every label that was read is the patient's.")
    wrong = say("有标签与患者的身份标识不符", "a label was read that is not this patient's")
    return _unbroken(facts, (DeviationKind.IDENTITY_MISMATCH,), right, wrong)


@rule(topic="cart_cells")
def chain_of_custody_unbroken(facts: CarTInfusionFacts, context: Context) -> Result:
    """From the apheresis on somebody had the cells at every moment, and handed them over.

    chinalife-cancer-rider/CART-5, pingan-longterm-b/REV-1, axa-excellence/DD-3.
    """
    del context
    right = say("监管链自单采起连续。", "The chain of custody is unbroken since the apheresis.")
    wrong = say("监管链有中断", "the chain of custody has a gap")
    return _unbroken(facts, (DeviationKind.CUSTODY_GAP,), right, wrong)


@rule(topic="cart_cells")
def cells_kept_cold(facts: CarTInfusionFacts, context: Context) -> Result:
    """The temperature is on record wherever they travelled or lay, to the thaw, and within the stated limits.

    chinalife-cancer-rider/CART-5, pingan-longterm-b/REV-1, axa-excellence/DD-3.
    """
    del context
    right = say(
        "温度记录完整且在厂商规定范围内。", "The temperature is on record and within the manufacturer's limits."
    )
    wrong = say("温度超限或无记录", "the temperature left the limits or is not on record")
    judged = _unbroken(facts, (DeviationKind.TEMPERATURE_EXCURSION, DeviationKind.NO_TEMPERATURE), right, wrong)
    unknown = without_limits(facts)
    if not unknown or judged.outcome is not Outcome.MET:
        return judged
    why = say("厂商规定的保存温度不明，需核实。", "Nobody has stated at which temperature the cells stay usable.")
    return referred(why, CALL_INSURER, without_limits=unknown)


def _unbroken(facts: CarTInfusionFacts, kinds: Sequence[DeviationKind], right: Bilingual, wrong: Bilingual) -> Result:
    found = [each for each in deviations(facts) if each.kind in kinds]
    given_up = [each for each in discarded(facts) if each.kind in kinds]
    known = {"deviations": _shown(found), "events": len(facts.custody)}
    if given_up:
        why = say(
            f"{wrong.zh}（{_shown(given_up)}），细胞已弃用。",
            f"The cells were discarded: {wrong.en} ({_shown(given_up)}).",
        )
        return not_met(why, NEW_CELLS, **known)
    if still_open := [each for each in found if each.open]:
        why = say(
            f"{wrong.zh}（{_shown(still_open)}），尚未处置。", f"Not disposed of: {wrong.en} ({_shown(still_open)})."
        )
        return referred(why, DISPOSE, **known)
    return met(right, **known)


def _shown(found: Sequence[Deviation]) -> str:
    return ", ".join(f"{each.number} {each.kind}" for each in found) or "none"


@rule(topic="cart_cells")
def product_at_site(facts: CarTInfusionFacts, context: Context) -> Result:
    """The institution that is to infuse the product is the one that has it.

    chinalife-cancer-rider/CART-5, pingan-longterm-b/REV-1, axa-excellence/DD-3.
    """
    del context
    holder = holder_of(facts, Material.PRODUCT)
    known = {"product_holder": holder, "party": facts.party or None}
    if holder is not None and holder == facts.party:
        return met(say("产品已由回输机构接收。", "The product is with the institution that infuses it."), **known)
    why = say("产品尚不在回输机构。", "The product is not with the institution that is to infuse it.")
    return referred(why, **known)


@rule(topic="cart_cells")
def product_released(facts: CarTInfusionFacts, context: Context) -> Result:
    """The manufacturer released the product within its specification: the label covers no other.

    chinalife-cancer-rider/CART-5, pingan-longterm-b/REV-1, axa-excellence/DD-3.
    """
    del context
    if facts.released:
        return met(say("产品已按规格放行。", "Released within its specification."), released=True)
    why = say("产品未按规格放行。", "Not released within its specification.")
    return not_met(why, NEW_CELLS, released=False)


@rule(topic="cart_cells")
def product_not_expired(facts: CarTInfusionFacts, context: Context) -> Result:
    """The product may be used on the day planned; its last day still counts.

    chinalife-cancer-rider/CART-5, pingan-longterm-b/REV-1, axa-excellence/DD-3.
    """
    del context
    last, day = facts.product_expires_on, facts.planned_on
    known = {"product_expires_on": last, "planned_on": day}
    if last is None:
        return referred(say("产品有效期不明。", "Until when the product may be used is not known."), **known)
    why = say(f"产品有效期至 {last}（含）；计划 {day}。", f"Usable to {last} inclusive; planned on {day}.")
    return met(why, **known) if day <= last else not_met(why, NEW_CELLS, **known)


@rule(topic="cart_steps")
def patient_fit(facts: CarTInfusionFacts, context: Context) -> Result:
    """The examination before the infusion, no later than the day planned, found the patient fit, and counts still.

    No document prints for how long it counts: the institution may, and what comes after it may need another one.
    chinalife-cancer-rider/CART-5, pingan-longterm-b/REV-1, axa-excellence/DD-3.
    """
    del context
    result, day = facts.examination, facts.examined_on
    known = {
        "examination": result,
        "examined_on": day,
        "fit_until": facts.fit_until,
        "examined_anew_since": facts.examined_anew_since,
        "planned_on": facts.planned_on,
    }
    if result is None or day is None:
        return referred(say("尚无回输前检查结果。", "No examination before the infusion is on record."), **known)
    if result is not ExaminationResult.FIT:
        why = say(f"{day} 的检查显示目前不适合。", f"Found not fit on {day}.")
        return not_met(why, CALL_INSURER, **known)
    if not facts.first_apheresis_on <= day <= facts.planned_on:
        why = say(f"检查日 {day} 与单采、回输日期不符。", f"Examined on {day}, not between apheresis and infusion.")
        return referred(why, CALL_INSURER, **known)
    if facts.fit_until and facts.fit_until < facts.planned_on:
        why = say(
            f"检查有效期至 {facts.fit_until}，须重新检查。", f"It counted until {facts.fit_until}: examine again."
        )
        return referred(why, EXAMINE_AGAIN, **known)
    if facts.examined_anew_since and day < facts.examined_anew_since:
        since = facts.examined_anew_since
        why = say(f"{since} 起须重新检查；检查日为 {day}。", f"Examined on {day}, before {since}: examine again.")
        return referred(why, EXAMINE_AGAIN, **known)
    return met(say(f"{day} 经检查适合。", f"Found fit on {day}."), **known)


@rule(topic="cart_steps")
def lymphodepletion_done(facts: CarTInfusionFacts, context: Context) -> Result:
    """Lymphodepletion was given, after the examination for it; before it the cells are looked at without it.

    chinalife-cancer-rider/CART-5, pingan-longterm-b/REV-1, axa-excellence/DD-3.
    """
    del context
    day = facts.conditioned_on
    known = {
        "before": facts.before,
        "examined_on": facts.examined_on,
        "conditioned_on": day,
        "planned_on": facts.planned_on,
    }
    if facts.before == "lymphodepletion":
        return not_applicable(say("预处理化疗尚未开始。", "Lymphodepletion comes next."), **known)
    if day is None:
        return referred(say("尚无预处理化疗记录。", "No lymphodepletion is on record."), **known)
    if not (facts.examined_on or facts.first_apheresis_on) <= day <= facts.planned_on:
        why = say(
            f"预处理化疗至 {day}，与回输前检查、回输日期不符。",
            f"It ended on {day}, not between examination and infusion.",
        )
        return referred(why, CALL_INSURER, **known)
    return met(say(f"预处理化疗于 {day} 完成。", f"Lymphodepletion ended on {day}."), **known)


@rule(topic="cart_window")
def infusion_within_window(facts: CarTInfusionFacts, context: Context) -> Result:
    """The treatment period is open on the day planned; after it nothing is covered any more.

    chinalife-cancer-rider/CART-4.
    """
    window, day = treatment_window(facts.first_apheresis_on, None, context), facts.planned_on
    if window is None:
        return not_applicable(say("本产品未约定治疗期。", "This product prints no treatment period."), planned_on=day)
    known = {"opens_on": window.opens_on, "closes_on": window.closes_on, "planned_on": day}
    why = say(
        f"治疗期：{window.reckoning.zh}；计划回输 {day}。",
        f"Treatment period: {window.reckoning.en}; the infusion is planned on {day}.",
    )
    if window.opens_on <= day <= window.closes_on:
        return met(why, **known)
    return not_met(why, OWN_EXPENSE, **known)
