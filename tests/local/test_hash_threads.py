"""The memory of a server process whose threads check passwords."""

import subprocess
import sys

from tests.support.local_server import ROOT, environment

THREADS = 8
# What all of them may leave behind, in kB; each would keep 19 MB in its own heap.
MOST = 60_000
SCRIPT = f"""
import os, threading
from pathlib import Path
from local.hash_threads import install_hash_threads
from shared.kit.security.password_hashes import hash_password, password_matches

def resident() -> int:
    return next(int(line.split()[1]) for line in Path("/proc/self/status").read_text().splitlines() if "VmRSS" in line)

os.cpu_count = lambda: 2
install_hash_threads()
kept = hash_password("x")
before, end = resident(), threading.Event()
for _ in range({THREADS}):
    checked = threading.Event()
    def check() -> None:
        assert [password_matches(kept, password) for password in ("x", "y", "x")] == [True, False, True]
        checked.set()
        end.wait()
    threading.Thread(target=check, daemon=True).start()
    assert checked.wait(60)
print(resident() - before)
"""


def test_threads_that_check_passwords_do_not_each_keep_a_heap() -> None:
    """One after the other, as when people sign in."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], env=environment(), cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert int(done.stdout) < MOST
