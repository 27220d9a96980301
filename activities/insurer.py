"""The insurer: its core system knows policies and pays pharmacies."""

from temporalio import activity

from activities.orders import order
from activities.ports import PartnerPort
from schemas.partners import PaymentOrder, PaymentQuery, PaymentReceipt
from schemas.policy import Coverage, CoverageQuery

PAYMENT_STATUSES = frozenset({"accepted", "paid", "rejected"})


class Insurer:
    """Questions and orders to the insurer; raises `PartnerError`."""

    def __init__(self, client: PartnerPort) -> None:
        """Speak through `client`."""
        self._client = client

    @activity.defn(name="insurer.coverage")
    async def coverage(self, query: CoverageQuery) -> Coverage:
        """The policy, and whether the drug is in the social-insurance catalogue of the insured's place."""
        asked = query.model_dump(mode="json", exclude={"policy_number"})
        path = ("policies", query.policy_number, "coverage")
        coverage = await self._client.read("coverage", path, Coverage, asked)
        same = (coverage.policy.policy_number, coverage.policy.product) == (query.policy_number, query.product)
        self._client.expect("coverage", "policy: the answer is about another policy", sound=same)
        return coverage

    @activity.defn(name="insurer.order_payment")
    async def order_payment(self, payment: PaymentOrder) -> PaymentReceipt:
        """Have the insurer pay the pharmacy for one dispensing."""
        receipt = await self._client.write("order_payment", ("payments",), PaymentReceipt, order(payment))
        return self._known_status("order_payment", receipt)

    @activity.defn(name="insurer.payment")
    async def payment(self, query: PaymentQuery) -> PaymentReceipt:
        """How a payment stands; the fallback when no call-back has come."""
        receipt = await self._client.read("payment", ("payments", query.payment_id), PaymentReceipt)
        same = receipt.payment_id == query.payment_id
        self._client.expect("payment", "payment_id: the answer is about another payment", sound=same)
        return self._known_status("payment", receipt)

    def _known_status(self, operation: str, receipt: PaymentReceipt) -> PaymentReceipt:
        known = receipt.status in PAYMENT_STATUSES
        self._client.expect(operation, f"status: none of {sorted(PAYMENT_STATUSES)}", sound=known)
        return receipt
