"""Why something sealed cannot be read: one family; messages name the subject of a key, never what is sealed."""


class PrivacyError(Exception):
    """Something cannot be sealed or read. `subject` is whose key it is about: a journey, a person or a dead letter."""

    def __init__(self, subject: str, why: str) -> None:
        """`why` is what follows the subject in the message."""
        super().__init__(f"{subject}: {why}")
        self.subject = subject


class ErasedError(PrivacyError):
    """The data key was dropped on purpose. What it sealed is gone for good: say so, and go on with the rest."""

    def __init__(self, subject: str) -> None:
        """`subject` was erased."""
        super().__init__(subject, "erased; nothing of it can be read any more")


class MissingKeyError(PrivacyError):
    """There is no data key, or the key that wraps it is not on the ring.

    Restore the table data_key from the same backup as the rest, or put the old key back on the ring.
    """


class UnreadableError(PrivacyError):
    """What is stored was changed, moved from another place, or sealed with another key: compare with a backup."""

    def __init__(self, subject: str, place: str, perhaps: str = "") -> None:
        """`place` is the column or payload that does not open, `perhaps` what else may explain it."""
        super().__init__(subject, f"{place} does not open with its key: it was changed or moved{perhaps}")


class KeyRingError(ValueError):
    """The key ring cannot be used; the message says why and how one is made. Nothing starts without a ring."""
