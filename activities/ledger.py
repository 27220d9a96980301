"""What a journey may ask of the benefit ledger: set aside (with or without a voucher), commit, release, recover."""

import hashlib
import secrets
from typing import Any

import asyncpg
from temporalio import activity
from temporalio.exceptions import ApplicationError

from privacy.vault import Vault
from schemas.ledger import (
    Commit,
    IssueVoucher,
    LimitLeft,
    LimitQuery,
    Posted,
    PrescriptionNearby,
    PrescriptionsQuery,
    Recover,
    Release,
    Reservation,
    Reserve,
    Voucher,
    VoucherCheck,
    VoucherRenewal,
    VoucherStanding,
)
from storage import queries

_SQL = queries.load("ledger")
_REFUSED = "LC001"
"""SQLSTATE of the ledger's own refusals."""
_CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without 0, 1, I, L, O and U, which people misread or mishear."""
_CODE_LENGTH = 12
_WRONG_CODES = 5
"""So many distinct wrong codes lock a voucher."""


class LedgerConflictError(ApplicationError):
    """The ledger refuses for good: a key with other content, a closed reservation or voucher, more back than was paid.

    Nothing was booked. Repeating cannot help: look at which key the message names and who used it before. Every other
    failure (connection, restart, deadlock) reaches Temporal as it is and is retried.
    """

    def __init__(self, message: str) -> None:
        """`message` names the key, reservation or voucher; it carries no personal data."""
        super().__init__(message, type="LedgerConflict", non_retryable=True)


class Ledger:
    """The ledger activities. Each is one transaction and harmless to repeat; what posts does so once for its key."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", vault: Vault) -> None:
        """Post through `pool`, whose search path finds the ledger; `vault` gives the digests of policies."""
        self._pool = pool
        self._vault = vault

    @activity.defn(name="ledger.available")
    async def available(self, request: LimitQuery) -> LimitLeft:
        """Say what the limit still holds: the sum insured less what is reserved and committed, never below zero.

        Books nothing, not even a changed sum insured, and promises nothing: reserving has the last word.
        """
        [row] = await self._pool.fetch(
            _SQL["available"],
            request.product,
            policy_digest(self._vault, request.product, request.policy_number),
            request.period_from,
            request.sum_insured,
        )
        return LimitLeft(**row)

    @activity.defn(name="ledger.issue_voucher")
    async def issue_voucher(self, request: IssueVoucher) -> Voucher:
        """Reserve up to the wanted amount and issue a voucher with a fresh one-time code, in one transaction.

        The first reserve of a policy period opens it with the sum insured; a later one with another sum insured books
        an adjustment, never below what is reserved or committed. A repeat that reckoned days and wanted amount anew
        gets the first voucher with its own days. Raises LedgerConflictError.
        """
        answer = await self._ask(
            "issue_voucher",
            request.key,
            request.journey_id,
            request.issued_on,
            request.last_day,
            f"voucher-{_random(20)}".lower(),
            _random(_CODE_LENGTH),
            request.reserve.key,
            request.reserve.journey_id,
            request.reserve.product,
            policy_digest(self._vault, request.reserve.product, request.reserve.policy_number),
            request.reserve.period_from,
            request.reserve.sum_insured,
            request.reserve.wanted,
            request.drug_id or None,
            request.prescribed_on,
        )
        return Voucher.model_validate(answer)

    @activity.defn(name="ledger.prescribed_nearby")
    async def prescribed_nearby(self, request: PrescriptionsQuery) -> PrescriptionNearby:
        """Say when the drug was prescribed nearest to the day among the policy's other claims that have a voucher.

        A voucher that was given back does not count. Issuing has the last word, as for money.
        """
        day = await self._ask(
            "prescribed_nearby",
            request.product,
            policy_digest(self._vault, request.product, request.policy_number),
            request.journey_id,
            request.drug_id,
            request.prescribed_on,
        )
        return PrescriptionNearby(prescribed_on=day)

    @activity.defn(name="ledger.reserve")
    async def reserve(self, request: Reserve) -> Reservation:
        """Set up to the wanted amount aside without a voucher: for a therapy that nobody collects at a counter.

        The period opens and follows the sum insured as in `issue_voucher`. Raises LedgerConflictError.
        """
        answer = await self._ask(
            "reserve",
            request.key,
            request.journey_id,
            request.product,
            policy_digest(self._vault, request.product, request.policy_number),
            request.period_from,
            request.sum_insured,
            request.wanted,
        )
        return Reservation.model_validate(answer)

    @activity.defn(name="ledger.commit")
    async def commit(self, request: Commit) -> Posted:
        """Pay `amount` from the reservation, then from what the limit still holds, and release the rest.

        `committed` is below `amount` when the limit does not hold more. A voucher that was issued for the reservation
        is redeemed with it. Raises LedgerConflictError.
        """
        return Posted.model_validate(await self._ask("commit", request.key, request.reservation, request.amount))

    @activity.defn(name="ledger.release")
    async def release(self, request: Release) -> Posted:
        """Give the whole reservation back to the limit and close its voucher. Raises LedgerConflictError."""
        answer = await self._ask("release", request.key, request.reservation, request.handed_over)
        return Posted.model_validate(answer)

    @activity.defn(name="ledger.recover")
    async def recover(self, request: Recover) -> Posted:
        """Give back to the limit what came back of a paid benefit, in parts or whole, never more than was paid.

        Raises LedgerConflictError.
        """
        answer = await self._ask("recover", request.key, request.journey_id, request.commit, request.amount)
        return Posted.model_validate(answer)

    @activity.defn(name="ledger.check_voucher")
    async def check_voucher(self, request: VoucherCheck) -> VoucherStanding:
        """Say whether the code is right and the voucher is live on the day, its last day included.

        Answers `verified`, `wrong_code`, `expired`, `redeemed`, `void`, or `locked` after five distinct wrong codes:
        a locked voucher opens nothing until it gets another code. Hyphens, spaces and case of the code do not matter.
        """
        async with self._pool.acquire() as connection, connection.transaction():
            found = await connection.fetchrow(_SQL["voucher_to_check"], request.voucher_id)
            if found is None:
                message = f"there is no voucher {request.voucher_id}"
                raise LedgerConflictError(message)
            if found["standing"] != "issued":
                return VoucherStanding(standing=found["standing"])
            code = "".join(character for character in request.code.upper() if character.isalnum())
            if not secrets.compare_digest(code.encode(), found["code"].encode()):
                digest = hashlib.sha256(code.encode()).hexdigest()
                counted = await connection.fetchval(_SQL["count_wrong_code"], request.voucher_id, digest, _WRONG_CODES)
                return VoucherStanding(standing="locked" if counted == "locked" else "wrong_code")
            expired = found["last_day"] is not None and request.on > found["last_day"]
            return VoucherStanding(standing="expired" if expired else "verified")

    @activity.defn(name="ledger.renew_voucher")
    async def renew_voucher(self, request: VoucherRenewal) -> VoucherStanding:
        """Give the voucher a fresh code, which also unlocks it; number, reservation and last day stay.

        A repeat gives no further code. Raises LedgerConflictError where the voucher is redeemed or void.
        """
        standing = await self._ask("renew_code", request.voucher_id, request.key, _random(_CODE_LENGTH))
        return VoucherStanding(standing=standing)

    async def _ask(self, query: str, *arguments: object) -> Any:  # noqa: ANN401 - JSON as the database answers it
        try:
            return await self._pool.fetchval(_SQL[query], *arguments)
        except asyncpg.PostgresError as error:
            if error.sqlstate == _REFUSED:
                raise LedgerConflictError(str(error)) from error
            raise


def policy_digest(vault: Vault, product: str, policy_number: str) -> str:
    """What the ledger knows a policy by: limits hold after an erasure, and whose they are cannot be told."""
    return vault.digest("policy", product, policy_number)


def _random(length: int) -> str:
    return "".join(secrets.choice(_CODE_ALPHABET) for _ in range(length))
