"""Loading all products at start: everything is checked, and everything that is wrong is named at once."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from products.consistency import Parts, check, city_name
from products.drug_index import DrugIndex
from products.errors import TermsNotInForceError, UnknownProductError
from products.model import Dated, Drug, Hospital, PaperRequirement, PharmacyCity, Product, Section
from products.places import find_city
from products.problems import Problems
from products.product_file import PaperGroup, read_product_file
from products.sites import SiteFound, SiteIndex
from products.tables import Layout, read_table
from schemas.clinical import DrugName
from schemas.names import ProductId

T = TypeVar("T")

ROOT = Path(__file__).parent
"""Where the products lie: one folder each, named after the product."""

_PRODUCT_ID: TypeAdapter[str] = TypeAdapter(ProductId)
_FILES = ("product.toml", "sections.csv", "drugs.csv", "car_t_drugs.csv", "pharmacies.csv", "hospitals.csv")
_SECTIONS = Layout(Section, ("rule", "topic", "section", "gist_zh", "gist_en"))
_DRUGS = Layout(
    Drug,
    (
        *("no", "brand", "generic", "molecule", "manufacturer", "manufacturers", "aliases", "cancers", "limit_note"),
        *("min_prior_lines", "subtypes", "car_t", "injection"),
    ),
    optional=("listed_from", "listed_until"),
    several=("manufacturers", "aliases", "cancers", "subtypes"),
)
_PHARMACIES = Layout(
    PharmacyCity, ("province", "city", "pharmacies", "delivery_only", "service_city", "example", "note")
)
_HOSPITALS = Layout(Hospital, ("table", "name", "province", "city"), optional=("aliases",), several=("aliases",))


class Products:
    """All products as one version of the data has them."""

    def __init__(self, products: Mapping[str, Product], version: str) -> None:
        """`products` by id, already checked; `version` identifies the data they were read from."""
        self.version = version
        self.ids = tuple(sorted(products))
        self._products = dict(products)
        self._drugs = {product_id: DrugIndex(product.drugs) for product_id, product in products.items()}
        self._car_t_drugs = {product_id: DrugIndex(product.car_t_drugs) for product_id, product in products.items()}
        self._sites = {
            (product_id, table): SiteIndex(row for row in product.hospitals if row.table == table)
            for product_id, product in products.items()
            for table in {dated.value for dated in product.terms.car_t_sites if dated.value}
        }

    def get(self, product_id: str) -> Product:
        """The product of that id; UnknownProductError lists the known ones."""
        try:
            return self._products[product_id]
        except KeyError:
            raise UnknownProductError(product_id, self.ids) from None

    def find_drugs(self, product_id: str, name: DrugName, on: date | None = None) -> tuple[Drug, ...]:
        """The product's drugs of that brand, generic name, molecule or other known spelling; the manufacturer narrows.

        Several drugs come back where a name is shared and no manufacturer tells them apart, none where none is known.
        `on` leaves those on the list of that day; without it rows that have ended or not begun are found, too.
        """
        self.get(product_id)
        return self._drugs[product_id].find(name, on)

    def find_car_t_drugs(self, product_id: str, name: DrugName, on: date | None = None) -> tuple[Drug, ...]:
        """The same among the product's designated CAR-T products."""
        self.get(product_id)
        return self._car_t_drugs[product_id].find(name, on)

    def find_site(self, product_id: str, table: str, name: str) -> SiteFound:
        """What a table that lists CAR-T institutions says of an institution, down to its campus."""
        self.get(product_id)
        return self._sites[product_id, table].find(name)

    def find_pharmacy_city(self, product_id: str, province: str, city: str) -> PharmacyCity | None:
        """The row of the product's pharmacy table for that city (any province if empty), or None."""
        return find_city(self.get(product_id).pharmacies, province, city)


def in_force(history: Sequence[Dated[T]], on: date) -> Dated[T]:
    """The value of a term in force on a day; TermsNotInForceError before the first."""
    current = [dated for dated in history if dated.since <= on]
    if not current:
        raise TermsNotInForceError(on, history[0].since)
    return current[-1]


@cache
def load_products(root: Path = ROOT) -> Products:
    """All products below `root`, read and checked once per process; ProductError lists every problem."""
    problems = Problems(root)
    products = {folder.name: _read(folder, problems) for folder in products_in(root)}
    if not products:
        problems.add(root, 0, "products", "there is no product folder")
    problems.raise_if_any()
    return Products({name: _assemble(parts) for name, parts in products.items() if parts}, _digest(root))


def products_in(root: Path) -> list[Path]:
    """The folders of products below `root`."""
    return sorted(path for path in root.iterdir() if path.is_dir() and _is_product_id(path.name))


def _is_product_id(name: str) -> bool:
    try:
        _PRODUCT_ID.validate_python(name)
    except ValidationError:
        return False
    return True


def _read(folder: Path, problems: Problems) -> Parts | None:
    for stray in sorted(path for path in folder.iterdir() if path.name not in _FILES):
        problems.add(stray, 0, "file", f"is not known here; the files of a product are {', '.join(_FILES)}")
    path = folder / "product.toml"
    file, lines = read_product_file(path, problems)
    drug_rows = replace(_DRUGS, derived=(("id", folder.name + "-{no:0>3}"),))
    car_t_rows = replace(_DRUGS, derived=(("id", folder.name + "-car-t-{no:0>3}"),))
    sections = read_table(folder / "sections.csv", _SECTIONS, problems)
    drugs = read_table(folder / "drugs.csv", drug_rows, problems)
    car_t_drugs = read_table(folder / "car_t_drugs.csv", car_t_rows, problems)
    pharmacies = read_table(folder / "pharmacies.csv", _PHARMACIES, problems)
    hospitals = read_table(folder / "hospitals.csv", _HOSPITALS, problems)
    if file is None:
        return None
    parts = Parts(path, file, lines, sections, drugs, car_t_drugs, pharmacies, hospitals)
    check(parts, problems)
    return parts


def _assemble(parts: Parts) -> Product:
    return Product(
        identity=parts.file.identity,
        terms=parts.file.terms,
        application_papers=_requirements(parts.file.application_papers),
        counter_papers=_requirements(parts.file.counter_papers),
        car_t_papers=_requirements(parts.file.car_t_papers),
        gates=parts.file.gates,
        sections={section.rule: section for section in parts.sections.rows},
        drugs=parts.drugs.rows,
        car_t_drugs=parts.designated,
        pharmacies=_merged(parts.pharmacies.rows),
        hospitals=parts.hospitals.rows,
    )


def _requirements(groups: Iterable[PaperGroup]) -> tuple[PaperRequirement, ...]:
    return tuple(requirement for group in groups for requirement in group.requirements())


def _merged(cities: Iterable[PharmacyCity]) -> tuple[PharmacyCity, ...]:
    """A city printed twice becomes one row with the pharmacies of both."""
    merged: dict[str, PharmacyCity] = {}
    for city in cities:
        name = city_name(city)
        known = merged.get(name)
        merged[name] = (
            city if known is None else known.model_copy(update={"pharmacies": known.pharmacies + city.pharmacies})
        )
    return tuple(merged.values())


def _digest(root: Path) -> str:
    digest = hashlib.sha256()
    for folder in products_in(root):
        for path in sorted(folder / name for name in _FILES if (folder / name).exists()):
            digest.update(f"{folder.name}/{path.name}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
