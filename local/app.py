"""The one ASGI app of the local server: every feature over HTTP and WebSocket, media, documentation, mail inbox."""

import multiprocessing
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio.to_thread

from functions.chat import sockets
from functions.chat.api.socket_routes import ROUTES, flood_frame
from local import docs, health, inbox, management, media, production, start_page, web_pages
from local.features import ROUTERS
from local.frontend import Frontend
from local.gateway import Gateway
from local.launch import die_with_parent
from local.options import Options, read_options
from local.peer_workers import LocalPusher, listen
from local.scheduler import Scheduler
from local.stack import CHAT_THREADS, THREADS
from local.trusted_proxies import TrustedProxies, parse_networks
from shared.domain.dispatcher import dispatch_trigger
from shared.domain.outbox import mailer_trigger
from shared.kit.aws.websocket import install_pusher
from shared.kit.db.pool import close_pool
from shared.kit.http.app import http_app
from shared.kit.http.middleware import App, Receive, Scope, Send

# Seconds after which a busy thread yields; with Python's default, 5 ms, handlers would keep the sockets waiting.
SWITCH_INTERVAL = 0.0005


class Server:
    """Sends every request to where it belongs."""

    def __init__(self, options: Options) -> None:
        folder = Path(os.environ["LOCAL_SOCKETS"])
        batches = {"chat_message": sockets.handle_messages}
        self.gateway = Gateway(
            sockets.handler,
            ROUTES,
            threads=CHAT_THREADS,
            batches=batches,
            flood_frame=lambda connection: flood_frame(connection.query),
        )
        self.pusher = LocalPusher(self.gateway, folder)
        others = [health.route, media.mount(), *docs.routes]
        if options.is_production:
            others += [web_pages.icon, production.running_page]
        else:
            others += [*inbox.routes(), web_pages.mount(), *management.routes(self.pusher)]
            others += [] if options.frontend else start_page.routes(options)
        self.http: App = http_app(*ROUTERS, others=others, lifespan=lambda _app: self._running(folder))
        if options.frontend:
            self.http = Frontend(Path(options.frontend), options.frontend_host, self.http)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app: Any = self.gateway if scope["type"] == "websocket" else self.http
        await app(scope, receive, send)

    @asynccontextmanager
    async def _running(self, folder: Path) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
        install_pusher(self.pusher)
        scheduler = Scheduler()
        mailer_trigger.installed = scheduler.wake
        dispatch_trigger.installed = scheduler.trigger_dispatch
        peers = await listen(self.gateway, folder)
        self.gateway.open()
        scheduler.start()
        try:
            yield
        finally:
            scheduler.stop()
            peers.close()
            self.gateway.shut()
            close_pool()


def build() -> App:
    """The app factory of every worker process."""
    options = read_options()
    sys.setswitchinterval(SWITCH_INTERVAL)
    if supervisor := multiprocessing.parent_process():
        die_with_parent(supervisor.pid or 0, signal.SIGKILL)
    server = Server(options)
    networks = parse_networks(options.trusted_proxies)
    return TrustedProxies(networks, server) if networks else server
