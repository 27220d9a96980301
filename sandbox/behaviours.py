"""How a partner is told to behave: the script of its next answers."""

from enum import StrEnum
from typing import Literal, Self

from pydantic import Field, JsonValue, model_validator

from sandbox.outcomes import outcome_shape
from schemas.names import JourneyId
from schemas.partners import PartnerName
from schemas.shape import Strict


class Kind(StrEnum):
    """What a partner can do with a request."""

    ACCEPT = "accept"
    DELAY = "delay"
    """Accept after `seconds`."""
    REFUSE = "refuse"
    """422, or `status`, with `field` and `reason`."""
    FAIL = "fail"
    """500, or `status`; nothing happened."""
    UNAUTHORIZED = "unauthorized"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    TOO_MANY = "too_many"
    """429 with Retry-After `seconds`."""
    NONSENSE = "nonsense"
    """200 with a body in a wrong `form`; nothing happened."""
    SILENT = "silent"
    """Nothing happens and no answer comes until the caller gives up, or `seconds`."""
    LOST_ANSWER = "lost_answer"
    """It happens, but no answer comes until the caller gives up, or `seconds`."""
    TWICE = "twice"
    """Accept, and call back twice: the same call-back again, or with `distinct` a second one of its own id."""
    NO_CALLBACK = "no_callback"
    """Accept and do it, but never call back."""


class Behaviour(Strict):
    """One step of a script, played `times` times (None: for ever)."""

    kind: Kind = Kind.ACCEPT
    times: int | None = Field(default=1, ge=1, le=1_000_000)
    seconds: float = Field(default=0, ge=0, le=3600)
    status: int | None = Field(default=None, ge=400, le=599)
    field: str = ""
    reason: str = ""
    form: Literal["text", "shape", "huge"] = "text"
    distinct: bool = False
    callback_after: float | None = Field(default=None, ge=0, le=86_400)
    """Seconds until the call-back, instead of the sandbox's pace."""
    outcome: dict[str, JsonValue] = Field(default_factory=dict)
    """What the call-back says, e.g. {"paid": false, "reason": "…"}; fields in sandbox/outcomes.py."""


class Match(Strict):
    """Which calls a script is for; empty: any."""

    journey_id: JourneyId | None = None


class Instruction(Strict):
    """The script of one operation of one partner."""

    partner: PartnerName
    operation: str = Field(default="*", pattern=r"^(\*|[a-z_]{2,40})$")
    """Name of the operation as in the OpenAPI document, or `*` for all."""
    match: Match = Match()
    script: tuple[Behaviour, ...] = Field(min_length=1, max_length=100)

    @model_validator(mode="after")
    def _outcomes_fit(self) -> Self:
        for step in self.script:
            if step.outcome:
                outcome_shape(self.partner, self.operation).model_validate(step.outcome)
        return self
