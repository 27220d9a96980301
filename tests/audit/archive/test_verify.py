"""Whatever is done to the archive is found, and where: a byte of a history, a column, a row, the end of the chain."""

from datetime import timedelta

import asyncpg
import pytest

from audit.archive.chain import Head
from audit.archive.entry import StoreName
from audit.archive.register import Register
from audit.archive.stores import Stores
from audit.archive.verify import Flaw, FlawKind, Verification, Verified
from tests.audit.archive.filled import NAMES, content_of, entry_of, fill, tampering

Pool = asyncpg.Pool


async def verified(register: Register, stores: Stores, expected: Head | None = None) -> Verified:
    return await Verification(register, stores).verify(expected)


async def the_flaw(register: Register, stores: Stores) -> Flaw:
    [flaw] = (await verified(register, stores)).flaws
    return flaw


async def test_an_empty_archive_verifies(register: Register, stores: Stores) -> None:
    """Nothing is wrong with nothing."""
    assert await verified(register, stores) == (0, 0, Head(0, (await register.head()).link), ())


async def test_what_was_archived_verifies(register: Register, stores: Stores) -> None:
    """With its head, and every head it had before."""
    entries = await fill(register, stores, *NAMES[:2])
    before = await register.head()
    entries += await fill(register, stores, *NAMES[2:])
    done = await verified(register, stores, before)
    assert (done.runs, done.flaws, done.head) == (len(NAMES), (), await register.head())
    assert done.bytes == sum(entry.size for entry in entries)


@pytest.mark.parametrize("share", [0, 0.25, 0.5, 0.75, 1])
async def test_a_flipped_byte_of_a_history_is_found_at_its_place(
    share: float, register: Register, stores: Stores, pool: Pool
) -> None:
    """Wherever it is: the byte, the event, and what stood there."""
    entry = (await fill(register, stores))[1]
    place = int(share * (entry.size - 1))
    async with tampering(pool) as hands:
        await hands.execute(
            "UPDATE archived_history SET content = set_byte(content, $2, get_byte(content, $2) # 32) WHERE sha256 = $1",
            bytes.fromhex(entry.sha256),
            place,
        )
    flaw = await the_flaw(register, stores)
    stood = content_of(NAMES[1])[place]
    assert (flaw.kind, flaw.position, flaw.run_id) == (FlawKind.ALTERED, 2, entry.run_id)
    assert flaw.why.startswith(f"byte {place}, event ")
    assert f"{stood ^ 32:#04x} stands there, {stood:#04x} was archived" in flaw.why


@pytest.mark.parametrize(
    ("altered", "why"),
    [
        ("substring(content FROM 1 FOR 1000)", "1000 bytes instead of "),
        ("content || '\\x00'::bytea", "bytes {size} to {size}, behind event "),
        ("overlay(content PLACING '\\x00000000'::bytea FROM 601 FOR 4)", "bytes 512 to 1023, event "),
    ],
)
async def test_more_than_a_byte_is_found_by_its_block(
    altered: str, why: str, register: Register, stores: Stores, pool: Pool
) -> None:
    """Cut off, put in, or written over."""
    await fill(register, stores, NAMES[0])
    async with tampering(pool) as hands:
        await hands.execute(f"UPDATE archived_history SET content = {altered}")  # noqa: S608 - our own words
    flaw = await the_flaw(register, stores)
    assert flaw.kind is FlawKind.ALTERED
    assert why.format(size=len(content_of(NAMES[0]))) in flaw.why


COLUMNS = (
    "original_run_id = 'x'",
    "namespace = 'x'",
    "workflow_type = 'x'",
    "status = 'x'",
    "started_at = 'infinity'",
    "closed_at = closed_at + interval '1 microsecond'",
    "events = events + 1",
    "builds = '{}'",
    "builds = ARRAY[NULL]",
    "continued_from = ''",
    "continued_as = 'x'",
    "versions = '[]'",
    "versions = versions || '{\"more\": 1e999}'",
    "size = size + 1",
    "marks = ''",
    "archived_at = now()",
    "journey_link = sha256('x')",
)


@pytest.mark.parametrize("column", COLUMNS)
async def test_a_changed_column_is_found_at_its_row(
    column: str, register: Register, stores: Stores, pool: Pool
) -> None:
    """Whatever was written there, also what no program of ours would."""
    await fill(register, stores)
    async with tampering(pool) as hands:
        await hands.execute(f"UPDATE archived_run SET {column} WHERE position = 2")  # noqa: S608 - our own words
    flaws = (await verified(register, stores)).flaws
    assert (flaws[0].kind, flaws[0].position) == (FlawKind.CHANGED, 2)


