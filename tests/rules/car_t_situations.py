"""CAR-T situations that several documents judge alike: the assessment, the cells before infusion, the last days."""

from datetime import date
from decimal import Decimal

from schemas.car_t_facts import CarTNews, CostKind, ExaminationResult
from schemas.custody import StorageConditions
from tests.rules.car_t_cases import (
    APHERESIS,
    CELLS,
    CHAIN,
    COURIER,
    OTHER_DIN,
    PLANNED,
    logged,
    mislabelled,
    with_event,
    word,
)
from tests.rules.clauses import Situation
from tests.rules.situations import MET, REFERRED, REFUSED, SILENT

SUITABILITY: tuple[Situation, ...] = (
    ("suitable", {"suitable": True}, MET),
    ("not suitable", {"suitable": False}, REFUSED),
)
PRESCRIPTIONS: tuple[Situation, ...] = (
    ("prescribed", {"prescribed": True}, MET),
    ("not prescribed yet", {"prescribed": False}, REFERRED),
)
ARRANGEMENTS: tuple[Situation, ...] = (
    ("arranged before", {"arranged": True}, MET),
    ("not arranged before", {"arranged": False}, REFUSED),
)
FIRST_APHERESES: tuple[Situation, ...] = (
    ("the day before cover", {"performed_on": date(2025, 12, 31)}, REFUSED),
    ("the first day of cover", {"performed_on": date(2026, 1, 1)}, MET),
    ("the last day of cover", {"performed_on": date(2026, 12, 31)}, MET),
    ("the day after cover", {"performed_on": date(2027, 1, 1)}, REFUSED),
    ("the day after it, renewed", {"performed_on": date(2027, 1, 1), "renewed_to": date(2027, 12, 31)}, MET),
    ("the last renewed day", {"performed_on": date(2027, 12, 31), "renewed_to": date(2027, 12, 31)}, MET),
    ("the day after that", {"performed_on": date(2028, 1, 1), "renewed_to": date(2027, 12, 31)}, REFUSED),
)

