"""Ends the sockets of a worker process that died."""

import os
from pathlib import Path

from functions.chat.actions.sockets import disconnect_all
from functions.chat.data.connections import list_ids
from local.gateway.connection_ids import owner_of
from local.gateway.peer_calls import address
from local.gateway.peer_workers import has_ended, workers


class EndedWorkers:
    """A scheduled function that reports people as offline whose process was killed."""

    def __init__(self, sockets: Path) -> None:
        self.sockets = sockets

    def __call__(self, _event: object, _context: object) -> None:
        """Forget the sockets of processes that listened here and have ended, each process once."""
        others = [each for each in workers(self.sockets) if each != os.getpid()]
        for process in [each for each in others if has_ended(self.sockets, each)]:
            disconnect_all([each for each in list_ids() if owner_of(each) == process])
            address(self.sockets, process).unlink(missing_ok=True)
