"""The Lambda Runtime API, as one execution environment sees it: events out, answers and errors in.

Source: docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

import json
import threading
import time
import uuid
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import SimpleQueue
from typing import Any

PREFIX = "/2018-06-01/runtime/"
# The size limits of an event and a response, in bytes.
# Source: docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html (invocation payload, synchronous)
MAX_PAYLOAD = 6 * 1024 * 1024


class FunctionError(Exception):
    """The function raised: `type` and `message` as Lambda reports them to the caller."""

    def __init__(self, error: dict[str, Any]) -> None:
        self.type = str(error.get("errorType", ""))
        self.message = str(error.get("errorMessage", ""))
        super().__init__(f"{self.type}: {self.message}")


class InitError(FunctionError):
    """The handler's module could not be imported."""


class PayloadTooLarge(Exception):
    """The event exceeds Lambda's size limit."""


@dataclass
class Invocation:
    """One event on its way through the function; `answered_at` is in monotonic seconds."""

    event: bytes
    timeout: float
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    done: threading.Event = field(default_factory=threading.Event)
    answer: bytes = b""
    error: FunctionError | None = None
    answered_at: float = 0.0

    def settle(self, answer: bytes = b"", error: FunctionError | None = None) -> None:
        self.answered_at = time.monotonic()
        self.answer, self.error = answer, error
        self.done.set()


class RuntimeApi:
    """Serves one runtime process on a free port of this machine; `address` is its AWS_LAMBDA_RUNTIME_API."""

    def __init__(self, function_arn: str) -> None:
        self.function_arn = function_arn
        # When the runtime, with its handler imported, asked for the first event; monotonic seconds.
        self.ready_at: float | None = None
        self._waiting: SimpleQueue[Invocation | None] = SimpleQueue()
        self._current: Invocation | None = None
        self._init_error: InitError | None = None
        self._lock = threading.Lock()
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._server.server_port}"

    def submit(self, event: Any, timeout: float) -> Invocation:
        """Queue an event. Raises PayloadTooLarge, and InitError if the runtime reported one."""
        invocation = Invocation(json.dumps(event).encode(), timeout)
        if len(invocation.event) > MAX_PAYLOAD:
            raise PayloadTooLarge
        with self._lock:
            if self._init_error is not None:
                raise self._init_error
            self._waiting.put(invocation)
        return invocation

    def close(self) -> None:
        self._waiting.put(None)
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def next(self) -> Invocation | None:
        """Wait for an event; None when the API closes."""
        if self.ready_at is None:
            self.ready_at = time.monotonic()
        self._current = self._waiting.get()
        return self._current

    def settle(self, request_id: str, answer: bytes = b"", error: FunctionError | None = None) -> bool:
        """Returns False for an id other than the running invocation's."""
        current = self._current
        if current is None or current.id != request_id:
            return False
        self._current = None
        current.settle(answer, error)
        return True

    def fail_init(self, error: InitError) -> None:
        """Waiting events, and all later ones, fail with this error."""
        with self._lock:
            self._init_error = error
        while not self._waiting.empty():
            if (invocation := self._waiting.get()) is not None:
                invocation.settle(error=error)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, api: RuntimeApi) -> None:
        self.api = api
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, *_: Any) -> None:
        """A killed runtime resets its connection; its invocation fails elsewhere."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Delayed small packets would be measured as the function's time.
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Server

    def do_GET(self) -> None:
        if self.path != PREFIX + "invocation/next":
            self._refuse(404, "NotFound")
            return
        invocation = self.server.api.next()
        if invocation is None:
            self.close_connection = True
            return
        deadline = int((time.time() + invocation.timeout) * 1000)
        parent = invocation.id[-12:]
        self._send(
            200,
            invocation.event,
            {
                "Lambda-Runtime-Aws-Request-Id": invocation.id,
                "Lambda-Runtime-Deadline-Ms": str(deadline),
                "Lambda-Runtime-Invoked-Function-Arn": self.server.api.function_arn,
                "Lambda-Runtime-Trace-Id": f"Root=1-{int(time.time()):x}-{parent:0>24};Parent={parent:0>16};Sampled=1",
            },
        )

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        match self.path.removeprefix(PREFIX).split("/"):
            case ["init", "error"]:
                self.server.api.fail_init(InitError(json.loads(body)))
                self._accept()
            case ["invocation", request_id, "error"]:
                self._settle(request_id, error=FunctionError(json.loads(body)))
            case ["invocation", request_id, "response"] if len(body) > MAX_PAYLOAD:
                too_large = {"errorType": "Function.ResponseSizeTooLarge", "errorMessage": f"{len(body)} bytes"}
                self.server.api.settle(request_id, error=FunctionError(too_large))
                self._refuse(413, "RequestEntityTooLarge")
            case ["invocation", request_id, "response"]:
                self._settle(request_id, answer=body)
            case _:
                self._refuse(404, "NotFound")

    def _settle(self, request_id: str, answer: bytes = b"", error: FunctionError | None = None) -> None:
        if self.server.api.settle(request_id, answer, error):
            self._accept()
        else:
            self._refuse(400, "InvalidRequestID")

    def _accept(self) -> None:
        self._send(202, b'{"status":"OK"}')

    def _refuse(self, status: int, error_type: str) -> None:
        self._send(status, json.dumps({"errorType": error_type, "errorMessage": self.path}).encode())

    def _send(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, *_: Any) -> None:
        """Tests have no use for an access log."""
