"""The codec endpoint of the Temporal Web UI: plain payloads for named engineers, each look at them on record."""

import hmac
from collections import Counter
from collections.abc import Mapping, Sequence
from http import HTTPStatus

import asyncpg
from fastapi import FastAPI, Request, Response
from google.protobuf import json_format
from starlette.middleware.cors import CORSMiddleware
from temporalio.api.common.v1 import Payload, Payloads

from console.database import DatabaseAwayError, connected
from console.limits import BodyLimit
from console.problems import ProblemError, install
from privacy.errors import ErasedError, PrivacyError
from privacy.payloads import SealedPayloads, subject_of
from privacy.vault import Vault
from storage.away import DATABASE_AWAY, fault_of_ours
from storage.queries import load

PATH = "/codec"
_SQL = load("privacy")
_LIMIT = 32 * 2**20
"""Bytes asked about at once: a page of a history whose payloads are large."""
_PLAIN = b"json/plain"
_CLOSED = b'"cannot be opened: its key is missing, or it was changed"'


class NotAuthorizedError(ProblemError):
    """No token, or none of an engineer's: plain payloads are for those named in CODEC_ENGINEERS."""

    def __init__(self) -> None:
        """Nothing of what was given is repeated."""
        detail = "Plain payloads are shown to named engineers only: send `Authorization: Bearer …` with your own token."
        super().__init__(HTTPStatus.UNAUTHORIZED, "codec-not-authorized", detail)
        self.headers = {"WWW-Authenticate": "Bearer"}


class Codec:
    """Opens payloads for engineers."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", vault: Vault, engineers: Mapping[str, str]) -> None:
        """`engineers` are their opaque ids, each with a token."""
        self._pool = pool
        self._codec = SealedPayloads(vault.keys)
        self._engineers = {name: token for name, token in engineers.items() if token}

    def app(self, origin: str) -> FastAPI:
        """`POST /decode` and `/encode` for the Web UI of `origin`, e.g. http://127.0.0.1:8233."""
        app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
        install(app)
        app.add_middleware(BodyLimit, limit=_LIMIT, prefixes=("/",))
        app.add_middleware(
            CORSMiddleware,
            allow_origins=[origin] if origin else [],
            allow_methods=["POST"],
            allow_headers=["authorization", "content-type", "x-namespace"],
        )
        app.add_api_route("/decode", self.decode, methods=["POST"])
        app.add_api_route("/encode", self.encode, methods=["POST"])
        return app

    async def decode(self, request: Request) -> Response:
        """The payloads in plain; one that cannot be opened says why in its place."""
        engineer = self._engineer(request)
        asked = _payloads(await request.body())
        looked = Counter(subject for each in asked if (subject := subject_of(each)) is not None)
        async with connected(self._pool) as connection:
            await connection.executemany(
                _SQL["note_codec_access"], [(engineer, subject, count) for subject, count in looked.items()]
            )
        try:
            opened = [await self._opened(each) for each in asked]
        except DATABASE_AWAY as error:
            if fault_of_ours(error):
                raise
            raise DatabaseAwayError from error
        return _answer(opened)

    async def encode(self, request: Request) -> Response:
        """Refused: the Web UI does not say for which journey a payload is, and so there is no key to seal it with."""
        self._engineer(request)
        detail = "Payloads are sealed for one journey, which the Web UI does not name. Act with `journeys act` instead."
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, "codec-does-not-encode", detail)

    def _engineer(self, request: Request) -> str:
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        # All are compared, in a time that tells nothing of where a token begins to differ.
        found = [
            name
            for name, known in self._engineers.items()
            if hmac.compare_digest(known.encode(), token.strip().encode())
        ]
        if kind.lower() != "bearer" or not found:
            raise NotAuthorizedError
        return found[0]

    async def _opened(self, payload: Payload) -> Payload:
        try:
            [opened] = await self._codec.decode([payload])
        except ErasedError:
            return Payload(metadata={"encoding": _PLAIN}, data=b'"erased"')
        except PrivacyError:
            return Payload(metadata={"encoding": _PLAIN}, data=_CLOSED)
        return opened


def _payloads(body: bytes) -> Sequence[Payload]:
    try:
        return json_format.Parse(body, Payloads()).payloads
    except (json_format.ParseError, UnicodeDecodeError) as error:
        detail = "The body is not what Temporal's Web UI sends: an object `payloads`, each with metadata and data."
        raise ProblemError(HTTPStatus.BAD_REQUEST, "codec-not-payloads", detail) from error


def _answer(payloads: Sequence[Payload]) -> Response:
    return Response(json_format.MessageToJson(Payloads(payloads=payloads)), media_type="application/json")
