"""A server behind a NAT gateway that forgets connections: a kept-alive connection ends with a reset."""

import socket
import struct
import threading
from typing import Self

ANSWER = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s"
# On close, discard unread data and send a reset instead of a FIN.
RESET = struct.pack("ii", 1, 0)


class ForgetfulServer:
    """Answers `requests` requests on each connection, and resets it at the next one."""

    def __init__(self, requests: int = 1, body: bytes = b"{}") -> None:
        self.requests, self.body = requests, body
        self.connections = self.answered = self.resets = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            for _ in range(self.requests):
                if not _read_request(connection):
                    return
                self.answered += 1
                connection.sendall(ANSWER % (len(self.body), self.body))
            if connection.recv(1):
                self.resets += 1
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._listener.close()


def _read_request(connection: socket.socket) -> bool:
    """Read a request; False if the other end closed first."""
    head = b""
    while b"\r\n\r\n" not in head:
        if not (part := connection.recv(65536)):
            return False
        head += part
    head, _, body = head.partition(b"\r\n\r\n")
    [length] = [int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")] or [0]
    while len(body) < length:
        body += connection.recv(65536)
    return True
