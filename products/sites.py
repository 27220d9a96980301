"""Finding an institution, down to its campus, in a table of designated ones, however its name is written."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import NamedTuple

from products.drug_index import normalised
from products.model import Hospital

_BRACKETED = re.compile(r"\(([^()]*)\)")
_INSTITUTION = re.compile(r"医院|中心|研究所")
_WITH_CAMPUS = re.compile(r"^(?P<institution>.+?(?:医院|中心|研究所))(?P<campus>[^医]*(?:院区|分院|区|院|部))$")
_MAIN = frozenset({"本部", "院本部", "本院", "本院区", "总院", "主院区"})
"""Campuses that the plain name stands for."""
_DEPARTMENT = re.compile(r"^血液(?:内)?科")
"""A department is no other place than its campus."""
_CAMPUS_ENDING = re.compile(r"(?:院区|分院|院|区)$")
_ORDINALS = re.compile(r"[一二三四五六七八九十\d]+")
_ALIKE = 0.8
"""Share of characters in common (Ratcliff/Obershelp) from which two names may be one misspelt."""


class SiteStanding(StrEnum):
    """What a table says of an institution."""

    LISTED = "listed"
    OTHER_CAMPUS = "other_campus"
    """The institution is listed, this campus of it is not."""
    CAMPUS_OPEN = "campus_open"
    """Only some campuses are listed, and which one is meant was not said."""
    RESEMBLES = "resembles"
    """The name is like a listed one, or names two institutions of which only one is listed."""
    UNLISTED = "unlisted"


@dataclass(frozen=True, slots=True)
class SiteFound:
    """The standing, and the rows it rests on."""

    standing: SiteStanding
    rows: tuple[Hospital, ...] = ()


class SiteName(NamedTuple):
    """One name of an institution and its campus; the campus is empty where none is named, or the main one."""

    institution: str
    campus: str


def site_names(printed: str) -> frozenset[SiteName]:
    """Every name that a printed one holds: 甲医院（乙医院） are two of one place, 甲医院（南院区） is a campus."""
    text = unicodedata.normalize("NFKC", printed).replace(" ", "")
    return frozenset(name for variant in text.split("/") for name in _names(variant))


def _names(text: str) -> Iterable[SiteName]:
    head, others, campuses = text, [], set[str]()
    for part in _BRACKETED.findall(text):
        if _INSTITUTION.search(part):
            others.append(part)
        elif text.endswith(f"({part})") or _CAMPUS_ENDING.search(part):
            # 含黄埔院区: that campus beside the main one.
            campuses |= {"", _campus(part.removeprefix("含"))} if part.startswith("含") else {_campus(part)}
        else:
            continue
        head = head.replace(f"({part})", "")
    for each in (head, *others):
        name = _split(each)
        yield from (SiteName(name.institution, name.campus or campus) for campus in campuses or {""})


def _split(name: str) -> SiteName:
    with_campus = _WITH_CAMPUS.match(name)
    if with_campus is None:
        return SiteName(normalised(name), "")
    return SiteName(normalised(with_campus["institution"]), _campus(with_campus["campus"]))


def _campus(name: str) -> str:
    bare = normalised(_DEPARTMENT.sub("", name))
    return "" if bare in _MAIN else _CAMPUS_ENDING.sub("", bare)


class SiteIndex:
    """The rows of one table by every name their institutions are known under."""

    def __init__(self, rows: Iterable[Hospital]) -> None:
        """`rows` in the order of the printed table."""
        self._names = {row: _all_names(row) for row in rows}

    def find(self, name: str) -> SiteFound:
        """What the table says of the institution of that name; its campus decides, too."""
        asked = site_names(name)
        listed = tuple(row for row, known in self._names.items() if known & asked)
        related = self._of(frozenset(each.institution for each in asked))
        if listed:
            # A second name that is not the row's may be that of another place: 甲医院（乙分院医院）.
            whole = any(asked <= self._names[row] for row in listed)
            return SiteFound(SiteStanding.LISTED if whole else SiteStanding.RESEMBLES, listed)
        if related:
            said = any(each.campus for each in asked)
            return SiteFound(SiteStanding.OTHER_CAMPUS if said else SiteStanding.CAMPUS_OPEN, related)
        alike = self._alike(asked)
        return SiteFound(SiteStanding.RESEMBLES if alike else SiteStanding.UNLISTED, alike)

    def _of(self, institutions: frozenset[str]) -> tuple[Hospital, ...]:
        """The rows of these institutions, whatever the campus."""
        return tuple(
            row for row, known in self._names.items() if any(name.institution in institutions for name in known)
        )

    def _alike(self, asked: frozenset[SiteName]) -> tuple[Hospital, ...]:
        """Rows whose name may be the same one misspelt, the likest first."""
        likeness = {row: _likeness(asked, known) for row, known in self._names.items()}
        alike = [row for row, share in likeness.items() if share >= _ALIKE]
        return tuple(sorted(alike, key=lambda row: -likeness[row]))


def _all_names(row: Hospital) -> frozenset[SiteName]:
    return frozenset(name for printed in (row.name, *row.aliases) for name in site_names(printed))


def _likeness(asked: frozenset[SiteName], known: frozenset[SiteName]) -> float:
    return max(_share(one.institution, other.institution) for one in asked for other in known)


def _share(one: str, other: str) -> float:
    """Share of characters in common; the second affiliated hospital is never a slip of the pen for the first."""
    if _ORDINALS.findall(one) != _ORDINALS.findall(other):
        return 0.0
    return SequenceMatcher(None, one, other, autojunk=False).ratio()
