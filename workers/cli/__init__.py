"""The `journeys` command: one small module per topic, imported only when its command runs."""

import sys
from collections.abc import Sequence
from importlib.metadata import version

from cyclopts import App, CycloptsError
from pydantic import ValidationError
from pydantic_settings import SettingsError
from rich.console import Console

from privacy.errors import KeyRingError
from workers.cli.failures import BAD_INPUT, CommandError
from workers.cli.output import watched
from workers.leaving import leave
from workers.settings import Settings

COMMANDS = (
    ("up", "workers.cli.stack:up", "Run the embedded stack until Ctrl-C."),
    ("demo", "workers.cli.demo:demo", "Play the sample claims of all products through the stack, live."),
    ("list", "workers.cli.views:list_journeys", "List journeys: stage, waiting for whom, due when, money."),
    ("escalations", "workers.cli.escalations:escalations", "List what a supervisor has to see, with the reason."),
    ("status", "workers.cli.views:status", "Show one journey as it stands."),
    ("custody", "workers.cli.custody:custody", "Show who held a patient's cells and how cold; verify the chain."),
    ("act", "workers.cli.acting:act", "Perform an action on a journey."),
    ("intake", "workers.cli.intake:intake", "Take claim-intake events from files."),
    ("dead-letters", "workers.cli.dead_letters:dead_letters", "What could not be taken: list, show, resend, drop."),
    ("decide", "workers.cli.decide:decide", "Take a decision by a product's rules, without a journey."),
    ("simulate", "workers.cli.simulate:simulate", "Play scenarios: whole journeys, a year in seconds."),
    ("calendar", "workers.cli.calendar:calendar", "Working days: show a year, import a newly announced one."),
    ("audit", "workers.cli.audit:audit", "Archive closed runs and verify them; replay and explain what journeys did."),
    ("privacy", "workers.cli.privacy:privacy", "Keys, sealing of what was there before, and erasures."),
    ("migrate", "workers.cli.operate:migrate", "Bring the database up to this release."),
    ("register", "workers.cli.operate:register", "Register our search attributes on the Temporal server."),
    ("set-current", "workers.cli.operate:set_current", "Start new journeys on a build from now on."),
    ("build-id", "workers.cli.operate:build_id", "Print the build id of this code."),
)
"""Name, where it is, and the line that `--help` shows without importing it."""

_INTERRUPTED = 130


def build() -> App:
    """The command with all its topics; nothing but this module is imported yet."""
    # Neither wrapped nor boxed: a box cuts off what is longer than the terminal is wide.
    errors = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)
    app = App(
        name="journeys",
        help="Insured cancer patients' drug and therapy journeys, from claim to settlement.",
        version=lambda: version("patient-journeys"),
        error_console=errors,
        error_formatter=str,
        exit_on_error=False,
    )
    for name, place, line in COMMANDS:
        app.command(place, name=name, help=line)
    return app


def main() -> None:
    """Run the command line; bad input ends with status 2 and a message on standard error."""
    try:
        status = run(sys.argv[1:])
    except KeyboardInterrupt:
        status = _INTERRUPTED
    leave(status)


def run(words: Sequence[str]) -> int:
    """Run the command of these words, without the program's name; gives its exit status."""
    try:
        with watched():
            build()(words)
    except CycloptsError:
        return BAD_INPUT  # cyclopts has said what is wrong
    except CommandError as error:
        sys.stderr.write(f"{error}\n")
        return error.status
    except (KeyRingError, SettingsError) as error:
        sys.stderr.write(f"settings: {error}\n")
        return BAD_INPUT
    except ValidationError as error:
        if error.title != Settings.__name__:
            raise
        return _wrong_settings(error)
    except SystemExit as end:
        return _said(end)
    return 0


def _said(end: SystemExit) -> int:
    if isinstance(end.code, str):
        sys.stderr.write(f"{end.code}\n")
        return 1
    return end.code or 0


def _wrong_settings(error: ValidationError) -> int:
    # Without the values: they may be secrets.
    for wrong in error.errors(include_input=False, include_url=False):
        field = "_".join(str(part) for part in wrong["loc"]).upper()
        sys.stderr.write(f"settings: {field}: {wrong['msg']}; correct the environment variable or stack.toml\n")
    return BAD_INPUT
