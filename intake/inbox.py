"""The inbox: one transaction that remembers the event, knows the person, registers the claim and orders its journey."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias

from asyncpg import Pool, Record
from asyncpg.pool import PoolConnectionProxy

from intake.attributes import Attributes
from intake.content import content, differing
from intake.identity import journey_id, new_person_ref
from intake.refusals import RefusalKind, Refused, problem, refused
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


class Inbox:
    """Takes validated events, each exactly once, however often and from however many sides they come."""

    def __init__(self, pool: "Pool[Record]", products_version: str) -> None:
        """New journeys are pinned to `products_version` of the products' data."""
        self._pool = pool
        self._products_version = products_version
        self._sql = load("intake")

    async def take(self, event: Attributes, report: ClaimReport, payload_sha256: bytes) -> Taken:
        """Remember the event and order the journey of its claim, or find that both are known.

        Raises Refused (conflicting-event) when the same event or claim came before with other content; nothing is
        changed then. A database that is away raises one of `storage.away.DATABASE_AWAY`: repeat the call.
        """
        async with self._pool.acquire(timeout=ACQUIRE_SECONDS) as connection, connection.transaction():
            if seen := await connection.fetchrow(self._sql["event_seen"], event.source, event.id):
                return self._known(seen, report, _EVENT)
            journey, repeated = await self._claim(connection, event, report)
            noted = await connection.fetchval(
                self._sql["accept_event"], event.source, event.id, journey, payload_sha256
            )
            if not noted:  # the same (source, id) was noted by another connection while we registered the claim
                seen = await connection.fetchrow(self._sql["event_seen"], event.source, event.id)
                return self._known(seen, report, _EVENT)
            return Taken(journey, repeated)

    def _known(self, row: Record | None, report: ClaimReport, what: Bilingual) -> Taken:
        if row is None:
            message = "an event or claim that was there a moment ago is gone: nothing deletes them"
            raise RuntimeError(message)
        if paths := differing(row["content"], content(report, row["salt"])):
            raise _conflict(what, paths)
        return Taken(row["journey_id"], repeated=True)

    async def _claim(self, connection: _Connection, event: Attributes, report: ClaimReport) -> tuple[str, bool]:
        key = report.product, report.claim_number
        if row := await connection.fetchrow(self._sql["claim_registered"], *key):
            return self._known(row, report, _CLAIM).journey_id, True
        now = datetime.now(UTC)
        reported_at = event.time or now
        person = await self._person(connection, report.insured, min(reported_at, now))
        journey, salt = journey_id(*key), secrets.token_bytes(16)
        new = await connection.fetchval(self._sql["register_claim"], *key, journey, person, content(report, salt), salt)
        if not new:  # another connection registered the claim first
            row = await connection.fetchrow(self._sql["claim_registered"], *key)
            return self._known(row, report, _CLAIM).journey_id, True
        report = await self._with_earlier_papers(connection, report, person)
        claim = self._claim_of(report, journey, person, reported_at)
        await connection.execute(self._sql["order_start"], journey, claim)
        await connection.execute(self._sql["ring"], CHANNEL)
        return journey, False

    async def _with_earlier_papers(self, connection: _Connection, report: ClaimReport, person: str) -> ClaimReport:
        """The evidence of the claim that this one corrects is carried forward; Refused where there is none to carry."""
        if report.corrects is None:
            return report
        row = await connection.fetchrow(self._sql["papers_of_claim"], report.product, report.corrects, person)
        if row is None or not row["closed"]:
            raise _not_correctable(known=row is not None)
        papers = {(paper.kind, paper.form): paper for paper in map(Paper.model_validate, row["papers"] or [])}
        papers |= {(paper.kind, paper.form): paper for paper in report.papers}
        return report.model_copy(update={"papers": tuple(papers.values())})

    async def _person(self, connection: _Connection, person: InsuredPerson, as_of: datetime) -> str:
        document, address = person.id_document, person.address
        await connection.execute(
            self._sql["upsert_person"],
            new_person_ref(),
            document.type.value,
            document.number,
            person.name,
            person.birth_date,
            person.sex.value,
            person.citizenship.value,
            person.phone,
            address.province,
            address.city,
            address.detail,
            as_of,
        )
        return str(await connection.fetchval(self._sql["person_ref"], document.type.value, document.number))

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
