"""Finding a city in a pharmacy table, however its name is written."""

import re
from collections.abc import Iterable

from products.model import PharmacyCity

_PEOPLES = "(?:[土家苗族壮回维吾尔藏彝傣景颇哈尼白布依侗朝鲜蒙古羌傈僳柯克孜哈萨]+族)*"
_ENDING = re.compile(
    rf"(?:省|市|盟|地区|特别行政区|(?:壮族|回族|维吾尔)?自治区|{_PEOPLES}(?:自治州|自治县)|(?<=..)州)$"
)
_PREFECTURE_AND_CITY = re.compile(r"^(.+?(?:自治州|地区|(?<=..)州))(.{1,4}市)$")


def place(name: str) -> str:
    """`name` without the ending that tells its rank: 安徽省 → 安徽, 大理白族自治州 and 大理州 → 大理, 苏州市 → 苏州."""
    bare = name.strip().replace(" ", "")
    return _ENDING.sub("", bare) or bare


def find_city(cities: Iterable[PharmacyCity], province: str, city: str) -> PharmacyCity | None:
    """The row for `city` in `province` (empty: any province), or None where the table has none.

    A row printed as prefecture and city, 凉山彝族自治州西昌市, is found under either.
    """
    for row in cities:
        if place(city) in _names(row.city) and (not province or place(row.province) == place(province)):
            return row
    return None


def _names(city: str) -> set[str]:
    parts = _PREFECTURE_AND_CITY.match(city)
    return {place(city)} | ({place(part) for part in parts.groups()} if parts else set())
