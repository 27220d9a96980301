"""A journey's history as it grows, from run to run, without asking again for what is known."""

from datetime import UTC, datetime

from google.protobuf.timestamp_pb2 import Timestamp
from temporalio.api.history.v1 import History, HistoryEvent
from temporalio.api.workflowservice.v1 import DescribeWorkflowExecutionResponse
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from audit.opening import opened, said


class Follower:
    """What a journey's present run has done so far; `more` waits for what it does next."""

    def __init__(self, client: Client, workflow_id: str) -> None:
        """Follow the workflow from its newest run on."""
        self._client = client
        self._workflow_id = workflow_id
        self._begin(None)

    def _begin(self, run_id: str | None) -> None:
        handle = self._client.get_workflow_handle(self._workflow_id, run_id=run_id)
        self._run_id = run_id
        self._pages = handle.fetch_history_events(wait_new_event=True)
        self._run = Run()

    async def more(self) -> None:
        """Wait for the next events; where the run was continued as new, those of its successor."""
        if self._run.successor:
            self._begin(self._run.successor)
        try:
            await self._pages.fetch_next_page()
        except RPCError as error:
            # A server that takes back what it was about to write no longer knows the place up to which we have read.
            if error.status is not RPCStatusCode.INVALID_ARGUMENT:
                raise
            self._begin(self._run_id)
            await self._pages.fetch_next_page()
        for event in self._pages.current_page or ():
            self._run.add(await self._opened(event))

    async def _opened(self, event: HistoryEvent) -> HistoryEvent:
        """The event; of a failure, as it says what failed."""
        codec = self._client.data_converter.payload_codec
        if codec is None or not event.HasField("workflow_task_failed_event_attributes"):
            return event
        return (await opened(History(events=[event]), codec)).events[0]

    def begin_anew(self) -> None:
        """Forget what was read: the newest run is read from its start."""
        self._begin(None)

    @property
    def run(self) -> "Run":
        """The present run as far as it is read."""
        return self._run

    @property
    def closed(self) -> bool:
        """Whether nothing can come any more."""
        return bool(self._run.events) and not self._pages.next_page_token and not self._run.successor

    def is_all(self, described: DescribeWorkflowExecutionResponse) -> bool:
        """Whether the run that was described has done nothing that is not read yet."""
        return not self._run.successor and described.workflow_execution_info.history_length == self._run.events


class Run:
    """What the events of a run amount to."""

    def __init__(self) -> None:
        """No events yet."""
        self.events = 0
        self.successor = ""
        """The run that carries on where this one was closed by continue-as-new; else empty."""
        self.failure = ""
        """Why the last workflow task failed; empty where none has, or one has succeeded since."""
        self.at_rest = False
        """Whether the last workflow task is completed, and no other was scheduled since."""
        self._timers: dict[int, datetime] = {}

    @property
    def wakes(self) -> datetime | None:
        """When the next timer fires, by Temporal's clock; None where none runs."""
        return min(self._timers.values(), default=None)

    def add(self, event: HistoryEvent) -> None:
        """Take in the next event."""
        self.events += 1
        match event.WhichOneof("attributes"):
            case "timer_started_event_attributes":
                length = event.timer_started_event_attributes.start_to_fire_timeout.ToTimedelta()
                self._timers[event.event_id] = moment(event.event_time) + length
            case "timer_fired_event_attributes":
                self._timers.pop(event.timer_fired_event_attributes.started_event_id, None)
            case "timer_canceled_event_attributes":
                self._timers.pop(event.timer_canceled_event_attributes.started_event_id, None)
            case "workflow_task_scheduled_event_attributes":
                self.at_rest = False
            case "workflow_task_completed_event_attributes":
                self.at_rest, self.failure = True, ""
            case "workflow_task_failed_event_attributes":
                self.failure = said(event.workflow_task_failed_event_attributes.failure)
            case "workflow_execution_continued_as_new_event_attributes":
                attributes = event.workflow_execution_continued_as_new_event_attributes
                self.successor = attributes.new_execution_run_id


def moment(stamp: Timestamp) -> datetime:
    """A time stamp of Temporal's as a time with its zone."""
    return stamp.ToDatetime(UTC)
