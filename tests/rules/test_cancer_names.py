"""Names of cancers in drug lists against codes and words."""

import pytest

from products.loader import load_products
from rules.cancer_names import SAME_NAME, SITES, TISSUES, agrees
from tests.rules.cases import diagnosis

CODES = {
    "乳腺癌": "C50",
    "前列腺癌": "C61",
    "卵巢癌": "C56",
    "多发性骨髓瘤": "C90",
    "宫颈癌": "C53",
    "淋巴瘤": "C81 C82 C83 C84 C85 C86 C88",
    "淋巴癌": "C81 C82 C83 C84 C85 C86 C88",
    "甲状腺癌": "C73",
    "白血病": "C91 C92 C93 C94 C95",
    "结直肠癌": "C18 C19 C20",
    "肝癌": "C22",
    "肺癌": "C34",
    "肾癌": "C64",
    "胃癌": "C16",
    "胰腺癌": "C25",
    "膀胱癌": "C67",
    "食管癌": "C15",
    "鼻咽癌": "C11",
    "黑色素瘤": "C43",
    "间皮瘤": "C45",
    "脑瘤": "C70 C71 C72",
}
"""Names that a code proves, as ICD-10 has them."""
TISSUE_CODES = {
    "头颈部鳞癌": "C00 C01 C02 C03 C04 C05 C06 C07 C08 C09 C10 C11 C12 C13 C14 C30 C31 C32 C76",
    "尿路上皮癌": "C65 C66 C67 C68",
    "胃肠道间质瘤": "C15 C16 C17 C18 C19 C20 C26 C48 C49",
    "软组织肉瘤": "C46 C47 C48 C49",
    "骨髓纤维化": "C94 D47",
}
"""Names of a tissue that a code leaves possible."""
ALL_CODES = [f"C{block:02}" for block in range(98)] + ["D45", "D46", "D47"]


@pytest.mark.parametrize(("name", "codes"), CODES.items())
def test_a_code_proves_a_site_whatever_the_words(name: str, codes: str) -> None:
    """These codes and no others; words of another disease neither help nor harm."""
    proven = [code for code in ALL_CODES if agrees(diagnosis(icd10=f"{code}.9", disease="恶性肿瘤"), name)]
    assert proven == codes.split()


@pytest.mark.parametrize(("name", "codes"), TISSUE_CODES.items())
def test_a_code_leaves_a_tissue_possible_and_the_words_prove_it(name: str, codes: str) -> None:
    """With other words these codes go to a person, and every other code rules the tissue out."""
    silent = {code: agrees(diagnosis(icd10=f"{code}.9", disease="恶性肿瘤"), name) for code in ALL_CODES}
    spoken = {code: agrees(diagnosis(icd10=f"{code}.9", disease=name), name) for code in ALL_CODES}
    possible = set(codes.split())
    assert silent == {code: None if code in possible else False for code in ALL_CODES}
    assert spoken == {code: True if code in possible else None for code in ALL_CODES}


@pytest.mark.parametrize(
    ("code", "disease", "name", "expected"),
    [
        ("C34.1", "肺腺癌", "肺癌", True),
        ("C50.9", "乳腺癌", "肺癌", False),
        ("C83.3", "淋巴瘤", "淋巴癌", True),
        ("C16.9", "胃肠道间质瘤", "胃肠道间质瘤", True),
        ("C16.9", "胃癌", "胃肠道间质瘤", None),
        ("C50.9", "乳腺癌", "胃肠道间质瘤", False),
        ("C25.9", "胰腺神经内分泌瘤", "神经内分泌瘤", True),
        ("C25.9", "胰腺肿瘤", "神经内分泌瘤", None),
        ("C50.9", "肺癌", "肺癌", None),
    ],
)
def test_agreement(code: str, disease: str, name: str, expected: bool | None) -> None:  # noqa: FBT001 - a table's column
    """Code and words together decide; contradiction or silence is for a person."""
    assert agrees(diagnosis(icd10=code, disease=disease), name) is expected


def test_every_printed_cancer_is_known_or_left_to_words() -> None:
    """A name that appears in a list is in the tables, save the one that any organ can have."""
    loaded = load_products()
    printed = {name for each in loaded.ids for drug in loaded.get(each).drugs for name in drug.cancers}
    assert printed - {"神经内分泌瘤"} <= SITES.keys() | TISSUES.keys() | SAME_NAME.keys()
