"""uvicorn's WebSocket protocol with the gateway's limit on frames."""

from uvicorn._types import ASGISendEvent
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame

# docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
MAX_FRAME = 32 * 1024
MESSAGE_TOO_BIG = 1009


class GatewayProtocol(WebSocketsSansIOProtocol):
    """Closes with 1009 when a frame is larger than 32 KB; messages may be of four of them."""

    async def send(self, message: ASGISendEvent) -> None:
        """A handshake refused with an HTTP status is complete, which uvicorn forgets to note."""
        await super().send(message)
        if message["type"] == "websocket.http.response.body" and self.close_sent:
            self.handshake_complete = True

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
