"""uvicorn's WebSocket protocol with the gateway's limits and a direct link to the gateway.

The link spares a task switch for every frame in and a task for every message out.
"""

from collections.abc import Callable
from typing import Any, Protocol

from uvicorn._types import ASGISendEvent
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame, Opcode
from websockets.protocol import State

# docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
MAX_FRAME = 32 * 1024
MESSAGE_TOO_BIG = 1009
# Bytes a reader may be behind.
MAX_UNREAD = 1024 * 1024
# The key of the link among the scope's extensions.
LINK = "gateway.link"


class Link(Protocol):
    """An open socket as the gateway uses it, on the loop's thread. Text frames go to `on_text`."""

    on_text: Callable[[str], None] | None

    def post(self, frame: bytes) -> bool:
        """Send a frame now; False if the reader is too far behind to take it."""

    def shut(self, code: int) -> None: ...

    def pause(self) -> None:
        """Read no more frames until `resume`."""

    def resume(self) -> None: ...


def text_frame(text: bytes) -> bytes:
    """A text message as it goes to every client: a server masks and, here, compresses nothing."""
    return Frame(Opcode.TEXT, text).serialize(mask=False)


class GatewayProtocol(WebSocketsSansIOProtocol):
    """Closes with 1009 when a frame is larger than 32 KB; messages may be of four of them."""

    on_text: Callable[[str], None] | None = None

    async def run_asgi(self) -> None:
        extensions: dict[str, Any] = self.scope["extensions"]
        extensions[LINK] = self
        await super().run_asgi()

    async def send(self, message: ASGISendEvent) -> None:
        """A handshake refused with an HTTP status is complete, which uvicorn forgets to note."""
        await super().send(message)
        if message["type"] == "websocket.http.response.body" and self.close_sent:
            self.handshake_complete = True

    def post(self, frame: bytes) -> bool:
        if self.conn.state is State.OPEN and not self.transport.is_closing():
            if self.transport.get_write_buffer_size() > MAX_UNREAD:
                return False
            self.transport.write(frame)
        return True

    def shut(self, code: int) -> None:
        if self.close_sent or self.transport.is_closing():
            return
        if self.writable.is_set():
            self.loop.create_task(self.send({"type": "websocket.close", "code": code, "reason": ""}))
        else:
            # A close frame would wait behind what the reader does not take, perhaps for ever.
            self.transport.abort()

    def pause(self) -> None:
        self.transport.pause_reading()

    def resume(self) -> None:
        if not self.transport.is_closing():
            self.transport.resume_reading()

    def send_receive_event_to_app(self) -> None:
        if self.on_text is None or self.curr_msg_data_type != "text" or self.close_sent:
            super().send_receive_event_to_app()
            return
        data = self.frames[0] if len(self.frames) == 1 else b"".join(self.frames)
        self.frames = []
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
