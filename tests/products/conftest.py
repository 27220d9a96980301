"""A copy of the product data that a test may break, and ways to break it."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from products.errors import ProductError
from products.loader import ROOT, Products, load_products

Break = Callable[[str, str, str], None]


@pytest.fixture(scope="session")
def products() -> Products:
    """The products as delivered."""
    return load_products()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A copy of three products: with a pharmacy table and without, with CAR-T products of its own and without."""
    for name in ("chinalife-cancer-rider", "pingan-cancer-drug", "yuanxin-cancer-drug"):
        shutil.copytree(ROOT / name, tmp_path / name)
    return tmp_path


@pytest.fixture
def change(data: Path) -> Break:
    """Replace a text that stands exactly once in a file of the copy."""

    def replace(file: str, old: str, new: str) -> None:
        text = (data / file).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
        (data / file).write_text(text.replace(old, new), encoding="utf-8")

    return replace


@pytest.fixture
def complaints(data: Path) -> Callable[[], list[str]]:
    """Load the copy, which must fail; the lines of the message."""

    def load() -> list[str]:
        with pytest.raises(ProductError) as caught:
            load_products(data)
        return str(caught.value).splitlines()

    return load
