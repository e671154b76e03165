"""The management API of a WebSocket API (`@connections`), as a pushing function sees it, with signatures checked.

Source: docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
"""

import hmac
import re
import threading
import time
from collections import defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import unquote, urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import ReadOnlyCredentials

STAGE = "live"
MAX_MESSAGE = 128 * 1024
AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<scope>[^,]+), SignedHeaders=(?P<headers>[^,]+), Signature=(?P<signature>\w+)"
)


class ManagementApi:
    """Accepts posts to any connection id and passes them to `deliver`.

    Connections in `gone` answer 410, those in `hung` only after `release`, those in `slow` after that many seconds, and
    those in `throttled` answer 429 that many times.
    """

    def __init__(self, credentials: ReadOnlyCredentials, region: str, stage: str = STAGE) -> None:
        self.credentials, self.region, self.stage = credentials, region, stage
        self.gone: set[str] = set()
        self.hung: set[str] = set()
        self.slow: dict[str, float] = {}
        self.throttled: dict[str, int] = {}
        self.closed: list[str] = []
        self.refused: list[str] = []
        self._posted: defaultdict[str, list[bytes]] = defaultdict(list)
        self._arrival = threading.Condition()
        self._released = threading.Event()
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    @property
    def endpoint(self) -> str:
        """The value for WEBSOCKET_ENDPOINT."""
        return f"{self.origin}/{self.stage}"

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def posted(self, connection_id: str, timeout: float = 0.0) -> list[bytes]:
        """The messages that a connection got; waits up to `timeout` seconds for the first one."""
        with self._arrival:
            self._arrival.wait_for(lambda: self._posted[connection_id], timeout)
            return list(self._posted[connection_id])

    def take(self, connection_id: str) -> list[bytes]:
        """The messages that a connection got since the last call."""
        with self._arrival:
            return self._posted.pop(connection_id, [])

    def release(self) -> None:
        """Let the hung posts continue."""
        self._released.set()

    def status(self, method: str, url: str, headers: dict[str, str], body: bytes) -> int:
        """Handle a request; returns the status of the response."""
        if not self._is_signed(AWSRequest(method, url, headers=headers, data=body)):
            self.refused.append(url)
            return 403
        connection_id = unquote(urlsplit(url).path.rpartition("/@connections/")[2])
        if connection_id in self.hung:
            self._released.wait()
        time.sleep(self.slow.get(connection_id, 0.0))
        if connection_id in self.gone:
            return 410
        if self.throttled.get(connection_id):
            self.throttled[connection_id] -= 1
            return 429
        return self.disconnect(connection_id) if method == "DELETE" else self.deliver(connection_id, body)

    def disconnect(self, connection_id: str) -> int:
        self.closed.append(connection_id)
        return 204

    def deliver(self, connection_id: str, body: bytes) -> int:
        """Handle a message; returns the status of the response."""
        with self._arrival:
            self._posted[connection_id].append(body)
            self._arrival.notify_all()
        return 200

    def _is_signed(self, request: AWSRequest) -> bool:
        """Whether our credentials give the same signature (Signature Version 4) for this API and region."""
        sent = AUTHORIZATION.fullmatch(request.headers.get("Authorization", ""))
        if sent is None:
            return False
        key, _date, region, service, _end = sent["scope"].split("/")
        if (key, region, service) != (self.credentials.access_key, self.region, "execute-api"):
            return False
        if request.headers.get("X-Amz-Security-Token", "") != (self.credentials.token or ""):
            return False
        signed = AWSRequest(request.method, request.url, data=request.data)
        for name in sent["headers"].split(";"):
            signed.headers[name] = request.headers[name]
        signed.context["timestamp"] = request.headers["X-Amz-Date"]
        auth = SigV4Auth(self.credentials, service, region)
        expected = auth.signature(auth.string_to_sign(signed, auth.canonical_request(signed)), signed)
        return hmac.compare_digest(expected, sent["signature"])

    def close(self) -> None:
        self.release()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # Many functions post at once; with the usual backlog of five, a further one would wait a second, until its timeout.
    request_queue_size = 128

    def __init__(self, api: ManagementApi) -> None:
        self.api = api
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, *_: Any) -> None:
        """Callers that give up early are part of the tests."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    # Ends the thread of a connection that its client keeps open.
    timeout = 5.0
    server: _Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        url = f"http://{self.headers['host']}{self.path}"
        self.send_response(self.server.api.status(self.command, url, dict(self.headers.items()), body))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_DELETE(self) -> None:
        self.do_POST()

    def log_message(self, *_: Any) -> None:
        """Tests have no use for an access log."""
