"""The cancers that drug lists name, as ICD-10 codes: so that 肺腺癌 coded C34.1 is the list's 肺癌."""

from schemas.clinical import Diagnosis

SITES = {
    "乳腺癌": ("C50",),
    "前列腺癌": ("C61",),
    "卵巢癌": ("C56",),
    "多发性骨髓瘤": ("C90",),
    "宫颈癌": ("C53",),
    "淋巴瘤": ("C81", "C82", "C83", "C84", "C85", "C86", "C88"),
    "甲状腺癌": ("C73",),
    "白血病": ("C91", "C92", "C93", "C94", "C95"),
    "结直肠癌": ("C18", "C19", "C20"),
    "肝癌": ("C22",),
    "肺癌": ("C34",),
    "肾癌": ("C64",),
    "胃癌": ("C16",),
    "胰腺癌": ("C25",),
    "膀胱癌": ("C67",),
    "食管癌": ("C15",),
    "鼻咽癌": ("C11",),
    "黑色素瘤": ("C43",),
    "间皮瘤": ("C45",),
    "脑瘤": ("C70", "C71", "C72"),
}
"""Names that their codes alone prove."""
TISSUES = {
    "头颈部鳞癌": tuple(f"C{site:02}" for site in (*range(15), 30, 31, 32, 76)),
    "尿路上皮癌": ("C65", "C66", "C67", "C68"),
    "胃肠道间质瘤": tuple(f"C{site}" for site in (15, 16, 17, 18, 19, 20, 26, 48, 49)),
    "软组织肉瘤": ("C46", "C47", "C48", "C49"),
    "骨髓纤维化": ("C94", "D47"),
}
"""Names of a tissue: another code rules them out, but one of these codes does not prove them."""
SAME_NAME = {"淋巴癌": "淋巴瘤"}
"""Other spellings printed for the same disease."""


def agrees(diagnosis: Diagnosis, name: str) -> bool | None:
    """Whether the diagnosis is the cancer a list calls `name`; None where code and words cannot tell or disagree."""
    listed, reported = (SAME_NAME.get(each, each) for each in (name.strip(), diagnosis.disease))
    named = listed in reported
    codes = SITES.get(listed) or TISSUES.get(listed)
    if codes is None:
        return named or None
    coded = diagnosis.icd10[:3] in codes
    if coded:
        return True if named or listed in SITES else None
    return None if named else False
