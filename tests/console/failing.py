"""A journey whose code has a defect: its first step fails, and Temporal tries it again and again."""

from temporalio import workflow


@workflow.defn(name="FailingJourney")
class FailingJourney:
    """Fails on every attempt."""

    @workflow.run
    async def run(self) -> None:
        """Fail as a mistake in code does: not the workflow ends, its task is tried again."""
        message = "a defect"
        raise TypeError(message)
