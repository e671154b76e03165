"""Scanning a file for viruses, by the protocol of clamd; without SCAN_URL nothing is scanned.

Source: docs.clamav.net/manual/Usage/Scanning.html, and INSTREAM in the manual page clamd(8)
"""

import socket
import struct
from urllib.parse import urlsplit

from shared.kit.errors import Unavailable
from shared.kit.observability.log import logger
from shared.kit.settings import settings

PORT = 3310
CHUNK = 64 * 1024
# Seconds for each step of the exchange.
TIMEOUT = 15.0
MAX_ANSWER = 4096


def find_virus(content: bytes) -> str | None:
    """The scanner's name for the virus it found; None for a clean file or without a scanner.

    Raises Unavailable if the scanner does not respond: unscanned files are not accepted.
    """
    url = settings().scan_url
    if not url:
        return None
    try:
        answer = _ask(url, content)
    except (OSError, ValueError) as error:
        answer = f"no answer: {error}"
    if answer.endswith(" FOUND"):
        return answer.removeprefix("stream: ").removesuffix(" FOUND")
    if answer == "stream: OK":
        return None
    logger().error("file not scanned", extra={"answer": answer[:200]})
    raise Unavailable


def _ask(url: str, content: bytes) -> str:
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname or "", parts.port or PORT), TIMEOUT) as scanner:
        scanner.sendall(b"zINSTREAM\0")
        for start in range(0, len(content), CHUNK):
            chunk = content[start : start + CHUNK]
            scanner.sendall(struct.pack("!L", len(chunk)) + chunk)
        scanner.sendall(struct.pack("!L", 0))
        answer = b""
        while not answer.endswith(b"\0") and len(answer) < MAX_ANSWER and (more := scanner.recv(MAX_ANSWER)):
            answer += more
    return answer.rstrip(b"\0").decode(errors="replace")
