"""uvicorn's WebSocket protocol with the gateway's limits and a direct link to the gateway.

The link saves a task switch per incoming frame and a task per outgoing message. What clients send is parsed in turns
(local.gateway.fair_reader), and every frame of any kind is counted before it is handled.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Hashable
from functools import cache
from typing import Any, Protocol

from uvicorn._types import ASGISendEvent
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import State

from local.gateway.fair_reader import FairReader
from local.gateway.frame_budgets import FrameBudget

# docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
MAX_FRAME = 32 * 1024
MESSAGE_TOO_BIG, POLICY_VIOLATION = 1009, 1008
# How many bytes a reader may be behind, and bytes of pongs a client may leave unread.
MAX_UNREAD, MAX_UNREAD_PONGS = 1024 * 1024, 64 * 1024
# Bytes parsed per socket before others have their turn: at most 170 frames.
CHUNK = 1024
# Seconds in which a client closed for sending too much can still read the reason.
LAST_WORDS_SECONDS = 1.0
# Seconds in which a client has to answer a close frame.
CLOSING_SECONDS = 10.0
# The first byte of an unfragmented text frame; the largest lengths for the second byte, and for two more.
FINAL_TEXT, MAX_SHORT, MAX_MEDIUM = 0x81, 125, 0xFFFF
# The key of the link in the scope's extensions.
LINK = "gateway.link"
TOO_LARGE = b'{"message": "Request header fields too large"}'
HEADERS_TOO_LARGE = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-type: application/json\r\n"
    b"x-content-type-options: nosniff\r\ncontent-length: %d\r\n\r\n%s" % (len(TOO_LARGE), TOO_LARGE)
)


class Link(Protocol):
    """An open socket as the gateway uses it, on the loop's thread. Incoming frames go to `on_text` or `on_binary`."""

    on_text: Callable[[str], None] | None
    on_binary: Callable[[bytes], None] | None
    # The client whose turns it shares when its data is parsed; at first its own.
    sender: Hashable
    # The client's budget; the callback is called once when it is exceeded, before the socket is closed with 1008.
    budget: FrameBudget | None
    on_flood: Callable[[], None] | None
    # The frame a client is sent before it is closed because the server stops.
    last_words: Callable[[], bytes | None] | None

    def post(self, frame: bytes) -> bool:
        """Send a frame now; False if the reader is too far behind."""

    def shut(self, code: int, reason: str = "") -> None: ...

    def pause(self) -> None:
        """Stop reading frames until `resume`."""

    def resume(self) -> None: ...


def text_frame(text: bytes) -> bytes:
    """A text message as sent to every client: servers do not mask and, here, do not compress (RFC 6455, 5.2)."""
    length = len(text)
    if length <= MAX_SHORT:
        return b"%c%c%b" % (FINAL_TEXT, length, text)
    bytes_of_length, marker = (2, 126) if length <= MAX_MEDIUM else (8, 127)
    return b"%c%c%b%b" % (FINAL_TEXT, marker, length.to_bytes(bytes_of_length), text)


@cache
def reader_of(loop: asyncio.AbstractEventLoop) -> FairReader:
    """The reader shared by all sockets of a loop."""
    return FairReader(loop)


