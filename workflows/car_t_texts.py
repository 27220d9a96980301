"""What people are told by a CAR-T journey, in Chinese and English."""

from datetime import date

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from schemas.car_t_actions import ManufacturingStatus, ToxicityKind
    from schemas.journey import Stage, WaitingFor
    from schemas.money import Yuan
    from schemas.people import ActorRole
    from schemas.spoken import spoken
    from schemas.text import Bilingual

CHAIN_BROKEN = Bilingual(
    zh="细胞身份链或监管链有偏差，须经负责人处置后方可继续",
    en="the chain of identity or custody has a deviation: dispose of it",
)
PRODUCT_AWAY = Bilingual(
    zh="产品尚不在回输机构，须先转交到位",
    en="the product is not with the institution that is to infuse it: it has to follow",
)
SLOT_LOST = Bilingual(zh="制备档期取消，已重新预约", en="the manufacturing slot was lost; another one was taken")
WRONG_PRODUCT = Bilingual(
    zh="放行产品的采集编号与本患者不符，未予接受",
    en="a product was released that was not made of this patient's cells: not accepted",
)
THERAPY_ENDS = {
    Stage.COMPLETED: Bilingual(zh="CAR-T 治疗已结算完成", en="the therapy is settled and complete"),
    Stage.REFUSED: Bilingual(
        zh="CAR-T 治疗不再继续；在治疗期内已发生且属于保险责任的费用已结算",
        en="the therapy does not go on; costs within the treatment period that are covered were settled",
    ),
    Stage.WITHDRAWN: Bilingual(
        zh="申请已撤回；在治疗期内已发生且属于保险责任的费用已结算",
        en="the claim was withdrawn; covered costs within the treatment period were settled",
    ),
    Stage.LAPSED: Bilingual(
        zh="治疗期已届满，未能回输；期内属于保险责任的费用已结算",
        en="the treatment period ended before the infusion; covered costs within it were settled",
    ),
    Stage.TERMINATED: Bilingual(zh="保险责任终止", en="the cover ended"),
}

_NOTHING_OWED = {
    Stage.COMPLETED: Bilingual(zh="CAR-T 治疗已结束，没有应给付的费用", en="the therapy is over; nothing is owed"),
    Stage.REFUSED: Bilingual(
        zh="CAR-T 治疗不再继续，没有应给付的费用",
        en="the therapy does not go on; nothing is owed",
    ),
    Stage.WITHDRAWN: Bilingual(zh="申请已撤回，没有应给付的费用", en="the claim was withdrawn; nothing is owed"),
    Stage.LAPSED: Bilingual(
        zh="保险期间或治疗期届满，未在期内完成治疗，没有应给付的费用",
        en="the cover or the treatment period ended before the therapy was done; nothing is owed",
    ),
}
"""Where a therapy ends of which nothing is covered."""


def ends(stage: Stage, *, settled: bool) -> Bilingual:
    """How a therapy ends; `settled` where anything was paid."""
    return THERAPY_ENDS[stage] if settled else _NOTHING_OWED.get(stage, THERAPY_ENDS[stage])


def cost_refused(number: str, amount: Yuan, why: Bilingual) -> Bilingual:
    """One cost of the bill is not owed."""
    return Bilingual(
        zh=f"费用 {number}（{amount} 元）不予给付。{why.zh}",
        en=f"The cost {number} of {amount} yuan is not covered. {why.en}",
    )


def cover_over(last_day: date, ends_on: date) -> Bilingual:
    """The policy ended before any apheresis."""
    return Bilingual(
        zh=f"保险期间已于 {last_day} 届满且未续保，尚未收到单采记录；该日及以前的单采请告知，否则申请于 {ends_on} 终止",
        en=f"the cover ended on {last_day} without a renewal, and no apheresis is on record: tell one of that day or"
        f" before, or the therapy ends on {ends_on}",
    )


def cover_goes_on(last_day: date) -> Bilingual:
    """The cover was to end, and the insurer was asked again."""
    return Bilingual(
        zh=f"已再次向保险公司核实：保险期间至 {last_day}（含）",
        en=f"the insurer was asked again: the cover lasts to {last_day} inclusive",
    )


def cover_ends(effective_on: date) -> Bilingual:
    """The insurer cancels the policy from a day to come on."""
    return Bilingual(
        zh=f"保单自 {effective_on} 起解除；此前已发生的治疗费用届时按条款认定",
        en=f"the policy is cancelled from {effective_on} on: what of the therapy stays covered is decided then",
    )


def window_closed(on: date) -> Bilingual:
    """The treatment period is over."""
    return Bilingual(
        zh=f"治疗期已于 {on} 届满，其后的费用不属于保险责任",
        en=f"the treatment period ended on {on}; later costs are not covered",
    )


def expired(on: date) -> Bilingual:
    """The product's last day is over, and nobody has said whether it was given."""
    return Bilingual(
        zh=f"产品有效期至 {on}，不得再回输；此前已回输的请立即登记",
        en=f"the product was usable until {on} and must not be given any more: tell at once if it was given before",
    )


def silent(what: WaitingFor, on: ActorRole) -> Bilingual:
    """Nobody has said what is waited for."""
    return Bilingual(zh=f"久未收到回复：{spoken(what).zh}", en=f"no answer: {what} from {on}")


def site_refused(site: str) -> Bilingual:
    """An institution where the therapy is not covered."""
    return Bilingual(
        zh=f"{site} 不是指定医疗机构，请另选",
        en=f"{site} is not a designated institution: choose another",
    )


def transferred(site: str) -> Bilingual:
    """The therapy goes on elsewhere."""
    return Bilingual(
        zh=f"治疗转至 {site}",
        en=f"the therapy goes on at {site}",
    )


def arranged(site: str, on: date) -> Bilingual:
    """The treatment is arranged."""
    return Bilingual(
        zh=f"已安排在 {site} 治疗，计划 {on} 单采",
        en=f"treatment is arranged at {site}, apheresis planned on {on}",
    )


def no_product(status: ManufacturingStatus, reason: str) -> Bilingual:
    """Manufacturing gave no product that may be used."""
    return Bilingual(
        zh=f"未能放行产品（{spoken(status).zh}）：{reason}",
        en=f"no product was released ({status}): {reason}",
    )


def postponed(to: date | None) -> Bilingual:
    """The infusion is postponed."""
    return Bilingual(
        zh=f"回输推迟，复查日期：{to or '待定'}",
        en=f"the infusion is postponed; examined again on {to or 'a day to be set'}",
    )


def bridging(since: date) -> Bilingual:
    """Bridging therapy is given."""
    return Bilingual(
        zh=f"{since} 起桥接治疗",
        en=f"bridging therapy since {since}",
    )


def reaction(kind: ToxicityKind, grade: int, *, intensive: bool) -> Bilingual:
    """A reaction after infusion."""
    where = ("，入住重症监护室", ", in intensive care") if intensive else ("", "")
    return Bilingual(
        zh=f"不良反应：{spoken(kind).zh} {grade} 级{where[0]}",
        en=f"{kind} of grade {grade}{where[1]}",
    )
