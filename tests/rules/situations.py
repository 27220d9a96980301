"""Situations that several documents judge alike: excluded diseases, hospitals, progression, gene targets, aid, news."""

from datetime import date, timedelta
from decimal import Decimal

from schemas.clinical import AnnArborStage, BinetStage, HospitalKind, PrescriptionItem, Tnm, Tumour
from schemas.decision import AidStanding, FulfilmentMode, News
from schemas.papers import PaperKind
from schemas.people import ApplicantRole, Citizenship
from tests.rules.cases import DIAGNOSED, HOSPITAL
from tests.rules.clauses import Situation, without

MET, REFUSED, REFERRED, PAPERS = "met approved", "not_met refused", "referred referred", "papers_due papers_due"
SILENT = "not_applicable approved"
BLOOD = {"tumour": Tumour.HAEMATOLOGICAL}


def _hospital(**changes: object) -> dict[str, object]:
    return {"hospital": HOSPITAL.model_copy(update=changes)}


def recognised(*, mainland: bool = True) -> dict[str, object]:
    """An institution that is neither graded nor public, but recognised by the insurer."""
    return _hospital(grade=0, public=False, mainland=mainland, recognised_by_insurer=True)


def _staged(t: str, n: str = "0", m: str = "0") -> dict[str, object]:
    return {"icd10": "C61", "disease": "前列腺癌", "tnm": Tnm(t=t, n=n, m=m)}


PUBLIC_HOSPITALS: tuple[Situation, ...] = (
    ("a hospital of grade 2", _hospital(grade=2), MET),
    ("a hospital of grade 1", _hospital(grade=1), REFUSED),
    ("a private hospital", _hospital(public=False), REFUSED),
    ("a hospital outside mainland China", _hospital(mainland=False), REFUSED),
    ("a doctor who is no specialist", {"by_specialist": False}, REFUSED),
)
TREATING_HOSPITALS: tuple[Situation, ...] = tuple(
    (f"an institution of the kind {kind}", _hospital(kind=kind), REFUSED)
    for kind in HospitalKind
    if kind is not HospitalKind.GENERAL
)
ORDINARY_DEPARTMENTS: tuple[Situation, ...] = (
    ("a department that is not ordinary", _hospital(ordinary_department=False), REFUSED),
    ("nobody there at night", _hospital(staffed_day_and_night=False), REFUSED),
)

MALIGNANCIES: tuple[Situation, ...] = (
    ("the first malignant code", {"icd10": "C00.9"}, MET),
    ("the last malignant code", {"icd10": "C97"}, MET),
    ("the code after the last", {"icd10": "D10.0"}, REFUSED),
    ("a benign tumour", {"icd10": "D24"}, REFUSED),
    ("a blood disease that ICD-10 leaves uncertain", {"icd10": "D45"}, REFERRED),
    ("a myelodysplastic syndrome, uncertain too", {"icd10": "D46.9"}, REFERRED),
    (
        "pathology missing",
        {"pathology_confirmed": False, "papers": without(PaperKind.PATHOLOGY_REPORT)},
        PAPERS,
    ),
    ("pathology there, not yet read", {"pathology_confirmed": False}, REFERRED),
)
EXCLUDED_DISEASES: tuple[Situation, ...] = (
    ("(1) carcinoma in situ", {"in_situ": True}, REFUSED),
    ("(1) carcinoma in situ by its code", {"icd10": "D05.1"}, REFUSED),
    ("(2) CLL at Binet A", {"icd10": "C91.1", "binet": BinetStage.A, **BLOOD}, REFUSED),
    ("(2) CLL at Binet B", {"icd10": "C91.1", "binet": BinetStage.B, **BLOOD}, MET),
    ("(2) CLL at no known stage", {"icd10": "C91.1", **BLOOD}, REFERRED),
    ("(3) Hodgkin at Ann Arbor I", {"icd10": "C81.9", "ann_arbor": AnnArborStage.I, **BLOOD}, REFUSED),
    ("(3) Hodgkin at Ann Arbor II", {"icd10": "C81.9", "ann_arbor": AnnArborStage.II, **BLOOD}, MET),
    ("(3) Hodgkin at no known stage", {"icd10": "C81.9", **BLOOD}, REFERRED),
    ("(4) skin cancer", {"icd10": "C44.9"}, REFUSED),
    ("(4) skin cancer that has metastasised", {"icd10": "C44.9", "metastasised": True}, MET),
    ("(4) melanoma", {"icd10": "C43.9"}, MET),
    ("(5) prostate at T1cN0M0", _staged("1c"), REFUSED),
    ("(5) prostate at T2aN0M0", _staged("2a"), MET),
    ("(5) prostate at T1N1M0", _staged("1", n="1"), MET),
    ("(5) prostate at T1N0M1", _staged("1", m="1"), MET),
    ("(5) prostate at TXN0M0", _staged("X"), REFERRED),
    ("(6) HIV or AIDS", {"hiv_or_aids": True}, REFUSED),
)