class GatewayProtocol(WebSocketsSansIOProtocol):
    """Closes with 1009 if a frame exceeds 32 KB, and with 1008 if there are too many frames."""

    on_text: Callable[[str], None] | None = None
    on_binary: Callable[[bytes], None] | None = None
    budget: FrameBudget | None = None
    on_flood: Callable[[], None] | None = None
    last_words: Callable[[], bytes | None] | None = None

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.sender: Hashable = id(self)
        self._reader = reader_of(self.loop)
        # Received data that is not parsed yet, and parsed frames that are not handled yet.
        self._unparsed = bytearray()
        self._unhandled: deque[Any] = deque()
        # Waiting for its turn to be parsed; paused by the gateway; closed for sending too much.
        self._is_waiting = self._is_held = self._is_ignored = False
        # Why the connection ended, while events of it remain to be handled.
        self._lost: tuple[Exception | None] | None = None
        # Whether reading is paused: unknown at first, because the transport had another protocol before.
        self._is_paused: bool | None = None

    async def run_asgi(self) -> None:
        extensions: dict[str, Any] = self.scope["extensions"]
        extensions[LINK] = self
        await super().run_asgi()

    async def send(self, message: ASGISendEvent) -> None:
        """A handshake refused with an HTTP status is complete, which uvicorn forgets to record."""
        await super().send(message)
        if message["type"] == "websocket.http.response.body" and self.close_sent:
            self.handshake_complete = True

    def post(self, frame: bytes) -> bool:
        if self.conn.state is State.OPEN and not self.transport.is_closing():
            if self.transport.get_write_buffer_size() > MAX_UNREAD:
                return False
            self.transport.write(frame)
        return True

    def shut(self, code: int, reason: str = "") -> None:
        if self.close_sent or self.transport.is_closing():
            return
        if self.writable.is_set():
            self.loop.create_task(self.send({"type": "websocket.close", "code": code, "reason": reason}))
            # Closing it would wait until everything sent is read, perhaps forever.
            self.loop.call_later(CLOSING_SECONDS, self.transport.abort)
        else:
            # A close frame would wait behind unread data, perhaps forever.
            self.transport.abort()

    def shutdown(self) -> None:
        """Close because the server shuts down, after a last frame that says so."""
        if self.last_words and (words := self.last_words()):
            self.post(text_frame(words))
        super().shutdown()

    def pause(self) -> None:
        self._is_held = True
        self._read_or_not()

    def resume(self) -> None:
        self._is_held = False
        self._wait_for_turn()
        self._read_or_not()

    def data_received(self, data: bytes) -> None:
        if not self._is_ignored:
            self._unparsed += data
            self._wait_for_turn()
            self._read_or_not()

    def connection_lost(self, exc: Exception | None) -> None:
        """Report the end of the connection after everything received before it is handled."""
        if (self._unparsed or self._unhandled) and not self._is_ignored:
            self._lost = (exc,)
        else:
            super().connection_lost(exc)

    def _wait_for_turn(self) -> None:
        if not (self._is_waiting or self._is_held) and (self._unparsed or self._unhandled):
            self._is_waiting = True
            self._reader.add(self)

    def parse_some(self) -> bool:
        """Handle what is parsed, or else parse a chunk of what was received; returns whether there is more."""
        if self._unhandled:
            self._handle_until_held()
        elif self._unparsed and not self._is_ignored:
            chunk = bytes(self._unparsed[:CHUNK])
            del self._unparsed[:CHUNK]
            super().data_received(chunk)
            self._refuse_bad_handshake()
        is_more = bool(self._unparsed or self._unhandled)
        self._is_waiting = is_more and not self._is_held
        self._read_or_not()
        if self._lost and not is_more:
            super().connection_lost(*self._lost)
            self._lost = None
        return self._is_waiting

    def _read_or_not(self) -> None:
        """Stop reading while data waits to be parsed or the gateway is busy."""
        is_paused = bool(self._is_held or self._unparsed or self._unhandled)
        if is_paused is self._is_paused or self.transport.is_closing():
            return
        self._is_paused = is_paused
        if is_paused:
            self.transport.pause_reading()
        else:
            self.transport.resume_reading()

    def _refuse_bad_handshake(self) -> None:
        """Answer a request whose line or headers are longer than the parser accepts, which uvicorn does not do."""
        if self.conn.handshake_exc is None or self.handshake_initiated or self.transport.is_closing():
            return
        self.handshake_complete = self.close_sent = True
        self.transport.write(HEADERS_TOO_LARGE)
        self.transport.close()

    def handle_events(self) -> None:
        """Count frames before doing anything with them."""
        events = self.conn.events_received()
        if self.budget and not self.budget.spend(len(events)):
            self._end_flood()
            return
        self._unhandled.extend(events)
        self._handle_until_held()

    def _handle_until_held(self) -> None:
        while self._unhandled and not self._is_held:
            self._handle_event(self._unhandled.popleft())

    def _handle_event(self, event: Any) -> None:
        match event.opcode if isinstance(event, Frame) else None:
            case None:
                self.handle_connect(event)
            case Opcode.CONT:
                self.handle_cont(event)
            case Opcode.TEXT:
                self.handle_text(event)
            case Opcode.BINARY:
                self.handle_bytes(event)
            case Opcode.PING:
                self.handle_ping()
            case Opcode.PONG:
                self.handle_pong(event)
            case Opcode.CLOSE:
                self.handle_close(event)

    def _end_flood(self) -> None:
        """Send the reason and close; nothing more from this client is parsed."""
        self._is_ignored = True
        self._unparsed.clear()
        self._unhandled.clear()
        if self.on_flood:
            self.on_flood()
        self.shut(POLICY_VIOLATION, "too many frames")
        self.loop.call_later(LAST_WORDS_SECONDS, self.transport.abort)

    # Frames sent before the client left are handled but not answered: a closed transport raises at every write.

    def handle_connect(self, event: Request) -> None:
        if not self.transport.is_closing():
            super().handle_connect(event)

    def handle_parser_exception(self) -> None:
        if self.transport.is_closing():
            self._unparsed.clear()
        else:
            super().handle_parser_exception()

    def handle_ping(self) -> None:
        """Answer with a pong, unless the client does not read them."""
        if self.transport.is_closing():
            return
        if self.transport.get_write_buffer_size() > MAX_UNREAD_PONGS:
            self.transport.abort()
        else:
            super().handle_ping()

    def send_receive_event_to_app(self) -> None:
        """Pass a message to the gateway, instead of uvicorn's queue."""
        data = self.frames[0] if len(self.frames) == 1 else b"".join(self.frames)
        self.frames = []
        if self.on_text is None or self.on_binary is None or self.close_sent:
            return
        if self.curr_msg_data_type != "text":
            self.on_binary(data)
            return
        try:
            text = data.decode()
        except UnicodeDecodeError:
            self.conn.send_close(1007)
            self.handle_parser_exception()
            return
        self.on_text(text)

    def handle_text(self, event: Frame) -> None:
        if not self._too_big(event):
            super().handle_text(event)

    def handle_bytes(self, event: Frame) -> None:
        if not self._too_big(event):
            super().handle_bytes(event)

    def handle_cont(self, event: Frame) -> None:
        if not self._too_big(event):
            super().handle_cont(event)

    def _too_big(self, frame: Frame) -> bool:
        if len(frame.data) <= MAX_FRAME:
            return False
        self.conn.send_close(MESSAGE_TOO_BIG)
        self.handle_parser_exception()
        return True
