"""Requests to other worker processes over their UNIX sockets: a line of JSON each way, on persistent connections.

Each thread has its own connection during a request. Every wait has a timeout, which is shorter for a process that was
too slow until it answers again: what is sent to it still arrives once it reads.
"""

import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from local.gateway.peer_calls import PATIENCE, Request, connect, is_of_ended, is_open, receive_lines, send_lines
from shared.kit.observability.log import logger

# By process: its response to each request; None if there is no such process, empty if it is too busy.
Answers = dict[int, list[Any] | None]

# The shorter wait for a process that was too slow recently, and how long "recently" is.
SHORT_PATIENCE = 0.02
SLOW_SECONDS = 10.0
# Idle connections kept per process: as many as threads push stored messages.
MOST_IDLE = 4


class IdleConnections:
    """Connections not in use by a thread, by process."""

    def __init__(self) -> None:
        self._calls: dict[int, list[socket.socket]] = {}
        self._lock = threading.Lock()

    def take(self, owner: int) -> socket.socket | None:
        """Take an idle connection that is still open, if there is one."""
        with self._lock:
            calls = self._calls.get(owner)
            while calls:
                call = calls.pop()
                if is_open(call):
                    return call
                call.close()
        return None

    def keep(self, owner: int, call: socket.socket) -> None:
        with self._lock:
            calls = self._calls.setdefault(owner, [])
            if len(calls) < MOST_IDLE:
                calls.append(call)
                return
        call.close()

    def close_ended(self) -> None:
        """Close connections to processes that have ended, because nobody may ever use them again."""
        self._close_unless(is_open)

    def close(self) -> None:
        """Close all."""
        self._close_unless(lambda _call: False)

    def _close_unless(self, is_kept: Callable[[socket.socket], bool]) -> None:
        with self._lock:
            before, self._calls = self._calls, {}
            for owner, calls in before.items():
                for call in calls:
                    if is_kept(call):
                        self._calls.setdefault(owner, []).append(call)
                    else:
                        call.close()


class Peers:
    """The worker processes of this server, whose UNIX sockets are in a folder."""

    def __init__(self, sockets: Path) -> None:
        self.sockets = sockets
        self._idle = IdleConnections()
        # Until when (monotonic seconds) a process counts as slow.
        self._slow_until: dict[int, float] = {}

    def ask(self, requests: Mapping[int, Sequence[Request]]) -> Answers:
        """Send every process its requests before waiting for responses, so that a slow one delays no other."""
        answers: Answers = {}
        calls: dict[int, socket.socket] = {}
        for owner, each in requests.items():
            with self._failing(owner, calls, answers):
                calls[owner] = self._call(owner)
                send_lines(calls[owner], each)
        for owner, call in list(calls.items()):
            with self._failing(owner, calls, answers):
                answers[owner] = receive_lines(call, len(requests[owner]))
                self._keep(owner, call)
        return answers

    def close(self) -> None:
        """Close idle connections."""
        self._idle.close()

    @contextmanager
    def _failing(self, owner: int, calls: dict[int, socket.socket], answers: Answers) -> Iterator[None]:
        try:
            yield
        except (OSError, ValueError) as error:
            # Never reused: a late response must not be taken for the next one's.
            if call := calls.pop(owner, None):
                call.close()
            answers[owner] = None if is_of_ended(error) else []
            if answers[owner] is None:
                self._slow_until.pop(owner, None)
            else:
                self._note_slow(owner, error)

    def _call(self, owner: int) -> socket.socket:
        if self._is_slow(owner):
            return connect(self.sockets, owner, SHORT_PATIENCE)
        if call := self._idle.take(owner):
            return call
        self._idle.close_ended()
        return connect(self.sockets, owner, PATIENCE)

    def _keep(self, owner: int, call: socket.socket) -> None:
        if self._slow_until.pop(owner, None) is None:
            self._idle.keep(owner, call)
        else:
            # It may have been opened with the shorter timeout.
            call.close()

    def _note_slow(self, owner: int, error: Exception) -> None:
        """It may only be busy, so its sockets are not considered closed."""
        if not self._is_slow(owner):
            logger().warning("peer worker did not answer", extra={"pid": owner, "error": str(error)})
        self._slow_until[owner] = time.monotonic() + SLOW_SECONDS

    def _is_slow(self, owner: int) -> bool:
        return self._slow_until.get(owner, 0.0) > time.monotonic()
