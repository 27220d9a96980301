"""What a reconciliation finds: one row or field on which histories and database do not agree."""

from enum import StrEnum

from schemas.shape import Shape


class Part(StrEnum):
    """What of a journey is held against its histories."""

    HISTORY = "history"
    START = "start"
    """The claim, and the order to start a journey."""
    STATUS = "status"
    DECISIONS = "decisions"
    TIMELINE = "timeline"
    MESSAGES = "messages"
    LEDGER = "ledger"
    BALANCE = "balance"
    """The accounts of a policy period."""
    ENTRY = "entry"
    """A movement on an account that belongs to no posting."""
    VOUCHER = "voucher"
    CUSTODY = "custody"


class Fault(StrEnum):
    """What is wrong."""

    ABSENT = "absent"
    """Histories say it, and it is not there."""
    OTHER = "other"
    """It is there and says something else."""
    SURPLUS = "surplus"
    """It is there, and no history knows of it."""
    UNREADABLE = "unreadable"
    """It cannot be compared: it is damaged, its key is missing, or today's code does not bring it about."""
    BROKEN = "broken"
    """It does not add up by itself, whatever histories say."""


_REPAIRABLE = frozenset(
    {
        *(
            (part, fault)
            for part in (Part.STATUS, Part.DECISIONS, Part.TIMELINE)
            for fault in (Fault.ABSENT, Fault.OTHER, Fault.UNREADABLE)
        ),
        (Part.DECISIONS, Fault.SURPLUS),
        (Part.TIMELINE, Fault.SURPLUS),
        (Part.MESSAGES, Fault.ABSENT),
    }
)
"""What people read follows from histories alone. Of money, vouchers and cells nothing is ever rewritten, nor is a
message that is there: it may have been sent as it is."""


class Finding(Shape):
    """One difference; what may tell of a person is named and not shown."""

    part: Part
    fault: Fault
    what: str = ""
    """Number, key or id of the row; empty where there is only one."""
    field: str = ""
    history: str = ""
    database: str = ""
    passing: bool = False
    """What a journey is doing just now may explain it."""

    @property
    def repairable(self) -> bool:
        """Whether it is written anew from histories when that is asked for."""
        return (self.part, self.fault) in _REPAIRABLE


class Verdict(StrEnum):
    """What came of reconciling one journey."""

    AGREES = "agrees"
    DISAGREES = "disagrees"
    MOVING = "moving"
    """It moves while it is looked at, and nothing else is wrong: it is looked at next time."""
    ERASED = "erased"
    """Its keys were dropped: what remains agrees as far as can be told."""


SOUND = frozenset({Verdict.AGREES, Verdict.MOVING, Verdict.ERASED})


class Reconciled(Shape):
    """What came of one journey, of one policy period, or of a posting that is not there."""

    name: str
    """The journey's id, or table and number of the row."""
    verdict: Verdict
    runs: int = 0
    findings: tuple[Finding, ...] = ()
    repaired: tuple[Finding, ...] = ()
    """What was written anew; `verdict` and `findings` are those of the look after it."""
