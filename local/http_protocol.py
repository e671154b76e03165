"""uvicorn's HTTP protocol with limits on requests: on the time until one is complete, and on the bytes before its body.

Without them, a client that starts requests and never finishes them would hold connections for ever. A request must also
name exactly one host (RFC 9112, section 3.2): URLs in responses contain it, and a proxy may have read another one.

An app may have an `at_once`. What it returns for a request's scope, a 200 without the server's own first headers, is
written without ASGI's task and messages, which cost more than such a response.
"""

from asyncio import TimerHandle, Transport
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, cast
from urllib.parse import urlsplit

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from local.host_check import names_one_host

# Seconds in which the head of a request must arrive.
HEAD_SECONDS = 20.0
# Its size limit in bytes: a request line has at most 64 KB (shared.kit.http), and headers come on top.
MAX_HEAD = 128 * 1024
# Seconds without a byte of the body; and seconds after which the average must be MIN_RATE bytes a second.
STALLED_SECONDS, SLOW_AFTER_SECONDS, MIN_RATE = 20.0, 60.0, 1000
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
LAST_HEADERS = "connection: close\r\ncontent-type: application/json\r\nx-content-type-options: nosniff\r\n"
# Seconds between two checks of an incoming body.
CHECK_SECONDS = 5.0


class WholeAnswers:
    """A transport that holds the head of a response back until the first of its body: one system call instead of two.

    ASGI advises servers to wait in any case. `ended` is called after the response.
    """

    def __init__(self, transport: Transport, ended: Callable[[], None]) -> None:
        self.is_closing = transport.is_closing
        self._transport = transport
        self._ended = ended
        self._head: bytes | None = None
        self._has_head = False

    def write(self, data: bytes) -> None:
        if self._has_head or data == CONTINUE:
            head, self._head = self._head, None
            self._transport.writelines((head, data) if head else (data,))
        else:
            self._head, self._has_head = data, True

    def flush(self) -> None:
        """Send a head that no body follows."""
        if self._head:
            self._transport.write(self._head)
            self._head = None

    def close(self) -> None:
        self.flush()
        self._transport.close()

    def end(self) -> None:
        self.flush()
        self._ended()


class BoundedHttpProtocol(HttpToolsProtocol):
    """Answers requests that arrive too slowly with 408, too large heads with 431, and those without a host with 400."""

    # The timer runs only for requests that did not arrive in one piece, which nearly all do.
    _timer: TimerHandle | None = None
    # Bytes of an incomplete head, None during a body; the number of complete heads and bodies.
    _head_size: int | None = 0
    _ends = 0
    # Whether a request has begun and is incomplete.
    _is_coming = False
    # Whether a request may be answered at once: only the first of pipelined ones, so that others have their turn.
    _may_answer = False

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        super().connection_made(transport)
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        ends = self._ends
        self._may_answer = True
        super().data_received(data)
        # A chunk that ends a head or a body may contain anything: only chunks that end neither count.
        if self._head_size is not None and self._ends == ends:
            self._head_size += len(data)
            if self._head_size > MAX_HEAD:
                self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        if self._is_coming and self._timer is None and not self.transport.is_closing():
            if self._head_size is None:
                self._expect_body()
            else:
                self._expect_head()

    def on_message_begin(self) -> None:
        self._is_coming = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._stop_timer()
        self._head_size = None
        self._ends += 1
        self._body_size = 0
        if not self.url.startswith(b"/"):
            self._take_host_of_target()
        super().on_headers_complete()

    def _take_host_of_target(self) -> None:
        """An absolute request target overrides the Host header (RFC 9112, section 3.2.2)."""
        if host := urlsplit(self.url).netloc:
            self.headers[:] = [(name, host if name == b"host" else value) for name, value in self.headers]

    def on_body(self, body: bytes) -> None:
        self._body_size += len(body)
        self._last_at = self.loop.time()
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The next request begins now; its head has the full time from its first byte on."""
        self._stop_timer()
        self._is_coming = False
        self._head_size = 0
        self._ends += 1
        super().on_message_complete()

    def handle_websocket_upgrade(self) -> None:
        self._stop_timer()
        self._is_coming = False
        if names_one_host(self.headers, self.scope["http_version"]):
            super().handle_websocket_upgrade()
        else:
            self._refuse(HTTPStatus.BAD_REQUEST)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        """Called for one request after another, each after the previous one was answered."""
        if not names_one_host(cycle.scope["headers"], cycle.scope["http_version"]):
            self._refuse(HTTPStatus.BAD_REQUEST)
            return
        may_answer = self._may_answer and cycle.keep_alive and app is self.app and not self.flow.write_paused
        self._may_answer = False
        if not (may_answer and self._answer_at_once(cycle)):
            whole = WholeAnswers(cycle.transport, cycle.on_response)
            cycle.transport, cycle.on_response = cast("Transport", whole), whole.end
            super()._start_asgi_task(cycle, app)

    def _answer_at_once(self, cycle: RequestResponseCycle) -> bool:
        at_once = getattr(self.app, "at_once", None)
        rest = at_once(cycle.scope) if at_once else None
        if rest is None:
            return False
        cycle.response_started = cycle.response_complete = True
        # As uvicorn does at the end of its task, which references this protocol.
        cycle.on_response = _nothing
        own = [b"%b: %b\r\n" % header for header in self.server_state.default_headers]
        self.transport.write(b"".join((STATUS_LINE[HTTPStatus.OK], *own, rest)))
        self.on_response_complete()
        return True

    def _expect_head(self) -> None:
        self._timer = self.loop.call_later(HEAD_SECONDS, self._refuse, HTTPStatus.REQUEST_TIMEOUT)

    def _expect_body(self) -> None:
        self._begun_at = self._last_at = self.loop.time()
        self._timer = self.loop.call_later(CHECK_SECONDS, self._check_body)

    def _stop_timer(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def _check_body(self) -> None:
        now = self.loop.time()
        taken = now - self._begun_at
        stalled = now - self._last_at > STALLED_SECONDS
        slow = taken > SLOW_AFTER_SECONDS and self._body_size < MIN_RATE * taken
        # If the server itself has stopped reading, the client is not at fault.
        if (stalled or slow) and not self.flow.read_paused:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT)
        else:
            self._timer = self.loop.call_later(CHECK_SECONDS, self._check_body)

    def send_400_response(self, _msg: str) -> None:
        """The response to invalid HTTP, in the format of all other responses that bypass the app."""
        self._refuse(HTTPStatus.BAD_REQUEST)

    def _refuse(self, status: HTTPStatus) -> None:
        self._stop_timer()
        if self.transport.is_closing():
            return
        if self.cycle is None or self.cycle.response_complete or not self.cycle.response_started:
            body = f'{{"message": "{status.phrase}"}}'
            head = f"HTTP/1.1 {status.value} {status.phrase}\r\n{LAST_HEADERS}content-length: {len(body)}\r\n\r\n"
            self.transport.write((head + body).encode())
        self.transport.close()


def _nothing() -> None:
    """Called after a written response: there is nothing to do."""
