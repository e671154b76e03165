"""Clients generated from the API description, against a running server."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import jsonschema_rs
import pytest

from local.asyncapi import description as socket_description
from local.openapi import description
from tests.support.local_server import ROOT, LocalServer, running_server

HERE = Path(__file__).parent
TYPESCRIPT = HERE / "typescript"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    with running_server(tmp_path_factory.mktemp("clients") / "data", DEMO="0") as started:
        yield started


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("schema") / "openapi.json"
    path.write_text(json.dumps(description(), ensure_ascii=False))
    return path


def run(*command: str | Path, cwd: Path = ROOT, **environment: str) -> str:
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.mark.proof
def test_a_python_client_books_and_cancels(server: LocalServer, schema: Path, tmp_path: Path) -> None:
    generator = Path(sys.executable).with_name("openapi-python-client")
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"post_hooks": []}))
    made = run(
        generator, "generate", "--path", schema, "--config", config, "--meta", "none",
        "--output-path", tmp_path / "tutoring",
    )  # fmt: skip
    assert "warning" not in made.lower(), made
    said = run(sys.executable, HERE / "python_scenario.py", server.url, PYTHONPATH=str(tmp_path))
    assert said.strip() == "done"


def node(name: str) -> Path:
    """A tool from package.json, in the version of package-lock.json."""
    if shutil.which("npm") is None:
        pytest.skip("Node.js and npm are not installed")
    installed = TYPESCRIPT / "node_modules" / ".package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < (TYPESCRIPT / "package-lock.json").stat().st_mtime:
        run("npm", "ci", "--no-audit", "--no-fund", cwd=TYPESCRIPT)
        installed.touch()
    return TYPESCRIPT / "node_modules" / ".bin" / name


@pytest.mark.proof
def test_the_description_passes_redocly_s_rules(schema: Path) -> None:
    run(node("redocly"), "lint", "--config", HERE / "redocly.yaml", schema, cwd=TYPESCRIPT)


@pytest.mark.proof
def test_the_description_of_sockets_is_valid_by_asyncapi_s_schema() -> None:
    path = node("redocly").parents[1] / "@asyncapi" / "specs" / "schemas" / "3.0.0.json"
    validator = jsonschema_rs.Draft7Validator(json.loads(path.read_text()))
    assert [error.message for error in validator.iter_errors(socket_description())] == []
    assert list(validator.iter_errors({**socket_description(), "channels": {"user": {"address": 5}}})) != []


@pytest.mark.proof
def test_a_typescript_client_books_and_cancels(server: LocalServer, schema: Path) -> None:
    # A field with a default need not be sent.
    run(node("openapi-typescript"), schema, "--default-non-nullable", "false", "-o", "schema.d.ts", cwd=TYPESCRIPT)
    run(node("tsc"), cwd=TYPESCRIPT)
    said = run("node", "built/scenario.js", server.url, cwd=TYPESCRIPT)
    assert said.strip() == "done"
