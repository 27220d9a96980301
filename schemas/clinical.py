"""The medical facts of a claim: diagnosis with its staging, hospital, prescription."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from schemas.shape import Strict

Icd10 = Annotated[str, Field(pattern=r"^[A-Z]\d{2}(\.\d{1,3})?$", examples=["C50.9"])]
"""An ICD-10 code as WHO prints it."""


class HospitalKind(StrEnum):
    """What sort of institution it is: the documents exclude all but ordinary treating hospitals."""

    GENERAL = "general"
    SANATORIUM = "sanatorium"
    NURSING = "nursing"
    REHABILITATION = "rehabilitation"
    DETOXIFICATION = "detoxification"
    PSYCHIATRIC = "psychiatric"
    ELDER_CARE = "elder_care"
    JOINT_WARD = "joint_ward"


class HospitalFacts(Strict):
    """A hospital as the documents judge it; `grade` 1-3, region `mainland` or elsewhere."""

    name: str = Field(min_length=2, max_length=80)
    grade: int = Field(ge=0, le=3)
    public: bool
    mainland: bool = True
    kind: HospitalKind = HospitalKind.GENERAL
    staffed_day_and_night: bool = True
    ordinary_department: bool = True
    recognised_by_insurer: bool = False


class Tumour(StrEnum):
    """Solid or haematological: it decides which yardstick of progression applies."""

    SOLID = "solid"
    HAEMATOLOGICAL = "haematological"


class BinetStage(StrEnum):
    """Binet stage of chronic lymphocytic leukaemia."""

    A = "A"
    B = "B"
    C = "C"


class AnnArborStage(StrEnum):
    """Ann Arbor stage of lymphoma."""

    I = "I"  # noqa: E741 - the stage is called I
    II = "II"
    III = "III"
    IV = "IV"


class Tnm(Strict):
    """TNM staging, each part without its letter, e.g. `1c`, `0`, `0`; `X` where it was not assessed."""

    t: str = Field(pattern=r"^(is|0|X|[1-4][a-d]?)$")
    n: str = Field(pattern=r"^(0|X|[1-3][a-c]?)$")
    m: str = Field(pattern=r"^(0|X|1[a-c]?)$")


class Diagnosis(Strict):
    """The diagnosis a claim rests on; dates are days in China."""

    icd10: Icd10
    disease: str = Field(min_length=2, max_length=60)
    """The disease in the words of the drug lists, e.g. 乳腺癌."""
    tumour: Tumour
    diagnosed_on: date
    """Day of the first diagnosis of this disease since birth."""
    first_ever: bool
    """Whether this is the first occurrence: no recurrence or metastasis of an earlier cancer."""
    pathology_confirmed: bool
    by_specialist: bool
    hospital: HospitalFacts
    in_situ: bool = False
    metastasised: bool = False
    binet: BinetStage | None = None
    ann_arbor: AnnArborStage | None = None
    tnm: Tnm | None = None
    hiv_or_aids: bool = False
    severe_malignancy: bool | None = None
    """恶性肿瘤——重度 as the main policy defines it; None where nobody has established it."""
    prior_lines: int | None = Field(default=None, ge=0, le=20)
    """Lines of systemic therapy before this one; needed by drugs limited to later lines."""
    subtype: str = Field(default="", max_length=80)
    relapsed_or_refractory: bool | None = None
    """The disease came back after treatment or did not answer to it; None where nobody has established it."""


class DrugName(Strict):
    """How a prescription names the drug: any of brand, generic name or alias, with the manufacturer where printed."""

    name: str = Field(min_length=1, max_length=80)
    manufacturer: str = Field(default="", max_length=80)


class PrescriptionItem(StrEnum):
    """The particulars a prescription must show (pingan-longterm-b/REV-2)."""

    NAME = "name"
    SEX = "sex"
    AGE = "age"
    DIAGNOSIS = "diagnosis"
    DRUG_NAME = "drug_name"
    FORM = "form"
    SPECIFICATION = "specification"
    QUANTITY = "quantity"
    USAGE = "usage"
    INCOMPATIBILITIES = "incompatibilities"


class Prescription(Strict):
    """One prescription for one drug; `quantity` in packs, `days_supply` in days."""

    number: str = Field(min_length=2, max_length=40, pattern=r"^[A-Za-z0-9._-]+$")
    drug: DrugName
    issued_on: date
    quantity: Annotated[Decimal, Field(gt=0, le=1000, decimal_places=2, allow_inf_nan=False)]
    days_supply: int = Field(ge=1, le=366)
    by_specialist: bool
    hospital: HospitalFacts
    shows: tuple[PrescriptionItem, ...] = tuple(PrescriptionItem)
    altered: bool = False
    alteration_signed: bool = False
    settled_by_social_insurance: bool = False
    """Whether the purchase is to be settled through social insurance."""