@pytest.mark.parametrize(
    ("change", "kinds"),
    [
        ("DELETE FROM archived_run WHERE position = 2", {(FlawKind.GAP, 3)}),
        ("UPDATE archived_run SET previous = sha256('x') WHERE position = 2", {(FlawKind.UNLINKED, 2)}),
        ("UPDATE archived_run SET journey_previous = sha256('x') WHERE position = 2", {(FlawKind.UNLINKED, 2)}),
        (
            "UPDATE archived_run SET link = sha256('x') WHERE position = 2",
            {(FlawKind.CHANGED, 2), (FlawKind.UNLINKED, 3)},
        ),
        ("UPDATE archived_run SET store = 's3' WHERE position = 2", {(FlawKind.CHANGED, 2), (FlawKind.UNREADABLE, 2)}),
        (
            "UPDATE archived_run SET journey_id = 'x' WHERE position = 4",
            {(FlawKind.UNLINKED, 4), (FlawKind.ANOTHER, 4)},
        ),
        ("DELETE FROM archived_history WHERE sha256 = (SELECT sha256 FROM archived_run WHERE position = 2)",
         {(FlawKind.ABSENT, 2)}),
    ],
)  # fmt: skip
async def test_a_broken_chain_is_found_where_it_breaks(
    change: str, kinds: set[tuple[FlawKind, int]], register: Register, stores: Stores, pool: Pool
) -> None:
    """And nowhere else; what follows is held against what stands there."""
    await fill(register, stores)
    async with tampering(pool) as hands:
        await hands.execute(change)
    found = {(flaw.kind, flaw.position) for flaw in (await verified(register, stores)).flaws}
    assert found - {(FlawKind.ORPHAN, 0)} == kinds


async def test_a_cut_off_end_is_found_by_a_head_that_somebody_kept(
    register: Register, stores: Stores, pool: Pool
) -> None:
    """Without one only what was left behind tells: histories that nobody names, once no export can be at them."""
    await fill(register, stores)
    head = await register.head()
    async with tampering(pool) as hands:
        await hands.execute("DELETE FROM archived_run WHERE position > 3")
    assert (await verified(register, stores)).flaws == ()
    [flaw] = (await verified(register, stores, head)).flaws
    assert (flaw.kind, flaw.position) == (FlawKind.CUT_OFF, 5)
    async with tampering(pool) as hands:
        await hands.execute("UPDATE archived_history SET kept_at = kept_at - $1::interval", timedelta(hours=1))
    assert [flaw.kind for flaw in (await verified(register, stores)).flaws] == [FlawKind.ORPHAN] * 2


async def test_a_chain_made_anew_is_found_by_a_head_that_somebody_kept(
    register: Register, stores: Stores, pool: Pool
) -> None:
    """It is whole by itself."""
    await fill(register, stores)
    head = await register.head()
    async with tampering(pool) as hands:
        await hands.execute("DELETE FROM archived_run")
    await fill(register, stores)
    assert (await verified(register, stores)).flaws == ()
    assert [flaw.kind for flaw in (await verified(register, stores, head)).flaws] == [FlawKind.CUT_OFF]


async def test_a_history_of_another_run_is_told_by_what_differs(register: Register, stores: Stores) -> None:
    """Though it is linked as it is: whoever archived it was wrong."""
    entry = entry_of(content_of(NAMES[0]), stores)
    other = content_of(NAMES[3])
    digest = entry_of(other, stores).sha256
    await stores.keep(bytes.fromhex(digest), other)
    await register.append([entry.model_copy(update={"sha256": digest, "size": len(other)})])
    flaw = await the_flaw(register, stores)
    assert flaw.kind is FlawKind.ANOTHER
    assert "journey_id, original_run_id" in flaw.why


@pytest.mark.parametrize("table", ["archived_run", "archived_history"])
@pytest.mark.parametrize("change", ["DELETE FROM {}", "TRUNCATE {}", "UPDATE {} SET sha256 = sha256"])
async def test_the_database_refuses_to_change_what_is_archived(
    change: str, table: str, register: Register, stores: Stores, pool: Pool
) -> None:
    """As long as nobody switches its guards off."""
    await fill(register, stores, NAMES[0])
    with pytest.raises(asyncpg.RestrictViolationError, match="the archive is append-only"):
        await pool.execute(change.format(table))


async def test_a_store_that_no_setting_names_is_told(register: Register, stores: Stores) -> None:
    """What it keeps cannot be verified."""
    await fill(register, stores, NAMES[0])
    flaw = await the_flaw(register, Stores({}, StoreName.POSTGRES))
    assert (flaw.kind, flaw.why.startswith("is in the store 'postgres', which no setting")) == (
        FlawKind.UNREADABLE,
        True,
    )
