"""Histories kept in a folder, one file each: on a disk that is backed up, or one that can be written once only."""

import asyncio
import hashlib
import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from audit.archive.stores import AbsentError, Kept, StoreError

_SUFFIX = ".pb"
_DIGITS = 64


class FolderStore:
    """`FOLDER/ab/abcdef….pb`."""

    def __init__(self, root: Path) -> None:
        """Keep below `root`, which has to be there: a disk that is not mounted must not be written past."""
        self._root = root

    async def keep(self, sha256: bytes, content: bytes) -> None:
        """Keep `content`; a file appears whole, under its name, or not at all. Raises StoreError."""
        await asyncio.to_thread(self._keep, sha256, content)

    async def read(self, sha256: bytes) -> bytes:
        """What is kept under this name; raises AbsentError, StoreError."""
        return await asyncio.to_thread(self._read, sha256)

    async def kept(self) -> AsyncIterator[Kept]:
        """Every file that has a name of ours; raises StoreError."""
        for folder in await asyncio.to_thread(self._folders):
            for each in await asyncio.to_thread(_listed, folder):
                yield each

    def _keep(self, sha256: bytes, content: bytes) -> None:
        place = self._place(sha256)
        try:
            if place.exists() and hashlib.sha256(place.read_bytes()).digest() == sha256:
                return
            place.parent.mkdir(exist_ok=True)
            _write(place, content)
        except OSError as error:
            raise _told(error) from error

    def _read(self, sha256: bytes) -> bytes:
        try:
            return self._place(sha256).read_bytes()
        except FileNotFoundError as error:
            if not self._root.is_dir():
                raise _told(error) from error
            raise AbsentError from error
        except OSError as error:
            raise _told(error) from error

    def _folders(self) -> list[Path]:
        try:
            return sorted(each for each in self._root.iterdir() if each.is_dir())
        except OSError as error:
            raise _told(error) from error

    def _place(self, sha256: bytes) -> Path:
        name = sha256.hex()
        return self._root / name[:2] / f"{name}{_SUFFIX}"


def _write(place: Path, content: bytes) -> None:
    """Write beside `place`, down to the disk, and only then give it its name."""
    number, name = tempfile.mkstemp(prefix=".", suffix=".part", dir=place.parent)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(place)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise
    _settle(place.parent)


def _settle(folder: Path) -> None:
    """Bring the names in `folder` down to the disk as well."""
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _listed(folder: Path) -> list[Kept]:
    try:
        files = [file for file in sorted(folder.glob(f"*{_SUFFIX}")) if _digest(file)]
        return [Kept(bytes.fromhex(file.stem), *_size_and_age(file)) for file in files]
    except OSError as error:
        raise _told(error) from error


def _digest(file: Path) -> bool:
    return len(file.stem) == _DIGITS and set(file.stem) <= set("0123456789abcdef")


def _size_and_age(file: Path) -> tuple[int, datetime]:
    stat = file.stat()
    return stat.st_size, datetime.fromtimestamp(stat.st_mtime, UTC)


def _told(error: OSError) -> StoreError:
    return StoreError(f"the folder of ARCHIVE_FOLDER: {error.strerror or type(error).__name__}")
