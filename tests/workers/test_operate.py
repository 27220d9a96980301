"""What those who run the servers do before and after a release, on real servers."""

import uuid
from collections.abc import AsyncIterator

import asyncpg
import pytest
from temporalio import activity
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import DescribeWorkerDeploymentRequest
from temporalio.client import Client
from temporalio.common import WorkerDeploymentVersion
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker, WorkerDeploymentConfig

from schemas.routing import DEPLOYMENT, JOURNEYS_QUEUE, SEARCH_ATTRIBUTES
from storage.migrations import FOLDER
from workers.build import build_id
from workers.cli import build, operate
from workers.cli.failures import BadInputError, CommandError
from workers.cli.operate import AttributeTypeError, register_attributes
from workers.stack.parts import TEMPORAL_BINARY
from workers.stack.postgres import EmbeddedPostgres

UNREACHABLE = "127.0.0.1:1"


@pytest.fixture(scope="module")
async def server() -> AsyncIterator[Client]:
    """A client of a Temporal server that knows none of our search attributes."""
    async with await WorkflowEnvironment.start_local(dev_server_existing_path=str(TEMPORAL_BINARY)) as environment:
        yield environment.client


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> pytest.MonkeyPatch:
    """The environment of a command, without any settings that an embedded stack left behind."""
    monkeypatch.setenv("JOURNEYS_STATE", str(tmp_path_factory.mktemp("state")))
    return monkeypatch


@pytest.fixture
async def empty_database(postgres: EmbeddedPostgres) -> AsyncIterator[str]:
    """URL of a database without any table of ours."""
    name = f"empty_{uuid.uuid4().hex}"
    admin = await asyncpg.connect(postgres.url())
    await admin.execute(f"CREATE DATABASE {name}")
    yield postgres.url(name)
    await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await admin.close()


async def test_migrate_applies_every_migration_and_may_be_repeated(
    settings: pytest.MonkeyPatch, empty_database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """An empty database gets every migration in order; a second run changes nothing and says so."""
    settings.setenv("DATABASE_URL", empty_database)
    await operate.migrate()
    names = [f"applied {file.name}" for file in sorted(FOLDER.glob("*.sql"))]
    assert capsys.readouterr().out.splitlines() == names
    await operate.migrate()
    assert capsys.readouterr().out == "the database is up to date\n"


async def test_migrate_says_what_failed_without_the_password(settings: pytest.MonkeyPatch) -> None:
    """A database that cannot be reached ends the command with a sentence, and the password stays out of it."""
    settings.setenv("DATABASE_URL", f"postgresql://someone:hidden-word@{UNREACHABLE}/nowhere")
    with pytest.raises(CommandError, match=r"the database of DATABASE_URL") as ended:
        await operate.migrate()
    assert "hidden-word" not in str(ended.value)


async def test_register_adds_what_is_missing_and_may_be_repeated(
    settings: pytest.MonkeyPatch, server: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every search attribute is on the server afterwards; a second run has nothing to add."""
    settings.setenv("TEMPORAL_ADDRESS", server.service_client.config.target_host)
    await operate.register()
    assert capsys.readouterr().out.splitlines() == [f"registered {name}" for name in SEARCH_ATTRIBUTES]
    known = await server.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=server.namespace)
    )
    assert set(SEARCH_ATTRIBUTES) <= set(known.custom_attributes)
    await operate.register()
    assert capsys.readouterr().out == "all search attributes are registered\n"


async def test_an_attribute_of_another_type_is_reported_not_used() -> None:
    """A name that the server holds with another type is refused: journeys would stand still on it."""
    async with await WorkflowEnvironment.start_local(dev_server_existing_path=str(TEMPORAL_BINARY)) as environment:
        taken = {"JourneyOutcome": IndexedValueType.INDEXED_VALUE_TYPE_INT}
        client = environment.client
        request = AddSearchAttributesRequest(namespace=client.namespace, search_attributes=taken)
        await client.operator_service.add_search_attributes(request)
        with pytest.raises(AttributeTypeError, match="JourneyOutcome is INDEXED_VALUE_TYPE_INT"):
            await register_attributes(client)


async def test_register_says_which_server_is_away(settings: pytest.MonkeyPatch) -> None:
    """A Temporal server that cannot be reached is named by its address."""
    settings.setenv("TEMPORAL_ADDRESS", UNREACHABLE)
    with pytest.raises(CommandError, match=rf"Temporal at {UNREACHABLE}"):
        await operate.register()


@activity.defn
async def _rest() -> None:
    """Does nothing: a worker needs something to offer."""


async def test_set_current_routes_new_journeys_to_a_build_that_polls(
    settings: pytest.MonkeyPatch, server: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    """Once a worker of the build has asked for work, the build is the deployment's current version."""
    settings.setenv("TEMPORAL_ADDRESS", server.service_client.config.target_host)
    version = WorkerDeploymentVersion(DEPLOYMENT, "0123456789ab")
    config = WorkerDeploymentConfig(version=version, use_worker_versioning=True)
    async with Worker(server, task_queue=JOURNEYS_QUEUE, activities=[_rest], deployment_config=config):
        await operate.set_current(version.build_id)
    assert capsys.readouterr().out == "new journeys start on patient-journeys:0123456789ab\n"
    question = DescribeWorkerDeploymentRequest(namespace=server.namespace, deployment_name=DEPLOYMENT)
    answer = await server.workflow_service.describe_worker_deployment(question)
    current = answer.worker_deployment_info.routing_config.current_deployment_version
    assert current.build_id == version.build_id


async def test_set_current_refuses_a_build_nobody_runs(settings: pytest.MonkeyPatch, server: Client) -> None:
    """A build without workers never becomes current: journeys would wait for it for ever."""
    settings.setenv("TEMPORAL_ADDRESS", server.service_client.config.target_host)
    with pytest.raises(CommandError, match="no worker of build ffffffffffff"):
        await operate.set_current("ffffffffffff", patience=0)


async def test_set_current_refuses_what_is_no_build_id() -> None:
    """A version of the package, say, is bad input, and the message tells where a build id comes from."""
    with pytest.raises(BadInputError, match=r"BUILD: '0\.1\.0' is no build id"):
        await operate.set_current("0.1.0")


def test_build_id_is_what_workers_announce(capsys: pytest.CaptureFixture[str]) -> None:
    """The printed build id is the one that this code's workers register under."""
    operate.build_id()
    assert capsys.readouterr().out == f"{build_id()}\n"


@pytest.mark.parametrize("command", ["migrate", "register", "set-current", "build-id"])
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """`journeys COMMAND --help` is there for each of them."""
    build()([command, "--help"], exit_on_error=False, result_action="return_value")
    assert f"journeys {command}" in capsys.readouterr().out
