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
    ("name", "spellings"),
    [
        ("大B细胞淋巴瘤", ("LBCL",)),
        ("弥漫性大B细胞淋巴瘤", ("弥漫大B细胞淋巴瘤", "DLBCL")),
        ("弥漫性大B细胞淋巴瘤非特指型", ("弥漫大B细胞淋巴瘤非特指型", "弥漫性大B细胞淋巴瘤 NOS", "DLBCL-NOS")),
        ("原发纵隔大B细胞淋巴瘤", ("原发性纵隔大B细胞淋巴瘤", "原发性纵隔（胸腺）大B细胞淋巴瘤", "PMBCL")),
        ("高级别B细胞淋巴瘤", ("HGBCL",)),
        (HIT, ("双打击淋巴瘤", "三打击淋巴瘤", "双打击/三打击淋巴瘤")),
        (HIT, ("高级别B细胞淋巴瘤伴MYC和BCL-2重排", "高级别B细胞淋巴瘤伴MYC和BCL-6重排")),
        (HIT, ("高级别B细胞淋巴瘤伴MYC、BCL-2和BCL-6重排",)),
        ("高级别B细胞淋巴瘤非特指型", ("HGBCL-NOS",)),
        ("滤泡性淋巴瘤", ("滤泡淋巴瘤", "FL")),
        ("3b级滤泡性淋巴瘤", ("3b级滤泡淋巴瘤", "滤泡性淋巴瘤3b级", "滤泡淋巴瘤3b级", "FL3B")),
        ("滤泡性淋巴瘤转化的弥漫性大B细胞淋巴瘤", ("滤泡淋巴瘤转化的弥漫性大B细胞淋巴瘤", "转化型滤泡性淋巴瘤", "tFL")),
        ("套细胞淋巴瘤", ("MCL",)),
        ("边缘区淋巴瘤", ("MZL",)),
        ("伯基特淋巴瘤", ("Burkitt淋巴瘤",)),
        ("霍奇金淋巴瘤", ("经典型霍奇金淋巴瘤",)),
    ],
)
def test_every_spelling_means_its_lymphoma(name: str, spellings: tuple[str, ...]) -> None:
    """Abbreviations and names as reports write them."""
    assert [lymphoma(said) for said in (name, *spellings)] == [name] * (len(spellings) + 1)


@pytest.mark.parametrize(
    ("narrow", "wide"),
    [
        ("弥漫性大B细胞淋巴瘤", "大B细胞淋巴瘤"),
        ("弥漫性大B细胞淋巴瘤非特指型", "弥漫性大B细胞淋巴瘤"),
        ("滤泡性淋巴瘤转化的弥漫性大B细胞淋巴瘤", "弥漫性大B细胞淋巴瘤"),
        ("原发纵隔大B细胞淋巴瘤", "大B细胞淋巴瘤"),
        ("高级别B细胞淋巴瘤", "大B细胞淋巴瘤"),
        (HIT, "高级别B细胞淋巴瘤"),
        ("高级别B细胞淋巴瘤非特指型", "高级别B细胞淋巴瘤"),
        ("3b级滤泡性淋巴瘤", "滤泡性淋巴瘤"),
        ("DLBCL-NOS", "LBCL"),
    ],
)
def test_a_narrower_lymphoma_is_a_kind_of_the_wider(narrow: str, wide: str) -> None:
    """And the wider may be the narrower: nobody has said."""
    assert is_kind_of(narrow, wide) is True
    assert is_kind_of(wide, narrow) is None


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
