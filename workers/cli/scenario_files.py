"""The scenario files that a command is given: files, and folders with all that is below them."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from products.loader import Products
from simulation.errors import ScenarioError
from simulation.reading import read
from simulation.running import Named
from workers.cli.failures import BadInputError

_ENDINGS = (".yaml", ".yml")


def scenarios(places: Sequence[Path], products: Products) -> list[Named]:
    """Every scenario in `places`, each once; BadInputError tells all that is wrong with any of them."""
    found, wrong = list[Named](), list[str]()
    for file in dict.fromkeys(file for place in places for file in _files(place)):
        try:
            found.append(Named(file, read(file, products)))
        except ScenarioError as error:
            wrong.append(str(error))
    if wrong:
        raise BadInputError("\n".join(wrong))
    return found


def _files(place: Path) -> Iterable[Path]:
    if not place.is_dir():
        if not place.exists():
            message = f"{place}: no such file or folder; give scenario files (YAML) or a folder of them"
            raise BadInputError(message)
        return [place]
    files = sorted(file for file in place.rglob("*") if file.suffix in _ENDINGS)
    if not files:
        message = f"{place}: no scenario in it (no file ends in {' or '.join(_ENDINGS)})"
        raise BadInputError(message)
    return files
