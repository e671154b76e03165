"""The requests that a server's worker processes send each other, over one UNIX socket per process.

No engine is involved: a message reaches its listeners whatever happens to Redis, and closed sockets are recognized.
"""

import asyncio
import json
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from local.gateway.emulator import Gateway, Socket
from local.gateway.peer_calls import PATIENCE, Request, address, connect, is_of_ended, receive_lines, send_lines
from shared.kit.observability.log import logger


class PeerGone(Exception):
    """The process of this id is not a worker of this server, or has ended."""


def ask(sockets: Path, owner: int, request: Request) -> Any:
    """Send a request to a worker; returns its response, nothing if it is too busy. Raises PeerGone if there is none."""
    try:
        with connect(sockets, owner, PATIENCE) as call:
            send_lines(call, [request])
            return receive_lines(call, 1)[0]
    except (OSError, ValueError) as error:
        if is_of_ended(error):
            raise PeerGone from None
        logger().warning("peer worker did not answer", extra={"pid": owner, "error": str(error)})
        return []


def workers(sockets: Path) -> list[int]:
    """The processes that have listened; some may have ended."""
    return sorted(int(each.stem.removeprefix("worker-")) for each in sockets.glob("worker-*.sock"))


def has_ended(sockets: Path, process: int) -> bool:
    """Whether a process has stopped listening; a busy one has not."""
    try:
        connect(sockets, process, PATIENCE).close()
    except OSError as error:
        return is_of_ended(error)
    return False


def describe(here: Socket) -> dict[str, Any]:
    """A socket of this process as the management API shows it."""
    idle = timedelta(seconds=time.monotonic() - here.active_at)
    opened = datetime.fromtimestamp(here.connection.connected_at / 1000, UTC)
    return {
        "connectedAt": opened.isoformat(),
        "identity": {"sourceIp": here.connection.source_ip, "userAgent": here.connection.user_agent},
        "lastActiveAt": (datetime.now(UTC) - idle).isoformat(),
    }


class Listener:
    """Serves the other worker processes, and the collector of `figures`, in this process's loop."""

    def __init__(self, gateway: Gateway, figures: Callable[[], dict[str, Any]] = dict) -> None:
        self.gateway = gateway
        self.figures = figures
        self.callers: set[asyncio.Transport] = set()
        self._server: asyncio.Server | None = None

    async def open(self, sockets: Path) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_unix_server(lambda: Caller(self), address(sockets, os.getpid()))

    async def close(self) -> None:
        """Stop listening, so that other workers learn at once that this process has ended."""
        if self._server:
            self._server.close()
        for each in list(self.callers):
            each.abort()
        await asyncio.sleep(0)

    def answer(self, line: bytes | bytearray) -> Any:
        """The result of a request; nothing, which does no harm, if the request is unknown."""
        try:
            return self._answer(json.loads(line))
        except Exception:  # noqa: BLE001 - one bad request must not end the others' connection
            logger().exception("peer worker not understood")
            return []

    def _answer(self, request: Request) -> Any:
        if "figures" in request:
            return self.figures()
        if "describe" in request:
            here = self.gateway.sockets.get(request["describe"])
            return here and describe(here)
        if "close" in request:
            return self.gateway.close(request["ids"], request["reason"])
        return self.gateway.post(request["ids"], request["post"].encode())


class Caller(asyncio.Protocol):
    """Another process's connection. Requests are as long as pushed messages, and come from our own processes only."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._received = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._listener.callers.add(self._transport)

    def connection_lost(self, _error: Exception | None) -> None:
        self._listener.callers.discard(self._transport)

    def data_received(self, data: bytes) -> None:
        self._received += data
        if b"\n" in data:
            *lines, self._received = self._received.split(b"\n")
            answers = [json.dumps(self._listener.answer(line)).encode() + b"\n" for line in lines]
            self._transport.write(b"".join(answers))
