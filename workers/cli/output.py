"""Standard output that fails as commands do: a full disk is a message, not a traceback, and nobody else's fault."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Protocol, cast

from workers.cli.failures import CommandError


class OutputError(CommandError):
    """What was to be printed could not be: make room, or have it written elsewhere, and run the command again."""


class ReaderGoneError(OutputError):
    """Whoever read the output has read enough: there is nobody to tell."""


class _Stream(Protocol):
    def write(self, what: Any, /) -> int: ...  # noqa: ANN401 - text, or bytes

    def flush(self) -> None: ...


class _Output:
    """A stream of which OSError leaves as OutputError or ReaderGoneError."""

    def __init__(self, stream: _Stream) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the stream has
        return getattr(self._stream, name)

    @property
    def buffer(self) -> "_Output":
        """The same for bytes."""
        return _Output(cast("_Stream", getattr(self._stream, "buffer")))  # noqa: B009 - a stream of text has one

    def write(self, what: Any) -> int:  # noqa: ANN401 - text, or bytes
        with _told():
            return self._stream.write(what)

    def writelines(self, lines: Iterable[Any]) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        with _told():
            self._stream.flush()


@contextmanager
def watched() -> Iterator[None]:
    """What is printed meanwhile is written when it ends, or OutputError says why not; without a reader, SystemExit."""
    stream, output = sys.stdout, _Output(sys.stdout)
    sys.stdout = cast("Any", output)
    try:
        with _alone():
            yield
    except ReaderGoneError as error:
        raise SystemExit(error.status) from error
    finally:
        sys.stdout = stream
        with suppress(ReaderGoneError):
            output.flush()


@contextmanager
def _alone() -> Iterator[None]:
    """An OutputError among tasks that ran side by side leaves as what it is."""
    try:
        yield
    except ExceptionGroup as group:
        found: BaseException | None = group.subgroup(OutputError)
        if found is None:
            raise
        while isinstance(found, ExceptionGroup):
            found = found.exceptions[0]
        raise found from group


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError as error:
        raise ReaderGoneError from error
    except OSError as error:
        message = f"standard output cannot be written: {error.strerror}"
        raise OutputError(message) from error
