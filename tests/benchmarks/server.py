"""The test stand: engines of its own, one server process, 100,000 tutors or fewer."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from functions.migrations.service import upgrade
from local.engines.postgres import postgres_binary, start_postgres
from local.engines.processes import socket_folder
from local.engines.valkey import start_valkey
from shared.kit.db.pool import close_pool
from shared.kit.settings import settings
from tests.benchmarks.filling import fill
from tests.benchmarks.load import Load

ROOT = Path(__file__).parents[2]
TUTORS = 100_000
FEW_TUTORS = 1_000
PGBENCH_SECONDS = 4
# Generous, for several workers and other load on the same processors.
START_SECONDS = 120
SECRET = "a secret of at least thirty-two bytes, for benchmarks"


@dataclass(frozen=True)
class BenchServer:
    """Where everything is."""

    port: int
    database_url: str
    redis_url: str
    folder: Path
    process: int
    # Seconds it took to load the tutors.
    loading_seconds: float = 0.0

    def pgbench(self, script: str) -> float:
        """Transactions per second of one client with a script of literal SQL, prepared, over the same socket."""
        out = self._pgbench(script, PGBENCH_SECONDS, "-c", "1")
        line = next(line for line in out.splitlines() if line.startswith("tps"))
        return float(line.split()[2])

    def paced_pgbench(self, script: str, rate: float, seconds: int) -> Load:
        """Like `pgbench`, at a fixed rate; latencies are measured from when a transaction was due.

        Source: postgresql.org/docs/current/pgbench.html, --rate and per-transaction logging
        """
        with tempfile.TemporaryDirectory(dir=self.folder) as logs:
            self._pgbench(script, seconds, "-c", "8", "-R", f"{rate:.1f}", "-l", "--log-prefix", f"{logs}/log")
            lines = [line for log in Path(logs).iterdir() for line in log.read_text().splitlines()]
        return Load(seconds, sorted(int(line.split()[2]) / 1e6 for line in lines), 0)

    def _pgbench(self, script: str, seconds: int, *options: str) -> str:
        path = self.folder / "script.sql"
        path.write_text(script)
        socket_path = self.database_url.rpartition("host=")[2]
        command = [postgres_binary("pgbench"), "-h", socket_path, "-U", "postgres", "-n", "-M", "prepared"]
        command += ["-T", str(seconds), *options, "-f", str(path), "tutoring"]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@contextmanager
def running_bench_server(tutors: int = TUTORS, *, rate_limits: bool = False) -> Iterator[BenchServer]:
    """Run the test stand while the block runs."""
    folder, sockets = Path(tempfile.mkdtemp(prefix="bench-")), socket_folder()
    with ExitStack() as stack:
        for path in (folder, sockets):
            stack.callback(shutil.rmtree, path, ignore_errors=True)
        postgres = start_postgres(folder / "postgres", sockets)
        stack.callback(postgres.stop)
        valkey = start_valkey(folder / "valkey", sockets)
        stack.callback(valkey.stop)
        environment = {
            "DATABASE_URL": postgres.url,
            "REDIS_URL": valkey.url,
            "JWT_SECRET": SECRET,
            "RATE_LIMITS": "on" if rate_limits else "off",
        }
        os.environ |= environment
        settings.cache_clear()
        upgrade()
        # The next test stand in this process has a database of its own.
        stack.callback(close_pool)
        started = time.monotonic()
        fill(postgres.url, tutors)
        loading_seconds = time.monotonic() - started
        port = free_port()
        server = serve(
            {**environment, "PORT": str(port), "DATA": str(folder / "data"), "DEMO": "0", "PUBLIC_COPIES": "1"}, port
        )
        stack.callback(end, server)
        yield BenchServer(port, postgres.url, valkey.url, folder, server.pid, loading_seconds)


def serve(environment: dict[str, str], port: int) -> "subprocess.Popen[bytes]":
    """Start one server process and wait until it is healthy."""
    server = subprocess.Popen([sys.executable, "-m", "local"], env={**os.environ, **environment}, cwd=ROOT)
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health"):
                return server
        except OSError:
            time.sleep(0.05)
    end(server)
    raise TimeoutError("the server did not start")


def end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    process.wait(20)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
