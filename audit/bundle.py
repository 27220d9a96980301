"""A journey as evidence in one file: signed, checkable without our database, personal data masked unless allowed."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

from pydantic import AwareDatetime, JsonValue, ValidationError

from activities.custody_chain import canonical
from audit.archive.chain import START, Link, journey_root, linked
from audit.archive.entry import Entry
from audit.replaying import Verdict
from audit.timeline import Run, decisions_until, rows
from privacy.signing import SigningKey, signed
from schemas.shape import Shape

MASK = "***"
_PERSONAL = frozenset(
    {
        "birth_date", "city", "claim_number", "coi", "destination_city", "din", "id", "invoice_number", "note",
        "number", "person", "pharmacy_city", "policy_number", "prescription_number", "province", "reason", "ref",
        "tracking_number",
    }
)  # fmt: skip
"""Fields that tell who somebody is, or that people write in; medical facts and money stay, they are the evidence."""
_BY_SHAPE = re.compile(r"(?<![0-9A-Za-z])(?:\d{17}[\dXx]|(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4})(?![0-9A-Za-z])")
"""Identity and mobile numbers, wherever they stand."""


class Chained(Shape):
    """The link of an archived run in its journey's own chain."""

    entry: Entry
    previous: str
    link: str


class BundledRun(Shape):
    """One run, and what came of replaying it when the bundle was made."""

    run: int
    run_id: str
    workflow_type: str
    build: str
    events: int
    sha256: str
    """Of its history as protobuf, as it was read."""
    verdict: Verdict
    reason: str = ""
    archived: Chained | None = None
    """None for a run that was not archived yet."""


class Bundle(Shape):
    """What is signed."""

    format: Literal["patient-journeys/bundle/1"] = "patient-journeys/bundle/1"
    journey_id: str
    made_at: AwareDatetime
    made_by: str
    """The build that replayed the histories."""
    masked: bool
    runs: tuple[BundledRun, ...]
    rows: tuple[dict[str, JsonValue], ...]
    decisions: tuple[dict[str, JsonValue], ...]
    state: dict[str, JsonValue]


class Signature(Shape):
    """Over the canonical JSON of the bundle."""

    algorithm: Literal["Ed25519"] = "Ed25519"
    public_key: str
    value: str


class SignedBundle(Shape):
    """A bundle with its signature, as it stands in a file."""

    bundle: dict[str, JsonValue]
    signature: Signature


class BundleError(ValueError):
    """What was given is no signed bundle; the message says where it is wrong."""


def bundled(runs: Sequence[Run], links: Mapping[str, Link], made_by: str, made_at: datetime, *, masked: bool) -> Bundle:
    """The journey of `runs`; `links` are those of its archived runs, by run id."""
    moments = [moment for run in runs for moment in run.story.moments]
    hide = _masked if masked else _shown
    return Bundle(
        journey_id=runs[0].recorded.workflow_id,
        made_at=made_at,
        made_by=made_by,
        masked=masked,
        runs=tuple(_bundled(run, links.get(run.recorded.run_id)) for run in runs),
        rows=tuple(hide(row.model_dump(mode="json", exclude_defaults=True)) for row in rows(runs)),
        decisions=tuple(hide(record.model_dump(mode="json")) for record in decisions_until(runs)),
        state=hide(moments[-1].state.model_dump(mode="json")) if moments else {},
    )


def _bundled(run: Run, link: Link | None) -> BundledRun:
    told = run.told
    return BundledRun(
        run=run.number,
        run_id=run.recorded.run_id,
        workflow_type=told.workflow_type,
        build=told.build,
        events=told.events,
        sha256=link.entry.sha256 if link else _digest(run),
        verdict=told.verdict,
        reason=told.reason,
        archived=Chained(entry=link.entry, previous=link.journey_previous.hex(), link=link.journey_link.hex())
        if link
        else None,
    )


def _digest(run: Run) -> str:
    return hashlib.sha256(run.recorded.history.SerializeToString(deterministic=True)).hexdigest()


def sign(bundle: Bundle, key: SigningKey) -> SignedBundle:
    """The bundle with a signature of `key`."""
    plain = bundle.model_dump(mode="json")
    return SignedBundle(bundle=plain, signature=Signature(public_key=key.public, value=key.sign(canonical(plain))))


def read_bundle(content: bytes) -> tuple[SignedBundle, Bundle]:
    """A file's bundle as it was signed, and what it says; raises BundleError."""
    try:
        whole = SignedBundle.model_validate_json(content)
        return whole, Bundle.model_validate_json(canonical(whole.bundle))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"])) or "the file"
        message = f"{place}: {first['msg']}"
        raise BundleError(message) from error


def flaws(whole: SignedBundle, bundle: Bundle) -> list[str]:
    """What is wrong with a bundle; nothing, where it is as it was signed and its chain holds."""
    found = []
    if not signed(whole.signature.public_key, canonical(whole.bundle), whole.signature.value):
        found.append("the signature does not fit: the bundle was changed after it was signed")
    previous = journey_root(bundle.journey_id).hex()
    archived = [(run, run.archived) for run in bundle.runs if run.archived]
    for run, chained in sorted(archived, key=lambda each: each[1].entry.seq):
        if wrong := _broken(run, chained, previous, bundle.journey_id):
            found.append(f"run {run.run}: {wrong}")
        previous = chained.link
    return found


def _broken(run: BundledRun, chained: Chained, previous: str, journey_id: str) -> str:
    if chained.previous != previous:
        return "does not continue the run before it in the journey's chain"
    entry = chained.entry
    if (entry.journey_id, entry.run_id, entry.sha256) != (journey_id, run.run_id, run.sha256):
        return "is not the run that its link in the archive names"
    if chained.link != linked(entry, bytes.fromhex(previous), START).journey_link.hex():
        return "its link in the archive does not follow from what it says"
    return ""


def _shown(fields: dict[str, JsonValue]) -> dict[str, JsonValue]:
    return fields


def _masked(fields: dict[str, JsonValue]) -> dict[str, JsonValue]:
    return {name: _hidden(name, value) for name, value in fields.items()}


def _hidden(name: str, value: JsonValue) -> JsonValue:
    if name in _PERSONAL and isinstance(value, str) and value:
        return MASK
    if isinstance(value, dict):
        return _masked(value)
    if isinstance(value, list):
        return [_hidden("", each) for each in value]
    return _BY_SHAPE.sub(MASK, value) if isinstance(value, str) else value
