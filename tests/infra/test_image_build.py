"""The images are really built and started, without Docker: with buildah on a stand-in for the base image.

Not proven: that AWS's own base image, which has another Python 3.13, behaves like the stand-in.
"""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.infra.test_image import FEATURES
from tests.support.base_image import fill
from tests.test_imports import BUDGETS
from tools.cloud.packages import OWN
from tools.cloud.project import ROOT

BASES = {"public.ecr.aws/lambda/python:3.13": "/var/lang", "docker.io/library/python:3.13-slim-trixie": "/usr/local"}
# Imported lazily, after the handlers have started.
LATER = {"second_factors": ["segno", "webauthn"], "sign_in": ["cryptography.hazmat.primitives.asymmetric.rsa"]}
WHY_NOT = "buildah is not installed, so no image is built (apt-get install buildah, as root)"

pytestmark = [
    pytest.mark.proof,
    pytest.mark.long,
    pytest.mark.timeout(1700),
    pytest.mark.skipif(shutil.which("buildah") is None, reason=WHY_NOT),
]


class Builder:
    """Buildah with its own store."""

    def __init__(self, folder: Path) -> None:
        self.options = [
            "--storage-driver",
            "overlay",
            "--root",
            str(folder / "store"),
            "--runroot",
            str(folder / "run"),
        ]

    def __call__(self, *arguments: str) -> str:
        command = ["buildah", *self.options, *arguments]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout.strip()

    def build(self, dockerfile: str, name: str, *options: str) -> None:
        self("bud", "--layers", "--isolation", "chroot", "--pull-never", "-f", dockerfile, "-t", name, *options, ".")

    def python(self, image: str, interpreter: str, script: str) -> str:
        """The output of a script in a container of the image, run as its user."""
        container = self("from", "--pull-never", image)
        try:
            return self("run", "--isolation", "chroot", container, "--", interpreter, "-c", script)
        finally:
            self("rm", container)


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Builder]:
    """A builder whose store has the base images under their real names."""
    folder = tmp_path_factory.mktemp("images")
    builder = Builder(folder)
    for name, prefix in BASES.items():
        root = folder / prefix.strip("/").replace("/", "-")
        fill(root, prefix)
        container = builder("from", "scratch")
        builder("copy", "-q", container, str(root), "/")
        builder("config", "--env", f"PATH={prefix}/bin:/bin", "--workingdir", "/var/task", container)
        builder("commit", "-q", container, name)
        builder("rm", container)
    yield builder
    builder("rm", "--all")
    builder("rmi", "--all", "--force")


STARTED = """
import importlib, json, os, sys
for module in sys.argv[1:] or {modules!r}:
    importlib.import_module(module)
bill = json.load(open("/var/task/bom.cdx.json"))
names = [each["name"].lower().replace("_", "-") for each in bill["components"]]
folders = sorted(each for each in os.listdir("functions") if "." not in each and each[0] != "_")
files = [importlib.import_module(name).__file__ for name in ("boto3", "psycopg", "shared", "functions")]
assert all(each.startswith("/var/task/") for each in files), files
print(json.dumps([os.getuid(), folders, os.path.exists("infra"), bill["bomFormat"], names]))
"""


@pytest.mark.parametrize("feature", FEATURES)
def test_all_commands_of_a_function_s_image_start(build: Builder, feature: str) -> None:
    build.build("infra/Dockerfile", feature, "--build-arg", f"FEATURE={feature}")
    modules = [module for module in BUDGETS if module.split(".")[1] == feature] + LATER.get(feature, [])
    printed = build.python(feature, "/var/lang/bin/python3", STARTED.format(modules=modules))
    user, folders, has_infra, kind, packages = json.loads(printed)
    assert (user, folders, has_infra, kind) == (10001, [feature], feature == "migrations", "CycloneDX")
    assert {"psycopg", "fastapi", "boto3", *OWN.get(feature, ())} <= set(packages)
    assert ("alembic" in packages) == (feature == "migrations")
    assert "cyclonedx-bom" not in packages


def test_the_server_s_image_starts(build: Builder) -> None:
    build.build("local/Dockerfile", "server")
    script = "import os, local.app, local.server; print(os.getuid(), os.access('/data', os.W_OK))"
    assert build.python("server", "/venv/bin/python", script) == "10001 True"
