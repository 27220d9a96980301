"""Finding a city in a pharmacy table, however its name is written."""

import re
from collections.abc import Iterable

from products.model import PharmacyCity

_PEOPLES = "(?:[土家苗族壮回维吾尔藏彝傣景颇哈尼白布依侗朝鲜蒙古羌傈僳柯克孜哈萨]+族)*"
_ENDING = re.compile(
    rf"(?:省|市|盟|地区|特别行政区|(?:壮族|回族|维吾尔)?自治区|{_PEOPLES}(?:自治州|自治县)|(?<=..)州)$"
)


def place(name: str) -> str:
    """`name` without the ending that tells its rank: 安徽省 → 安徽, 大理白族自治州 and 大理州 → 大理, 苏州市 → 苏州."""
    bare = name.strip().replace(" ", "")
    return _ENDING.sub("", bare) or bare


def find_city(cities: Iterable[PharmacyCity], province: str, city: str) -> PharmacyCity | None:
    """The row for `city` in `province` (empty: any province), or None where the table has none."""
    wanted = (place(province), place(city))
    for row in cities:
        if place(row.city) == wanted[1] and (not province or place(row.province) == wanted[0]):
            return row
    return None
