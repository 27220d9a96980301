"""The lymphomas that CAR-T lists name: one name for each, its spellings, and which of them is a kind of which."""

from products.drug_index import normalised

_SPELLINGS = {
    "大B细胞淋巴瘤": ("LBCL",),
    "弥漫性大B细胞淋巴瘤": ("弥漫大B细胞淋巴瘤", "DLBCL"),
    "弥漫性大B细胞淋巴瘤非特指型": ("弥漫大B细胞淋巴瘤非特指型", "弥漫性大B细胞淋巴瘤NOS", "DLBCL-NOS"),
    "原发纵隔大B细胞淋巴瘤": ("原发性纵隔大B细胞淋巴瘤", "原发性纵隔（胸腺）大B细胞淋巴瘤", "PMBCL"),
    "高级别B细胞淋巴瘤": ("HGBCL",),
    "高级别B细胞淋巴瘤伴MYC和BCL-2和/或BCL-6重排": (
        *("双打击淋巴瘤", "三打击淋巴瘤", "双打击/三打击淋巴瘤"),
        *("高级别B细胞淋巴瘤伴MYC和BCL-2重排", "高级别B细胞淋巴瘤伴MYC和BCL-6重排"),
        "高级别B细胞淋巴瘤伴MYC、BCL-2和BCL-6重排",
    ),
    "高级别B细胞淋巴瘤非特指型": ("HGBCL-NOS",),
    "滤泡性淋巴瘤": ("滤泡淋巴瘤", "FL"),
    "3b级滤泡性淋巴瘤": ("3b级滤泡淋巴瘤", "滤泡性淋巴瘤3b级", "滤泡淋巴瘤3b级", "FL3B"),
    "滤泡性淋巴瘤转化的弥漫性大B细胞淋巴瘤": ("滤泡淋巴瘤转化的弥漫性大B细胞淋巴瘤", "转化型滤泡性淋巴瘤", "tFL"),
    "套细胞淋巴瘤": ("MCL",),
    "边缘区淋巴瘤": ("MZL",),
    "伯基特淋巴瘤": ("Burkitt淋巴瘤",),
    "霍奇金淋巴瘤": ("经典型霍奇金淋巴瘤",),
}
"""By the name that the lists print, where they print it."""
_KIND_OF = {
    "弥漫性大B细胞淋巴瘤": "大B细胞淋巴瘤",
    "弥漫性大B细胞淋巴瘤非特指型": "弥漫性大B细胞淋巴瘤",
    "滤泡性淋巴瘤转化的弥漫性大B细胞淋巴瘤": "弥漫性大B细胞淋巴瘤",
    "原发纵隔大B细胞淋巴瘤": "大B细胞淋巴瘤",
    "高级别B细胞淋巴瘤": "大B细胞淋巴瘤",
    "高级别B细胞淋巴瘤伴MYC和BCL-2和/或BCL-6重排": "高级别B细胞淋巴瘤",
    "高级别B细胞淋巴瘤非特指型": "高级别B细胞淋巴瘤",
    "3b级滤泡性淋巴瘤": "滤泡性淋巴瘤",
}
_BY_SPELLING = {normalised(said): name for name, others in _SPELLINGS.items() for said in (name, *others)}


def lymphoma(said: str) -> str | None:
    """The one name of a lymphoma, however spelt (纵膈 is a misprint of 纵隔); None where it is not known here."""
    return _BY_SPELLING.get(normalised(said.replace("膈", "隔")))


def is_kind_of(said: str, listed: str) -> bool | None:
    """Whether what was reported is what a list names; None where that cannot be told.

    A kind of it is: 双打击 is a 高级别. A wider name may be: whether 高级别 is 双打击 nobody has said.
    """
    reported, printed = lymphoma(said), lymphoma(listed)
    if reported is None or printed is None:
        return None
    if printed in _with_wider(reported):
        return True
    return None if reported in _with_wider(printed) else False


def _with_wider(name: str) -> tuple[str, ...]:
    wider = _KIND_OF.get(name)
    return (name, *_with_wider(wider)) if wider else (name,)
