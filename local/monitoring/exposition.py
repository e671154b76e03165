"""`METRICS_PORT`: the metrics of all worker processes for Prometheus, on one port.

Each worker counts in its own memory, which costs a request least, and returns its metrics over its socket on request.
The counts of ended workers are kept, so that counters never decrease. Source:
prometheus.io/docs/instrumenting/writing_exporters
"""

import os
import shutil
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from local.gateway.peer_workers import PeerGone, ask, workers
from local.monitoring.figures import BUCKETS, Snapshot
from local.monitoring.totals import Totals
from local.options import BadOptions, CannotStart, Options
from shared.kit.db.pool import PooledConnection, connection_options
from shared.kit.settings import settings

PREFIX = "tutoring"
GAUGES = {
    "workers": "Processes that serve",
    "sockets": "Open WebSockets",
    "resident_memory_bytes": "Memory of the workers",
    "database_connections": "Connections of the workers' pools",
    "database_connections_idle": "Connections that nobody uses",
    "database_connections_max": "Connections that there may be",
    "database_waiting": "Requests that wait for a connection",
}
COUNTERS = {
    "cpu_seconds_total": "Processor time of the workers",
    "frames_received_total": "Frames that came in over WebSockets",
    "frames_sent_total": "Frames that went out over WebSockets",
    "database_wait_seconds_total": "Time that requests waited for a connection",
    "database_timeouts_total": "Requests that got no connection in time",
    "job_failures_total": "Runs of scheduled jobs that failed",
}
# Age in seconds of the oldest waiting mail and the oldest undispatched booking change, 0 if there is none.
READ_BACKLOG = """
SELECT coalesce(extract(epoch FROM now() - (
           SELECT min(created_at) FROM mail_outbox WHERE sent_at IS NULL AND uncertain_at IS NULL)), 0)::float8,
       (SELECT count(*) FROM mail_outbox WHERE sent_at IS NULL AND uncertain_at IS NULL),
       coalesce(extract(epoch FROM now() - (
           SELECT min(at) FROM booking_changes WHERE dispatched_at IS NULL)), 0)::float8
"""


class Platform(Collector):
    """Collects from all workers at each scrape."""

    def __init__(self, sockets: Path, data: Path) -> None:
        self.sockets = sockets
        self.data = data
        self._known: dict[int, Snapshot] = {}
        self._ended = Totals()
        # Two simultaneous scrapes must not count an ended worker twice.
        self._lock = threading.Lock()

    def describe(self) -> Iterable[Metric]:
        """Collects nothing before the first scrape."""
        return ()

    def collect(self) -> Iterator[Metric]:
        with self._lock:
            totals = self._totals()
        yield from _http(totals)
        yield from _plain(totals)
        yield from self._of_database()
        yield from self._of_disk()

    def _totals(self) -> Totals:
        now = {}
        for worker in workers(self.sockets):
            try:
                # A worker that does not respond in time counts with its previous figures.
                now[worker] = ask(self.sockets, worker, {"figures": True}) or self._known.get(worker) or {}
            except PeerGone:
                continue
        for worker in self._known.keys() - now.keys():
            self._ended.add(self._known[worker], counters_only=True)
        self._known = now
        totals = Totals(self._ended)
        for snapshot in now.values():
            totals.add(snapshot)
        totals.numbers["workers"] = len(now)
        return totals

    def _of_database(self) -> Iterator[Metric]:
        try:
            with PooledConnection.connect(settings().database_url, **connection_options()) as db:
                found = db.execute(READ_BACKLOG).fetchone()
        except psycopg.Error:
            found = None
        yield _gauge("database_up", "Whether the database answers", float(found is not None))
        if found is not None:
            mail_age, mails, change_age = found
            yield _gauge("outbox_age_seconds", "Age of the oldest mail that waits", mail_age)
            yield _gauge("outbox_mails", "Mails that wait", mails)
            yield _gauge("dispatch_age_seconds", "Age of the oldest booking change nobody was told of", change_age)

    def _of_disk(self) -> Iterator[Metric]:
        disk = shutil.disk_usage(self.data)
        yield _gauge("disk_free_bytes", "Room on the data folder's disk", disk.free)
        yield _gauge("disk_size_bytes", "Size of the data folder's disk", disk.total)


def _http(totals: Totals) -> Iterator[Metric]:
    requests = CounterMetricFamily(
        f"{PREFIX}_http_requests", "Requests and handshakes answered", labels=("method", "route", "status")
    )
    for (method, route, status), number in totals.requests.items():
        requests.add_metric((method, route, status), number)
    durations = HistogramMetricFamily(
        f"{PREFIX}_http_request_duration_seconds", "Time until a request was answered", labels=("method", "route")
    )
    for labels, numbers in totals.durations.items():
        durations.add_metric(labels, list(_cumulative(numbers)), numbers[-1])
    yield from (requests, durations)


def _cumulative(numbers: list[float]) -> Iterator[tuple[str, float]]:
    total = 0.0
    for bound, number in zip((*map(str, BUCKETS), "+Inf"), numbers[:-1], strict=True):
        total += number
        yield bound, total


def _plain(totals: Totals) -> Iterator[Metric]:
    for name, text in GAUGES.items():
        yield _gauge(name, text, totals.numbers[name])
    for name, text in COUNTERS.items():
        yield CounterMetricFamily(f"{PREFIX}_{name.removesuffix('_total')}", text, value=totals.numbers[name])
    events = CounterMetricFamily(f"{PREFIX}_events", "Messages, Logins, FailedLogins, Registrations", labels=("event",))
    for name, number in sorted(totals.events.items()):
        events.add_metric((name,), number)
    jobs = GaugeMetricFamily(f"{PREFIX}_job_succeeded_timestamp_seconds", "When a job last succeeded", labels=("job",))
    for name, at in sorted(totals.succeeded_at.items()):
        jobs.add_metric((name,), at)
    yield from (events, jobs)


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(f"{PREFIX}_{name}", text, value=value)


@contextmanager
def exposed(options: Options) -> Iterator[None]:
    """Serve METRICS_PORT, if it is set, during the block. Raises CannotStart."""
    if not options.metrics_port:
        yield
        return
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Platform(Path(os.environ["LOCAL_SOCKETS"]), options.data_folder))
    try:
        server, thread = start_http_server(options.metrics_port, options.metrics_host, registry)
    except UnicodeError:
        raise BadOptions(f"METRICS_HOST={options.metrics_host} is no name of a host.") from None
    except OSError as error:
        where = f"METRICS_PORT={options.metrics_port} on {options.metrics_host}"
        raise CannotStart(f"{where} cannot be used: {error.strerror}.") from None
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
