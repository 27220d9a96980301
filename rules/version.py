"""Under which text of the rules a decision was taken."""

from hashlib import sha256
from pathlib import Path
from typing import Final


def digest_of(folder: Path) -> str:
    """First 12 hex digits of SHA-256 over every Python source in `folder`, by name."""
    digest = sha256()
    for source in sorted(folder.glob("*.py")):
        digest.update(source.name.encode())
        digest.update(source.read_bytes())
    return digest.hexdigest()[:12]


RULES_VERSION: Final = digest_of(Path(__file__).parent)
"""A digest of the sources, not a number kept by hand: nobody can change a rule and forget to say so.

A changed comment changes it too, which is harmless: audit then decides again and finds no difference.
"""
