"""The image: built from pinned packages, run by an ordinary user, with everything the processes read."""

import re
import zipfile
from pathlib import Path

from tests.deploy.places import DEPLOY, ROOT, TOOLS, commands_exist, run

DOCKERFILE = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
PACKAGES = (
    "schemas",
    "storage",
    "products",
    "rules",
    "activities",
    "workflows",
    "intake",
    "console",
    "sandbox",
    "simulation",
    "workers",
)


def test_the_dockerfile_keeps_to_good_practice() -> None:
    """The linter has nothing to say against it."""
    told = run(TOOLS / "hadolint", DEPLOY / "Dockerfile")
    assert told.returncode == 0, told.stdout


def test_every_package_in_the_image_is_pinned_by_hash() -> None:
    """Each installation asks for hashes, but for the one of our own wheel."""
    installs = re.findall(r"pip (?:install|sync) .*", DOCKERFILE)
    assert installs
    assert all("--require-hashes" in line or "--no-deps /dist/" in line for line in installs)


def test_the_processes_run_as_an_ordinary_user() -> None:
    """The user is set by number before either process, so that Kubernetes can prove that it is not root."""
    runtime = DOCKERFILE.split("AS runtime")[1].split("FROM")[0]
    assert "USER 10001:10001" in runtime
    assert "USER" not in DOCKERFILE.split("USER 10001:10001")[1]


def test_what_the_image_starts_exists() -> None:
    """Each CMD and HEALTHCHECK names a module of ours."""
    commands = re.findall(r"CMD (\[.*\])", DOCKERFILE)
    assert len(commands) == 4
    for command in commands:
        words = re.findall(r'"([^"]+)"', command)
        assert commands_exist(words), words


def test_the_wheel_carries_all_that_the_packages_read(tmp_path: Path) -> None:
    """Tables, product files, SQL and modules are in the wheel that the image installs."""
    built = run(TOOLS / "hatchling", "build", "-t", "wheel", "-d", tmp_path)
    assert built.returncode == 0, built.stderr
    (wheel,) = tmp_path.glob("*.whl")
    inside = set(zipfile.ZipFile(wheel).namelist())
    ours = [path for package in PACKAGES for path in (ROOT / package).rglob("*") if path.is_file()]
    needed = {str(path.relative_to(ROOT)) for path in ours if path.suffix != ".pyc"}
    assert needed - inside == set()


def test_the_build_context_holds_every_package_and_no_secret() -> None:
    """Packages of the wheel are let into the build; secrets, state and tests are not."""
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert "*" in lines
    let_in = {line.removeprefix("!") for line in lines if line.startswith("!")}
    assert set(PACKAGES) <= let_in
    assert let_in.isdisjoint({"deploy", "tests", ".journeys", ".venv", ".git"})
