"""The key ring: what it takes, what it refuses, and that it wraps for one subject alone."""

import base64
import json
from pathlib import Path

import pytest

from privacy.errors import KeyRingError, MissingKeyError, UnreadableError
from privacy.key_ring import KeyRing, Wrapped, read_ring
from privacy.sealing import new_key


def test_a_ring_is_read_as_it_was_written() -> None:
    """As JSON, and as that in base64."""
    ring = KeyRing.new().rotated()
    encoded = base64.b64encode(ring.text().encode()).decode()
    assert [KeyRing.parse(text).text() for text in (ring.text(), encoded)] == [ring.text()] * 2


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"active": "nobody"}, "the active key 'nobody' is not on it"),
        ({"keys": {"key-1": "c2hvcnQ="}}, "key-1 must be 32 bytes"),
        ({"keys": {"key-1": "no base64!"}}, "is not of the form"),
        ({"index": "c2hvcnQ="}, "index must be 32 bytes"),
        ({"more": 1}, "is not of the form"),
    ],
)
def test_a_wrong_ring_is_refused_without_repeating_a_key(change: dict[str, object], reason: str) -> None:
    """The message says what is wrong and shows nothing of the keys."""
    ring = json.loads(KeyRing.new().text())
    with pytest.raises(KeyRingError, match=reason) as refused:
        KeyRing.parse(json.dumps(ring | change))
    assert ring["index"] not in str(refused.value)


def test_a_ring_is_wanted_and_for_its_owner_alone(tmp_path: Path) -> None:
    """Without one, or with one that others may read, nothing starts."""
    with pytest.raises(KeyRingError, match="none is set"):
        read_ring(None, "")
    file = tmp_path / "ring.json"
    with pytest.raises(KeyRingError, match="cannot be read"):
        read_ring(file, "")
    file.write_text(KeyRing.new().text(), encoding="utf-8")
    file.chmod(0o644)
    with pytest.raises(KeyRingError, match="chmod 600"):
        read_ring(file, "")
    file.chmod(0o600)
    assert read_ring(file, "").ids == ("key-1",)


async def test_a_data_key_unwraps_for_its_subject_and_key_alone() -> None:
    """Moved to another subject it does not open; without the wrapping key it is told which one is missing."""
    ring, key = KeyRing.new(), new_key()
    wrapped = await ring.wrap("journey-a", key)
    assert await ring.rotated().unwrap("journey-a", wrapped) == key
    with pytest.raises(UnreadableError, match="journey-b"):
        await ring.unwrap("journey-b", wrapped)
    with pytest.raises(MissingKeyError, match="under key-9, which is not on the ring"):
        await ring.unwrap("journey-a", Wrapped("key-9", wrapped.wrapped))


def test_digests_depend_on_key_kind_and_every_word() -> None:
    """The same words give the same letters; neither another key nor another cut of the words does."""
    ring, again = KeyRing.new(), KeyRing.new()
    digests = [ring.digest("a", "bc", "d"), ring.digest("a", "b", "cd"), ring.digest("b", "bc", "d")]
    assert len({*digests, again.digest("a", "bc", "d")}) == 4
    assert ring.rotated().digest("a", "bc", "d") == digests[0]