LABELS: tuple[Situation, ...] = (
    ("on label", {"on_label": True}, MET),
    ("off label", {"on_label": False}, REFUSED),
    ("label not looked at", {"on_label": None}, REFERRED),
)
PRESCRIBED: tuple[Situation, ...] = (
    ("prescribed on the day of the diagnosis", {"issued_on": DIAGNOSED}, MET),
    ("prescribed the day before", {"issued_on": DIAGNOSED - timedelta(days=1)}, REFERRED),
)
SOLID_PROGRESSION: tuple[Situation, ...] = (
    ("solid, no progression", {"recist_progression": False}, MET),
    ("solid, progression by RECIST", {"recist_progression": True}, REFUSED),
    ("solid, not judged", {"recist_progression": None}, REFERRED),
    ("solid, progression by guideline alone", {"guideline_progression": True}, MET),
)
BLOOD_PROGRESSION: tuple[Situation, ...] = (
    ("blood, no progression", BLOOD, MET),
    ("blood, progression by guideline", {"guideline_progression": True, **BLOOD}, REFUSED),
    ("blood, not judged by guideline", {"guideline_progression": None, **BLOOD}, REFERRED),
    ("blood, progression by RECIST alone", {"recist_progression": True, **BLOOD}, MET),
)
_TARGETED = {"drug_has_target": True}
_REPORTED = {"papers": without(), **_TARGETED}
GENE_TARGETS: tuple[Situation, ...] = (
    ("the drug needs no target", {"drug_has_target": False}, SILENT),
    ("whether it needs one was not looked at", {"drug_has_target": None}, REFERRED),
    ("the report is missing", _TARGETED, PAPERS),
    ("the report is there, not yet read", _REPORTED, REFERRED),
    ("the target was found", {"target_present": True, **_REPORTED}, MET),
    ("the target was not found", {"target_present": False, **_REPORTED}, REFUSED),
)
PARTICULARS: tuple[Situation, ...] = (
    *(
        (f"{item} is missing", {"shows": tuple(each for each in PrescriptionItem if each is not item)}, REFUSED)
        for item in PrescriptionItem
    ),
    ("every particular shown", {}, MET),
    ("altered, unsigned", {"altered": True}, REFUSED),
    ("altered and signed", {"altered": True, "alteration_signed": True}, MET),
)

_FOREIGN = {"citizenship": Citizenship.FOREIGN}
CITIZENS: tuple[Situation, ...] = (
    ("a mainland citizen", {"standing": AidStanding.OPEN}, MET),
    ("a foreigner", {"standing": AidStanding.OPEN, **_FOREIGN}, SILENT),
    ("no program", {"standing": AidStanding.NO_PROGRAM}, SILENT),
)
AID_NOT_APPLIED: tuple[Situation, ...] = (
    ("open, to be applied for", {"standing": AidStanding.OPEN}, MET),
    ("not applied for", {"standing": AidStanding.NOT_APPLIED}, REFUSED),
    ("file incomplete", {"standing": AidStanding.INCOMPLETE}, REFUSED),
    ("not applied for by a foreigner", {"standing": AidStanding.NOT_APPLIED, **_FOREIGN}, SILENT),
    ("does not qualify", {"standing": AidStanding.NOT_QUALIFIED}, SILENT),
)
AID_NOT_COLLECTED: tuple[Situation, ...] = (
    ("collected", {"standing": AidStanding.COLLECTED}, MET),
    ("not collected", {"standing": AidStanding.NOT_COLLECTED}, REFUSED),
    ("not collected for reasons of others", {"standing": AidStanding.NOT_COLLECTED, "own_reason": False}, MET),
)
AID_BOUGHT_INSTEAD: tuple[Situation, ...] = (
    ("insists on paying", {"standing": AidStanding.INSISTS_SELF_PAY}, REFUSED),
    ("did not apply, without a word of paying", {"standing": AidStanding.OPEN}, SILENT),
)
AID_REFUSED: tuple[Situation, ...] = (
    ("refused by the foundation", {"standing": AidStanding.REFUSED}, MET),
    ("not refused", {"standing": AidStanding.APPROVED}, SILENT),
)
AID_AND_LIMIT: tuple[Situation, ...] = (
    ("donated drug collected", {"standing": AidStanding.COLLECTED}, MET),
    ("no donated drug", {"standing": AidStanding.NO_PROGRAM}, SILENT),
)

