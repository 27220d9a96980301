"""Histories kept in an S3-compatible store, one object each."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import NamedTuple

import obstore
from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError
from obstore.store import S3Store as Bucket

from audit.archive.stores import AbsentError, Kept, StoreError

_SUFFIX = ".pb"
_DIGITS = 64
_CALL, _RETRIES = timedelta(seconds=30), timedelta(seconds=60)


class S3Place(NamedTuple):
    """Which bucket, and how to reach it. Empty keys: those of the environment, e.g. of an instance's role."""

    bucket: str
    prefix: str = ""
    endpoint: str = ""
    """URL of a store that is not Amazon's."""
    region: str = ""
    access_key: str = ""
    secret_key: str = ""
    plain_http: bool = False
    """Without TLS, for a store behind a tunnel or on one's own machine."""


class S3Store:
    """`PREFIX/ab/abcdef….pb` in a bucket."""

    def __init__(self, place: S3Place) -> None:
        """Keep in `place`; nothing is asked of it yet."""
        given = {
            "endpoint": place.endpoint,
            "region": place.region,
            "access_key_id": place.access_key,
            "secret_access_key": place.secret_key,
        }
        self._bucket = Bucket(
            place.bucket,
            prefix=place.prefix or None,
            config={name: value for name, value in given.items() if value},  # type: ignore[arg-type]  # names are checked by it
            client_options={"allow_http": place.plain_http, "timeout": _CALL},
            retry_config={"max_retries": 5, "retry_timeout": _RETRIES},
        )

    async def keep(self, sha256: bytes, content: bytes) -> None:
        """Keep `content`; raises StoreError."""
        with _told():
            await obstore.put_async(self._bucket, _name(sha256), content)

    async def read(self, sha256: bytes) -> bytes:
        """What is kept under this name; raises AbsentError, StoreError."""
        with _told():
            found = await obstore.get_async(self._bucket, _name(sha256))
            return bytes(await found.bytes_async())

    async def kept(self) -> AsyncIterator[Kept]:
        """Every object that has a name of ours; raises StoreError."""
        with _told():
            async for page in obstore.list(self._bucket):
                for each in page:
                    name = each["path"].rpartition("/")[2].removesuffix(_SUFFIX)
                    if len(name) == _DIGITS and set(name) <= set("0123456789abcdef"):
                        yield Kept(bytes.fromhex(name), each["size"], each["last_modified"])


def _name(sha256: bytes) -> str:
    name = sha256.hex()
    return f"{name[:2]}/{name}{_SUFFIX}"


@contextmanager
def _told() -> Iterator[None]:
    """What goes wrong, without the address and the answer of the store: either may hold a key."""
    try:
        yield
    except FileNotFoundError as error:
        raise AbsentError from error
    except (PermissionDeniedError, UnauthenticatedError) as error:
        message = "the S3 store refuses: look at ARCHIVE_S3_ACCESS_KEY, ARCHIVE_S3_SECRET_KEY and the bucket's policy"
        raise StoreError(message) from error
    except (BaseError, OSError, ValueError) as error:
        message = f"the S3 store does not do it ({type(error).__name__}): look at ARCHIVE_S3_BUCKET and its endpoint"
        raise StoreError(message) from error
