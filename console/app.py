"""The HTTP application of the gateway: agents' and partners' doors, and whatever other doors it is given."""

from collections.abc import Iterable
from importlib.metadata import version
from typing import Any

import asyncpg
from fastapi import APIRouter, FastAPI
from temporalio.client import Client

from console.callbacks import Callbacks
from console.custody import Chains
from console.escalations import Escalations
from console.health import Readiness
from console.journeys import Journeys
from console.kept import KeptActions
from console.limits import BodyLimit
from console.performing import Performer
from console.problems import Problem, install
from console.reads import Reads
from console.signatures import Verifier
from console.supervisor import Supervisor
from console.working_hours import DEFAULT_HOURS, working_hours
from privacy.vault import Vault

BODY_LIMIT = 256 * 1024
"""Bytes of an action or a call-back; a claim with every paper listed takes a tenth of it."""
_DEFAULT_ERROR = "HTTPValidationError"
_SUMMARY = "Status of patients' journeys, actions on them, claim intake and partners' call-backs"


class Gateway(FastAPI):
    """FastAPI whose OpenAPI document holds the problem shape that every operation refers to."""

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document."""
        if self.openapi_schema is None:
            document = super().openapi()
            _without_defaults(document)
            template = "#/components/schemas/{model}"
            problem = Problem.model_json_schema(ref_template=template, mode="serialization")
            document["components"]["schemas"] |= problem.pop("$defs", {}) | {"Problem": problem}
        return super().openapi()


def _without_defaults(document: dict[str, Any]) -> None:
    """Take out the validation errors that FastAPI declares by itself: ours leave as problems, which are declared."""
    for path in document["paths"].values():
        for operation in path.values():
            declared = operation["responses"].get("422", {})
            if _DEFAULT_ERROR in str(declared):
                del operation["responses"]["422"]
    for name in (_DEFAULT_ERROR, "ValidationError"):
        document["components"]["schemas"].pop(name, None)


def create_app(
    pool: "asyncpg.Pool[asyncpg.Record]",
    vault: Vault,
    client: Client,
    *,
    webhook_secret: str = "",
    wait_seconds: float = 10,
    hours: str = DEFAULT_HOURS,
    routers: Iterable[APIRouter] = (),
) -> FastAPI:
    """The gateway's application on an open pool, what seals its values, and a Temporal client (a lazy one will do).

    `webhook_secret` holds the partners' `whsec_…` secrets, parted by spaces; without one every call-back is refused.
    `hours` are those in which people work, e.g. 09:00-18:00. `routers` are further doors, e.g. claim intake. Raises
    SecretError for a malformed secret, WorkingHoursError for malformed hours.
    """
    reads = Reads(pool, vault, working_hours(hours))
    performer = Performer(client, reads, wait_seconds=wait_seconds)
    app = Gateway(
        title="Patient journeys",
        summary=_SUMMARY,
        version=version("patient-journeys"),
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=lambda route: route.name,
    )
    install(app)
    app.add_middleware(BodyLimit, limit=BODY_LIMIT, prefixes=("/journeys/", "/callbacks/"))
    doors = (
        Journeys(reads, KeptActions(pool, vault, performer), Chains(pool, vault)).router(),
        Supervisor(Escalations(pool, vault, client)).router(),
        Callbacks(pool, vault, performer, Verifier(webhook_secret)).router(),
        Readiness(pool, client).router(),
    )
    for router in (*doors, *routers):
        app.include_router(router)
    return app
