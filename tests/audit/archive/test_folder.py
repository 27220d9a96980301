"""Histories in a folder: whole under their name or not there, also where the disk is full."""

import hashlib
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from audit.archive.folder import FolderStore
from audit.archive.stores import AbsentError, StoreError

CONTENT = b"history" * 1000
DIGEST = hashlib.sha256(CONTENT).digest()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 KiB."""
    place = tmp_path / "disk"
    place.mkdir()
    subprocess.run(["/bin/mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", place], check=True)
    yield place
    subprocess.run(["/bin/umount", place], check=True)


def files(folder: Path) -> list[Path]:
    return [each for each in folder.rglob("*") if each.is_file()]


async def test_what_is_kept_is_there(tmp_path: Path) -> None:
    """Once, by its digest, however often it is kept; files of others are none of ours."""
    store = FolderStore(tmp_path)
    (tmp_path / "lost+found").mkdir()
    (tmp_path / "lost+found" / "read.me.pb").write_text("not ours")
    for _ in range(2):
        await store.keep(DIGEST, CONTENT)
    assert await store.read(DIGEST) == CONTENT
    [kept] = [each async for each in store.kept()]
    assert (kept.sha256, kept.size) == (DIGEST, len(CONTENT))


async def test_what_was_spoilt_is_kept_anew(tmp_path: Path) -> None:
    """A run that is archived once more mends a file that nobody named yet."""
    store = FolderStore(tmp_path)
    await store.keep(DIGEST, CONTENT)
    [file] = files(tmp_path)
    file.write_bytes(b"spoilt")
    await store.keep(DIGEST, CONTENT)
    assert await store.read(DIGEST) == CONTENT


async def test_a_full_disk_leaves_nothing_half_written(small_disk: Path) -> None:
    """It is told, smaller ones still go in, and with room again so does this one."""
    store = FolderStore(small_disk)
    large = uuid.uuid4().bytes * 8192
    digest = hashlib.sha256(large).digest()
    with pytest.raises(StoreError, match="ARCHIVE_FOLDER: No space left on device"):
        await store.keep(digest, large)
    assert files(small_disk) == []
    await store.keep(DIGEST, CONTENT)
    subprocess.run(["/bin/mount", "-o", "remount,size=1m", small_disk], check=True)
    await store.keep(digest, large)
    assert await store.read(digest) == large


async def test_what_is_not_there_is_told_apart_from_a_folder_that_is_not(tmp_path: Path) -> None:
    """A disk that is not mounted has lost nothing, and nothing is written to where it should be."""
    with pytest.raises(AbsentError):
        await FolderStore(tmp_path).read(DIGEST)
    away = FolderStore(tmp_path / "away")
    with pytest.raises(StoreError, match="No such file or directory") as told:
        await away.read(DIGEST)
    assert not isinstance(told.value, AbsentError)
    with pytest.raises(StoreError, match="No such file or directory"):
        await away.keep(DIGEST, CONTENT)
    with pytest.raises(StoreError, match="No such file or directory"):
        _ = [each async for each in away.kept()]
