"""How far a CAR-T therapy has come, as the journey knows it and agents see it."""

from datetime import date

from pydantic import AwareDatetime

from schemas.car_t_actions import Response
from schemas.car_t_facts import ExaminationResult, TreatmentWindow
from schemas.custody import CustodyHead, Deviation, Party, StorageConditions
from schemas.money import ZERO, Yuan
from schemas.shape import Shape


class CarTTherapy(Shape):
    """How far the therapy has come: the facts that every later step builds on."""

    site: str = ""
    party: str = ""
    """Under which the site appears in custody events."""
    accepted_sites: tuple[str, ...] = ()
    """Institutions that the list leaves open and a person accepted: nobody is asked again."""
    manufacturer: str = ""
    assessed_on: date | None = None
    arranged: bool = False
    arranged_on: date | None = None
    """When the insurer arranged the treatment; slot and bed may have been taken later."""
    apheresis_planned_on: date | None = None
    expected_cost: Yuan = ZERO
    slot: str = ""
    """Manufacturing slot."""
    coi: str = ""
    """Chain-of-identity identifier."""
    din: str = ""
    """Donation identification number of the apheresis that counts."""
    earlier_dins: tuple[str, ...] = ()
    """Those of the aphereses before it."""
    conditions: tuple[StorageConditions, ...] = ()
    uncovered_from: date | None = None
    """First day after the cover, where it ended before any apheresis: one of an earlier day can still be told."""
    first_apheresis_on: date | None = None
    collected_on: date | None = None
    """First day of the apheresis whose cells count."""
    aphereses: int = 0
    product_from: int = 1
    """Number of the first custody event that can be of the product that counts: one made before it failed."""
    released: bool = False
    batch: str = ""
    certificate: str = ""
    product_expires_on: date | None = None
    appointment: str = ""
    """The assessment or admission that is booked; empty: none that could still be called off."""
    shipment: str = ""
    """The transport of cells that is booked; empty: none that could still be called off."""
    examination: ExaminationResult | None = None
    examined_on: date | None = None
    fit_until: date | None = None
    """Last day on which the examination counts, where the institution says so."""
    examined_anew_since: date | None = None
    """Examinations before this day count no more: a later one found the patient not fit, or other cells were needed."""
    conditioned_on: date | None = None
    at_bedside: bool = False
    """Cleared for the infusion, of which nobody has told: it may have been given."""
    infused_on: date | None = None
    response: Response | None = None
    worst_grade: int = 0
    """Highest grade of a reaction so far, 0 without any."""
    window: TreatmentWindow | None = None


class CarTView(Shape):
    """What agents see of the therapy, besides stage and wait."""

    therapy: CarTTherapy = CarTTherapy()
    custody: CustodyHead | None = None
    told_at: AwareDatetime | None = None
    """Moment of the last custody event."""
    starting_material_at: Party | None = None
    """Who has the white cells."""
    product_at: Party | None = None
    """Who has the CAR-T cells."""
    deviations: tuple[Deviation, ...] = ()
    costs: Yuan = ZERO
    """Costs handed in."""
    covered: Yuan = ZERO
    """Those of them that are covered."""
