"""How a command fails: a message for people on standard error and an exit status, never a traceback."""

BAD_INPUT = 2
"""Exit status for what the user can correct on the command line or in a file."""


class CommandError(Exception):
    """A command could not do what it was asked; the message says what was wrong, where, and what to do."""

    status = 1


class AwayError(CommandError):
    """A server does not answer: start it, or set its address, and run the same command again."""


class BadInputError(CommandError):
    """What the user gave is wrong: correct it and run the command again."""

    status = BAD_INPUT
