"""The free-text search of the list, where much fits and where little does."""

import pytest

from console import reads
from console.reads import Reads
from console.views import JourneyFilter, Sort
from privacy.vault import Vault
from tests.conftest import RING
from tests.console import samples
from tests.console.conftest import Pool


async def claims(pool: Pool, text: str, sort: Sort = "updated") -> list[str]:
    """Claim numbers of all pages of two."""
    seen: list[str] = []
    cursor: str | None = None
    while True:
        page = await Reads(pool, Vault(pool, RING)).page(JourneyFilter(q=text, sort=sort, limit=2, cursor=cursor))
        seen += [item.claim_number for item in page.items]
        if page.next is None:
            return seen
        cursor = page.next


@pytest.fixture(params=[1, 3, 4, 100])
def few(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """So many count as few."""
    monkeypatch.setattr(reads, "_FEW", request.param)


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize(
    ("text", "sort", "numbers"),
    [
        ("万珂", "updated", [6, 4, 2]),
        ("万珂", "due", [2, 4]),
        ("Clm-00000", "updated", [6, 5, 4, 3, 2, 1]),
        ("000005", "updated", [5]),
        ("000005", "due", [5]),
        ("nobody", "updated", []),
        ("nobody", "due", []),
    ],
)
async def test_however_many_fit_the_pages_are_the_same(pool: Pool, text: str, sort: Sort, numbers: list[int]) -> None:
    """Picked out by id or met in the list's order: each journey that fits comes once, and in order."""
    clocks = [samples.late(number) for number in range(1, 6)]
    drugs = ["可瑞达 帕博利珠单抗", "万珂 硼替佐米"]
    even = [status.model_copy(update={"drug": drugs[place % 2]}) for place, status in enumerate(clocks)]
    await samples.write_all(pool, *even, samples.stopped(6).model_copy(update={"drug": drugs[1]}))
    assert await claims(pool, text, sort) == [f"CLM-{number:06d}" for number in numbers]


async def test_a_search_combines_with_the_filters(pool: Pool, vault: Vault) -> None:
    """What is typed and what is chosen narrow the list together."""
    await samples.write_all(pool, samples.status(1), samples.closed(2), samples.status(3, product="axa-excellence"))
    page = await Reads(pool, vault).page(JourneyFilter(q="可瑞达", product=samples.PRODUCT, open=True))
    assert [item.claim_number for item in page.items] == ["CLM-000001"]
