"""Institutions of CAR-T tables: one name or another, one campus or another."""

import pytest

from products.loader import Products
from products.model import Hospital
from products.sites import SiteIndex, SiteStanding, site_names

TABLES = {"chinalife-cancer-rider": "table-5", "pingan-longterm-b": "annex-3"}


def standing(products: Products, product: str, name: str) -> str:
    """What the product's table says of an institution."""
    return products.find_site(product, TABLES[product], name).standing.value


@pytest.mark.parametrize("product", TABLES)
def test_every_printed_name_is_listed(products: Products, product: str) -> None:
    """So is every other spelling, and each leads to its own row before any other."""
    for row in products.get(product).hospitals:
        if row.table == TABLES[product]:
            for name in (row.name, row.name.replace("（", "(").replace("）", ")"), *row.aliases):
                found = products.find_site(product, TABLES[product], name)
                assert found.standing is SiteStanding.LISTED, name
                assert row in found.rows, name


@pytest.mark.parametrize("product", TABLES)
def test_one_name_stands_for_one_row(products: Products, product: str) -> None:
    """No name is that of two rows, but for the hospital that Ping An prints twice."""
    rows = [row for row in products.get(product).hospitals if row.table == TABLES[product]]
    for row in rows:
        same = {each.name for each in products.find_site(product, TABLES[product], row.name).rows}
        assert same in ({row.name}, {"中山大学肿瘤防治中心", "中山大学附属肿瘤医院"})


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("长海医院", "listed"),
        ("上海长海医院（海军军医大学第一附属医院）", "listed"),
        ("南京市浦口区中心医院", "listed"),
        ("江苏省人民医院（浦口分院）", "listed"),
        ("江苏省人民医院浦口院区", "listed"),
        ("江苏省人民医院宿迁分院", "other_campus"),
        ("华中科技大学附属同济医院光谷院区", "listed"),
        ("华中科技大学同济医学院附属同济医院（中法新城院区）", "listed"),
        ("华中科技大学同济医学院附属同济医院本部", "listed"),
        ("华中科技大学同济医学院附属同济医院", "listed"),
        ("华中科技大学同济医学院附属同济医院军山院区", "other_campus"),
        ("华中科技大学附属同济医院", "campus_open"),
        ("上海复旦大学附属华山医院北院", "listed"),
        ("复旦大学附属华山医院（北院）", "listed"),
        ("上海复旦大学附属华山医院", "campus_open"),
        ("上海复旦大学附属华山医院总院", "campus_open"),
        ("上海复旦大学附属华山医院浦东院区", "other_campus"),
        ("青岛大学附属医院（市南院区）", "listed"),
        ("青岛大学附属医院西海岸院区", "listed"),
        ("青岛大学附属医院崂山院区", "other_campus"),
        ("青岛大学附属医院", "campus_open"),
        ("中山大学肿瘤防治中心", "listed"),
        ("中山大学肿瘤防治中心黄埔院区", "listed"),
        ("中山大学肿瘤防治中心（甘肃医院）", "resembles"),
        ("中国人民解放军总医院西院", "listed"),
        ("中国人民解放军总医院（东院）", "other_campus"),
        ("上海市东方医院", "campus_open"),
        ("北京协和医院（西院）", "other_campus"),
        ("兰州大学第二医院", "campus_open"),
        ("海军军医大学第一附属医院（长海医院）虹口院区", "resembles"),
        ("江苏省人民医院（宿迁市某医院）", "resembles"),
        ("安徽医科大学附属第一医院", "resembles"),
        ("中南大学湘雅三医院", "unlisted"),
        ("苏州大学附属第三医院", "unlisted"),
        ("安徽省阜阳市中医院", "unlisted"),
    ],
)
def test_the_campus_decides(products: Products, name: str, expected: str) -> None:
    """Of China Life's table 5: names in brackets are others of the same place, campuses are not."""
    assert standing(products, "chinalife-cancer-rider", name) == expected


@pytest.mark.parametrize(
    ("printed", "names"),
    [
        ("甲医院", {("甲医院", "")}),
        ("甲医院（乙医院）", {("甲医院", ""), ("乙医院", "")}),
        ("甲医院/乙中心", {("甲医院", ""), ("乙中心", "")}),
        ("甲医院南院区", {("甲医院", "南")}),
        ("甲医院（南院）", {("甲医院", "南")}),
        ("甲医院（光谷）", {("甲医院", "光谷")}),
        ("甲医院（乙医院）（南院）", {("甲医院", "南"), ("乙医院", "南")}),
        ("甲中心（含黄埔院区）", {("甲中心", ""), ("甲中心", "黄埔")}),
        ("甲医院本部", {("甲医院", "")}),
        ("甲医院血液科庆春院区", {("甲医院", "庆春")}),
        ("高博医学（血液病）上海研究中心（闸新院区）", {("高博医学血液病上海研究中心", "闸新")}),
        ("中国医学科学院血液研究所血液病医院", {("中国医学科学院血液研究所血液病医院", "")}),
    ],
)
def test_a_printed_name_taken_apart(printed: str, names: set[tuple[str, str]]) -> None:
    """Institutions, and campuses without the ending that says what they are."""
    assert {tuple(name) for name in site_names(printed)} == names


def test_the_likest_rows_come_first() -> None:
    """A person who compares sees the best guess first; another number is no guess at all."""
    rows = [
        Hospital(name=name) for name in ("某某大学附属肿瘤专科医院", "某某大学附属肿瘤医院", "某某大学第一附属医院")
    ]
    found = SiteIndex(rows).find("某某大学附属肿瘤医馆医院")
    assert found.standing is SiteStanding.RESEMBLES
    assert [row.name for row in found.rows] == ["某某大学附属肿瘤医院", "某某大学附属肿瘤专科医院"]
    assert SiteIndex(rows).find("某某大学第二附属医院").standing is SiteStanding.UNLISTED
