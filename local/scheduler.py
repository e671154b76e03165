"""Calls the scheduled functions, as EventBridge Scheduler does on AWS."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from functions.availability import horizon_job
from functions.bookings import sweep_job
from functions.chat import attachments_sweep_job, keep_alive_job, unread_mail_job
from functions.mail import handler as mail
from functions.notifications import dispatch_job
from functions.push import send_job as push
from functions.reminders import handler as reminders
from local import inbox
from local.gateway.ended_workers import EndedWorkers
from shared.kit.observability.log import logger

MAIL_SECONDS = 5.0
KEEP_ALIVE_SECONDS = 30.0
UNREAD_MAIL_SECONDS = 10.0
PUSH_SECONDS = 5.0
HORIZON_SECONDS = 3600.0
ATTACHMENTS_SECONDS = 300.0
INBOX_SECONDS = 3600.0
SWEEP_SECONDS = 30.0
DISPATCH_SECONDS = 10.0
# How long booking changes are collected: dispatching one takes as long as making it, many together little longer.
GATHERING_SECONDS = 0.1
REMINDERS_SECONDS = 60.0
ENDED_WORKERS_SECONDS = 10.0


@dataclass
class Schedule:
    """A function and its interval; `next_at` is in monotonic seconds, `succeeded_at` since 1970."""

    name: str
    function: Callable[[object, object], object]
    seconds: float
    next_at: float = 0.0
    succeeded_at: float = 0.0
    failures: int = 0


class InBackground:
    """A function that may wait for remote servers: it has its own thread, so that it delays no other schedule."""

    def __init__(self, function: Callable[[object, object], object]) -> None:
        self._function = function
        self._running: threading.Thread | None = None

    def __call__(self, event: object, context: object) -> None:
        if self._running is None or not self._running.is_alive():
            self._running = threading.Thread(target=self._run, args=(event, context), name="push", daemon=True)
            self._running.start()

    def _run(self, event: object, context: object) -> None:
        try:
            self._function(event, context)
        except Exception:  # noqa: BLE001 - the next time is the next try
            logger().exception("scheduled function failed")


class Scheduler(threading.Thread):
    """One thread per process; the functions themselves ensure that several processes do nothing twice."""

    def __init__(self, sockets: Path) -> None:
        super().__init__(name="scheduler", daemon=True)
        self._mail = Schedule("mail", mail.handler, MAIL_SECONDS)
        self._dispatch = Schedule("dispatch", dispatch_job.handler, DISPATCH_SECONDS)
        self._push = Schedule("push", InBackground(push.handler), PUSH_SECONDS)
        self._schedules = [
            Schedule("ended_workers", EndedWorkers(sockets), ENDED_WORKERS_SECONDS),
            # Ordered: a sweep makes changes, dispatching them queues mails.
            Schedule("sweep", sweep_job.handler, SWEEP_SECONDS),
            self._dispatch,
            Schedule("reminders", reminders.handler, REMINDERS_SECONDS),
            Schedule("unread_mail", unread_mail_job.handler, UNREAD_MAIL_SECONDS),
            self._mail,
            self._push,
            Schedule("keep_alive", keep_alive_job.handler, KEEP_ALIVE_SECONDS),
            Schedule("horizon", horizon_job.handler, HORIZON_SECONDS),
            Schedule("attachments", attachments_sweep_job.handler, ATTACHMENTS_SECONDS),
        ]
        if inbox.is_ours():
            self._schedules.append(Schedule("inbox", inbox.delete_old, INBOX_SECONDS))
        self._woken = threading.Event()
        self._stopping = False

    def wake(self) -> None:
        """Send mail now."""
        self._mail.next_at = 0.0
        self._woken.set()

    def trigger_dispatch(self) -> None:
        """Dispatch booking changes soon, together with those made until then."""
        next_at = time.monotonic() + GATHERING_SECONDS
        if next_at < self._dispatch.next_at:
            self._dispatch.next_at = next_at
            self._woken.set()

    def trigger_push(self) -> None:
        """Send push messages now."""
        self._push.next_at = 0.0
        self._woken.set()

    def succeeded_at(self) -> dict[str, float]:
        """When each function last succeeded, in seconds since 1970."""
        return {each.name: each.succeeded_at for each in self._schedules if each.succeeded_at}

    def failures(self) -> int:
        return sum(each.failures for each in self._schedules)

    def stop(self) -> None:
        self._stopping = True
        self._woken.set()
        self.join(timeout=5.0)

    def run(self) -> None:
        while not self._stopping:
            self._woken.clear()
            for schedule in self._schedules:
                self._call_if_due(schedule)
            self._woken.wait(max(0.0, min(each.next_at for each in self._schedules) - time.monotonic()))

    def _call_if_due(self, schedule: Schedule) -> None:
        now = time.monotonic()
        if now < schedule.next_at:
            return
        schedule.next_at = now + schedule.seconds
        try:
            schedule.function({}, None)
            schedule.succeeded_at = time.time()
        except Exception:  # noqa: BLE001 - one failing function must not end the others
            schedule.failures += 1
            logger().exception("scheduled function failed")
