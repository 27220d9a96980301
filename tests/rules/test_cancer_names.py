"""Names of cancers in drug lists against codes and words."""

import pytest

from products.loader import load_products
from rules.cancer_names import SAME_NAME, SITES, TISSUES, agrees
from tests.rules.cases import diagnosis


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
