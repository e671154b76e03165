"""The supervisor of several server processes: uvicorn's, which restarts those that die, with our messages about it."""

import signal
import socket

from uvicorn import Config
from uvicorn.supervisors import Multiprocess

from shared.kit.observability.log import logger


class Workers(Multiprocess):
    """Logs each process that died: uvicorn does so only at a level that would log much else."""

    def __init__(self, config: Config, sockets: list[socket.socket]) -> None:
        hang_up = signal.getsignal(signal.SIGHUP)
        super().__init__(config, sockets)
        # When the terminal closes, uvicorn would restart them all, and they could not be stopped.
        signal.signal(signal.SIGHUP, hang_up)

    def keep_subprocess_alive(self) -> None:
        """Restart processes that died or do not respond."""
        before = list(self.processes)
        super().keep_subprocess_alive()
        for process, now in zip(before, self.processes, strict=True):
            if process is not now:
                facts = {"pid": process.pid, "exit_code": process.exitcode, "started_pid": now.pid}
                logger().error("a server process has ended; another was started", extra=facts)
