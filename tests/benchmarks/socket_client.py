"""A lean WebSocket client for load: text frames of up to 64 KB, no extensions (RFC 6455)."""

import asyncio
import base64
import os
import struct
from typing import cast

HEAD_END = b"\r\n\r\n"
TEXT = 0x81
CLOSE = 0x88
MASK = b"\0\0\0\0"  # a mask of zeros leaves the payload as it is


class SocketClient(asyncio.Protocol):
    """Puts every text frame it receives into `received`."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.buffer = b""
        self.open: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.received: asyncio.Queue[bytes] = asyncio.Queue()
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        key = base64.b64encode(os.urandom(16)).decode()
        self.transport.write(
            f"GET {self.path} HTTP/1.1\r\nhost: localhost\r\nupgrade: websocket\r\nconnection: Upgrade\r\n"
            f"sec-websocket-key: {key}\r\nsec-websocket-version: 13\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        if not self.open.done():
            head, end, self.buffer = self.buffer.partition(HEAD_END)
            if not end:
                self.buffer = head
                return
            if b" 101 " not in head.split(b"\r\n")[0]:
                self.open.set_exception(ConnectionRefusedError(head.decode()))
                return
            self.open.set_result(None)
        while (frame := self._next_frame()) is not None:
            self.received.put_nowait(frame)

    def _next_frame(self) -> bytes | None:
        """The payload of the next whole frame in the buffer."""
        if len(self.buffer) < 2:
            return None
        length, start = self.buffer[1], 2
        if length == 126:
            if len(self.buffer) < 4:
                return None
            (length,), start = struct.unpack(">H", self.buffer[2:4]), 4
        if len(self.buffer) < start + length:
            return None
        frame, self.buffer = self.buffer[start : start + length], self.buffer[start + length :]
        return frame

    def send(self, text: bytes) -> None:
        size = bytes([0x80 | len(text)]) if len(text) < 126 else struct.pack(">BH", 0x80 | 126, len(text))
        self.transport.write(bytes([TEXT]) + size + MASK + text)

    def close(self) -> None:
        self.transport.close()


async def open_socket(port: int, path: str) -> SocketClient:
    """Raises ConnectionRefusedError if the handshake is refused."""
    _transport, client = await asyncio.get_running_loop().create_connection(
        lambda: SocketClient(path), "127.0.0.1", port
    )
    await client.open
    return client
