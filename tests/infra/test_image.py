"""The contents of images: the steps of infra/Dockerfile in a clean folder, and each function's command with only those.

test_image_build proves that a builder does the same.
"""

import json
import re
import shlex
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from infra import image
from tests.test_imports import BUDGETS
from tools.cloud.lambda_process import lambda_variables
from tools.cloud.packages import OWN, function_packages
from tools.cloud.project import ROOT

DOCKERFILE = ROOT / "infra" / "Dockerfile"
FEATURES = sorted({module.split(".")[1] for module in BUDGETS})
STEP = re.compile(r"^RUN (\[.*\])$", re.MULTILINE)


@pytest.fixture
def sources(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run steps in the folder of the sources."""
    monkeypatch.chdir(ROOT)


@pytest.fixture(scope="module")
def layer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("image") / "layer"
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        image.add_layer(target)
    return target


def imported(modules: str, *path: Path) -> subprocess.CompletedProcess[str]:
    """Import a feature's modules in a fresh interpreter, with these folders and the packages of its functions."""
    variables = lambda_variables("image", modules, 512, "127.0.0.1:1")
    variables["PYTHONPATH"] = ":".join(map(str, (*path, function_packages(modules.split(".")[1]))))
    command = [sys.executable, "-S", "-c", f"import {modules}"]
    return subprocess.run(command, cwd="/", env=variables, capture_output=True, text=True, check=False)


# A function with the web packages and Redis, one with its own packages, and one without web packages.
EXAMPLES = {"chat", "push", "migrations"}


@pytest.mark.parametrize(
    "feature", [pytest.param(each, marks=() if each in EXAMPLES else pytest.mark.proof) for each in FEATURES]
)
def test_a_function_starts_with_its_own_folder_and_the_layer(
    sources: None, feature: str, layer: Path, tmp_path: Path
) -> None:
    task = tmp_path / "task"
    image.add_function(feature, task)
    assert {path.name for path in (task / "functions").iterdir()} == {feature, "__init__.py", "__pycache__"}
    done = imported(", ".join(each for each in BUDGETS if each.split(".")[1] == feature), task, layer)
    assert done.returncode == 0, done.stderr


@pytest.mark.proof
def test_the_image_of_second_factors_contains_its_lazy_imports(sources: None, layer: Path, tmp_path: Path) -> None:
    image.add_function("second_factors", tmp_path)
    done = imported("functions.second_factors.handler, segno, webauthn", tmp_path, layer)
    assert done.returncode == 0, done.stderr
    common, own = image.COMMON.read_text(), image.OWN["second_factors"].read_text()
    added = {line.partition("==")[0] for line in image.missing_from(common, own).splitlines() if "==" in line}
    assert added == set(OWN["second_factors"])


def test_an_image_built_from_a_checkout_under_umask_077_is_readable(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    source = tmp_path / "checkout"
    for folder in ("layers", "functions", "infra"):
        shutil.copytree(ROOT / folder, source / folder, ignore=image.BYTECODE)
    for path in (source, *source.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)
    monkeypatch.chdir(source)
    monkeypatch.setattr(image, "install", lambda *_: None)
    monkeypatch.setattr(image, "add_bill_of_materials", lambda task, _tools: (task / image.BOM).touch(mode=0o600))
    monkeypatch.setattr(image, "add_own_packages", lambda *_: None)
    monkeypatch.setenv("FEATURE", "migrations")
    image.main(["layer", str(tmp_path / "layer")])
    image.main(["function", str(tmp_path / "task"), "tools"])
    modes = [path.stat().st_mode for part in ("layer", "task") for path in (tmp_path / part).rglob("*")]
    assert len(modes) > 100
    assert all(mode & 0o044 == 0o044 for mode in modes)
    assert all(mode & 0o011 == 0o011 for mode in modes if stat.S_ISDIR(mode))


def test_only_the_migrations_image_contains_the_migrations(sources: None, layer: Path, tmp_path: Path) -> None:
    image.add_function("migrations", tmp_path / "migrations")
    image.add_function("chat", tmp_path / "chat")
    assert (tmp_path / "migrations" / "infra" / "migrations" / "env.py").exists()
    assert not (tmp_path / "chat" / "infra").exists()
    done = imported(
        "functions.migrations.service as s; assert (s.SCRIPTS / 'env.py').exists()", tmp_path / "migrations", layer
    )
    assert done.returncode == 0, done.stderr


def test_no_function_starts_without_the_layer(sources: None, tmp_path: Path) -> None:
    image.add_function("mail", tmp_path)
    assert "No module named 'shared'" in imported("functions.mail.handler", tmp_path).stderr


def test_an_unknown_feature_has_no_image(sources: None, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        image.add_function("bookigns", tmp_path)


def test_every_module_has_bytecode_that_is_valid_whatever_the_file_times(layer: Path) -> None:
    modules = list(layer.rglob("*.py"))
    assert len(modules) > 40
    for module in modules:
        [compiled] = (module.parent / "__pycache__").glob(f"{module.stem}.*.pyc")
        flags = int.from_bytes(compiled.read_bytes()[4:8], "little")
        assert flags == 0b01, "unchecked bytecode (PEP 552)"


def test_the_migrations_image_adds_only_packages_that_the_layer_lacks(sources: None) -> None:
    common, own = image.COMMON.read_text(), image.OWN["migrations"].read_text()
    added = image.missing_from(common, own)
    names = [found[1] for found in image.REQUIREMENT.finditer(added)]
    assert {"alembic", "sqlalchemy", "mako", "markupsafe"} <= set(names) <= {*names} - {"boto3", "psycopg"}
    assert added.count("--hash=sha256:") >= len(names)
    known = dict(re.findall(r"^([\w.-]+)==(\S+)", common, re.MULTILINE))
    both = dict(re.findall(r"^([\w.-]+)==(\S+)", own, re.MULTILINE))
    assert {name: both[name] for name in known} == known, "each package must have a single version"


def test_every_step_of_the_dockerfile_is_a_known_python_command(sources: None) -> None:
    steps = [json.loads(step) for step in STEP.findall(DOCKERFILE.read_text())]
    assert len(steps) == DOCKERFILE.read_text().count("\nRUN ")
    assert [step[:3] for step in steps] == [
        ["python3", "infra/image.py", name] for name in ("packages", "layer", "tools", "function")
    ]


def test_everything_is_copied_to_the_first_folder_of_lambda_s_path() -> None:
    """Its start script is among its own packages in /var/runtime, and puts only /var/task before them."""
    stages = dict(re.findall(r"^FROM \S+ AS (\w+)\n((?:(?!FROM ).*\n)*)", DOCKERFILE.read_text(), re.MULTILINE))
    copied = re.findall(r"^COPY .* (\S+)$", stages["layer"] + stages["function"], re.MULTILINE)
    assert copied == ["/var/task"] * 3
    assert "ENV PYTHONPATH=/var/task\n" in stages["function"]


@pytest.mark.parametrize("dockerfile", ["infra/Dockerfile", "local/Dockerfile"])
def test_dockerfiles_pass_the_linter_and_run_as_a_user(dockerfile: str) -> None:
    linter = Path(sys.executable).with_name("hadolint")
    done = subprocess.run([linter, ROOT / dockerfile], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")
    users = re.findall(r"^USER (.*)$", (ROOT / dockerfile).read_text(), re.MULTILINE)
    assert users == ["10001:10001"]


def test_the_build_context_contains_exactly_what_is_copied() -> None:
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = set()
    for dockerfile in ("infra/Dockerfile", "local/Dockerfile"):
        for line in (ROOT / dockerfile).read_text().splitlines():
            if line.startswith("COPY ") and "--from" not in line:
                copied |= {re.sub(r"requirements/.*", "requirements/*.txt", each) for each in shlex.split(line)[1:-1]}
    assert copied == allowed
