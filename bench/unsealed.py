"""A vault that seals nothing, to hold against the one that does."""

from typing import Any

from privacy.vault import Vault


class Unsealed(Vault):
    """Keeps everything plain; never to be used outside a measurement."""

    async def seal(self, subject: str, place: str, value: Any) -> Any:  # noqa: ANN401 - any JSON
        """The value itself."""
        del subject, place
        return value

    async def open(self, subject: str, place: str, stored: Any) -> Any:  # noqa: ANN401 - any JSON
        """The value itself."""
        del subject, place
        return stored
