"""Finding lines in TOML: tables, keys and the items of arrays over several lines."""

from products.toml_lines import lines_of_keys

TEXT = """\
# a comment
[one]
key = 1
list = [
  { a = "]", b = [1, 2] }, # ] not an end
  # between
  { a = "x # y" },
]
after = [{ a = 1 }]

[[many]]
name = 'first'

[[many]]
name = "second"
"""


def test_lines_are_those_of_the_keys() -> None:
    """Brackets in strings and comments do not count; array tables are numbered."""
    assert lines_of_keys(TEXT) == {
        ("one",): 2,
        ("one", "key"): 3,
        ("one", "list"): 4,
        ("one", "list", 0): 5,
        ("one", "list", 1): 7,
        ("one", "after"): 9,
        ("many", 0): 11,
        ("many", 0, "name"): 12,
        ("many", 1): 14,
        ("many", 1, "name"): 15,
    }