DELIVERED = {"mode": FulfilmentMode.DELIVERY}
CATALOGUE_PICK_UP: tuple[Situation, ...] = (
    ("in the catalogue, picked up", {"in_catalogue": True}, MET),
    ("in the catalogue, to be delivered", {"in_catalogue": True, **DELIVERED}, REFUSED),
    ("outside the catalogue, to be delivered", {"in_catalogue": False, **DELIVERED}, SILENT),
    ("catalogue unknown, to be delivered", {"in_catalogue": None, **DELIVERED}, REFERRED),
)
VOUCHERS: tuple[Situation, ...] = (
    ("the voucher is good", {}, MET),
    ("the voucher is not", {"voucher_verified": False}, REFUSED),
)
IDENTITIES: tuple[Situation, ...] = (
    ("the insured person", {}, MET),
    ("their agent", {"collector": ApplicantRole.AGENT}, MET),
    ("somebody else", {"identity_verified": False}, REFUSED),
)

_BEFORE, _THAT_DAY, _AFTER = ({"dispensed_on": date(2026, 7, day)} for day in (9, 10, 11))
_PAID_BEFORE, _PAID_THAT_DAY, _PAID_AFTER = (
    {"paid_for": (date(2026, 6, 1), date(2026, 7, day))} for day in (9, 10, 11)
)
"""Earlier prescriptions; the one in hand is not with the patient."""


def _news(news: News, **changes: object) -> dict[str, object]:
    """News of 10 July."""
    return {"news": news, "since": date(2026, 7, 10), "paid": Decimal("1000.00"), **changes}


CANCELLATIONS: tuple[Situation, ...] = (
    ("handed over the day before the cancellation", _news(News.POLICY_CANCELLED, **_BEFORE), MET),
    ("handed over on the day of the cancellation", _news(News.POLICY_CANCELLED, **_THAT_DAY), REFUSED),
    ("handed over the day after the cancellation", _news(News.POLICY_CANCELLED, **_AFTER), REFUSED),
    ("cancelled before the hand-over", _news(News.POLICY_CANCELLED), REFUSED),
    ("handed over before, earlier ones, too", _news(News.POLICY_CANCELLED, **_BEFORE, **_PAID_BEFORE), MET),
    ("handed over before, an earlier one too late", _news(News.POLICY_CANCELLED, **_BEFORE, **_PAID_AFTER), REFUSED),
    ("earlier ones before the cancellation, this one not yet", _news(News.POLICY_CANCELLED, **_PAID_BEFORE), REFUSED),
    ("another news than a cancellation", _news(News.DEATH, **_BEFORE), SILENT),
)


def _frauds(expected: str) -> tuple[Situation, ...]:
    """The day makes no difference."""
    return (
        ("another user, found the day after the hand-over", _news(News.FRAUD, **_BEFORE), expected),
        ("another user, found on the day of the hand-over", _news(News.FRAUD, **_THAT_DAY), expected),
        ("another user, found the day before the hand-over", _news(News.FRAUD, **_AFTER), expected),
        ("another user, found before anything was paid", _news(News.FRAUD, paid=Decimal(0)), expected),
        ("another news than a fraud", _news(News.DEATH, **_BEFORE), SILENT),
    )


FRAUDS, FRAUDS_NOT_PRINTED = _frauds(REFUSED), _frauds(REFERRED)


def _deaths(expected: str) -> tuple[Situation, ...]:
    return (
        ("handed over the day before the death", _news(News.DEATH, **_BEFORE), MET),
        ("handed over on the day of the death", _news(News.DEATH, **_THAT_DAY), MET),
        ("handed over the day after the death", _news(News.DEATH, **_AFTER), expected),
        ("died before the hand-over", _news(News.DEATH), expected),
        ("handed over before, an earlier one on that day", _news(News.DEATH, **_BEFORE, **_PAID_THAT_DAY), MET),
        ("handed over before, an earlier one too late", _news(News.DEATH, **_BEFORE, **_PAID_AFTER), expected),
        ("earlier ones before the death, this one not yet", _news(News.DEATH, **_PAID_BEFORE), expected),
        ("another news than a death", _news(News.POLICY_CANCELLED, **_BEFORE), SILENT),
    )


DEATHS, DEATHS_NOT_PRINTED = _deaths(REFUSED), _deaths(REFERRED)
