"""How a partner's failure reaches a journey: one family, whose types tell Temporal whether to try again."""

from datetime import timedelta

from temporalio.exceptions import ApplicationError

REFUSED = "PartnerRefused"
CREDENTIALS = "PartnerCredentials"
BUSY = "PartnerBusy"
UNAVAILABLE = "PartnerUnavailable"
NONSENSE = "PartnerNonsense"


class PartnerError(ApplicationError):
    """A partner did not do what was asked. Catch it by `type`; the message is fit for logs and people.

    Retryable ones are left to the retry policy; the others need a person, who repairs the cause and then
    performs `retry_hand_off`.
    """

    TYPE = ""
    HOPELESS = False
    """Whether asking again in the same words cannot help."""

    def __init__(self, partner: str, operation: str, reason: str, *, retry_after: timedelta | None = None) -> None:
        """State who failed at what and why; `reason` must hold no personal data."""
        super().__init__(
            f"{partner}.{operation}: {reason}",
            type=self.TYPE,
            non_retryable=self.HOPELESS,
            next_retry_delay=retry_after,
        )


class PartnerRefusedError(PartnerError):
    """The partner understood and said no (400, 404, 409, 422 …). Correct what the message names, then send again."""

    TYPE = REFUSED
    HOPELESS = True


class PartnerCredentialsError(PartnerError):
    """The partner does not accept our token (401, 403). Set PARTNER_TOKEN or have the token renewed."""

    TYPE = CREDENTIALS
    HOPELESS = True


class PartnerBusyError(PartnerError):
    """The partner asks us to slow down (429). It is tried again when its Retry-After is over."""

    TYPE = BUSY


class PartnerUnavailableError(PartnerError):
    """No answer: connection failed, time ran out, or 5xx. It is tried again; check the partner if it lasts."""

    TYPE = UNAVAILABLE


class PartnerNonsenseError(PartnerError):
    """The answer cannot be read or contradicts the question. It is tried again; tell the partner if it lasts."""

    TYPE = NONSENSE
