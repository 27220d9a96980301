"""The codec endpoint: plain payloads for named engineers, each look at them on record, and nothing for anybody else."""

import base64
import json
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from temporalio.api.common.v1 import Payload
from temporalio.converter import WorkflowSerializationContext

from console.codec import Codec
from privacy.payloads import SealedPayloads
from privacy.vault import Vault
from tests.console import samples
from tests.console.conftest import Pool, client_of

JOURNEY, OTHER = samples.journey_id(1), samples.journey_id(2)
TOKEN = "token-of-engineer-7"  # noqa: S105 - protects nothing
UI = "http://127.0.0.1:8233"
BEARER = {"authorization": f"Bearer {TOKEN}"}
_LOOKS = "SELECT engineer, subject, payloads FROM codec_access ORDER BY subject"


@pytest.fixture
def codec(pool: Pool, vault: Vault) -> FastAPI:
    """The endpoint as the gateway mounts it."""
    return Codec(pool, vault, {"engineer-7": TOKEN, "engineer-8": "another", "nobody": ""}).app(UI)


async def sealed(vault: Vault, journey: str, text: str) -> dict[str, Any]:
    """A payload as the Web UI has it from the server."""
    own = SealedPayloads(vault.keys).with_context(WorkflowSerializationContext(namespace="n", workflow_id=journey))
    [payload] = await own.encode([Payload(metadata={"encoding": b"json/plain"}, data=json.dumps(text).encode())])
    metadata = {name: base64.b64encode(value).decode() for name, value in payload.metadata.items()}
    return {"metadata": metadata, "data": base64.b64encode(payload.data).decode()}


def read(answer: httpx2.Response) -> list[Any]:
    """What the payloads of an answer say."""
    assert answer.status_code == 200, answer.text
    return [json.loads(base64.b64decode(payload["data"])) for payload in answer.json()["payloads"]]


async def test_an_engineer_sees_plain_payloads_and_the_look_is_on_record(
    codec: FastAPI, pool: Pool, vault: Vault
) -> None:
    """Who, whose, how many; never what."""
    asked = [await sealed(vault, JOURNEY, "甲"), await sealed(vault, JOURNEY, "乙"), await sealed(vault, OTHER, "丙")]
    async with client_of(codec) as http:
        answer = await http.post("/decode", json={"payloads": asked}, headers=BEARER)
    assert read(answer) == ["甲", "乙", "丙"]
    assert [tuple(row) for row in await pool.fetch(_LOOKS)] == [("engineer-7", JOURNEY, 2), ("engineer-7", OTHER, 1)]


@pytest.mark.parametrize(
    "headers", [{}, {"authorization": TOKEN}, {"authorization": "Bearer wrong"}, {"authorization": "Bearer "}]
)
async def test_nobody_else_sees_anything(codec: FastAPI, pool: Pool, vault: Vault, headers: dict[str, str]) -> None:
    """Without a token, or with another, nothing is opened and no look is recorded; an empty token is nobody's."""
    asked = {"payloads": [await sealed(vault, JOURNEY, "甲")]}
    async with client_of(codec) as http:
        for path in ("/decode", "/encode"):
            answer = await http.post(path, json=asked, headers=headers)
            assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert await pool.fetch(_LOOKS) == []


async def test_what_cannot_be_opened_says_so_in_its_place(codec: FastAPI, pool: Pool, vault: Vault) -> None:
    """An erased journey, a changed payload and a plain one stop none of the others."""
    asked = [await sealed(vault, JOURNEY, "甲"), await sealed(vault, OTHER, "乙"), await sealed(vault, OTHER, "丙")]
    asked[2]["data"] = asked[1]["data"][:-8] + "AAAAAAA="
    plain = {"metadata": {"encoding": base64.b64encode(b"json/plain").decode()}, "data": "MQ=="}
    await pool.execute("UPDATE data_key SET wrapped = NULL, erased_at = now() WHERE subject = $1", JOURNEY)
    vault.keys.forget(JOURNEY)
    async with client_of(codec) as http:
        answer = await http.post("/decode", json={"payloads": [*asked, plain]}, headers=BEARER)
    assert read(answer) == ["erased", "乙", "cannot be opened: its key is missing, or it was changed", 1]


async def test_a_body_that_is_none_is_refused(codec: FastAPI) -> None:
    """What is no list of payloads is a problem, not a fault; nothing is ever encoded for the Web UI."""
    async with client_of(codec) as http:
        for body in (b"", b'{"payloads": [{"data": 1}]}', b"\xff"):
            answer = await http.post("/decode", content=body, headers=BEARER)
            assert (answer.status_code, answer.json()["type"].rsplit(":", 1)[1]) == (400, "codec-not-payloads")
        answer = await http.post("/encode", json={"payloads": []}, headers=BEARER)
        assert (answer.status_code, answer.json()["type"].rsplit(":", 1)[1]) == (422, "codec-does-not-encode")


async def test_the_web_ui_may_ask_from_its_own_address(codec: FastAPI) -> None:
    """The browser's question beforehand is answered for the UI's origin alone."""
    asked = {"access-control-request-method": "POST", "access-control-request-headers": "authorization,x-namespace"}
    async with client_of(codec) as http:
        allowed = await http.options("/decode", headers=asked | {"origin": UI})
        elsewhere = await http.options("/decode", headers=asked | {"origin": "http://elsewhere"})
    assert allowed.headers["access-control-allow-origin"] == UI
    assert "access-control-allow-origin" not in elsewhere.headers
