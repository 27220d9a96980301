"""How a simulation fails: a scenario that is wrong, or a journey that does not come to rest."""


class SimulationError(Exception):
    """What can be expected to go wrong in a simulation; the message says what, where and what to do."""


class ScenarioError(SimulationError):
    """A scenario file is wrong: correct the field or line that the message names."""


class StuckError(SimulationError):
    """A journey does not come to rest: its workflow task fails, a partner never answers, or it goes round in circles.

    The message says which, with what Temporal says of it or with the wait that repeats.
    """


class OvershotError(SimulationError):
    """The server skipped more of a journey's time than it was told to: what the journey did meanwhile was not seen."""
