"""The charity-aid attempt of a demonstration: one claim finds a program open, applies, and is refused."""

from console.views import JourneyView
from products.loader import load_products
from schemas.claim import ClaimReport
from schemas.decision import CharityWay
from schemas.drug_claim import DrugClaimReport
from workers.demo.clients import Clients

PRODUCT = "pingan-longterm-b"
"""Its prescription is reviewed again after the foundation's refusal; then the insurance pays."""


class AidAttempt:
    """Tells the played foundation what to do with the claim of PRODUCT; every other claim finds no program."""

    def __init__(self, clients: Clients, claim: ClaimReport) -> None:
        """Prepare for `claim`."""
        self._clients = clients
        self._claim = claim
        self._journey = clients.journey_of(claim)

    async def open_program(self) -> None:
        """Before the claim comes in: a program for its drug, and a refusal of this claim's application."""
        if self._claim.product != PRODUCT:
            return
        await self._programs(there_is_one=True)
        told = await self._clients.kept("behaviours", "")
        if not any(step.get("journey_id") == self._journey for step in told):
            refusal = {"outcome": {"approved": False, "reason": "the program's places are taken"}}
            order = {"partner": "foundation", "operation": "apply", "match": {"journey_id": self._journey}}
            await self._clients.instruct("behaviours", order | {"script": [refusal]})

    async def close_program(self, view: JourneyView) -> None:
        """After the refusal: the program takes nobody in any more."""
        if any(record.decision.way is CharityWay.REVIEW_AGAIN for record in view.decisions):
            await self._programs(there_is_one=False)

    async def _programs(self, *, there_is_one: bool) -> None:
        if not isinstance(self._claim, DrugClaimReport):
            return
        drugs = load_products().find_drugs(self._claim.product, self._claim.prescription.drug)
        await self._clients.instruct("programs", [{"drug_id": drug.id, "open": there_is_one} for drug in drugs])
