"""Which lymphoma a name means, and whether it is the one that a list prints."""

import pytest

from products.loader import load_products
from rules.lymphoma_names import is_kind_of, lymphoma

HIT = "高级别B细胞淋巴瘤伴MYC和BCL-2和/或BCL-6重排"


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("原发纵膈大B细胞淋巴瘤", "原发纵隔大B细胞淋巴瘤"),
        ("原发纵隔大 B 细胞淋巴瘤", "原发纵隔大B细胞淋巴瘤"),
        ("滤泡淋巴瘤转化的弥漫性大B细胞淋巴瘤", "滤泡性淋巴瘤转化的弥漫性大B细胞淋巴瘤"),
        ("3B级滤泡淋巴瘤", "3b级滤泡性淋巴瘤"),
        ("dlbcl nos", "弥漫性大B细胞淋巴瘤非特指型"),
        ("双打击/三打击淋巴瘤", HIT),
        ("富于T细胞的大B细胞淋巴瘤", None),
        ("", None),
    ],
)
def test_one_name_for_each(said: str, name: str | None) -> None:
    """Width, case, spaces, misprints and abbreviations make no difference; what is not known is not guessed."""
    assert lymphoma(said) == name


@pytest.mark.parametrize(
    ("said", "listed", "fits"),
    [
        (HIT, "高级别B细胞淋巴瘤", True),
        ("高级别B细胞淋巴瘤", HIT, None),
        ("高级别B细胞淋巴瘤非特指型", HIT, False),
        ("弥漫性大B细胞淋巴瘤", "弥漫性大B细胞淋巴瘤非特指型", None),
        ("大B细胞淋巴瘤", "原发纵隔大B细胞淋巴瘤", None),
        ("滤泡性淋巴瘤", "3b级滤泡性淋巴瘤", None),
        ("滤泡性淋巴瘤", "滤泡性淋巴瘤转化的弥漫性大B细胞淋巴瘤", False),
        ("套细胞淋巴瘤", "弥漫性大B细胞淋巴瘤非特指型", False),
        ("某淋巴瘤", "弥漫性大B细胞淋巴瘤非特指型", None),
        ("套细胞淋巴瘤", "某淋巴瘤", None),
    ],
)
def test_a_kind_of_what_is_listed(said: str, listed: str, fits: bool | None) -> None:  # noqa: FBT001 - a table's column
    """A narrower name fits a wider one; the other way round it may or may not."""
    assert is_kind_of(said, listed) is fits


def test_every_listed_sub_type_is_known() -> None:
    """Whatever the lists print is recognised, and fits itself."""
    products = load_products()
    printed = {each for name in products.ids for drug in products.get(name).car_t_drugs for each in drug.subtypes}
    assert len(printed) == 6
    assert all(is_kind_of(each, each) for each in printed)
