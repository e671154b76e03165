"""An emulator of an API Gateway WebSocket API for Lambda functions: the local gateway with AWS behaviour and limits.

Source: docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
"""

import random
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import cast
from urllib.parse import parse_qsl

from botocore.credentials import ReadOnlyCredentials

from local.gateway.emulator import Gateway
from local.gateway.handler_threads import FAILED, Done, Event, HandlerThread, Result
from shared.kit.http.middleware import Receive, Scope, Send
from tools.cloud.intrinsics import REGION
from tools.cloud.lambda_process import FunctionTimedOut, RuntimeExited
from tools.cloud.lambda_service import ConcurrencyExceeded, Function
from tools.cloud.management_api import MAX_MESSAGE, ManagementApi
from tools.cloud.runtime_api import FunctionError, PayloadTooLarge

IDLE_SECONDS, LIFETIME_SECONDS = 600.0, 7200.0
CREDENTIALS = ReadOnlyCredentials("testing", "testing", "testing")


class ConcurrentThread:
    """Runs events concurrently; a sender's messages may overtake each other by up to `jitter` seconds, as on AWS."""

    def __init__(self, routes: Mapping[str, Function], jitter: float) -> None:
        self.routes = routes
        self.jitter = jitter
        self._threads = ThreadPoolExecutor(64, thread_name_prefix="socket")

    def start(self) -> None:
        """The threads start by themselves."""

    def put(self, _sender: str, event: Event, done: Done, is_wanted: Callable[[], bool] = lambda: True) -> None:
        self._threads.submit(lambda: done(self._invoke(event)) if is_wanted() else None)

    def finish(self) -> None:
        self._threads.shutdown()

    def _invoke(self, event: Event) -> Result:
        where = event["requestContext"]
        function = self.routes.get(where["routeKey"])
        if function is None:  # a $connect or $disconnect without a route
            return {"statusCode": 200}
        if where["eventType"] == "MESSAGE":
            time.sleep(random.uniform(0, self.jitter))  # noqa: S311 - no secret
        try:
            result: Result = function.invoke(event)
        except (ConcurrencyExceeded, FunctionError, FunctionTimedOut, PayloadTooLarge, RuntimeExited):
            return FAILED
        return result


def unused(_event: Event, _context: object) -> Result:
    raise AssertionError("the thread calls the functions")


class SocketApi:
    """ASGI app of one WebSocket API: its stage's root and nothing else."""

    def __init__(self, stage: str, routes: Mapping[str, Function], *, jitter: float) -> None:
        self.paths = {f"/{stage}", f"/{stage}/"}
        # AWS does not count a socket's frames: the function does.
        self.gateway = Gateway(
            unused,
            routes,
            threads=0,
            counts_frames=False,
            idle=IDLE_SECONDS,
            lifetime=LIFETIME_SECONDS,
            query_of=self._query,
        )
        # Replaces the local server's threads, which keep each socket's frames in order.
        self.gateway.door = cast("HandlerThread", ConcurrentThread(routes, jitter))
        self.gateway.threads = [self.gateway.door]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.gateway(scope, receive, send)

    def _query(self, scope: Scope) -> dict[str, str] | None:
        """The query string that CloudFront's function made from the path; None for paths outside the stage."""
        if scope["path"] not in self.paths:
            return None
        return dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))


class ConnectionsApi(ManagementApi):
    """The management API of a gateway's sockets."""

    def __init__(self, gateway: Gateway, stage: str) -> None:
        self.gateway = gateway
        super().__init__(CREDENTIALS, REGION, stage)

    def deliver(self, connection_id: str, body: bytes) -> int:
        if len(body) > MAX_MESSAGE:
            return 413
        super().deliver(connection_id, body)
        return 410 if self.gateway.post([connection_id], body.decode("utf-8", "replace").encode()) else 200

    def disconnect(self, connection_id: str) -> int:
        super().disconnect(connection_id)
        return 410 if self.gateway.close([connection_id]) else 204
