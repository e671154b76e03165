"""What invokes functions without a request: the messages of queues, and schedules.

Sources: docs.aws.amazon.com/lambda/latest/dg/with-sqs.html and
docs.aws.amazon.com/scheduler/latest/UserGuide/what-is-scheduler.html
"""

import threading
import time
import uuid
from datetime import UTC, datetime
from typing import Any

from tools.cloud.intrinsics import ACCOUNT, REGION
from tools.cloud.lambda_process import FunctionTimedOut, RuntimeExited
from tools.cloud.lambda_service import ConcurrencyExceeded, Function
from tools.cloud.runtime_api import FunctionError
from tools.cloud.services import Aws
from tools.cloud.template import QueueSource, Schedule

FAILURES = (ConcurrencyExceeded, FunctionError, FunctionTimedOut, RuntimeExited)
POLL_SECONDS = 0.05
DAY = 86_400
# moto moves messages to the dead-letter queue on receipt, and two concurrent receipts can move one message twice.
RECEIVING = threading.Lock()


class Source(threading.Thread):
    """Calls `step` until it is stopped; the step returns the seconds until the next one."""

    def __init__(self, name: str) -> None:
        super().__init__(name=name, daemon=True)
        self._stopped = threading.Event()

    def run(self) -> None:
        while not self._stopped.wait(self.step()):
            pass

    def step(self) -> float:
        raise NotImplementedError

    def stop(self) -> None:
        """Start no further call. `join` waits for a call in progress."""
        self._stopped.set()


class QueuePoller(Source):
    """Passes a queue's messages to its function; failed ones are retried after `retry` seconds.

    On AWS that is the queue's visibility timeout.
    """

    def __init__(self, aws: Aws, source: QueueSource, function: Function, *, retry: int = 0) -> None:
        super().__init__(f"poller {source.queue}")
        self.aws, self.source, self.function, self.retry = aws, source, function, retry
        self.calls = 0
        self.url = aws.queues[source.queue]
        self.arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{source.queue}"

    def step(self) -> float:
        messages = self._receive()
        if not messages:
            return POLL_SECONDS
        failed = self._failed(messages)
        again = [self._entry(each, retry=self.retry) for each in messages if each["MessageId"] in failed]
        done = [self._entry(each) for each in messages if each["MessageId"] not in failed]
        if again:
            self.aws.sqs.change_message_visibility_batch(QueueUrl=self.url, Entries=again)
        if done:
            self.aws.sqs.delete_message_batch(QueueUrl=self.url, Entries=done)
        return 0.0

    @staticmethod
    def _entry(message: dict[str, Any], retry: int | None = None) -> Any:
        entry = {"Id": message["MessageId"], "ReceiptHandle": message["ReceiptHandle"]}
        return entry if retry is None else {**entry, "VisibilityTimeout": retry}

    def _receive(self) -> list[dict[str, Any]]:
        with RECEIVING:
            received = self.aws.sqs.receive_message(
                QueueUrl=self.url, MaxNumberOfMessages=min(10, self.source.batch), AttributeNames=["All"]
            )
        return [dict(each) for each in received.get("Messages", ())]

    def _failed(self, messages: list[dict[str, Any]]) -> set[str]:
        """The ids of failed messages; all of them if the function fails or its response is invalid."""
        every = {message["MessageId"] for message in messages}
        self.calls += 1
        try:
            result = self.function.invoke({"Records": [self._record(each) for each in messages]})
        except FAILURES:
            return every
        if not self.source.reports_failures or not isinstance(result, dict):
            return set()
        failed = {each.get("itemIdentifier") for each in result.get("batchItemFailures") or ()}
        return min(failed, every)

    def _record(self, message: dict[str, Any]) -> dict[str, Any]:
        return {
            "messageId": message["MessageId"],
            "receiptHandle": message["ReceiptHandle"],
            "body": message["Body"],
            "attributes": message["Attributes"],
            "messageAttributes": {},
            "md5OfBody": message["MD5OfBody"],
            "eventSource": "aws:sqs",
            "eventSourceARN": self.arn,
            "awsRegion": REGION,
        }


class Scheduler(Source):
    """Calls a function at its rate, `speed` times as fast; a daily function is not called at the start."""

    def __init__(self, schedule: Schedule, function: Function, *, speed: float) -> None:
        super().__init__(f"schedule {schedule.function}")
        self.schedule, self.function, self.speed = schedule, function, speed
        self.calls = self.failures = 0

    def run(self) -> None:
        first = self.schedule.seconds / self.speed if self.schedule.seconds >= DAY else 0.0
        if not self._stopped.wait(first):
            super().run()

    def step(self) -> float:
        started = time.monotonic()
        try:
            self.function.invoke(self._event())
        except FAILURES:
            self.failures += 1
        self.calls += 1
        return max(0.0, self.schedule.seconds / self.speed - (time.monotonic() - started))

    def _event(self) -> dict[str, Any]:
        return {
            "version": "0",
            "id": str(uuid.uuid4()),
            "detail-type": "Scheduled Event",
            "source": "aws.scheduler",
            "account": ACCOUNT,
            "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "region": REGION,
            "resources": [f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/default/{self.schedule.function}"],
            "detail": "{}",
        }
