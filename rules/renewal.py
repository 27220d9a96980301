"""Whether a renewed policy starts without a waiting period."""

from products.model import RenewalWaiver
from rules.context import Context
from rules.days import plus_days
from rules.policy import cover_begins
from schemas.policy import Policy, Renewal


def waived(policy: Policy, context: Context) -> bool | None:
    """True or False; None where the policy follows another but the document or the insurer's answer leaves it open.

    pingan-longterm-b/RENEW-1, pingan-cancer-drug/RENEW-1, chinalife-cancer-rider/RENEW-1, yuanxin-cancer-drug/RENEW-1.
    """
    renewal = policy.renewal
    if renewal is None:
        return False
    match context.value(context.terms.renewal_waiver):
        case RenewalWaiver.REINSURED_AND_PAID:
            return _reinsured_and_paid(renewal, context.value(context.terms.renewal_grace_days))
        case RenewalWaiver.APPLIED_BEFORE_EXPIRY:
            return renewal.applied_on <= renewal.previous_expired_on
        case RenewalWaiver.UNINTERRUPTED:
            return cover_begins(policy) <= plus_days(renewal.previous_expired_on, 1)
        case RenewalWaiver.NOT_PRINTED:
            return None


def _reinsured_and_paid(renewal: Renewal, grace_days: int) -> bool | None:
    """Both acceptance and full payment by the last day of grace; the day after expiry is day 1."""
    last = plus_days(renewal.previous_expired_on, grace_days)
    days = (renewal.reinsured_on, renewal.premium_paid_on)
    if any(day is not None and day > last for day in days):
        return False
    return None if None in days else True
