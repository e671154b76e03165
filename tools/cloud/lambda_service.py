"""Functions as Lambda runs them: a process handles one event at a time, and more processes are started for more events.

Source: docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html
"""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from tools.cloud.lambda_process import FunctionTimedOut, LambdaProcess, RuntimeExited
from tools.cloud.template import FunctionSpec

# Lambda would start a thousand; further events wait for a process here.
MOST_PROCESSES = 3


class ConcurrencyExceeded(Exception):
    """More concurrent events than the function's reserved concurrency; Lambda answers 429 to the caller."""


class Function:
    """One function of the template. Processes start when they are needed and end with `close`."""

    def __init__(self, spec: FunctionSpec, environment: Mapping[str, str]) -> None:
        self.spec = spec
        self.environment = environment
        self.processes: list[LambdaProcess] = []
        self.invocations = 0
        self._resting: list[LambdaProcess] = []
        self._running = 0
        self._change = threading.Condition()

    def invoke(self, event: Any) -> Any:
        """The function's response.

        Raises ConcurrencyExceeded and what LambdaProcess.invoke raises.
        """
        with self._process() as process:
            return process.invoke(event)

    @contextmanager
    def _process(self) -> Iterator[LambdaProcess]:
        process = self._take()
        try:
            yield process
        except (FunctionTimedOut, RuntimeExited):
            self._forget(process)
            raise
        finally:
            self._give_back(process)

    def _take(self) -> LambdaProcess:
        """The most recently used idle process, as Lambda prefers, or else a new one."""
        reserved = self.spec.concurrency
        with self._change:
            if reserved is not None and self._running >= reserved:
                raise ConcurrencyExceeded(self.spec.name)
            self._running += 1
            self.invocations += 1
            self._change.wait_for(lambda: self._resting or len(self.processes) < MOST_PROCESSES)
            if self._resting:
                return self._resting.pop()
            process = LambdaProcess(
                self.spec.command, self.environment, memory=self.spec.memory, timeout=self.spec.timeout
            )
            self.processes.append(process)
            return process

    def _give_back(self, process: LambdaProcess) -> None:
        with self._change:
            self._running -= 1
            if process in self.processes:
                self._resting.append(process)
            self._change.notify()

    def _forget(self, process: LambdaProcess) -> None:
        with self._change:
            self.processes.remove(process)
        process.close()

    def close(self) -> None:
        for process in self.processes:
            process.close()