_WARM = {"temperatures": (logged(500, 520, Decimal(-150), Decimal("-129.9")),)}
_WARM_LIMIT = {"temperatures": (logged(500, 520, Decimal(-150), Decimal(-130)),)}
_UNLOGGED = with_event(5, temperatures=())
_LABEL = mislabelled(CHAIN[5], coi="COI2026WXYZ9")
IDENTITIES: tuple[Situation, ...] = (
    ("every label is the patient's", {}, MET),
    ("another chain-of-identity identifier", {"custody": with_event(6, identity=_LABEL)}, REFERRED),
    (
        "another donation number on the starting material",
        {"custody": with_event(2, identity=mislabelled(CHAIN[1], din=OTHER_DIN))},
        REFERRED,
    ),
    (
        "corrected, a later check matches",
        {"custody": with_event(6, identity=_LABEL), "words": (word(61, "corrected"),)},
        MET,
    ),
    (
        "corrected without a later check",
        {"custody": with_event(7, identity=mislabelled(CHAIN[6], din=OTHER_DIN)), "words": (word(71, "corrected"),)},
        REFERRED,
    ),
    ("called usable", {"custody": with_event(6, identity=_LABEL), "words": (word(61, "usable"),)}, REFERRED),
    ("discarded", {"custody": with_event(6, identity=_LABEL), "words": (word(61, "discarded"),)}, REFUSED),
    ("no label of a product", {"custody": CHAIN[:3]}, REFERRED),
)
CUSTODIES: tuple[Situation, ...] = (
    ("unbroken", {}, MET),
    ("handed over by who did not have them", {"custody": with_event(3, sender="courier-2")}, REFERRED),
    ("found usable", {"custody": with_event(3, sender="courier-2"), "words": (word(32, "usable"),)}, MET),
    (
        "corrected, borne out by the institution",
        {"custody": with_event(6, sender="courier-2"), "words": (word(62, "corrected"),)},
        MET,
    ),
    (
        "corrected, borne out by nobody",
        {"custody": with_event(7, holder=COURIER), "words": (word(72, "corrected"),)},
        REFERRED,
    ),
    ("discarded", {"custody": with_event(3, sender="courier-2"), "words": (word(32, "discarded"),)}, REFUSED),
)
TEMPERATURES: tuple[Situation, ...] = (
    ("cold all the way", {}, MET),
    ("as warm as is allowed", {"custody": with_event(5, **_WARM_LIMIT)}, MET),
    ("a tenth of a degree warmer", {"custody": with_event(5, **_WARM)}, REFERRED),
    ("warmer, found usable", {"custody": with_event(5, **_WARM), "words": (word(53, "usable"),)}, MET),
    (
        "warmer, called a slip of the pen",
        {"custody": with_event(5, **_WARM), "words": (word(53, "corrected"),)},
        REFERRED,
    ),
    ("warmer, discarded", {"custody": with_event(5, **_WARM), "words": (word(53, "discarded"),)}, REFUSED),
    ("no record of the way", {"custody": _UNLOGGED}, REFERRED),
    ("no record, found usable", {"custody": _UNLOGGED, "words": (word(54, "usable"),)}, MET),
    ("no limits stated", {"conditions": ()}, REFERRED),
    (
        "limits of one material stated",
        {"conditions": (StorageConditions(material=CELLS, lowest=Decimal(2)),)},
        REFERRED,
    ),
)
PLACES: tuple[Situation, ...] = (
    ("with the institution", {}, MET),
    ("with another one", {"party": "site-2"}, REFERRED),
    ("with the courier", {"custody": CHAIN[:5]}, REFERRED),
    ("nobody knows under which name the institution appears", {"party": ""}, REFERRED),
    ("no product", {"custody": CHAIN[:3]}, REFERRED),
)
RELEASES: tuple[Situation, ...] = (
    ("released", {"released": True}, MET),
    ("not released", {"released": False}, REFUSED),
)
EXPIRIES: tuple[Situation, ...] = (
    ("the day before its last day", {"product_expires_on": date(2026, 8, 11)}, MET),
    ("its last day", {"product_expires_on": PLANNED}, MET),
    ("the day after", {"product_expires_on": date(2026, 8, 9)}, REFUSED),
    ("not known", {"product_expires_on": None}, REFERRED),
)
EXAMINATIONS: tuple[Situation, ...] = (
    ("fit", {}, MET),
    ("fit on the day planned", {"examined_on": PLANNED, "conditioned_on": PLANNED}, MET),
    ("dated after it", {"examined_on": date(2026, 8, 11)}, REFERRED),
    ("fit on the day of apheresis", {"examined_on": APHERESIS}, MET),
    ("dated before the apheresis", {"examined_on": date(2026, 7, 5)}, REFERRED),
    ("counts to the day planned", {"fit_until": PLANNED}, MET),
    ("counted to the day before", {"fit_until": date(2026, 8, 9)}, REFERRED),
    ("not fit on that day, then fit", {"examined_anew_since": date(2026, 8, 3)}, MET),
    ("needed anew since the day after", {"examined_anew_since": date(2026, 8, 4)}, REFERRED),
    ("unfit", {"examination": ExaminationResult.UNFIT}, REFUSED),
    ("postponed", {"examination": ExaminationResult.POSTPONED}, REFUSED),
    ("not examined", {"examination": None}, REFERRED),
    ("not dated", {"examined_on": None}, REFERRED),
)
CONDITIONING: tuple[Situation, ...] = (
    ("done", {}, MET),
    ("done on the day planned", {"conditioned_on": PLANNED}, MET),
    ("dated after it", {"conditioned_on": date(2026, 8, 11)}, REFERRED),
    ("dated before the apheresis", {"conditioned_on": date(2026, 7, 5)}, REFERRED),
    ("dated before the examination", {"conditioned_on": date(2026, 8, 2)}, REFERRED),
    ("done on the day of the examination", {"conditioned_on": date(2026, 8, 3)}, MET),
    ("not on record", {"conditioned_on": None}, REFERRED),
    ("it comes next", {"conditioned_on": None, "before": "lymphodepletion"}, SILENT),
)

