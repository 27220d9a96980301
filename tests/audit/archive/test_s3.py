"""Histories in an S3-compatible store, over HTTP."""

import hashlib
import uuid
from collections.abc import Iterator

import httpx2
import obstore
import pytest
from moto.server import ThreadedMotoServer
from pydantic import SecretStr

from audit.archive.entry import StoreName
from audit.archive.register import Register
from audit.archive.s3 import S3Place, S3Store
from audit.archive.stores import AbsentError, StoreError
from audit.archive.verify import FlawKind, Verification
from storage.pool import open_pool
from tests.audit.archive.filled import NAMES, fill
from workers.archiving import open_stores
from workers.settings import Settings
from workers.stack.ports import free_port

CONTENT = b"history" * 1000
DIGEST = hashlib.sha256(CONTENT).digest()


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """Its address."""
    port = free_port()
    started = ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False)
    started.start()
    yield f"http://127.0.0.1:{port}"
    started.stop()


@pytest.fixture
def bucket(server: str) -> str:
    """A bucket of the test's own."""
    name = f"archive-{uuid.uuid4().hex[:12]}"
    httpx2.put(f"{server}/{name}").raise_for_status()
    return name


def place(server: str, bucket: str) -> S3Place:
    return S3Place(bucket, "runs", server, "us-east-1", "key-of-the-tests", "secret-of-the-tests", plain_http=True)


async def test_what_is_kept_is_there(server: str, bucket: str) -> None:
    """Once, by its digest, however often it is kept."""
    store = S3Store(place(server, bucket))
    assert [each async for each in store.kept()] == []
    for _ in range(2):
        await store.keep(DIGEST, CONTENT)
    assert await store.read(DIGEST) == CONTENT
    [kept] = [each async for each in store.kept()]
    assert (kept.sha256, kept.size) == (DIGEST, len(CONTENT))


async def test_what_is_not_there_is_told_apart_from_a_store_that_is_not(server: str, bucket: str) -> None:
    """An object that is lost, a bucket that is not there, an address where nobody answers."""
    with pytest.raises(AbsentError):
        await S3Store(place(server, bucket)).read(DIGEST)
    with pytest.raises(StoreError):
        await S3Store(place(server, "no-such-bucket")).keep(DIGEST, CONTENT)


async def test_without_leave_nothing_goes_out_unencrypted(server: str, bucket: str) -> None:
    """TLS is asked for unless a setting says otherwise."""
    with pytest.raises(StoreError, match="the S3 store does not do it"):
        await S3Store(place(server, bucket)._replace(plain_http=False)).keep(DIGEST, CONTENT)


async def test_settings_send_runs_there_and_leave_older_ones_where_they_are(
    server: str, bucket: str, database: str, register: Register
) -> None:
    """Both are verified; an object that is altered there is found, and one that is lost."""
    given = place(server, bucket)
    elsewhere = Settings(
        archive_store=StoreName.S3,
        archive_s3_bucket=bucket,
        archive_s3_endpoint=server,
        archive_s3_region=given.region,
        archive_s3_access_key=SecretStr(given.access_key),
        archive_s3_secret_key=SecretStr(given.secret_key),
        archive_s3_plain_http=True,
    )
    async with await open_pool(database) as pool:
        await fill(register, open_stores(Settings(), pool), *NAMES[:1])
        stores = open_stores(elsewhere, pool)
        entries = await fill(register, stores, *NAMES[1:3])
        assert {entry.store for entry in entries} == {"s3"}
        assert (await Verification(register, stores).verify(None)).flaws == ()
        inside = S3Store(given._replace(prefix=""))._bucket
        altered, lost = (entry.sha256 for entry in entries)
        await obstore.put_async(inside, f"{altered[:2]}/{altered}.pb", b"x")
        await obstore.delete_async(inside, f"{lost[:2]}/{lost}.pb")
        flaws = (await Verification(register, stores).verify(None)).flaws
    assert [(flaw.kind, flaw.position) for flaw in flaws] == [(FlawKind.ALTERED, 2), (FlawKind.ABSENT, 3)]
