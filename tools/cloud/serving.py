"""Serving an ASGI app in a thread of this process."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from local.gateway.websocket_protocol import GatewayProtocol
from shared.kit.http.middleware import App
from tools.cloud.management_api import MAX_MESSAGE

PATIENCE = 10.0


@contextmanager
def serving(app: App, port: int) -> Iterator[None]:
    """Serve on a port of this machine, with WebSockets in API Gateway's limits."""
    config = uvicorn.Config(
        app,
        port=port,
        loop="uvloop",
        http="httptools",
        ws=GatewayProtocol,
        ws_max_size=MAX_MESSAGE,
        ws_per_message_deflate=False,
        ws_ping_interval=None,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        log_level="warning",
        timeout_graceful_shutdown=1,
    )
    with in_thread(uvicorn.Server(config)):
        yield


@contextmanager
def in_thread(server: uvicorn.Server) -> Iterator[None]:
    """Run a server during the block."""
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        yield
    finally:
        server.should_exit = True
        thread.join(PATIENCE)
