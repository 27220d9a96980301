"""The digest that says under which text of the rules a decision was taken."""

from pathlib import Path

from rules.version import digest_of


def test_the_digest_follows_names_and_text_of_the_sources(tmp_path: Path) -> None:
    """Twelve hex digits; another text or another name changes them, a file that is no source does not."""
    source = tmp_path / "one.py"
    source.write_text("ONE = 1\n")
    first = digest_of(tmp_path)
    assert len(first) == 12
    assert int(first, 16) >= 0
    (tmp_path / "notes.txt").write_text("no source")
    assert digest_of(tmp_path) == first
    source.write_text("ONE = 2\n")
    second = digest_of(tmp_path)
    source.rename(tmp_path / "two.py")
    assert len({first, second, digest_of(tmp_path)}) == 3
