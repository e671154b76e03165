"""A Lambda function in its own process: the real runtime client against the emulated Runtime API."""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from tools.cloud.intrinsics import ACCOUNT, REGION
from tools.cloud.packages import function_packages
from tools.cloud.project import ROOT
from tools.cloud.runtime_api import RuntimeApi

POLL_SECONDS = 0.05


class FunctionTimedOut(Exception):
    """The function did not respond in time; Lambda ends its process."""


class RuntimeExited(Exception):
    """The function's process ended before it responded."""


class LambdaProcess:
    """One execution environment: handles one event at a time, until `close`.

    `handler` is dotted (functions.chat.sockets.handler). The process sees Lambda's own environment variables
    and `environment`, the packages of the functions, and nothing else of the one that starts it.
    """

    def __init__(
        self, handler: str, environment: Mapping[str, str], *, memory: int = 512, timeout: float = 29.0
    ) -> None:
        name = handler.removesuffix(".handler").replace(".", "-")
        self.timeout = timeout
        self.api = RuntimeApi(f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}")
        self.log = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as the process; `close` closes both
        variables = {**lambda_variables(name, handler, memory, self.api.address), **environment}
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(
            # Without `site`, it sees no packages of this environment except the functions' own.
            [sys.executable, "-S", "-m", "awslambdaric", handler],
            cwd=ROOT,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=subprocess.STDOUT,
        )
        self.first_answer_at: float | None = None
        # Milliseconds before it in which the process was runnable but waited for a processor.
        self.waited_ms = 0.0

    def invoke(self, event: Any) -> Any:
        """The function's response to an event.

        Raises FunctionError, InitError, PayloadTooLarge, FunctionTimedOut or RuntimeExited.
        """
        invocation = self.api.submit(event, self.timeout)
        deadline = time.monotonic() + self.timeout
        while not invocation.done.wait(POLL_SECONDS):
            if self.process.poll() is not None and not invocation.done.is_set():
                raise RuntimeExited(f"exit status {self.process.returncode}: {self.logged()[-2000:]}")
            if time.monotonic() > deadline:
                self.process.kill()
                raise FunctionTimedOut(f"{self.timeout} seconds: {self.logged()[-2000:]}")
        if self.first_answer_at is None:
            self.first_answer_at = invocation.answered_at
            self.waited_ms = self._waited_for_processors()
        if invocation.error is not None:
            raise invocation.error
        return json.loads(invocation.answer)

    @property
    def cold_ms(self) -> float:
        """From the start of the process to its first response."""
        if self.first_answer_at is None:
            raise ValueError("nothing was answered yet")
        return (self.first_answer_at - self.started_at) * 1000

    @property
    def init_ms(self) -> float:
        """The part of it before the function could accept an event."""
        if self.api.ready_at is None:
            raise ValueError("the function is not ready yet")
        return (self.api.ready_at - self.started_at) * 1000

    @property
    def peak_mb(self) -> float:
        """The peak resident memory of the running process.

        Not `ru_maxrss`: that starts from the size of the process that started this one.
        """
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) / 1024

    def _waited_for_processors(self) -> float:
        """The time its threads spent runnable but not running.

        Source: docs.kernel.org/scheduler/sched-stats.html, /proc/<pid>/schedstat, second figure in nanoseconds
        """
        nanoseconds = 0
        for thread in Path(f"/proc/{self.process.pid}/task").iterdir():
            with contextlib.suppress(OSError):  # it ended meanwhile
                nanoseconds += int((thread / "schedstat").read_text().split()[1])
        return nanoseconds / 1e6

    def logged(self) -> str:
        """The function's output on its standard streams."""
        return os.pread(self.log.fileno(), 1 << 20, 0).decode(errors="replace")

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        self.api.close()
        self.log.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def lambda_variables(name: str, handler: str, memory: int, runtime_api: str) -> dict[str, str]:
    """The environment of a function.

    Source: docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
    """
    packages = function_packages(handler.removeprefix("functions.").partition(".")[0])
    return {
        "_HANDLER": handler,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_python{sys.version_info.major}.{sys.version_info.minor}",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(memory),
        "AWS_LAMBDA_FUNCTION_NAME": name,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": "2027/01/10/[$LATEST]0123456789abcdef",
        "AWS_LAMBDA_RUNTIME_API": runtime_api,
        "AWS_REGION": REGION,
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_SESSION_TOKEN": "testing",
        "LAMBDA_TASK_ROOT": str(ROOT),
        "LANG": "en_US.UTF-8",
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "layers"), str(packages)]),
        "TZ": ":UTC",
    }
