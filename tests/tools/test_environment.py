"""How `make` creates the environment: with which Python, and when it starts over."""

import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from tools.cloud.project import ROOT

# A stand-in for a Python that supports everything needed and takes a while to install.
STUB = """#!/bin/sh
case "$*" in
    "-m venv --clear .venv") mkdir -p .venv/bin; ln -sf "$0" .venv/bin/python ;;
    "-m pip install"*) echo "$*" >> installed; sleep 1 ;;
esac
"""

# Reports an old version, and runs only what `-c` passes.
OLD = f"""#!{sys.executable}
import sys
sys.version_info = (3, 10)
exec(sys.argv[2])
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "run.txt").touch()
    return tmp_path


def make_environment(checkout: Path, program: str) -> subprocess.CompletedProcess[str]:
    command = make_command(checkout, program)
    return subprocess.run(command, cwd=checkout, capture_output=True, text=True, timeout=60, check=False)


def make_command(checkout: Path, program: str) -> list[str]:
    python = checkout / "python"
    python.write_text(program)
    python.chmod(0o700)
    return ["make", ".venv/run.stamp", f"PYTHON={python}"]


def test_an_environment_without_pip_is_recreated(checkout: Path) -> None:
    """Debian leaves one behind if `python3-venv` is missing, and so does an interruption by Ctrl-C."""
    venv.create(checkout / ".venv", symlinks=True)
    made = make_environment(checkout, STUB)
    assert (made.returncode, made.stderr) == (0, "")


def test_an_old_python_is_reported_and_creates_nothing(checkout: Path) -> None:
    made = make_environment(checkout, OLD)
    assert "Python 3.11 or newer is needed" in made.stderr
    assert not (checkout / ".venv").exists()


def test_of_two_concurrent_calls_only_one_installs(checkout: Path) -> None:
    command = make_command(checkout, STUB)
    both = [subprocess.Popen(command, cwd=checkout, stdout=subprocess.DEVNULL) for _ in range(2)]
    assert [each.wait(60) for each in both] == [0, 0]
    assert len((checkout / "installed").read_text().splitlines()) == 1
