"""The inbox: one transaction that remembers the event, knows the person, registers the claim and orders its journey."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple, TypeAlias

from asyncpg import Pool, Record
from asyncpg.pool import PoolConnectionProxy

from intake.attributes import Attributes
from intake.content import content, differing
from intake.identity import claim_digest, document_digest, event_digest, journey_id, new_person_ref
from intake.refusals import RefusalKind, Refused, problem, refused
from privacy import places
from privacy.errors import ErasedError
from privacy.vault import Vault
from schemas.claim import ClaimReport
from schemas.claims import CLAIMS
from schemas.papers import Paper
from schemas.people import InsuredFacts, InsuredPerson
from schemas.text import Bilingual
from storage.away import ACQUIRE_SECONDS
from storage.queries import load

CHANNEL = "journey_start"
"""PostgreSQL notification channel on which a newly ordered journey rings."""
_EVENT = Bilingual(zh="事件（source, id）", en="event (source, id)")
_CLAIM = Bilingual(zh="理赔案件", en="claim")
_Connection: TypeAlias = "PoolConnectionProxy[Record]"


@dataclass(frozen=True, slots=True)
class Taken:
    """An accepted event: the journey of its claim, and whether that was known already."""

    journey_id: str
    repeated: bool


class _Keys(NamedTuple):
    """What a claim and its person are known by."""

    person: str
    document: str
    journey: str
    claim: str


class Inbox:
    """Takes validated events, each exactly once, however often and from however many sides they come."""

    def __init__(self, pool: "Pool[Record]", vault: Vault, products_version: str) -> None:
        """New journeys are pinned to `products_version` of the products' data; `vault` seals what is personal."""
        self._pool = pool
        self._vault = vault
        self._products_version = products_version
        self._sql = load("intake")

    async def take(self, event: Attributes, report: ClaimReport, payload_sha256: bytes) -> Taken:
        """Remember the event and order the journey of its claim, or find that both are known.

        Raises Refused (conflicting-event) when the same event or claim came before with other content, and
        (erased-person) when the claim or its person was erased; nothing is changed then. A database that is away raises
        one of `storage.away.DATABASE_AWAY`: repeat the call.
        """
        try:
            keys = await self._keys(report)
            async with self._pool.acquire(timeout=ACQUIRE_SECONDS) as connection, connection.transaction():
                return await self._take(connection, event, report, payload_sha256, keys)
        except ErasedError as erased:
            raise _erased() from erased

    async def _keys(self, report: ClaimReport) -> _Keys:
        """Reference and journey, and their data keys, made before the transaction that seals with them."""
        document = document_digest(self._vault, report.insured.id_document)
        ref = await self._pool.fetchval(self._sql["person_ref"], document) or new_person_ref()
        journey = journey_id(self._vault, report.product, report.claim_number)
        await self._vault.keys.make(ref, journey)
        return _Keys(ref, document, journey, claim_digest(self._vault, report.product, report.claim_number))

    async def _take(
        self, connection: _Connection, event: Attributes, report: ClaimReport, payload_sha256: bytes, keys: _Keys
    ) -> Taken:
        named = event.source, event_digest(self._vault, event.source, event.id)
        if seen := await connection.fetchrow(self._sql["event_seen"], *named):
            return await self._known(seen, report, _EVENT)
        journey, repeated = await self._claim(connection, event, report, keys)
        digest = self._vault.digest("payload", payload_sha256.hex()).encode()
        if not await connection.fetchval(self._sql["accept_event"], *named, journey, digest):
            # The same (source, id) was noted by another connection while we registered the claim.
            return await self._known(await connection.fetchrow(self._sql["event_seen"], *named), report, _EVENT)
        return Taken(journey, repeated)

    async def _known(self, row: Record | None, report: ClaimReport, what: Bilingual) -> Taken:
        if row is None:
            message = "an event or claim that was there a moment ago is gone: nothing deletes them"
            raise RuntimeError(message)
        known = await self._vault.open(row["journey_id"], places.CLAIM, row["content"])
        if paths := differing(known, content(report, row["salt"])):
            raise _conflict(what, paths)
        return Taken(row["journey_id"], repeated=True)

    async def _claim(
        self, connection: _Connection, event: Attributes, report: ClaimReport, keys: _Keys
    ) -> tuple[str, bool]:
        key, journey = (report.product, keys.claim), keys.journey
        if row := await connection.fetchrow(self._sql["claim_registered"], *key):
            return (await self._known(row, report, _CLAIM)).journey_id, True
        now = datetime.now(UTC)
        reported_at = event.time or now
        person = await self._person(connection, report.insured, min(reported_at, now), keys)
        salt = secrets.token_bytes(16)
        sealed = await self._vault.seal(journey, places.CLAIM, content(report, salt))
        new = await connection.fetchval(self._sql["register_claim"], *key, journey, person, sealed, salt)
        if not new:  # another connection registered the claim first
            row = await connection.fetchrow(self._sql["claim_registered"], *key)
            return (await self._known(row, report, _CLAIM)).journey_id, True
        report = await self._with_earlier_papers(connection, report, person)
        claim = await self._vault.seal(journey, places.START, self._claim_of(report, journey, person, reported_at))
        await connection.execute(self._sql["order_start"], journey, claim)
        await connection.execute(self._sql["ring"], CHANNEL)
        return journey, False

    async def _with_earlier_papers(self, connection: _Connection, report: ClaimReport, person: str) -> ClaimReport:
        """The evidence of the claim that this one corrects is carried forward; Refused where there is none to carry."""
        if report.corrects is None:
            return report
        corrected = claim_digest(self._vault, report.product, report.corrects)
        row = await connection.fetchrow(self._sql["status_of_claim"], report.product, corrected, person)
        if row is None or not row["closed"]:
            raise _not_correctable(known=row is not None)
        status = await self._vault.open(row["journey_id"], places.STATUS, row["status"])
        papers = {(paper.kind, paper.form): paper for paper in map(Paper.model_validate, status["papers"])}
        papers |= {(paper.kind, paper.form): paper for paper in report.papers}
        return report.model_copy(update={"papers": tuple(papers.values())})

    async def _person(self, connection: _Connection, person: InsuredPerson, as_of: datetime, keys: _Keys) -> str:
        """Record a person: what is known as of a later moment wins, the reference never changes."""
        row = await connection.fetchrow(self._sql["person_known"], keys.person, keys.document, as_of)
        assert row is not None  # noqa: S101 - INSERT … RETURNING gives a row
        ref = str(row["ref"])  # another one where the same person came in side by side
        if row["older"]:
            sealed = await self._vault.seal(ref, places.PERSON, person.model_dump(mode="json"))
            await connection.execute(self._sql["record_person"], ref, sealed, as_of)
        return ref

    def _claim_of(self, report: ClaimReport, journey: str, person: str, reported_at: datetime) -> dict[str, Any]:
        insured = InsuredFacts(
            ref=person,
            birth_date=report.insured.birth_date,
            sex=report.insured.sex,
            citizenship=report.insured.citizenship,
            province=report.insured.address.province,
            city=report.insured.address.city,
        )
        claim = CLAIMS[type(report)].model_validate(
            {name: getattr(report, name) for name in type(report).model_fields}
            | {
                "journey_id": journey,
                "insured": insured,
                "reported_at": reported_at,
                "products_version": self._products_version,
            }
        )
        return claim.model_dump(mode="json")


