"""How a simulation fails: a scenario that is wrong, or a journey that does not come to rest."""


class SimulationError(Exception):
    """What can be expected to go wrong in a simulation; the message says what, where and what to do."""


class ScenarioError(SimulationError):
    """A scenario file is wrong: correct the field or line that the message names."""


class StuckError(SimulationError):
    """A journey does not come to rest, so time cannot be skipped: its workflow task fails, or a partner never answers.

    The message ends with what Temporal says of it.
    """
