"""What must agree between the files of one product: rule ids, histories, row counts, rows given twice."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from products.model import Dated, Drug, Hospital, PharmacyCity, Section
from products.problems import FieldPath, Problems, line_of
from products.product_file import ProductFile
from products.tables import Row, Table

GATES = ("authorization", "prescription_review", "charity_aid", "fulfilment", "counter", "settlement", "standing")
"""The gates of the drug journey, in the order a claim passes them, and that of news; the questions of a decision."""

ANY_CAR_T = "car_t_authorization"
"""Asked of every product: one that does not cover CAR-T answers with the clause of its drug list."""
CAR_T_GATES = (
    ANY_CAR_T,
    "car_t_site",
    "car_t_assessment",
    "car_t_apheresis",
    "car_t_infusion",
    "car_t_cost",
    "car_t_settlement",
    "car_t_standing",
)
"""The gates of the CAR-T journey, in the same order: those of a product that covers CAR-T."""


_PAPERS = ("application_papers", "counter_papers", "car_t_papers")


@dataclass(frozen=True)
class Parts:
    """One product as its files give it, before anything is put together."""

    path: Path
    file: ProductFile
    lines: Mapping[FieldPath, int]
    sections: Table[Section]
    drugs: Table[Drug]
    car_t_drugs: Table[Drug]
    pharmacies: Table[PharmacyCity]
    hospitals: Table[Hospital]

    @property
    def designated(self) -> tuple[Drug, ...]:
        """The CAR-T products that are covered: those of a list of their own, else those among the drugs."""
        return self.car_t_drugs.rows or tuple(drug for drug in self.drugs.rows if drug.car_t)

    @property
    def wanted_gates(self) -> tuple[str, ...]:
        """The gates that the product has to answer."""
        return GATES + (CAR_T_GATES if self.designated else (ANY_CAR_T,))

    def tables(self) -> dict[str, Table[Any]]:
        """The tables by the name `expected_rows` gives them."""
        return {
            "sections": self.sections,
            "drugs": self.drugs,
            "car_t_drugs": self.car_t_drugs,
            "pharmacies": self.pharmacies,
            "hospitals": self.hospitals,
        }


def check(parts: Parts, problems: Problems) -> None:
    """Add to `problems` everything in which the files of one product contradict each other."""
    _check_identity(parts, problems)
    _check_gates(parts, problems)
    _check_rules(parts, problems)
    _check_histories(parts, problems)
    _check_rows(parts, problems)
    _check_repeats(parts, problems)
    _check_listing(parts, problems)
    _check_papers(parts, problems)
    _check_cancers(parts, problems)
    _check_car_t(parts, problems)


def _check_identity(parts: Parts, problems: Problems) -> None:
    if parts.file.identity.id != parts.path.parent.name:
        line = line_of(("identity", "id"), parts.lines)
        problems.add(parts.path, line, "identity.id", f"must be the folder's name, {parts.path.parent.name}")


def _check_gates(parts: Parts, problems: Problems) -> None:
    for gate in parts.wanted_gates:
        if not parts.file.gates.get(gate):
            problems.add(parts.path, line_of(("gates",), parts.lines), f"gates.{gate}", "has no rule")
    for gate, rules in parts.file.gates.items():
        line = line_of(("gates", gate), parts.lines)
        if gate not in parts.wanted_gates:
            known = ", ".join(parts.wanted_gates)
            problems.add(parts.path, line, f"gates.{gate}", f"is no gate; the gates are {known}")
        for name in _twice(bound.rule for bound in rules):
            problems.add(parts.path, line, f"gates.{gate}", f"evaluates {name} twice")


def _check_rules(parts: Parts, problems: Problems) -> None:
    known = {section.rule for section in parts.sections.rows}
    for path, rule in _cited(parts.file):
        if rule not in known:
            field = ".".join(map(str, path))
            problems.add(parts.path, line_of(path, parts.lines), field, f"{rule} is not in sections.csv")
    for line, section in parts.sections:
        if not section.rule.startswith(f"{parts.path.parent.name}/"):
            problems.add(parts.sections.path, line, "rule", f"{section.rule} belongs to another product")


def _cited(file: ProductFile) -> Iterator[tuple[FieldPath, str]]:
    for name, history in _histories(file):
        for index, dated in enumerate(history):
            yield ("terms", name, index), dated.rule
    for name in _PAPERS:
        for index, group in enumerate(getattr(file, name)):
            yield (name, index, "rule"), group.rule
    for gate, rules in file.gates.items():
        for index, bound in enumerate(rules):
            for rule in bound.cites:
                yield ("gates", gate, index), rule


def _histories(file: ProductFile) -> Iterator[tuple[str, tuple[Dated[Any], ...]]]:
    for name in type(file.terms).model_fields:
        yield name, getattr(file.terms, name)


def _check_histories(parts: Parts, problems: Problems) -> None:
    for name, history in _histories(parts.file):
        line, field = line_of(("terms", name), parts.lines), f"terms.{name}"
        days = [dated.since for dated in history]
        if not days:
            problems.add(parts.path, line, field, "has no value")
        elif days != sorted(set(days)):
            problems.add(parts.path, line, field, "its values must follow each other by date, each with its own")
        elif days[0] > parts.file.in_force.since:
            problems.add(parts.path, line, field, "begins later than the terms are in force")


def _check_rows(parts: Parts, problems: Problems) -> None:
    tables = parts.tables()
    for name, expected in parts.file.expected_rows.items():
        line = line_of(("expected_rows", name), parts.lines)
        if name not in tables:
            problems.add(parts.path, line, f"expected_rows.{name}", f"is no table; the tables are {', '.join(tables)}")
        elif len(tables[name].rows) != expected:
            found = len(tables[name].rows)
            problems.add(tables[name].path, 0, "rows", f"{found} usable rows instead of the {expected} expected")
    for name, table in tables.items():
        if table.rows and name not in parts.file.expected_rows:
            problems.add(parts.path, line_of(("expected_rows",), parts.lines), f"expected_rows.{name}", "is missing")


def _check_repeats(parts: Parts, problems: Problems) -> None:
    allowed = set(parts.file.repeated_rows.get("pharmacies", ()))
    _check_unique(parts.sections, [section.rule for section in parts.sections.rows], problems)
    for table in (parts.drugs, parts.car_t_drugs):
        _check_unique(table, [drug.id for drug in table.rows], problems)
    names = [city_name(city) for city in parts.pharmacies.rows]
    _check_unique(parts.pharmacies, [name for name in names if name not in allowed], problems)
    _check_unique(parts.hospitals, [(row.table, row.city, row.name) for row in parts.hospitals.rows], problems)
    for name in sorted(allowed - set(_twice(names))):
        line = line_of(("repeated_rows", "pharmacies"), parts.lines)
        problems.add(parts.path, line, "repeated_rows.pharmacies", f"{name} is not given twice")


def _check_listing(parts: Parts, problems: Problems) -> None:
    """A drug may come back to the list with a row of its own, but not while the earlier one holds."""
    for table in (parts.drugs, parts.car_t_drugs):
        known: defaultdict[tuple[str, str], list[Drug]] = defaultdict(list)
        for line, drug in table:
            if not _first_day(drug) <= _last_day(drug):
                problems.add(table.path, line, "listed_until", "lies before listed_from")
            same = known[drug.brand, drug.manufacturer]
            if any(_first_day(drug) <= _last_day(other) and _first_day(other) <= _last_day(drug) for other in same):
                problems.add(table.path, line, "rows", f"{drug.brand} {drug.manufacturer} is given twice")
            same.append(drug)


def _first_day(drug: Drug) -> date:
    return drug.listed_from or date.min


def _last_day(drug: Drug) -> date:
    return drug.listed_until or date.max


def _check_papers(parts: Parts, problems: Problems) -> None:
    for name in _PAPERS:
        groups = getattr(parts.file, name)
        for kind, when in _twice((kind, group.when) for group in groups for kind in group.kinds):
            problems.add(parts.path, line_of((name, 0), parts.lines), name, f"ask for {kind} ({when}) twice")


def _check_cancers(parts: Parts, problems: Problems) -> None:
    if any(dated.value for dated in parts.file.terms.cancers_limit_drugs):
        for line, drug in parts.drugs:
            if not drug.cancers:
                problems.add(parts.drugs.path, line, "cancers", "is empty, although cancers limit the drugs")


def _check_car_t(parts: Parts, problems: Problems) -> None:
    for line, drug in parts.car_t_drugs:
        if not drug.car_t:
            problems.add(parts.car_t_drugs.path, line, "car_t", "must be yes: this list holds CAR-T products only")
    tables = {row.table for row in parts.hospitals.rows}
    for index, dated in enumerate(parts.file.terms.car_t_sites):
        if dated.value and dated.value not in tables:
            line = line_of(("terms", "car_t_sites", index), parts.lines)
            problems.add(parts.path, line, "terms.car_t_sites", f"{dated.value} is no table of hospitals.csv")


def city_name(city: PharmacyCity) -> str:
    """Province and city as `repeated_rows` names them."""
    return f"{city.province}/{city.city}"


def _check_unique(table: Table[Row], keys: list[Any], problems: Problems) -> None:
    for key in _twice(keys):
        shown = " ".join(map(str, key)) if isinstance(key, tuple) else str(key)
        problems.add(table.path, 0, "rows", f"{shown} is given twice")


def _twice(keys: Iterable[Hashable]) -> list[Any]:
    return [key for key, count in Counter(keys).items() if count > 1]
