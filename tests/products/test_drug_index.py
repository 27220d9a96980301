"""Finding drugs: by every printed name, whatever the spelling, and apart by manufacturer."""

from datetime import date

import pytest

from products.drug_index import DrugIndex, normalised
from products.loader import Products
from schemas.clinical import DrugName


def ids(products: Products, product: str, name: str, manufacturer: str = "") -> list[str]:
    """Ids of the drugs found under a name."""
    return [drug.id for drug in products.find_drugs(product, DrugName(name=name, manufacturer=manufacturer))]


def test_every_drug_is_found_by_every_name(products: Products) -> None:
    """Brand, generic name, molecule and each alias lead to the drug, with and without its manufacturer."""
    for product in products.ids:
        for drug in products.get(product).drugs:
            for name in (drug.brand, drug.generic, drug.molecule, *drug.aliases):
                assert drug.id in ids(products, product, name)
                for manufacturer in (drug.manufacturer, *drug.manufacturers):
                    assert drug.id in ids(products, product, name, manufacturer)


def test_a_brand_is_one_drug(products: Products) -> None:
    """A brand and its manufacturer lead to one drug only, except where the generic name stands for the brand."""
    for product in products.ids:
        for drug in products.get(product).drugs:
            if drug.brand not in {"吉非替尼片", "厄洛替尼片", "舒尼替尼胶囊"} or drug.manufacturer:
                assert ids(products, product, drug.brand, drug.manufacturer) == [drug.id]


@pytest.mark.parametrize(
    ("product", "names"),
    [
        ("pingan-longterm-b", ("贺佰安", "贺俪安", "贺丽安")),
        ("chinalife-cancer-rider", ("贺佰安", "贺俪安", "贺丽安")),
        ("axa-excellence", ("贺佰安", "贺俪安", "贺丽安")),
        ("axa-excellence", ("捷格卫", "捷恪卫", "磷酸芦可替尼片", "芦可替尼")),
        ("yuanxin-cancer-drug", ("捷格卫", "捷恪卫", "磷酸芦可替尼片")),
        ("chinalife-cancer-rider", ("FoLotyn", "Folotyn", "FOLOTYN", "Ｆｏｌｏｔｙｎ", " folotyn ")),
        ("axa-excellence", ("FoLotyn", "Folotyn", "普拉曲沙注射液", "普拉曲沙")),
        ("pingan-cancer-drug", ("利卡汀", "美妥昔单抗", "碘美妥昔单抗", "碘[131I]美妥昔单抗", "碘［131Ｉ］美妥昔单抗")),
        ("pingan-longterm-b", ("倍诺达", "瑞基奥仑赛注射液", "瑞基奥伦赛注射液")),
        ("pingan-longterm-b", ("爱博新", "哌柏西利胶囊", "哌柏西利片", "哌柏西利胶囊/哌柏西利片")),
        ("yuanxin-cancer-drug", ("舒尼替尼胶囊", "多美坦")),
        ("yuanxin-cancer-drug", ("厄洛替尼片", "洛瑞特")),
    ],
)
def test_variants_are_one_drug(products: Products, product: str, names: tuple[str, ...]) -> None:
    """All spellings of a name lead to the same single drug."""
    found = {tuple(ids(products, product, name)) for name in names}
    assert len(found) == 1
    assert len(found.pop()) == 1


def test_shared_generic_is_told_apart_by_manufacturer(products: Products) -> None:
    """吉非替尼片 is printed for several makers: without one all come back, with one only its own."""
    assert len(ids(products, "pingan-longterm-b", "吉非替尼片")) == 6
    assert ids(products, "pingan-longterm-b", "吉非替尼片", "扬子江") == ["pingan-longterm-b-081"]
    assert ids(products, "yuanxin-cancer-drug", "吉非替尼片", "科伦药业") == ["yuanxin-cancer-drug-076"]
    assert ids(products, "yuanxin-cancer-drug", "吉非替尼片", "扬子江") == []


@pytest.mark.parametrize("manufacturer", ["罗氏", "罗氏制药", "上海罗氏制药有限公司"])
def test_manufacturer_has_several_spellings(products: Products, manufacturer: str) -> None:
    """Short and long names of a manufacturer mean the same."""
    assert ids(products, "pingan-longterm-b", "帕捷特", manufacturer) == ["pingan-longterm-b-026"]
    assert ids(products, "yuanxin-cancer-drug", "帕捷特", manufacturer) == ["yuanxin-cancer-drug-027"]


def test_manufacturer_of_another_brand_finds_nothing(products: Products) -> None:
    """The brand of one maker does not stand for that of another."""
    assert ids(products, "pingan-longterm-b", "帕捷特", "辉瑞") == []


@pytest.mark.parametrize("name", ["阿司匹林", "可", "！"])
def test_unlisted_drug_is_not_found(products: Products, name: str) -> None:
    """A drug that no list prints, a fragment or mere punctuation finds nothing."""
    assert ids(products, "pingan-longterm-b", name) == []


def test_normalisation_keeps_only_letters_and_digits() -> None:
    """Width, case, spaces and punctuation make no difference."""
    assert normalised(" Fo－Lotyn（注射液） ") == "folotyn注射液"


def test_a_day_leaves_the_rows_of_its_list(products: Products) -> None:
    """A row holds from its first to its last day; without a day every row is found."""
    [printed] = products.find_drugs("pingan-longterm-b", DrugName(name="爱博新"))
    dated = printed.model_copy(update={"listed_from": date(2026, 3, 1), "listed_until": date(2026, 3, 31)})
    index = DrugIndex([dated])
    days = (date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 31), date(2026, 4, 1), None)
    assert [bool(index.find(DrugName(name="爱博新"), day)) for day in days] == [False, True, True, False, True]
