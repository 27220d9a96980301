"""Requests to the benefit ledger and its answers; amounts in yuan, every posting idempotent by key."""

from datetime import date

from schemas.money import ZERO, Yuan
from schemas.names import IdempotencyKey, JourneyId, PolicyNumber, ProductId
from schemas.shape import Shape


class LimitQuery(Shape):
    """What does the benefit limit of a policy period still hold, when the contract states this sum insured."""

    product: ProductId
    policy_number: PolicyNumber
    period_from: date
    sum_insured: Yuan


class LimitLeft(Shape):
    """What the benefit limit holds at this moment; nothing is set aside, others may draw on it meanwhile."""

    available: Yuan
    reserved: Yuan = ZERO
    """Set aside for claims that are not settled yet: it may come free again."""


class Reserve(Shape):
    """Set money of the benefit limit aside for one claim; takes what is available up to `wanted`.

    A repeat under the key may want another amount: it gets the first reservation.
    """

    key: IdempotencyKey
    journey_id: JourneyId
    product: ProductId
    policy_number: PolicyNumber
    period_from: date
    sum_insured: Yuan
    wanted: Yuan


class Reservation(Shape):
    """What was set aside; `granted` is below `wanted` when the limit does not hold more."""

    key: IdempotencyKey
    granted: Yuan
    available: Yuan
    """What the limit still holds for others afterwards."""


class Commit(Shape):
    """Turn part of a reservation into a paid benefit and release the rest; a voucher issued for it is redeemed."""

    key: IdempotencyKey
    reservation: IdempotencyKey
    amount: Yuan


class Release(Shape):
    """Give a reservation back to the limit; a voucher issued for it is void."""

    key: IdempotencyKey
    reservation: IdempotencyKey
    handed_over: bool = False
    """The drug was handed over all the same: the voucher is redeemed."""


class Recover(Shape):
    """Give money that came back of a paid benefit to the limit; a benefit may come back in parts, each with its key."""

    key: IdempotencyKey
    journey_id: JourneyId
    commit: IdempotencyKey
    amount: Yuan


class Posted(Shape):
    """A commit, release or recovery was booked, now or before."""

    key: IdempotencyKey
    committed: Yuan
    """What was paid; after a recovery, what stays paid of the commit."""
    released: Yuan
    """What went back to the limit."""
    available: Yuan


class IssueVoucher(Shape):
    """Reserve the estimated benefit and issue the voucher in one transaction."""

    key: IdempotencyKey
    journey_id: JourneyId
    reserve: Reserve
    drug_id: str = ""
    """Row of the product's drug list, of the prescription it stands for; empty where that tells none."""
    prescribed_on: date | None = None
    issued_on: date
    last_day: date | None = None
    """Last day of validity, None where the document prints none."""


class Voucher(Shape):
    """An issued voucher; its code stays in the database and reaches the insured person by message.

    Its days are those of the first request under its key, whatever day a repeat named.
    """

    voucher_id: str
    reservation: Reservation
    issued_on: date | None = None
    """None only in answers recorded before vouchers told their days."""
    last_day: date | None = None
    prescribed_nearby_on: date | None = None
    """What `PrescriptionNearby` answers, as the voucher was issued: nobody can come between."""


class PrescriptionsQuery(Shape):
    """When was this drug prescribed nearest to `prescribed_on`, among the other claims that a voucher stands for."""

    product: ProductId
    policy_number: PolicyNumber
    journey_id: JourneyId
    drug_id: str
    prescribed_on: date


class PrescriptionNearby(Shape):
    """Day of issue of that prescription, before or after; None where no other claim has one."""

    prescribed_on: date | None = None


class VoucherCheck(Shape):
    """Is this code the journey's live voucher on this day."""

    voucher_id: str
    code: str
    on: date


class VoucherRenewal(Shape):
    """Give a voucher another code; the one before opens nothing any more."""

    voucher_id: str
    key: IdempotencyKey


class VoucherStanding(Shape):
    """`issued`, `verified`, `wrong_code`, `locked`, `expired`, `redeemed` or `void`."""

    standing: str
