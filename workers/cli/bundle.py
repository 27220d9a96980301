"""`journeys audit bundle | check | signing-key`: a journey as signed evidence, and whether such evidence holds."""

import hmac
import os
from collections.abc import Sequence
from datetime import datetime
from getpass import getpass
from pathlib import Path
from typing import Annotated

import orjson
from cyclopts import Parameter
from rich.console import Console

from audit.archive.register import Register
from audit.bundle import BundleError, SignedBundle, bundled, flaws, read_bundle, sign
from audit.timeline import Run
from privacy.signing import SigningKey, SigningKeyError, fingerprint
from schemas.civil import CHINA
from storage.queries import load
from workers.build import build_id
from workers.cli.archive import opened
from workers.cli.failures import BadInputError, CommandError
from workers.cli.render import moment
from workers.cli.timeline import runs_of
from workers.cli.words import Language, Words
from workers.settings import Settings

_Flag = Annotated[bool, Parameter(negative="")]
_SQL = load("privacy")
_TOKEN = "ENGINEER_TOKEN"  # noqa: S105 - the name of a variable
_FAILED = 1
_out = Console(highlight=False, markup=False)


async def bundle(
    journey: Annotated[str, Parameter(name="ID")],
    /,
    *,
    out: Path | None = None,
    plain: _Flag = False,
    engineer: str | None = None,
) -> None:
    """Write a journey as evidence into one signed file: what happened, every decision with its facts, how it stands.

    `journeys audit check` verifies it on any machine. What tells who somebody is, is masked.

    Parameters
    ----------
    journey
        The journey: its id, the beginning of it, or its claim number.
    out
        The file; JOURNEY.bundle.json unless told. None that is there is written over.
    plain
        Mask nothing. For engineers named in CODEC_ENGINEERS alone, and each time on record.
    engineer
        With --plain: who asks. The token is taken from ENGINEER_TOKEN, or asked for.

    """
    settings = Settings()
    key = _signing_key(settings)
    if plain:
        _check_engineer(settings, engineer)
    runs = await runs_of(journey, shown=True)
    journey_id = runs[0].recorded.workflow_id
    async with opened() as archive:
        links = {link.entry.run_id: link async for link in Register(archive.pool).links(journey_id)}
        if plain:
            await archive.pool.execute(_SQL["note_codec_access"], engineer, journey_id, _payloads(runs))
    whole = sign(bundled(runs, links, build_id(), datetime.now(CHINA), masked=not plain), key)
    file = out or Path(f"{journey_id}.bundle.json")
    _write(file, whole)
    _out.print(f"{file}: signed, key {fingerprint(key.public)}")


def check(file: Path, /, *, signer: str | None = None, json: _Flag = False, lang: Language | None = None) -> int:
    """Verify a bundle: it is as it was signed, by whom, and its runs continue each other in the archive's chain.

    Needs neither database nor server. Status 1 when something is wrong, which is listed.

    Parameters
    ----------
    file
        What `journeys audit bundle` wrote.
    signer
        The fingerprint that the signer told you; without it compare the one that is printed.
    json
        Print for programs.
    lang
        Language of the headings; that of LANG unless told.

    """
    try:
        whole, told = read_bundle(file.read_bytes())
    except OSError as error:
        message = f"{file}: cannot be read: {error.strerror}"
        raise BadInputError(message) from error
    except BundleError as error:
        message = f"{file}: is no signed bundle: {error}"
        raise BadInputError(message) from error
    by, found = fingerprint(whole.signature.public_key), flaws(whole, told)
    if signer and not hmac.compare_digest(signer.lower(), by):
        found.insert(0, f"the key is {by}, not {signer.lower()}")
    if json:
        said = {"journey_id": told.journey_id, "signer": by, "masked": told.masked, "flaws": found}
        _out.print(orjson.dumps(said).decode(), soft_wrap=True)
    else:
        words = Words(lang)
        _out.print(f"{told.journey_id}  {moment(told.made_at)}  {words('signed_by')} {by}")
        _out.print("\n".join(found) or words("sound").format(len(told.runs), len(told.decisions)))
    return _FAILED if found else 0


def signing_key(file: Path, /) -> None:
    """Make a key to sign bundles with, readable for you alone; never over a file that is there.

    Parameters
    ----------
    file
        Where to write it; name it in SIGNING_KEY_FILE, and give its fingerprint to whoever checks your bundles.

    """
    try:
        key = SigningKey.make(file)
    except SigningKeyError as error:
        raise BadInputError(str(error)) from error
    _out.print(f"{file}: key {fingerprint(key.public)}")


def _signing_key(settings: Settings) -> SigningKey:
    if not settings.signing_key_file:
        message = "SIGNING_KEY_FILE: is not set; make a key with `journeys audit signing-key FILE`"
        raise BadInputError(message)
    try:
        return SigningKey.read(Path(settings.signing_key_file))
    except SigningKeyError as error:
        raise BadInputError(str(error)) from error


def _check_engineer(settings: Settings, engineer: str | None) -> None:
    known = settings.codec_engineers.get(engineer or "")
    given = os.environ.get(_TOKEN) or (getpass("Token: ") if known else "")
    expected = known.get_secret_value() if known else ""
    if not expected or not hmac.compare_digest(expected.encode(), given.encode()):
        message = "--plain: is for engineers named in CODEC_ENGINEERS; say who with --engineer, and give your own token"
        raise CommandError(message)


def _payloads(runs: Sequence[Run]) -> int:
    return sum(len(run.recorded.history.events) for run in runs)


def _write(file: Path, whole: SignedBundle) -> None:
    try:
        # For its owner alone from its first byte on: evidence is nobody else's, masked or not.
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(orjson.dumps(whole.model_dump(mode="json"), option=orjson.OPT_INDENT_2) + b"\n")
    except OSError as error:
        message = f"{file}: cannot be written: {error.strerror}"
        raise BadInputError(message) from error
