"""`python -m tests.support.flood SECONDS SOCKETS KIND ADDRESS…`: sockets that send endlessly and read nothing.

Opens SOCKETS sockets per address, and each again 100 ms after it was closed. Prints how often sockets were opened.
"""

import asyncio
import base64
import contextlib
import sys
import time
from urllib.parse import urlsplit


def frame(opcode: int, payload: bytes, *, fin: bool = True) -> bytes:
    """A masked frame (RFC 6455, 5.2) with a zero mask, which leaves the payload unchanged."""
    return bytes([opcode | (0x80 if fin else 0), 0x80 | len(payload)]) + b"\0\0\0\0" + payload


KINDS = {
    "empty": frame(1, b"{}"),
    "messages": frame(1, b'{"event":"chat_message","data":{"body":""}}'),
    "actions": frame(1, b'{"event":"mark_read","data":{"seq":1}}'),
    "pings": frame(9, b"x" * 125),
    "continuations": frame(0, b"", fin=False),
}
FIRST = {"continuations": frame(1, b"", fin=False)}
opened = 0


async def flood(address: str, kind: str, end: float) -> None:
    while time.monotonic() < end:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            await open_and_send(address, kind, end)
        await asyncio.sleep(0.1)


async def open_and_send(address: str, kind: str, end: float) -> None:
    global opened  # noqa: PLW0603 - a script's only figure
    parts = urlsplit(address)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port, limit=4096)
    try:
        key = base64.b64encode(bytes(16)).decode()
        lines = (
            f"GET {parts.path}?{parts.query} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        writer.write(lines.encode())
        answer = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
        if b" 101 " not in answer:
            return
        opened += 1
        writer.write(FIRST.get(kind, b""))
        while time.monotonic() < end:
            writer.write(KINDS[kind] * 2000)
            await asyncio.wait_for(writer.drain(), max(0.1, end - time.monotonic()))
    except TimeoutError:
        pass
    finally:
        writer.transport.abort()


async def main() -> None:
    seconds, sockets, kind, *addresses = sys.argv[1:]
    end = time.monotonic() + float(seconds)
    await asyncio.gather(*(flood(each, kind, end) for each in addresses for _ in range(int(sockets))))
    sys.stdout.write(f"{opened}\n")


if __name__ == "__main__":
    asyncio.run(main())
