"""The gateway's OpenAPI document is sound, and the application answers as it says, whatever is sent."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from openapi_spec_validator import OpenAPIV31SpecValidator, validate
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.console import samples
from tests.console.conftest import Pool
from tests.serving import serving

_CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
_BOUNDED = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
async def address(app: FastAPI, pool: Pool) -> AsyncIterator[str]:
    """The application on a real socket, with a few journeys in it."""
    await samples.write_all(pool, samples.status(1), samples.late(2), samples.stopped(3), samples.closed(4))
    async with serving(app) as url:
        yield url


async def test_the_document_is_openapi_3_1(http: httpx2.AsyncClient) -> None:
    """The document validates, and each operation declares its problems as problem+json."""
    document = (await http.get("/openapi.json")).json()
    validate(document, cls=OpenAPIV31SpecValidator)
    for path in ("/journeys", "/journeys/{journey_id}/actions", "/callbacks/{partner}"):
        for operation in document["paths"][path].values():
            declared = operation["responses"]
            problems = [answer for status, answer in declared.items() if int(status) >= 400]
            assert problems
            assert all(list(answer["content"]) == ["application/problem+json"] for answer in problems)


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
async def test_no_page_is_served_that_loads_from_elsewhere(http: httpx2.AsyncClient, path: str) -> None:
    """The usual documentation pages load scripts from the internet: they are not there."""
    assert (await http.get(path)).status_code == 404


@pytest.mark.parametrize(
    ("path", "methods"), [("/journeys", "GET"), (f"/journeys/{samples.journey_id(1)}/actions", "GET, POST")]
)
async def test_other_methods_are_problems_too(http: httpx2.AsyncClient, path: str, methods: str) -> None:
    """A method that an address does not know is a 405 problem that names all those it does."""
    answer = await http.delete(path)
    assert (answer.status_code, answer.headers["allow"]) == (405, methods)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"] == f"This address does not take that method, only {methods}."


async def test_an_address_that_there_is_not_says_where_to_look(http: httpx2.AsyncClient) -> None:
    """A 404 problem points to the description and does not repeat the address, which may hold anything."""
    answer = await http.get("/nonexistent")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert "GET /openapi.json" in answer.json()["detail"]
    assert "nonexistent" not in answer.text


@pytest.mark.timeout(300)
async def test_every_operation_answers_as_the_document_says(address: str) -> None:
    """Generated requests, valid and not, never get a fault or an answer that is not declared."""
    async with httpx2.AsyncClient(base_url=address) as http:
        paths = (await http.get("/openapi.json")).json()["paths"]
    declared = {f"{method.upper()} {path}" for path, operations in paths.items() for method in operations}
    assert await asyncio.to_thread(_conforming, address) == declared


def _conforming(address: str) -> set[str]:
    """The operations that were tried; schemathesis raises what is wrong with an answer."""
    tried = set()
    for found in schemathesis.openapi.from_url(f"{address}/openapi.json").get_all_operations():
        assert isinstance(found, Ok), found
        _BOUNDED(given(case=found.ok().as_strategy())(_call))()
        tried.add(found.ok().label)
    return tried


def _call(case: schemathesis.Case[Any]) -> None:
    case.call_and_validate(checks=_CHECKS)
