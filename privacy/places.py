"""Where sealed values stand: each place is part of what seals a value, so that it opens nowhere else."""

_LETTERS = 20
PERSON = "person"
CLAIM = "claim.content"
START = "journey_start.claim"
LEFT = "left_behind.claim"
STATUS = "journey_status.status"
LETTER, LETTER_HEADERS, LETTER_FIELDS, LETTER_CORRECTED = (
    f"dead_letter.{name}" for name in ("raw", "headers", "fields", "corrected")
)


def letter(digest: str) -> str:
    """Whose key seals a dead letter: the message's own, so that a repeat of it meets the same key."""
    return f"letter-{digest[:_LETTERS]}"


def decision(number: int) -> str:
    """A decision of a journey."""
    return f"decision/{number}"


def entry(seq: int) -> str:
    """An entry of a journey's timeline."""
    return f"timeline/{seq}"


def notice(key: str) -> str:
    """A message of a journey."""
    return f"outbox/{key}"


def action(key: str) -> str:
    """What a person said to a journey."""
    return f"action/{key}"


def receipt(key: str) -> str:
    """The answer to a call-back."""
    return f"callback/{key}"


def custody(key: str) -> str:
    """An event of a chain of custody."""
    return f"custody/{key}"
