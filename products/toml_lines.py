"""Finding the line of every key in a TOML file, because the parser of the standard library keeps none."""

import re
from collections import Counter

from products.problems import FieldPath

_HEADER = re.compile(r"^(?P<open>\[{1,2})\s*(?P<name>[\w.-]+)\s*\]{1,2}\s*(#.*)?$")
_KEY = re.compile(r"^(?P<name>[\w-]+)\s*=\s*(?P<rest>.*)$")
_STRINGS_AND_COMMENT = re.compile(r'"(?:\\.|[^"\\])*"|\'[^\']*\'|#.*$')


def lines_of_keys(text: str) -> dict[FieldPath, int]:
    """Line (from 1) of every table, key and item of a multi-line array in the valid TOML `text`.

    Keys inside an inline table have no entry of their own: their line is that of what surrounds them. Multi-line
    strings are not understood; the product files have none.
    """
    scan = _Scan()
    for number, line in enumerate(text.splitlines(), 1):
        scan.read(number, line.strip())
    return scan.lines


class _Scan:
    def __init__(self) -> None:
        self.lines: dict[FieldPath, int] = {}
        self._table: FieldPath = ()
        self._tables: Counter[str] = Counter()
        self._key: FieldPath = ()
        self._depth = 0
        self._item = 0

    def read(self, number: int, line: str) -> None:
        if self._depth:
            self._read_inside(number, line)
        elif header := _HEADER.match(line):
            self._open_table(number, header["name"], repeated=header["open"] == "[[")
        elif key := _KEY.match(line):
            self._key = (*self._table, key["name"])
            self.lines[self._key] = number
            self._depth, self._item = _nesting(key["rest"]), 0

    def _open_table(self, number: int, name: str, *, repeated: bool) -> None:
        self._table = tuple(name.split("."))
        if repeated:
            self._table = (*self._table, self._tables[name])
            self._tables[name] += 1
        self.lines[self._table] = number

    def _read_inside(self, number: int, line: str) -> None:
        if self._depth == 1 and line and line[0] not in "#]":
            self.lines[(*self._key, self._item)] = number
            self._item += 1
        self._depth += _nesting(line)


def _nesting(line: str) -> int:
    bare = _STRINGS_AND_COMMENT.sub("", line)
    return sum(bare.count(bracket) for bracket in "[{") - sum(bare.count(bracket) for bracket in "]}")