PRODUCT_ALONE: tuple[Situation, ...] = tuple(
    (f"a cost of the kind {kind}", {"kind": kind}, MET if kind is CostKind.CAR_T_PRODUCT else REFUSED)
    for kind in CostKind
)
COST_DAYS: tuple[Situation, ...] = (
    ("the last day of cover", {"incurred_on": date(2026, 12, 31)}, MET),
    ("the day after", {"incurred_on": date(2027, 1, 1)}, REFUSED),
    ("the day after, renewed", {"incurred_on": date(2027, 1, 1), "renewed_to": date(2027, 12, 31)}, MET),
)


def cancelled_costs(expected: str) -> tuple[Situation, ...]:
    """Around a cancellation that takes effect on 20 August."""
    ended = {"cover_ended_on": date(2026, 8, 20)}
    return (
        ("not cancelled", {}, SILENT),
        ("the day before the cancellation", {"incurred_on": date(2026, 8, 19), **ended}, MET),
        ("the day of the cancellation", {"incurred_on": date(2026, 8, 20), **ended}, expected),
        ("the day after the cancellation", {"incurred_on": date(2026, 8, 21), **ended}, expected),
    )


ENDS = (
    CarTNews.WITHDRAWN,
    CarTNews.UNFIT,
    CarTNews.NO_PRODUCT,
    CarTNews.WINDOW_CLOSED,
    CarTNews.STEP_REFUSED,
    CarTNews.DEATH,
    CarTNews.COVER_ENDED,
)
_NOT_GIVEN = {"infused_on": None}
_UNTOLD = {"infused_on": None, "infusible_from": date(2026, 8, 8), "since": date(2026, 8, 8)}
_BEFORE_UNTOLD, _AFTER_UNTOLD = date(2026, 8, 7), date(2026, 8, 9)
_DAY_BEFORE, _THAT_DAY, _DAY_AFTER = ({"since": date(2026, 8, day)} for day in (9, 10, 11))
GIVEN_BEFORE_THE_END: tuple[Situation, ...] = (
    *((f"{news}, infused before", {"news": news}, MET) for news in ENDS),
    *((f"{news}, not infused", {"news": news, **_NOT_GIVEN}, REFUSED) for news in ENDS),
    ("death the day before the infusion", {"news": CarTNews.DEATH, **_DAY_BEFORE}, REFUSED),
    ("death on the day of the infusion", {"news": CarTNews.DEATH, **_THAT_DAY}, MET),
    ("withdrawn on the day from which it could be given", {"news": CarTNews.WITHDRAWN, **_UNTOLD}, REFERRED),
    ("withdrawn the day before", {"news": CarTNews.WITHDRAWN, **_UNTOLD, "since": _BEFORE_UNTOLD}, REFUSED),
    ("another news", {"news": CarTNews.POLICY_CANCELLED}, SILENT),
)
GIVEN_BEFORE_CANCELLATION: tuple[Situation, ...] = (
    ("cancelled the day after the infusion", {"news": CarTNews.POLICY_CANCELLED, **_DAY_AFTER}, MET),
    ("cancelled on the day of the infusion", {"news": CarTNews.POLICY_CANCELLED, **_THAT_DAY}, REFUSED),
    ("cancelled on the day from which it could be given", {"news": CarTNews.POLICY_CANCELLED, **_UNTOLD}, REFUSED),
    ("cancelled the day after", {"news": CarTNews.POLICY_CANCELLED, **_UNTOLD, "since": _AFTER_UNTOLD}, REFERRED),
    ("cancelled before any infusion", {"news": CarTNews.POLICY_CANCELLED, **_NOT_GIVEN}, REFUSED),
    ("another news", {"news": CarTNews.DEATH}, SILENT),
)


def car_t_frauds(expected: str) -> tuple[Situation, ...]:
    """The days make no difference."""
    return (
        ("another patient", {"news": CarTNews.FRAUD}, expected),
        ("another patient, before any infusion", {"news": CarTNews.FRAUD, **_NOT_GIVEN}, expected),
        ("another news", {"news": CarTNews.DEATH}, SILENT),
    )
