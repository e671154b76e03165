"""The memory of the one server process after all benchmarks, without the engines."""

from pathlib import Path

from tests.benchmarks.report import Figure
from tests.benchmarks.server import BenchServer


def server_memory(stand: BenchServer) -> list[Figure]:
    """Resident memory now, in MB."""
    lines = Path(f"/proc/{stand.process}/status").read_text().splitlines()
    sizes = {
        name: int(size.split()[0]) / 1000 for name, _, size in (line.partition(":") for line in lines) if "kB" in size
    }
    return [Figure("memory of the server, MB", sizes["VmRSS"], at_most=250, detail=f"peak {sizes['VmHWM']:.0f} MB")]
