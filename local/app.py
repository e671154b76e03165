"""The one ASGI app of the local server: every feature over HTTP and WebSocket, media, documentation, mail inbox."""

import gc
import multiprocessing
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio.to_thread

from functions.chat import sockets
from functions.chat.actions.unread import Gathering, tell
from functions.chat.api.socket_routes import ROUTES, closing_frame, flood_frame
from local import docs, health, inbox, media, production, staff_pages, start_page, uploads, web_pages
from local.copies import Copies
from local.engines.launch import die_with_parent
from local.features import ROUTERS
from local.frontend import Frontend
from local.gateway import management
from local.gateway.emulator import Gateway
from local.gateway.gathered import Gathered
from local.gateway.peer_workers import Listener
from local.gateway.pusher import LocalPusher
from local.hash_threads import install_hash_threads
from local.loop_steps import LoopSteps
from local.monitoring.access_log import AccessLog
from local.monitoring.figures import Figures
from local.monitoring.json_logs import write_json_logs
from local.monitoring.observer import Observer, RouteFinder
from local.options import Options, read_options
from local.scheduler import Scheduler
from local.stack import CHAT_THREADS, THREADS
from local.trusted_proxies import TrustedProxies, parse_networks
from shared.domain.dispatcher import dispatch_trigger
from shared.domain.outbox import mailer_trigger
from shared.domain.push_outbox import push_trigger
from shared.kit.aws.websocket import install_pusher
from shared.kit.db.pool import close_pool
from shared.kit.http.app import http_app
from shared.kit.http.compression import Compression
from shared.kit.http.middleware import App, Heads
from shared.kit.http.versions import VersionedApi
from shared.kit.observability import metrics
from shared.kit.settings import settings
from shared.versions import VERSIONS

# Seconds after which a busy thread yields; with Python's default, 5 ms, handlers would delay the sockets.
SWITCH_INTERVAL = 0.0005
# After this many new objects the youngest generation is collected, which takes about a millisecond.
NEW_OBJECTS = 10_000


class Server:
    """Everything a worker process runs; `app` routes every request."""

    def __init__(self, options: Options) -> None:
        folder = Path(os.environ["LOCAL_SOCKETS"])
        batches = {"chat_message": sockets.handle_messages}
        self.gateway = Gateway(
            sockets.handler,
            ROUTES,
            threads=CHAT_THREADS,
            batches=batches,
            flood_frame=lambda connection: flood_frame(connection.query),
            closing_frame=lambda connection: closing_frame(connection.query),
        )
        self.pusher = LocalPusher(self.gateway, folder)
        self.unread = Gathered(tell, "unread")
        self.scheduler = Scheduler(folder)
        others = [*health.routes(options.data_folder), media.mount(), uploads.route, *staff_pages.routes, *docs.routes]
        if options.is_production:
            others += [web_pages.icon, production.running_page]
        else:
            others += [*inbox.routes(), web_pages.mount(), web_pages.frames, *management.routes(self.pusher)]
            others += [] if options.frontend else start_page.routes(options)
        reads = LoopSteps()
        api = http_app(*ROUTERS, others=others, lifespan=lambda _app: self._running(folder), on_loop=reads.take)
        api.app = RouteFinder(api.app)
        served = VersionedApi(api, VERSIONS)
        http = Frontend(Path(options.frontend), options.frontend_host, served) if options.frontend else served
        self.figures = Figures(self.scheduler.succeeded_at, self._count)
        access_log = AccessLog(os.environ["POWERTOOLS_SERVICE_NAME"]) if options.access_log else None
        fresh = Compression(http)
        copies = Copies(fresh) if options.public_copies and not settings().origin_secret else None
        find = copies.find if copies else None
        self.app = Observer(Heads(copies or fresh), self.gateway, self.figures, access_log, others, find_ready=find)

    @asynccontextmanager
    async def _running(self, folder: Path) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
        install_pusher(self.pusher)
        mailer_trigger.installed = self.scheduler.wake
        dispatch_trigger.installed = self.scheduler.trigger_dispatch
        push_trigger.installed = self.scheduler.trigger_push
        Gathering.installed = self.unread.put
        install_hash_threads()
        metrics.counters.append(self.figures.count)
        peers = Listener(self.gateway, self.app.snapshot)
        await peers.open(folder)
        self.gateway.open()
        self.unread.start()
        self.scheduler.start()
        try:
            yield
        finally:
            self.scheduler.stop()
            await peers.close()
            self.gateway.shut()
            Gathering.installed = None
            self.unread.finish()
            close_pool()
            self.app.write()

    def _count(self) -> dict[str, float]:
        return {
            "sockets": len(self.gateway.sockets),
            "frames_received_total": self.gateway.received,
            "frames_sent_total": self.gateway.sent,
            "job_failures_total": self.scheduler.failures(),
        }


def _collect_little_and_often() -> None:
    """Exclude imported objects from garbage collection, which delays every response.

    The functions' threshold suits a short life: here one collection took 200 ms, every fifteen seconds of much load.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS, 10, 10)


def build() -> App:
    """The app factory of every worker process."""
    options = read_options()
    if options.is_production:
        write_json_logs()
    sys.setswitchinterval(SWITCH_INTERVAL)
    if supervisor := multiprocessing.parent_process():
        die_with_parent(supervisor.pid or 0, signal.SIGKILL)
        # The supervisor tells us to end and waits for us.
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    app = Server(options).app
    _collect_little_and_often()
    networks = parse_networks(options.trusted_proxies)
    return TrustedProxies(networks, app, options.country_header, app.at_once) if networks else app
