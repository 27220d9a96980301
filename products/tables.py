"""Reading the printed lists of a product: drugs, pharmacy cities, hospitals, sections, one CSV file each."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import BaseModel, ValidationError

from products.problems import FieldPath, Problems

Row = TypeVar("Row", bound=BaseModel)

SEPARATOR = "|"
"""Between the values of a cell that holds several."""


@dataclass(frozen=True)
class Table(Generic[Row]):
    """The rows of one file in printed order, each with its line."""

    path: Path
    rows: tuple[Row, ...] = ()
    lines: tuple[int, ...] = ()

    def __iter__(self) -> Iterator[tuple[int, Row]]:
        """Line and row, in file order."""
        return zip(self.lines, self.rows, strict=True)


@dataclass(frozen=True)
class Layout(Generic[Row]):
    """What a file holds: the shape of a row, its columns, which of them hold several values, and what follows."""

    row: type[Row]
    columns: tuple[str, ...]
    optional: tuple[str, ...] = ()
    """Columns that may follow, all of them or none."""
    several: tuple[str, ...] = ()
    derived: tuple[tuple[str, str], ...] = ()
    """Fields made of others by a template, e.g. `("id", "axa-excellence-{no:0>3}")`."""


def read_table(path: Path, layout: Layout[Row], problems: Problems) -> Table[Row]:
    """The table at `path`, empty if the file is missing; an empty cell means the default of its field."""
    if not path.exists():
        return Table(path)
    try:
        cells = list(_cells(path.read_text(encoding="utf-8")))
    except (UnicodeDecodeError, csv.Error) as error:
        problems.add(path, 0, "file", f"cannot be read as CSV in UTF-8: {error}")
        return Table(path)
    header = tuple(cells[0][1]) if cells else ()
    if header not in {layout.columns, layout.columns + layout.optional}:
        problems.add(path, 1, "header", f"must be {_wanted(layout)}")
        return Table(path)
    rows = [
        (line, _row(path, line, _fields(values, header, layout), layout.row, problems)) for line, values in cells[1:]
    ]
    kept = [(line, row) for line, row in rows if row is not None]
    return Table(path, tuple(row for _, row in kept), tuple(line for line, _ in kept))


def _wanted(layout: Layout[Row]) -> str:
    optional = f", with or without {','.join(layout.optional)} after it" if layout.optional else ""
    return ",".join(layout.columns) + optional


def _cells(text: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(StringIO(text, newline=""), strict=True)
    for values in reader:
        yield reader.line_num, values


def _fields(values: Sequence[str], header: Sequence[str], layout: Layout[Row]) -> dict[str, object] | None:
    """The cells by field; None where there are more or fewer cells than columns."""
    if len(values) != len(header):
        return None
    cells = dict(zip(header, values, strict=True))
    given = {name: value for name, value in cells.items() if value}
    fields: dict[str, object] = {
        name: tuple(value.split(SEPARATOR)) if name in layout.several else value for name, value in given.items()
    }
    return fields | {name: template.format_map(cells) for name, template in layout.derived}


def _row(path: Path, line: int, fields: dict[str, object] | None, shape: type[Row], problems: Problems) -> Row | None:
    if fields is None:
        problems.add(path, line, "row", "must have as many cells as the header")
        return None
    try:
        return shape.model_validate(_nested(fields))
    except ValidationError as error:
        lines: dict[FieldPath, int] = {detail["loc"][:1]: line for detail in error.errors()}
        problems.add_invalid(path, error, lines)
        return None


def _nested(fields: Mapping[str, object]) -> dict[str, object]:
    """`gist_zh` and `gist_en` become one bilingual field."""
    nested: dict[str, object] = {name: value for name, value in fields.items() if not name.startswith("gist_")}
    if gist := {name.removeprefix("gist_"): value for name, value in fields.items() if name.startswith("gist_")}:
        nested["gist"] = gist
    return nested
