"""Erasing a person: the keys go, and with them all that was sealed; what is left tells of nobody."""

from typing import NamedTuple

from asyncpg import Pool, Record

from privacy import places
from privacy.errors import PrivacyError
from privacy.vault import Vault
from storage.queries import load

_SQL = load("privacy")
_BATCH = 200
_PATIENCE = 600
"""Seconds for a VACUUM, which waits until nobody uses the tables."""
_HELD_PLAIN = ("data_key", "journey_status", "journey_words", "dead_letter")
"""Tables whose old rows tell of a person, or open what does."""


class NobodyError(LookupError):
    """There is no such person: check the reference or the identity document."""


class NotWipedError(Exception):
    """The person is erased, and old rows are still on their pages: erase once more when the tables are less busy."""


class Journey(NamedTuple):
    """One journey of the person."""

    journey_id: str
    product: str
    stage: str | None
    open: bool
    erased: bool


class Plan(NamedTuple):
    """What an erasure takes away."""

    person: str
    journeys: tuple[Journey, ...]
    letters: tuple[tuple[int, str], ...]
    """Dead letters that name the person or one of the claims: id and subject of the key."""
    done: bool
    """The person was erased before; nothing is left to take but what came in since."""

    @property
    def open(self) -> tuple[str, ...]:
        """Journeys that cannot go on after it."""
        return tuple(journey.journey_id for journey in self.journeys if journey.open)

    @property
    def subjects(self) -> tuple[str, ...]:
        """Whose keys go."""
        letters = {subject for _, subject in self.letters}
        return (self.person, *(journey.journey_id for journey in self.journeys), *sorted(letters))


class Erasing:
    """Plans erasures and carries them out."""

    def __init__(self, pool: "Pool[Record]", vault: Vault) -> None:
        """In the database of `pool`; `vault` finds the dead letters that name the person."""
        self._pool = pool
        self._vault = vault

    async def plan(self, known_by: str) -> Plan:
        """What would go of the person with this reference or digest of an identity document; raises NobodyError."""
        row = await self._pool.fetchrow(_SQL["person_known_by"], known_by)
        if row is None:
            message = "there is no such person"
            raise NobodyError(message)
        journeys = await self._pool.fetch(_SQL["journeys_of"], row["ref"])
        words = await self._words(row, journeys)
        return Plan(
            person=row["ref"],
            journeys=tuple(
                Journey(each["journey_id"], each["product"], each["stage"], each["open"], each["erased"])
                for each in journeys
            ),
            letters=await self._letters(words, {each["journey_id"] for each in journeys}),
            done=row["sealed"] is None,
        )

    async def carry_out(self, plan: Plan, *, by: str, reason: str) -> None:
        """Take the keys, and put on record who did it and why. Repeating it changes nothing and is recorded again.

        Open journeys must have been ended on the Temporal server before. Raises NotWipedError.
        """
        journeys = [journey.journey_id for journey in plan.journeys]
        letters = [letter for letter, _ in plan.letters]
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(_SQL["drop_keys"], list(plan.subjects))
            await connection.execute(_SQL["erase_person"], plan.person)
            for query in ("erase_status", "erase_words", "erase_start", "erase_left"):
                await connection.execute(_SQL[query], journeys)
            plain_events = await connection.fetch(_SQL["erase_custody"], journeys)
            await connection.execute(_SQL["erase_letters"], letters, by)
            await connection.execute(_SQL["note_erasure"], plan.person, by, reason, journeys, len(letters))
        for subject in plan.subjects:
            self._vault.keys.forget(subject)
        await self._wipe(*_HELD_PLAIN, *(["custody_event"] if plain_events else []))

    async def _wipe(self, *tables: str) -> None:
        """Old rows are dead and still on their pages, and statistics keep samples of them: none of it may stay."""
        try:
            await self._pool.execute(f"VACUUM (FULL, ANALYZE) {', '.join(tables)}", timeout=_PATIENCE)
        except TimeoutError as error:
            message = f"erased, but old rows are still on their pages: a table was busy for {_PATIENCE} seconds"
            raise NotWipedError(message) from error
        if not await self._pool.fetchval(_SQL["any_words"]):  # of an empty table ANALYZE leaves what it knew
            await self._pool.execute(_SQL["drop_statistics_of_words"])

    async def _words(self, person: Record, journeys: list[Record]) -> set[bytes]:
        """What a message names the person by: numbers of document, telephone and claims, as far as they are known."""
        words = set[str]()
        try:
            known = await self._vault.open(person["ref"], places.PERSON, person["sealed"])
        except PrivacyError:
            known = None
        if known:
            words |= {known["id_document"]["number"], known["phone"]}
        for journey in journeys:
            try:
                start = await self._vault.open(journey["journey_id"], places.START, journey["start"])
            except PrivacyError:
                continue
            if start:
                words.add(start["claim_number"])
        return {word.encode() for word in words}

    async def _letters(self, words: set[bytes], journeys: set[str]) -> tuple[tuple[int, str], ...]:
        found, last = list[tuple[int, str]](), 0
        while rows := await self._pool.fetch(_SQL["letters_after"], last, _BATCH):
            last = rows[-1]["id"]
            for row in rows:
                if row["journey_id"] in journeys or await self._names(row, words):
                    found.append((row["id"], row["subject"]))
        return tuple(found)

    async def _names(self, row: Record, words: set[bytes]) -> bool:
        try:
            content = await self._vault.open_bytes(row["subject"], places.LETTER, row["raw"])
            if row["corrected"] is not None:
                content += await self._vault.open_bytes(row["subject"], places.LETTER_CORRECTED, row["corrected"])
        except PrivacyError:
            return False
        return any(word in content for word in words)
