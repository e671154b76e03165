"""What remains of a cold start after a restore from a snapshot (SnapStart); a fork stands in for the restore.

A process imports the function and runs the hooks before the snapshot; each of its children is a restored execution.
The cost of the restore itself, loading memory from a cache, can be measured only on AWS.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Any, Self

from tools.cloud.lambda_process import lambda_variables
from tools.cloud.project import ROOT

SNAPSHOT = """
import importlib, json, os, sys, time
module, _, name = sys.argv[1].rpartition(".")
handler = getattr(importlib.import_module(module), name)
from shared.kit.aws import snapstart
snapstart.before_snapshot()
for line in sys.stdin:
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        continue
    event = json.loads(line)
    started = time.perf_counter()
    snapstart.after_restore()
    answer = handler(event, None)
    took = (time.perf_counter() - started) * 1000
    print(json.dumps({"milliseconds": took, "status": (answer or {}).get("statusCode", 200)}), flush=True)
    os._exit(0)
"""


class Snapshot:
    """A function that was imported but never called."""

    def __init__(self, handler: str, environment: Mapping[str, str]) -> None:
        variables = {**lambda_variables("restored", handler, 512, "127.0.0.1:1"), **environment}
        self.process = subprocess.Popen(
            [sys.executable, "-S", "-c", SNAPSHOT, handler],
            cwd=ROOT,
            env=variables,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def restore(self, event: Any) -> float:
        """Milliseconds from a restore to the response. Raises AssertionError if the response is not successful."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(event) + "\n")
        self.process.stdin.flush()
        # The log is written to the same output.
        answer = next(line for line in self.process.stdout if line.startswith('{"milliseconds"'))
        found = json.loads(answer)
        assert found["status"] < 400, answer
        return float(found["milliseconds"])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate()
