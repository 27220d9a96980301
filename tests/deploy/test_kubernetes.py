"""The Kubernetes manifests: valid, hardened, holding no secret, starting what exists."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate  # type: ignore[import-untyped]  # it ships no types
import pytest
import yaml

from tests.deploy.places import DEPLOY, commands_exist

FOLDER = DEPLOY / "kubernetes"
KUSTOMIZATIONS = sorted(FOLDER.rglob("kustomization.yaml"))
MANIFESTS = sorted(set(FOLDER.rglob("*.yaml")) - set(KUSTOMIZATIONS))
_PROBES = ("startupProbe", "livenessProbe")


def resources() -> Iterator[Any]:
    for path in MANIFESTS:
        for resource in yaml.safe_load_all(path.read_text(encoding="utf-8")):
            yield pytest.param(resource, id=f"{resource['kind']}-{resource['metadata']['name']}")


def containers() -> Iterator[Any]:
    for found in resources():
        (resource,) = found.values
        if "template" in resource.get("spec", {}):
            pod = resource["spec"]["template"]["spec"]
            yield pytest.param(resource["kind"], pod, pod["containers"][0], id=str(found.id))


def misfit(resource: dict[str, Any]) -> str:
    """What the schema of Kubernetes refuses in a resource; empty where it refuses nothing."""
    try:
        kubernetes_validate.validate(resource, kubernetes_validate.latest_version(), strict=True)
    except kubernetes_validate.ValidationError as error:
        return str(error.message)
    return ""


@pytest.mark.parametrize("resource", list(resources()))
def test_a_resource_fits_the_schema_of_kubernetes(resource: dict[str, Any]) -> None:
    """No unknown, missing or wrongly typed field; one field that is not Kubernetes' would be noticed."""
    assert misfit(resource) == ""
    assert "colour" in misfit(resource | {"colour": "red"})


@pytest.mark.parametrize(("kind", "pod", "container"), list(containers()))
def test_a_pod_has_no_more_rights_than_it_needs(kind: str, pod: dict[str, Any], container: dict[str, Any]) -> None:
    """An ordinary user, nothing to write to but scratch, no capability, no token, bounded memory."""
    del kind
    assert pod["securityContext"]["runAsNonRoot"]
    assert pod["automountServiceAccountToken"] is False
    security = container["securityContext"]
    assert security["readOnlyRootFilesystem"]
    assert security["capabilities"] == {"drop": ["ALL"]}
    assert security["allowPrivilegeEscalation"] is False
    assert "memory" in container["resources"]["limits"]


@pytest.mark.parametrize(("kind", "pod", "container"), list(containers()))
def test_a_pod_starts_and_probes_what_exists(kind: str, pod: dict[str, Any], container: dict[str, Any]) -> None:
    """Deployments run the image's process and have probes; jobs run commands of ours."""
    del pod
    if kind == "Job":
        assert commands_exist(container["command"])
        return
    assert "command" not in container
    assert all(commands_exist(container[probe]["exec"]["command"]) for probe in _PROBES)


@pytest.mark.parametrize(("kind", "pod", "container"), list(containers()))
def test_secret_settings_come_from_one_secret_that_no_manifest_holds(
    kind: str, pod: dict[str, Any], container: dict[str, Any]
) -> None:
    """Each pod mounts it where JOURNEYS_STATE points, as a file."""
    del kind
    secrets = [volume["secret"]["secretName"] for volume in pod["volumes"] if "secret" in volume]
    assert secrets == ["journeys-settings"]
    assert {"name": "settings", "mountPath": "/run/journeys", "readOnly": True} in container["volumeMounts"]
    assert all("kind: Secret" not in path.read_text(encoding="utf-8") for path in MANIFESTS)


@pytest.mark.parametrize("path", KUSTOMIZATIONS, ids=lambda path: path.parent.name)
def test_a_kustomization_names_what_is_there(path: Path) -> None:
    """Every resource it lists is a manifest or another kustomization."""
    for name in yaml.safe_load(path.read_text(encoding="utf-8"))["resources"]:
        place = (path.parent / name).resolve()
        assert place in MANIFESTS or place / "kustomization.yaml" in KUSTOMIZATIONS


def test_a_release_carries_its_build_id_everywhere() -> None:
    """Name suffix, label and image tag of the example are the same build id."""
    example = yaml.safe_load((FOLDER / "releases/example/kustomization.yaml").read_text(encoding="utf-8"))
    build = example["nameSuffix"].removeprefix("-")
    assert example["labels"][0]["pairs"] == {"patient-journeys/build": build}
    assert example["images"][0]["newTag"] == build


def test_the_gateway_has_no_service() -> None:
    """Nothing in the cluster can call it before it asks who calls."""
    kinds = {found.values[0]["kind"] for found in resources()}
    assert kinds.isdisjoint({"Service", "Ingress"})
