"""Collecting what is wrong with the data, so that one run names all of it with file, line and field."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from products.errors import ProductError

FieldPath = tuple[str | int, ...]
"""Where a value stands inside a document, e.g. `("terms", "waiting_days", 0, "value")`."""


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong in one place; `line` counts from 1, 0 stands for the whole file."""

    file: str
    line: int
    field: str
    reason: str

    def __str__(self) -> str:
        """The problem as `file:line: field: reason`."""
        return f"{self.file}:{self.line}: {self.field}: {self.reason}"


@dataclass
class Problems:
    """What has been found so far in the data below `root`."""

    root: Path
    found: list[Problem] = field(default_factory=list)

    def add(self, file: Path, line: int, field: str, reason: str) -> None:
        """Remember one problem."""
        self.found.append(Problem(file.relative_to(self.root).as_posix(), line, field, reason))

    def add_invalid(self, file: Path, error: ValidationError, lines: Mapping[FieldPath, int]) -> None:
        """Remember everything pydantic found; `lines` gives the line of a field or of what surrounds it."""
        for detail in error.errors(include_url=False, include_context=False, include_input=False):
            path = detail["loc"]
            self.add(file, line_of(path, lines), ".".join(map(str, path)), detail["msg"])

    def raise_if_any(self) -> None:
        """Raise one ProductError that lists all problems; nothing happens when there is none."""
        if self.found:
            raise ProductError("\n".join(map(str, sorted(self.found))))


def line_of(path: FieldPath, lines: Mapping[FieldPath, int]) -> int:
    """Line of `path`, else of the nearest thing around it, else 0."""
    return next((lines[outer] for outer in _outwards(path) if outer in lines), 0)


def _outwards(path: FieldPath) -> Iterator[FieldPath]:
    for length in range(len(path), 0, -1):
        yield path[:length]
