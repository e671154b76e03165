"""Posting to sockets that are open in another worker process, over one UNIX socket a process.

No engine stands between: a message reaches its listeners whatever happens to Redis, and a socket that is
gone is known to be gone.
"""

import asyncio
import json
import os
import socket
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from local.connection_ids import owner_of
from local.gateway import Gateway, Socket
from shared.kit.aws.pusher import Post
from shared.kit.observability.log import logger

TIMEOUT = 2.0
MAX_LINE = 4 * 1024 * 1024


class PeerGone(Exception):
    """The process an id names is none of this server's workers, or has ended."""


class LocalPusher:
    """Reaches the sockets of all worker processes of this server."""

    def __init__(self, gateway: Gateway, sockets: Path) -> None:
        self.gateway = gateway
        self.sockets = sockets

    def post(self, connection_ids: Any, data: bytes) -> list[str]:
        return self._elsewhere(self.gateway.post(connection_ids, data), {"post": data.decode()})

    def post_all(self, posts: Iterable[Post]) -> list[str]:
        return [gone for connection_ids, data in posts for gone in self.post(connection_ids, data)]

    def close(self, connection_ids: Any, *, reason: str = "") -> None:
        self._elsewhere(self.gateway.close(connection_ids, reason), {"close": True, "reason": reason})

    def describe(self, connection_id: str) -> dict[str, Any] | None:
        """What is known of a socket, in whichever process it is open; None if it is gone."""
        if here := self.gateway.sockets.get(connection_id):
            return describe(here)
        owner = owner_of(connection_id)
        try:
            return None if owner == os.getpid() else ask(self.sockets, owner, {"describe": connection_id}) or None
        except PeerGone:
            return None

    def _elsewhere(self, connection_ids: list[str], what: dict[str, Any]) -> list[str]:
        """Ask the owners of sockets that are not open here; returns the ids that are open nowhere."""
        gone: list[str] = []
        by_owner: dict[int, list[str]] = {}
        for each in connection_ids:
            by_owner.setdefault(owner_of(each), []).append(each)
        for owner, ids in by_owner.items():
            try:
                gone += ids if owner == os.getpid() else ask(self.sockets, owner, {**what, "ids": ids})
            except PeerGone:
                gone += ids
        return gone


def ask(sockets: Path, owner: int, request: dict[str, Any]) -> Any:
    """One request to a worker, one answer; nothing if it is too busy. Raises PeerGone if there is no such process."""
    with socket.socket(socket.AF_UNIX) as call:
        call.settimeout(TIMEOUT)
        try:
            call.connect(str(address(sockets, owner)))
            call.sendall(json.dumps(request).encode() + b"\n")
            with call.makefile("rb") as answer:
                return json.loads(answer.readline())
        except (FileNotFoundError, ConnectionError):
            raise PeerGone from None
        except (OSError, ValueError) as error:
            # It may only be busy: its sockets are not taken for gone.
            logger().warning("peer worker did not answer", extra={"process": owner, "error": str(error)})
            return []


def workers(sockets: Path) -> list[int]:
    """The processes that have listened, some of which may have ended."""
    return sorted(int(each.stem.removeprefix("worker-")) for each in sockets.glob("worker-*.sock"))


def describe(here: Socket) -> dict[str, Any]:
    """A socket of this process as the management API shows it."""
    idle = timedelta(seconds=time.monotonic() - here.active_at)
    opened = datetime.fromtimestamp(here.connection.connected_at / 1000, UTC)
    return {
        "connectedAt": opened.isoformat(),
        "identity": {"sourceIp": here.connection.source_ip, "userAgent": here.connection.user_agent},
        "lastActiveAt": (datetime.now(UTC) - idle).isoformat(),
    }


def address(sockets: Path, process: int) -> Path:
    return sockets / f"worker-{process}.sock"


async def listen(gateway: Gateway, sockets: Path, figures: Callable[[], dict[str, Any]] = dict) -> asyncio.Server:
    """Answer the requests of other worker processes in this one, and of who collects `figures`."""

    def answer(request: dict[str, Any]) -> Any:
        if "figures" in request:
            return figures()
        if "describe" in request:
            here = gateway.sockets.get(request["describe"])
            return here and describe(here)
        if "close" in request:
            return gateway.close(request["ids"], request["reason"])
        return gateway.post(request["ids"], request["post"].encode())

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            writer.write(json.dumps(answer(json.loads(line))).encode() + b"\n")
            await writer.drain()
        writer.close()

    return await asyncio.start_unix_server(serve, address(sockets, os.getpid()), limit=MAX_LINE)
