"""Folders of sockets are removed soon after their process has ended."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from local.engines.processes import UNLOCKED_SECONDS, socket_folder
from tests.support.local_server import ROOT, environment

HOLD = "from local.engines.processes import socket_folder; print(socket_folder(), flush=True); input()"


@contextmanager
def another_process(temporary: Path) -> Iterator[Path]:
    """A folder that another process holds while the block runs; then it is killed."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD],
        cwd=ROOT,
        env=environment(TMPDIR=str(temporary)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            assert process.stdout
            yield Path(process.stdout.readline().strip())
        finally:
            process.kill()


def grow_old(folder: Path) -> None:
    then = time.time() - UNLOCKED_SECONDS - 1
    os.utime(folder, (then, then))


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def test_only_the_folder_of_a_killed_process_is_removed(temporary: Path) -> None:
    with another_process(temporary) as dead:
        (dead / "valkey.sock").touch()
    with another_process(temporary) as living:
        for folder in (dead, living):
            grow_old(folder)
        own = socket_folder()
        assert set(temporary.iterdir()) == {living, own}


def test_new_and_unrelated_folders_stay(temporary: Path) -> None:
    new, other, link = (temporary / name for name in ("tutoring-sockets-new", "tutoring-x", "tutoring-sockets-link"))
    for folder in (new, other):
        folder.mkdir()
    link.symlink_to(other)
    for old in (other, link):
        os.utime(old, (0, 0), follow_symlinks=False)
    own = socket_folder()
    assert set(temporary.iterdir()) == {new, other, link, own}
