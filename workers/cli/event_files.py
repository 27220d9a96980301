"""Files as a command is given them: looked at before anything is taken, and read without a traceback."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from intake.files import Located, messages
from workers.cli.failures import BadInputError

_STANDARD_INPUT = "-"


def check(file: Path) -> None:
    """Raise BadInputError, naming `file`, unless it can be read; `-` is standard input."""
    if str(file) == _STANDARD_INPUT:
        return
    with _readable(file):
        if file.is_dir():
            message = f"{file}: is a directory; give the files in it, e.g. {file}/*.json"
            raise BadInputError(message)
        if not file.exists():
            message = f"{file}: no such file; give JSON or JSONL files, or - for standard input"
            raise BadInputError(message)
        if not os.access(file, os.R_OK):
            raise PermissionError(None, "Permission denied")


def messages_in(file: Path) -> Iterator[Located]:
    """The messages in `file`; raises BadInputError where it cannot be read."""
    with _readable(file), _opened(file) as stream:
        yield from messages(stream, str(file))


def content(file: Path) -> bytes:
    """All of `file`; raises BadInputError where it cannot be read."""
    with _readable(file):
        return file.read_bytes()


@contextmanager
def _readable(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        message = f"{file}: cannot be read: {error.strerror or type(error).__name__}"
        raise BadInputError(message) from error


@contextmanager
def _opened(file: Path) -> Iterator[BinaryIO]:
    if str(file) == _STANDARD_INPUT:
        yield sys.stdin.buffer
        return
    with file.open("rb") as stream:
        yield stream
