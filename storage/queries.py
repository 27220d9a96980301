"""Named queries read from .sql files: `-- name: reserve_limit`, a line of description, then the statement."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

_HEADER = re.compile(r"^-- name: (?P<name>[a-z][a-z0-9_]*)\s*$")


class Queries(Mapping[str, str]):
    """The statements of one .sql file by name; `queries["reserve_limit"]`."""

    def __init__(self, path: Path) -> None:
        """Read `path`; raises ValueError naming file and line for SQL outside a named block or a name given twice."""
        self.path = path
        self._statements = _parse(path)

    def __getitem__(self, name: str) -> str:
        """The statement called `name`; KeyError when the file has none."""
        return self._statements[name]

    def __iter__(self) -> Iterator[str]:
        """Names in file order."""
        return iter(self._statements)

    def __len__(self) -> int:
        """How many statements the file holds."""
        return len(self._statements)


def _parse(path: Path) -> dict[str, str]:
    statements: dict[str, list[str]] = {}
    current: list[str] | None = None
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if header := _HEADER.match(line):
            if header["name"] in statements:
                message = f"{path}:{number}: query {header['name']} is defined twice"
                raise ValueError(message)
            current = statements.setdefault(header["name"], [])
        elif current is not None:
            current.append(line)
        elif line.strip() and not line.startswith("--"):
            message = f"{path}:{number}: SQL before the first '-- name:' line"
            raise ValueError(message)
    return {name: "\n".join(lines).strip() for name, lines in statements.items()}


def load(name: str) -> Queries:
    """The queries of `storage/queries/<name>.sql`."""
    return Queries(Path(__file__).parent / "queries" / f"{name}.sql")
