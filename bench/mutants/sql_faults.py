"""The faults that the ledger's functions are given: swapped operators, columns and constants, conditions decided."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import shorten

_FUNCTION = re.compile(r"^CREATE (?:OR REPLACE )?FUNCTION (\w+)\(.*?\$\$;$", re.MULTILINE | re.DOTALL)
_STRING = re.compile(r"'[^']*'")
"""One with a blank in it is a sentence for people."""
_SWAPS = (
    (r" \+ ", (" - ",)),
    (r" - (?!')", (" + ",)),
    (r"(?<=[ (])-(?=[a-z])", ("",)),
    (r" <> ", (" = ",)),
    (r"(?<!ERRCODE)(?<!CONSTRAINT) = ", (" <> ",)),
    (r" > ", (" >= ", " < ")),
    (r" < ", (" <= ", " > ")),
    (r"\bleast\b", ("greatest",)),
    (r"\bgreatest\b", ("least",)),
    (r"\bAND\b", ("OR",)),
    (r"\bOR\b(?! REPLACE)", ("AND",)),
    (r"\bIS DISTINCT FROM\b", ("IS NOT DISTINCT FROM",)),
    (r"\bIS NOT NULL\b", ("IS NULL",)),
    (r"\bIS NULL\b", ("IS NOT NULL",)),
    (r"\bNOT FOUND\b", ("FOUND", "false")),
    (r"\bIF FOUND\b", ("IF NOT FOUND", "IF true")),
    (r"\bIF EXISTS\b", ("IF NOT EXISTS", "IF false AND EXISTS")),
    (r" FOR (?:NO KEY )?UPDATE\b", ("",)),
    (r"\bON CONFLICT DO NOTHING\b", ("",)),
    (r"(?<=\s)0(?=,| THEN)(?<!, 0)", ("1",)),
    (r", 0(?=[,)])", (", 1",)),
    (r"\.available\b", (".reserved", ".committed")),
    (r"\.reserved\b", (".available",)),
    (r"\.committed\b", (".available",)),
    (r"(?<=[^-]>> )'(?:granted|committed|key)'", ("'available'", "'amount'")),
    (r"account = '(\w+)'", ("account = 'insurer'", "account = 'available'", "account = 'reserved'")),
    (r"\('(?:insurer|available|reserved|committed)', ", ("('available', ", "('reserved', ", "('committed', ")),
    (r"'(?:open|adjust|reserve|commit|release|recover|locked|redeemed|wanted)'", ("'other'",)),
    (r"(?<=', )to_(?:insurer|available|reserved|committed)\b", ("to_available", "to_reserved", "0")),
    (r"\bheld\b(?! numeric| :=)", ("paid",)),
    (r"\bpaid\b(?! numeric| :=)", ("0",)),
    (r"\bearlier\b(?! numeric| :=| journal|\.)", ("0",)),
    (r"\bgranted\b(?! numeric| :=)(?!')", ("wanted",)),
    (r"(?<= )insured(?= -)", ("0",)),
    (r"\bchange, ", ("0, ",)),
    (r"(?<=::)numeric\(16, 2\)::text", ("text",)),
    (r"coalesce\(([^;]*?), 0\)", (r"\1",)),
    (r"'\w+', (?!to_|request)\w+(?:::numeric\(16, 2\))?(?:::text)?(?=,? ?\n|, '|\))", ("'x', 0",)),
    (r"PERFORM (?:'[^']*'|[^';])+;", ("NULL;",)),
    (r"^    UPDATE voucher [^;]+;", ("NULL;",)),
    (r"\bRAISE EXCEPTION [^;]+;", ("NULL;",)),
)


@dataclass(frozen=True, slots=True)
class SqlFault:
    """One function with one change in its body."""

    function: str
    line: int
    before: str
    after: str
    code: str

    def __str__(self) -> str:
        """How a survivor is reported."""
        return f"{self.function}:{self.line}: {_brief(self.before)}  ->  {_brief(self.after) or '(nothing)'}"


def functions_of(folder: Path, names: tuple[str, ...]) -> dict[str, str]:
    """The newest text of each function, as a statement that replaces it."""
    found: dict[str, str] = {}
    for migration in sorted(folder.glob("*.sql")):
        for match in _FUNCTION.finditer(migration.read_text("utf-8")):
            found[match[1]] = re.sub("^CREATE (?:OR REPLACE )?", "CREATE OR REPLACE ", match[0])
    return {name: found[name] for name in names}


def faults_of(name: str, code: str) -> Iterator[SqlFault]:
    """Every fault of one function, each once."""
    body = code.index("$$")
    told = [match.span() for match in _STRING.finditer(code, body) if " " in match[0]]
    seen: set[str] = set()
    for pattern, changes in _SWAPS:
        for match in re.compile(pattern, re.MULTILINE).finditer(code, body):
            if any(start < match.start() and match.end() < end for start, end in told):
                continue
            for change in changes:
                faulty = code[: match.start()] + match.expand(change) + code[match.end() :]
                if faulty not in seen and faulty != code:
                    seen.add(faulty)
                    line = code.count("\n", 0, match.start()) + 1
                    yield SqlFault(name, line, _around(code, match.span()), match.expand(change), faulty)


def _around(code: str, span: tuple[int, int]) -> str:
    start, end = code.rfind("\n", 0, span[0]) + 1, code.find("\n", span[1])
    return f"{code[start : span[0]].strip()} «{code[slice(*span)]}» {code[span[1] : end].strip()}"


def _brief(code: str) -> str:
    return shorten(" ".join(code.split()), 150, placeholder=" ...")
