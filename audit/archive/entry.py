"""What the archive tells of one closed run, all of which its links cover. No personal data is in it."""

from enum import StrEnum

from pydantic import AwareDatetime, Field, JsonValue

from schemas.decision import Versions
from schemas.shape import Shape

Sha256 = str
"""64 hexadecimal digits."""


class StoreName(StrEnum):
    """Where the history itself is kept, under its SHA-256."""

    POSTGRES = "postgres"
    FOLDER = "folder"
    S3 = "s3"


class CodeVersions(Versions):
    """The code of a process, with the rules, products and calendar that it has."""

    build: str


class RunVersions(Shape):
    """Under which versions a run went, as far as it tells itself, and which ones archived it."""

    decided_under: tuple[Versions, ...] = ()
    """Those that its decisions name, each once, in the order of the history."""
    unread: int = Field(default=0, ge=0)
    """Decisions that nobody could read at that time, for want of a key."""
    archived_by: CodeVersions


class Told(Shape):
    """What a history tells of its run."""

    journey_id: str
    original_run_id: str
    """The run that its first event names: another one than its own after a reset."""
    workflow_type: str
    status: str
    """How it ended, e.g. completed, continued_as_new; `unknown` where a newer server has an end of its own."""
    started_at: AwareDatetime
    closed_at: AwareDatetime
    events: int
    builds: tuple[str, ...] = ()
    """Builds of the workers that completed its workflow tasks, each once, in order."""
    continued_from: str = ""
    continued_as: str = ""


class Entry(Told):
    """One archived run. Fields at their defaults are left out of its hash, so that new ones break no old link."""

    run_id: str
    namespace: str
    seq: int = Field(ge=1)
    """Its place among the archived runs of its journey."""
    versions: dict[str, JsonValue]
    """As RunVersions gives them; kept as they are stored, so that whatever is put in beside them shows."""
    size: int
    """Bytes of the history as protobuf."""
    sha256: Sha256
    marks: str
    """Eight bytes of SHA-256, in hexadecimal, for each 512 bytes of the history."""
    store: str
    archived_at: AwareDatetime
