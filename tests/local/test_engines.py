"""PostgreSQL and Valkey in the data folder: their logs, and how they stop."""

import shutil
import signal
import time
from pathlib import Path

import redis

from local.engines.processes import MAX_LOG, socket_folder, spawn
from local.engines.valkey import start_valkey


def test_a_large_log_is_rotated_at_the_next_start(tmp_path: Path) -> None:
    log, kept = tmp_path / "postgres.log", tmp_path / "postgres.log.old"
    for size in (MAX_LOG, MAX_LOG + 1):
        log.write_bytes(b"x" * size)
        with spawn([str(shutil.which("true"))], signal.SIGKILL, log) as process:
            assert process.wait() == 0
        assert kept.exists() == (size > MAX_LOG)
    assert log.stat().st_size == 0


def test_valkey_stops_although_it_cannot_save(tmp_path: Path) -> None:
    data = tmp_path / "valkey"
    engine = start_valkey(data, socket_folder())
    redis.Redis.from_url(engine.url).set("key", "value")
    shutil.rmtree(data)
    started = time.monotonic()
    engine.stop()
    assert time.monotonic() - started < 5
    assert engine.process.returncode == 0


def test_valkey_accepts_writes_although_it_cannot_save(tmp_path: Path) -> None:
    """As on a full disk: it once refused all writes, so that rate limits did not count."""
    engine = start_valkey(tmp_path / "valkey", socket_folder())
    try:
        (tmp_path / "valkey" / "dump.rdb").mkdir()
        client = redis.Redis.from_url(engine.url)
        client.bgsave()
        deadline = time.monotonic() + 10
        while client.info("persistence")["rdb_last_bgsave_status"] != "err":
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert client.incr("count") == 1
    finally:
        engine.stop()
