"""How long everything may take and how often it is tried: the only place with time-outs and retry policies."""

from datetime import timedelta

from temporalio.common import RetryPolicy
from temporalio.workflow import ActivityConfig, LocalActivityConfig

from schemas.journey import WaitingFor
from schemas.partners import PartnerName
from schemas.routing import partner_queue

_SWIFT = RetryPolicy(
    initial_interval=timedelta(milliseconds=100), maximum_interval=timedelta(seconds=5), backoff_coefficient=2.0
)
_PATIENT = RetryPolicy(
    initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=2), backoff_coefficient=2.0
)

OWN = LocalActivityConfig(start_to_close_timeout=timedelta(seconds=10), retry_policy=_SWIFT)
"""Decisions, ledger, status: our own database and code. Tried until they succeed: nothing may be lost."""

LOOK_UP_AT_ONCE = LocalActivityConfig(
    start_to_close_timeout=timedelta(seconds=3),
    schedule_to_close_timeout=timedelta(seconds=6),
    retry_policy=RetryPolicy(initial_interval=timedelta(milliseconds=200), maximum_attempts=2),
)
"""A partner's quick read. It costs one event; when it does not answer at once, `look_up` takes the partner's queue."""

HAND_OFF_AT_ONCE = LocalActivityConfig(
    start_to_close_timeout=timedelta(seconds=3), retry_policy=RetryPolicy(maximum_attempts=1)
)
"""A write to a partner that answers at once costs one event instead of a round of the queue (decision 0021)."""

AT_ONCE = timedelta(seconds=2.5)
"""How long a partner's HTTP answer may take where it is asked at once: shorter than the local activity around it."""

AILING = timedelta(seconds=10)
"""How long a partner that did not answer at once is asked on its queue only: it shall not hold up other journeys."""

HAND_OFF_PATIENCE = timedelta(days=1)
"""How long a write to a partner is tried before a service agent is asked to look."""

ANSWER_POLL = timedelta(hours=4)
"""How long a call-back may stay away before we ask the partner how things stand."""
_DOUBLED = 3
"""So often that time doubles: then it is more than a day."""
_DAILY = 65
"""So often a silent partner is asked day by day: longer than the patience with any, so a supervisor knows by then."""

PATIENCE = {
    WaitingFor.PAPERS: timedelta(days=30),
    WaitingFor.RESUMPTION: timedelta(days=15),
    WaitingFor.PAYMENT: timedelta(days=3),
    WaitingFor.AID_OUTCOME: timedelta(days=15),
    WaitingFor.AID_COLLECTION: timedelta(days=30),
    WaitingFor.PRODUCT: timedelta(days=45),
    WaitingFor.ASSESSMENT_BOOKING: timedelta(days=10),
    WaitingFor.ASSESSMENT: timedelta(days=30),
    WaitingFor.ARRANGEMENT: timedelta(days=15),
    WaitingFor.APHERESIS: timedelta(days=45),
    WaitingFor.REMANUFACTURE_CHOICE: timedelta(days=15),
    WaitingFor.PRODUCT_ARRIVAL: timedelta(days=10),
    WaitingFor.EXAMINATION: timedelta(days=30),
    WaitingFor.LYMPHODEPLETION: timedelta(days=30),
    WaitingFor.DEVIATION: timedelta(days=10),
    WaitingFor.INFUSION: timedelta(days=30),
    WaitingFor.MONITORING_END: timedelta(days=60),
    WaitingFor.EFFICACY: timedelta(days=60),
    WaitingFor.COSTS: timedelta(days=45),
}
"""How long whoever is waited for may take before a supervisor is told: our practice, not printed."""

LATE_NEWS = timedelta(days=15)
"""How long what happened on the last day of the cover may still be told before a therapy ends with it: our practice."""

REOPENED = timedelta(minutes=1)
"""How long a closed journey that is taken up again waits for the news: they come with the start, or were refused."""


def poll_after(asked: int) -> timedelta:
    """How long to wait before asking once more, after `asked` times: twice as long up to a day, at last a week."""
    if asked > _DAILY:
        return timedelta(days=7)
    return min(ANSWER_POLL * (1 << min(asked, _DOUBLED)), timedelta(days=1))


def look_up(partner: PartnerName) -> ActivityConfig:
    """A read from a slow or failing partner, on its own queue, until it answers or refuses."""
    return ActivityConfig(
        task_queue=partner_queue(partner),
        start_to_close_timeout=timedelta(seconds=15),
        schedule_to_close_timeout=HAND_OFF_PATIENCE,
        retry_policy=_PATIENT,
    )


def hand_off(partner: PartnerName) -> ActivityConfig:
    """A write to a partner, on its own queue; repeats are harmless because the request carries its key."""
    return ActivityConfig(
        task_queue=partner_queue(partner),
        start_to_close_timeout=timedelta(seconds=15),
        schedule_to_close_timeout=HAND_OFF_PATIENCE,
        retry_policy=_PATIENT,
    )
