"""Finding a drug by whatever name a prescription prints: brand, generic name, molecule or another spelling."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from products.model import Drug
from schemas.clinical import DrugName


def normalised(name: str) -> str:
    """`name` without differences of width, case, spaces and punctuation: `FoLotyn ` and `Ｆolotyn` are one."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(character for character in folded if unicodedata.category(character)[0] in "LN")


class DrugIndex:
    """One product's drugs by every name they are known under."""

    def __init__(self, drugs: Iterable[Drug]) -> None:
        """`drugs` in the order of the printed list."""
        self._by_name: defaultdict[str, dict[str, Drug]] = defaultdict(dict)
        for drug in drugs:
            for name in (drug.brand, drug.generic, drug.molecule, *drug.aliases):
                self._by_name[normalised(name)][drug.id] = drug

    def find(self, name: DrugName, on: date | None = None) -> tuple[Drug, ...]:
        """All drugs of that name in list order; a manufacturer leaves only those of it or of nobody printed.

        `on` leaves those that are on the list of that day; without it, whatever was or will be on it is found.
        """
        known = self._by_name.get(normalised(name.name), {}).values()
        found = tuple(drug for drug in known if on is None or drug.listed_on(on))
        if not name.manufacturer:
            return found
        return tuple(drug for drug in found if _made_by(drug, normalised(name.manufacturer)))


def _made_by(drug: Drug, manufacturer: str) -> bool:
    known = [normalised(name) for name in (drug.manufacturer, *drug.manufacturers) if name]
    return not known or any(name in manufacturer or manufacturer in name for name in known)
