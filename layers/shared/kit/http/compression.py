"""Compression of responses by what the client accepts (RFC 9110, section 12.5.3): zstd, else brotli, else gzip."""

from functools import cached_property

from shared.kit.http.middleware import App, Receive, Scope, Send, header

# Fast levels: a page of search takes 35 (zstd), 75 (brotli) or 100 (gzip) microseconds, and a quarter of its bytes.
ZSTD_LEVEL, BROTLI_QUALITY, GZIP_LEVEL = 3, 3, 4


class Compression:
    """Wraps an ASGI app. Answers under 500 bytes and already compressed types, such as pictures, stay as they are.

    Answers that mix a secret with attacker-chosen text must not be compressed if the browser adds credentials by itself
    (BREACH); here they are in a header, which no other site can send.
    """

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self._compressing if scope["type"] == "http" and header(scope, b"accept-encoding") else self.app
        await app(scope, receive, send)

    @cached_property
    def _compressing(self) -> App:
        # Imported for the first client that accepts it: other events, and the start of a function, do not need it.
        from starlette_compress import CompressMiddleware

        return CompressMiddleware(
            self.app,
            zstd_level=ZSTD_LEVEL,
            brotli_quality=BROTLI_QUALITY,
            gzip_level=GZIP_LEVEL,
        )
