"""The designated institution's assessment: suitable for the therapy, and the product prescribed."""

from rules.context import Context
from rules.next_steps import CALL_INSURER, OWN_EXPENSE
from rules.registry import rule
from rules.result import Result, met, not_met, referred, say
from schemas.car_t_facts import CarTAssessmentFacts


@rule(topic="cart_process")
def suitable_for_car_t(facts: CarTAssessmentFacts, context: Context) -> Result:
    """The institution found the patient suitable; where not, nothing is paid.

    chinalife-cancer-rider/CART-6, pingan-longterm-b/REV-1 REV-3, axa-excellence/DD-3.
    """
    del context
    known = {"suitable": facts.suitable, "assessed_on": facts.assessed_on}
    if facts.suitable:
        return met(say("经评估适合接受治疗。", "Assessed as suitable for the therapy."), **known)
    why = say("经评估不适合接受治疗，不给付保险金。", "Assessed as not suitable: no benefit is paid.")
    return not_met(why, OWN_EXPENSE, **known)


@rule(topic="cart_process")
def car_t_product_prescribed(facts: CarTAssessmentFacts, context: Context) -> Result:
    """The institution prescribed the designated product, which comes before apheresis.

    chinalife-cancer-rider/CART-5, pingan-longterm-b/REV-1, axa-excellence/DD-1.
    """
    del context
    known = {"prescribed": facts.prescribed, "assessed_on": facts.assessed_on}
    if facts.prescribed:
        return met(say("已开具指定药品处方。", "The designated product was prescribed."), **known)
    why = say(
        "尚未开具指定药品处方，不能单采。", "The designated product is not prescribed yet: no apheresis before it."
    )
    return referred(why, CALL_INSURER, **known)
