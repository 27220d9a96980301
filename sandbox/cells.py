"""Cells as the played partners handle them: who they are, how cold is usual, what stands on a label."""

import hashlib
from collections.abc import Mapping
from decimal import Decimal

from pydantic import TypeAdapter, ValidationError
from stdnum.iso7064 import mod_37_2

from schemas.custody import Celsius, IdentityCheck, Material, Party, StorageConditions

MANUFACTURER = "manufacturer-1"
COURIER = "cryo-courier-1"
CONDITIONS = (
    StorageConditions(material=Material.STARTING_MATERIAL, lowest=Decimal(2), highest=Decimal(8)),
    StorageConditions(material=Material.PRODUCT, highest=Decimal(-150)),
)
"""What a manufacturer usually states."""
USUAL: Mapping[Material, tuple[Celsius, Celsius]] = {
    Material.STARTING_MATERIAL: (Decimal("3.5"), Decimal("6.5")),
    Material.PRODUCT: (Decimal("-190.0"), Decimal("-155.0")),
}
"""Lowest and highest degrees that a logger usually shows."""
_PARTY: TypeAdapter[str] = TypeAdapter(Party)
_FACILITY_AND_YEAR = "A999926"
_ANOTHER = "COI9999999999"


def party_of(site: str, party: str) -> str:
    """Under which an institution appears in custody events: the `party` it was given, else an id of its own."""
    try:
        return _PARTY.validate_python(party or site)
    except ValidationError:
        return f"site-{hashlib.sha256(site.encode()).hexdigest()[:12]}"


def chain_of_identity(number: int) -> str:
    """Chain-of-identity identifier number so and so."""
    return f"COI{number:010d}"


def donation_number(number: int) -> str:
    """Donation identification number (ISBT 128) number so and so, with its check character."""
    din = f"{_FACILITY_AND_YEAR}{number:06d}"
    return din + str(mod_37_2.calc_check_digit(din))


def label(coi: str, din: str, *, wrong: bool = False) -> IdentityCheck:
    """What two people read on the bag; `wrong`: another therapy's identifier."""
    return IdentityCheck(coi=_ANOTHER if wrong else coi, din=din, checked_by="staff-1", witnessed_by="staff-2")
