"""How `make` makes the environment: with which Python, and when it begins again."""

import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from tools.cloud.project import ROOT

# Stands for a Python that can do anything, and takes a while to install.
STUB = """#!/bin/sh
case "$*" in
    "-m venv --clear .venv") mkdir -p .venv/bin; ln -sf "$0" .venv/bin/python ;;
    "-m pip install"*) echo "$*" >> installed; sleep 1 ;;
esac
"""

# Says that it is old, and does nothing but what `-c` is told.
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


def test_an_environment_without_pip_is_made_again(checkout: Path) -> None:
    """Debian leaves one where `python3-venv` is missing, after it said so, and so does a Ctrl-C."""
    venv.create(checkout / ".venv", symlinks=True)
    made = make_environment(checkout, STUB)
    assert (made.returncode, made.stderr) == (0, "")


def test_who_has_an_old_python_is_told_and_nothing_is_made(checkout: Path) -> None:
    made = make_environment(checkout, OLD)
    assert "Python 3.11 or newer is needed" in made.stderr
    assert not (checkout / ".venv").exists()


def test_of_two_that_begin_at_once_one_installs(checkout: Path) -> None:
    command = make_command(checkout, STUB)
    both = [subprocess.Popen(command, cwd=checkout, stdout=subprocess.DEVNULL) for _ in range(2)]
    assert [each.wait(60) for each in both] == [0, 0]
    assert len((checkout / "installed").read_text().splitlines()) == 1
