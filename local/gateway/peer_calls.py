"""One connection to another worker process: it sends lines of JSON and gets one line in answer to each."""

import json
import socket
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

Request = dict[str, Any]
# Seconds to wait for a process.
PATIENCE = 2.0
CHUNK = 64 * 1024


def address(sockets: Path, process: int) -> Path:
    return sockets / f"worker-{process}.sock"


def connect(sockets: Path, process: int, patience: float) -> socket.socket:
    """Connect to a process; no system call on the connection takes longer than `patience` seconds.

    Raises OSError: `is_of_ended` tells an ended process from a busy one.
    """
    call = socket.socket(socket.AF_UNIX)
    # A timeout of the system: Python's own would cost another system call each time.
    wait = struct.pack("@ll", int(patience), int(patience % 1 * 1_000_000))
    try:
        call.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, wait)
        call.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, wait)
        call.connect(str(address(sockets, process)))
    except OSError:
        call.close()
        raise
    return call


def send_lines(call: socket.socket, requests: Sequence[Request]) -> None:
    """Raises OSError."""
    call.sendall(b"".join(json.dumps(each).encode() + b"\n" for each in requests))


def receive_lines(call: socket.socket, number: int) -> list[Any]:
    """Read this many responses. Raises OSError."""
    received = b""
    while received.count(b"\n") < number:
        some = call.recv(CHUNK)
        if not some:
            raise ConnectionResetError
        received += some
    return [json.loads(line) for line in received.splitlines()]


def is_of_ended(error: Exception) -> bool:
    """Whether a call failed because the process has ended, not because it is too busy."""
    return isinstance(error, FileNotFoundError | ConnectionError)


def is_open(call: socket.socket) -> bool:
    """Whether the other end is open; False also if it has sent something unsolicited."""
    try:
        call.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
