"""docs/rules.md: one row for each rule of each product."""

from collections import Counter
from collections.abc import Iterator

from products.loader import load_products
from products.model import Product, Section
from schemas.names import RuleId
from tests.docs.matrix.namings import namings
from tests.docs.matrix.places import places
from tests.docs.matrix.standing import ROOT, kept

PAGE = ROOT / "docs" / "rules.md"
STANDINGS = ("implemented", "planned", "not applicable")
_HEAD = """\
# Rules of the documents

Every rule of the five documents, and where it stands in this software. Written by `make rules` out of the products'
sections and terms, the code, the tests and `docs/rules.toml`, the hand-kept list of what is not implemented; a test
fails when this page is not what they say.

- **implemented**: a gate, a term that code reads, a list of papers, code or a step of the journey follows it, and a
  test names it. "Still to come" says what is missing of it.
- **planned**: a later subject brings it.
- **not applicable**: it decides nothing in a journey; the reason stands beside it.
"""


def render() -> str:
    """The page as it has to be now."""
    products = load_products()
    parts = [_HEAD, *_counts(), *(line for each in products.ids for line in _product(products.get(each)))]
    return "\n".join(parts) + "\n"


def standing_of(rule: RuleId) -> str:
    """`implemented`, `planned: …` or `not applicable: …`; empty for a rule that nobody placed."""
    return "implemented" if rule in places() else dict(kept().listed()).get(rule, "")


def _counts() -> Iterator[str]:
    products = load_products()
    yield f"| Product | rules | {' | '.join(STANDINGS)} |"
    yield "|---|---|---|---|---|"
    total = Counter[str]()
    for product in map(products.get, products.ids):
        counted = Counter(standing_of(rule).partition(":")[0] for rule in product.sections)
        total += counted
        yield _count(f"`{product.identity.id}`", counted)
    yield _count("together", total)


def _count(name: str, counted: Counter[str]) -> str:
    return f"| {name} | {counted.total()} | {' | '.join(str(counted[each]) for each in STANDINGS)} |"


def _product(product: Product) -> Iterator[str]:
    yield ""
    yield f"## {product.identity.id}"
    yield ""
    yield f"{product.identity.name.en}, {product.identity.document}"
    yield ""
    yield "| Rule | What it says | Section | Standing | Where | Tests |"
    yield "|---|---|---|---|---|---|"
    for section in sorted(product.sections.values(), key=_order):
        yield _row(section)


def _order(section: Section) -> tuple[str, int]:
    name, number = section.rule.partition("/")[2].rsplit("-", 1)
    return name, int(number)


def _row(section: Section) -> str:
    rule = section.rule
    cells = (
        rule.partition("/")[2],
        section.gist.en,
        section.section,
        ". ".join((standing_of(rule), *_still_to_come(rule))),
        "<br>".join(places().get(rule, ())),
        "<br>".join(f"`{test}`" for test in namings().get(rule, ())),
    )
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def _still_to_come(rule: RuleId) -> Iterator[str]:
    for remaining in kept().remaining:
        if rule in remaining.rules:
            yield f"Still to come: {remaining.missing} ({remaining.subject})"
