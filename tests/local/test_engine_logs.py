"""The logs of PostgreSQL and Valkey in the data folder."""

import shutil
import signal
from pathlib import Path

from local.engines.processes import MAX_LOG, spawn


def test_a_log_that_is_large_is_put_aside_at_the_next_start(tmp_path: Path) -> None:
    log, kept = tmp_path / "postgres.log", tmp_path / "postgres.log.old"
    for size in (MAX_LOG, MAX_LOG + 1):
        log.write_bytes(b"x" * size)
        with spawn([str(shutil.which("true"))], signal.SIGKILL, log) as process:
            assert process.wait() == 0
        assert kept.exists() == (size > MAX_LOG)
    assert log.stat().st_size == 0
