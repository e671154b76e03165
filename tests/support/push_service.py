"""A push service for tests, and a browser that decrypts what it delivers (RFC 8291)."""

import ssl
import threading
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import trustme
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def raw(encoded: str) -> bytes:
    return urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))


class Browser:
    """A browser's key and secret, as created when a page subscribes."""

    def __init__(self, private: str = "", auth: str = "BTBZMqHH6r4Tts7J_aSIgg") -> None:
        number = int.from_bytes(raw(private)) if private else 0
        self._key = (
            ec.derive_private_key(number, ec.SECP256R1()) if private else ec.generate_private_key(ec.SECP256R1())
        )
        self.point = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.auth = raw(auth)

    def subscription(self, endpoint: str) -> dict[str, Any]:
        keys = {"p256dh": text(self.point), "auth": text(self.auth)}
        return {"endpoint": endpoint, "expirationTime": None, "keys": keys}

    def decrypt(self, body: bytes) -> bytes:
        """Decrypt by the steps of RFC 8291, section 3.4, and RFC 8188, section 2, with HKDF written out as there."""
        salt, size, sender = body[:16], int.from_bytes(body[16:20]), body[21 : 21 + body[20]]
        sealed = body[21 + body[20] :]
        assert len(sealed) <= size
        agreed = self._key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender))
        ikm = _expand(_extract(self.auth, agreed), b"WebPush: info\0" + self.point + sender, 32)
        prk = _extract(salt, ikm)
        key, nonce = _expand(prk, b"Content-Encoding: aes128gcm\0", 16), _expand(prk, b"Content-Encoding: nonce\0", 12)
        opened = AESGCM(key).decrypt(nonce, sealed, None)
        content, end, padding = opened.rpartition(b"\x02")
        assert end
        assert not padding.strip(b"\0")
        return content


def _extract(salt: bytes, secret: bytes) -> bytes:
    mac = HMAC(salt, SHA256())
    mac.update(secret)
    return mac.finalize()


def _expand(key: bytes, info: bytes, length: int) -> bytes:
    return HKDFExpand(SHA256(), length, info).derive(key)


class PushService(ThreadingHTTPServer):
    """Records requests; `answers` maps paths to response statuses, 201 by default."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.received: list[tuple[str, dict[str, str], bytes]] = []
        self.answers: dict[str, int] = {}
        # Paths whose requests are never answered.
        self.silent: set[str] = set()
        # Paths whose answers come byte by byte.
        self.dripping: set[str] = set()

    @property
    def url(self) -> str:
        return f"https://localhost:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: PushService

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.received.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
        if self.path in self.server.silent:
            threading.Event().wait(30)
            return
        while self.path in self.server.dripping:
            self.wfile.write(b"HTTP/1.1 201 Created\r\nx: " if not self.close_connection else b"x")
            self.close_connection = True
            time.sleep(0.1)
        self.send_response(self.server.answers.get(self.path, 201))
        self.send_header("location", "https://localhost:1/elsewhere")
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Log nothing."""


@contextmanager
def push_service(folder: Path) -> Iterator[PushService]:
    """Run a service whose certificate's authority is written to `authority.pem` in the folder."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "authority.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    service = PushService()
    service.socket = context.wrap_socket(service.socket, server_side=True)
    thread = threading.Thread(target=service.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        service.shutdown()
        service.server_close()
