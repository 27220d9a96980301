"""The compose file: valid, reachable from its own host only, without passwords, starting what exists."""

import re
from typing import Any

import pytest
import yaml

from tests.deploy.places import DEPLOY, TOOLS, commands_exist, run

TEXT = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
LASTING = [name for name, service in SERVICES.items() if service.get("restart") == "unless-stopped"]


def test_it_is_a_compose_file() -> None:
    """The published schema of compose files accepts it."""
    told = run(TOOLS / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", DEPLOY / "compose.yaml")
    assert told.returncode == 0, told.stdout


def test_yaml_is_tidy() -> None:
    """Every YAML file of deploy/ keeps to the house style."""
    told = run(TOOLS / "yamllint", "--strict", DEPLOY)
    assert told.returncode == 0, told.stdout


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_starts_what_exists_within_limits(name: str) -> None:
    """Commands of ours exist, and no service may take the whole machine."""
    service = SERVICES[name]
    if "command" in service:
        assert commands_exist(service["command"])
    assert {"cpus", "memory"} <= set(service["deploy"]["resources"]["limits"])


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_published_on_loopback_only(name: str) -> None:
    """Nothing is reachable from another machine: the gateway does not ask who calls."""
    assert all(port.startswith("127.0.0.1:") for port in SERVICES[name].get("ports", []))


def test_images_are_pinned_and_named_without_a_registry() -> None:
    """Foreign images carry a version; no image names a host to fetch it from."""
    images = [service["image"] for service in SERVICES.values()]
    assert all("." not in image.split("/")[0] or "/" not in image for image in images)
    foreign = [image for image in images if not image.startswith("patient-journeys-")]
    assert all(re.search(r":\d", image) for image in foreign)


def test_no_password_stands_in_the_file() -> None:
    """Passwords are read from files that are not under version control."""
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            assert not re.search(r"PASSWORD|PWD|TOKEN|SECRET", name) or str(value).startswith("/run/secrets/")
    assert "://journeys:" not in TEXT
    assert run("git", "check-ignore", "deploy/secrets/stack.toml").returncode == 0


def test_what_lasts_is_watched() -> None:
    """Each lasting service has a health check, ours in the image; only the Web UI may fail unnoticed."""
    watched = [name for name in LASTING if "healthcheck" in SERVICES[name] or "build" in SERVICES[name]]
    assert set(LASTING) - set(watched) == {"temporal-ui"}


def test_whatever_is_waited_for_is_there() -> None:
    """Each dependency names a service of the file; the workers start after the jobs that prepare for them."""
    for service in SERVICES.values():
        assert set(service.get("depends_on", {})) <= set(SERVICES)
    assert set(SERVICES["worker"]["depends_on"]) == {"migrate", "register"}
