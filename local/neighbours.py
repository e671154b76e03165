"""Posting to sockets that are open in another worker process, over one UNIX socket a process.

No engine stands between: a message reaches its listeners whatever happens to Redis, and a socket that is
gone is known to be gone.
"""

import asyncio
import json
import os
import socket
from pathlib import Path
from typing import Any

from local.gateway import Gateway, owner_of
from shared.kit.log import logger

TIMEOUT = 2.0
MAX_LINE = 4 * 1024 * 1024


class LocalPusher:
    """Reaches the sockets of all worker processes of this server."""

    def __init__(self, gateway: Gateway, sockets: Path) -> None:
        self.gateway = gateway
        self.sockets = sockets

    def post(self, connection_ids: Any, data: bytes) -> list[str]:
        text = data.decode()
        return self._elsewhere(self.gateway.post(connection_ids, text), {"post": text})

    def close(self, connection_ids: Any) -> None:
        self._elsewhere(self.gateway.close(connection_ids), {"close": True})

    def _elsewhere(self, connection_ids: list[str], what: dict[str, Any]) -> list[str]:
        """Ask the owners of sockets that are not open here; returns the ids that are open nowhere."""
        gone: list[str] = []
        by_owner: dict[int, list[str]] = {}
        for each in connection_ids:
            by_owner.setdefault(owner_of(each), []).append(each)
        for owner, ids in by_owner.items():
            gone += ids if owner == os.getpid() else self._ask(owner, {**what, "ids": ids})
        return gone

    def _ask(self, owner: int, request: dict[str, Any]) -> list[str]:
        """One request, one answer; a process that is not there has no sockets."""
        path = address(self.sockets, owner)
        with socket.socket(socket.AF_UNIX) as call:
            call.settimeout(TIMEOUT)
            try:
                call.connect(str(path))
                call.sendall(json.dumps(request).encode() + b"\n")
                with call.makefile("rb") as answer:
                    gone: list[str] = json.loads(answer.readline())
            except (FileNotFoundError, ConnectionError):
                return list(request["ids"])
            except (OSError, ValueError) as error:
                # It may be there and busy: its sockets are not given up for that.
                logger().warning("neighbour did not answer", extra={"process": owner, "error": str(error)})
                return []
        return gone


def address(sockets: Path, process: int) -> Path:
    return sockets / f"worker-{process}.sock"


async def listen(gateway: Gateway, sockets: Path) -> asyncio.Server:
    """Answer the neighbours' requests in this process."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            request = json.loads(line)
            closing = "close" in request
            gone = gateway.close(request["ids"]) if closing else gateway.post(request["ids"], request["post"])
            writer.write(json.dumps(gone).encode() + b"\n")
            await writer.drain()
        writer.close()

    return await asyncio.start_unix_server(serve, address(sockets, os.getpid()), limit=MAX_LINE)
