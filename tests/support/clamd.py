"""A virus scanner that speaks clamd's INSTREAM protocol: length-prefixed chunks, as in clamd(8)."""

import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
# Like clamd's StreamMaxLength.
MOST = 25 * 1024 * 1024


@dataclass
class Clamd:
    """A running scanner: its address, what it received, and what it replies instead of a verdict."""

    url: str = ""
    scanned: list[bytes] = field(default_factory=list)
    says: bytes = b""


class _Conversation(socketserver.StreamRequestHandler):
    clamd: Clamd

    def handle(self) -> None:
        command = b""
        while not command.endswith(b"\0"):
            command += self.rfile.read(1)
        if command != b"zINSTREAM\0":
            self.wfile.write(b"UNKNOWN COMMAND\0")
            return
        content = b""
        while size := struct.unpack("!L", self.rfile.read(4))[0]:
            content += self.rfile.read(size)
            if len(content) > MOST:
                self.wfile.write(b"INSTREAM size limit exceeded. ERROR\0")
                return
        self.clamd.scanned.append(content)
        verdict = b"stream: Win.Test.EICAR_HDB-1 FOUND" if EICAR in content else b"stream: OK"
        self.wfile.write((self.clamd.says or verdict) + b"\0")


@contextmanager
def running_clamd() -> Iterator[Clamd]:
    clamd = Clamd()
    conversation = type("Conversation", (_Conversation,), {"clamd": clamd})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), conversation) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        clamd.url = f"tcp://127.0.0.1:{server.server_address[1]}"
        yield clamd
        server.shutdown()