def _erased() -> Refused:
    return refused(
        RefusalKind.ERASED,
        "此理赔或其被保险人的个人信息已按要求删除；不再受理，内容未予保留。",
        "The personal data of this claim or its person were erased on request: it is not taken, nothing is kept.",
    )


def _not_correctable(*, known: bool) -> Refused:
    field = (
        problem(
            "corrects", "该案件仍在办理，请直接在案件中更正", "is still open: correct it there (action correct_claim)"
        )
        if known
        else problem("corrects", "该产品下没有此人的这个案件", "names no claim of this person under this product")
    )
    return refused(
        RefusalKind.INVALID_DATA, "要更正的案件不可用。", "The claim to be corrected cannot be built upon.", field
    )


def _conflict(what: Bilingual, paths: list[str]) -> Refused:
    """The fields that differ; an event's id besides, for it is what another event has to change."""
    used = [problem("id", "此前已使用", "was used before")] if what is _EVENT else []
    return refused(
        RefusalKind.CONFLICT,
        f"同一{what.zh}此前已以不同内容受理；先前内容有效。如需更正，请通过理赔案件补充或更正。",
        f"The same {what.en} was accepted before with other content, which stands. Bring changes to its journey.",
        *used,
        *(problem(path, "与先前内容不同", "differs from what came first") for path in paths),
    )
