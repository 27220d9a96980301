"""Sealing of stored values and payloads: what opens where, what was erased, what is missing."""

import asyncio
from typing import TypeAlias

import asyncpg
import pytest
from temporalio.api.common.v1 import Payload
from temporalio.converter import WorkflowSerializationContext

from privacy import data_keys
from privacy.errors import ErasedError, MissingKeyError, PrivacyError, UnreadableError
from privacy.key_ring import KeyRing
from privacy.payloads import SealedPayloads, subject_of
from privacy.rewrapping import rewrap, unknown_wrappings, wrappings
from privacy.vault import Vault, is_sealed
from tests.conftest import RING

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
ONE, OTHER = "journey-aaaaaaaaaaaaaaaaaaaa", "journey-bbbbbbbbbbbbbbbbbbbb"
ERASE = "UPDATE data_key SET wrapped = NULL, erased_at = now() WHERE subject = $1"


async def test_a_value_opens_at_its_place_alone(vault: Vault) -> None:
    """Neither another column nor another subject takes it, and the same value never looks the same twice."""
    sealed = await vault.seal(ONE, "place", {"name": "甲"})
    assert is_sealed(sealed)
    assert "甲" not in sealed
    assert await vault.seal(ONE, "place", {"name": "甲"}) != sealed
    assert await vault.open(ONE, "place", sealed) == {"name": "甲"}
    await vault.seal(OTHER, "place", 1)
    for subject, place in ((ONE, "elsewhere"), (OTHER, "place")):
        with pytest.raises(UnreadableError, match=subject):
            await vault.open(subject, place, sealed)


async def test_any_change_is_noticed(vault: Vault) -> None:
    """A flipped bit, a cut end, what is no base64."""
    sealed = await vault.seal_bytes(ONE, "place", b"content")
    assert await vault.open_bytes(ONE, "place", sealed) == b"content"
    for changed in (sealed[:-1], sealed[:-1] + bytes([sealed[-1] ^ 1]), sealed[:12]):
        with pytest.raises(UnreadableError):
            await vault.open_bytes(ONE, "place", changed)
    with pytest.raises(UnreadableError):
        await vault.open(ONE, "place", "sealed:1:no base64")


async def test_what_was_plain_before_comes_back_as_it_is(vault: Vault) -> None:
    """Rows from before there was sealing can be read until they are sealed."""
    assert await vault.open(ONE, "place", {"name": "甲"}) == {"name": "甲"}
    assert await vault.open_bytes(ONE, "place", b"raw") == b"raw"


async def test_erased_and_missing_are_told_apart(pool: Pool, vault: Vault) -> None:
    """Nothing is made anew for a subject that was erased."""
    sealed = await vault.seal(ONE, "place", 1)
    await pool.execute(ERASE, ONE)
    other = Vault(pool, RING)
    with pytest.raises(ErasedError, match=f"{ONE}: erased"):
        await other.open(ONE, "place", sealed)
    with pytest.raises(ErasedError):
        await other.seal(ONE, "place", 2)
    with pytest.raises(MissingKeyError, match=f"{OTHER}: has no data key"):
        await other.open(OTHER, "place", sealed)


async def test_an_erasure_is_heeded_by_processes_that_know_the_key(
    pool: Pool, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is kept in memory is kept for a bounded time."""
    monkeypatch.setattr(data_keys, "_KEPT_SECONDS", 0.0)
    sealed = await vault.seal(ONE, "place", 1)
    await pool.execute(ERASE, ONE)
    with pytest.raises(ErasedError):
        await vault.open(ONE, "place", sealed)


async def test_known_keys_cost_no_question(pool: Pool, vault: Vault) -> None:
    """Within a minute the database is not asked again; of many subjects it is asked once."""
    sealed = [await vault.seal(subject, "place", 1) for subject in (ONE, OTHER)]
    fresh = Vault(pool, RING)
    await fresh.keys.recall([ONE, OTHER])
    await pool.execute("DELETE FROM data_key")
    assert [await fresh.open(subject, "place", each) for subject, each in zip((ONE, OTHER), sealed, strict=True)] == [
        1,
        1,
    ]


async def test_every_data_key_is_wrapped_anew(pool: Pool, vault: Vault) -> None:
    """After a rotation the old key can go; a break in between and a repeat do no harm; an erased key stays erased."""
    sealed = await vault.seal(ONE, "place", "kept")
    await vault.seal(OTHER, "place", "gone")
    await pool.execute(ERASE, OTHER)
    turned = RING.rotated()
    heard: list[int] = []
    assert await rewrap(pool, turned, heard.append) == (1, ())
    assert heard == [1]
    assert await rewrap(pool, turned, heard.append) == (0, ())
    alone = turned.without({"key-1"})
    assert await wrappings(pool) == {"key-2": 1}
    assert await unknown_wrappings(pool, alone) == {}
    assert await Vault(pool, alone).open(ONE, "place", sealed) == "kept"


async def test_a_ring_without_the_key_names_what_is_missing(pool: Pool, vault: Vault) -> None:
    """At the start by count, at each value by subject; re-wrapping tells it and goes on."""
    await vault.seal(ONE, "place", 1)
    turned = RING.rotated()
    await Vault(pool, turned).seal(OTHER, "place", 1)
    lacking = turned.without({"key-1"})
    assert await unknown_wrappings(pool, lacking) == {"key-1": 1}
    done, unreadable = await rewrap(pool, lacking, lambda _: None)
    assert (done, [error.subject for error in unreadable]) == (0, [ONE])


async def test_payloads_are_sealed_for_their_workflow(vault: Vault) -> None:
    """Metadata go in as well; another workflow's payload is refused, a plain one passes."""
    codec = SealedPayloads(vault.keys)
    own = codec.with_context(WorkflowSerializationContext(namespace="default", workflow_id=ONE))
    plain = Payload(metadata={"encoding": b"json/plain"}, data='"甲"'.encode())
    [sealed] = await own.encode([plain])
    assert (subject_of(sealed), "甲".encode() in sealed.SerializeToString()) == (ONE, False)
    assert b"json/plain" not in sealed.SerializeToString()
    assert await codec.decode([sealed, plain]) == [plain, plain]
    other = codec.with_context(WorkflowSerializationContext(namespace="default", workflow_id=OTHER))
    with pytest.raises(PrivacyError, match="which was moved there"):
        await other.decode([sealed])
    with pytest.raises(PrivacyError, match="no key to seal it under"):
        await codec.encode([plain])


async def test_another_ring_opens_nothing(pool: Pool, vault: Vault) -> None:
    """A key of the same name is not the same key."""
    sealed = await vault.seal(ONE, "place", 1)
    with pytest.raises(UnreadableError, match="data key does not open"):
        await Vault(pool, KeyRing.new()).open(ONE, "place", sealed)


async def test_keys_of_several_subjects_are_made_at_once(pool: Pool, vault: Vault) -> None:
    """Those that have one keep it, whoever asks side by side; an erased one gets none."""
    await vault.keys.made("journey-1")
    sealed = await vault.seal("journey-1", "place", "kept")
    others = [Vault(pool, RING) for _ in range(4)]
    await asyncio.gather(*(other.keys.make("person-1", "journey-1", "journey-2") for other in others))
    assert await others[0].open("journey-1", "place", sealed) == "kept"
    again = await others[1].seal("person-1", "place", "shared")
    assert await others[2].open("person-1", "place", again) == "shared"
    await pool.execute(ERASE, "person-1")
    with pytest.raises(ErasedError, match="person-1"):
        await Vault(pool, RING).keys.make("journey-3", "person-1")
