"""The API Gateway management API (`@connections`), called without boto3: it would cost half the cold start.

Source: docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import cache
from urllib.parse import quote

import urllib3

from shared.kit.aws.kept_connections import is_reset_of_reused, pool_manager
from shared.kit.aws.pusher import Post
from shared.kit.aws.signed_calls import signed_headers
from shared.kit.observability.log import logger

GONE, THROTTLED = 410, 429
# A post can hang; it must not delay the other posts, nor the end of the function.
TIMEOUT = urllib3.Timeout(connect=1.0, total=2.0)
DEADLINE = 12.0
PARALLEL = 32
# Seconds until a throttled post is retried.
PAUSES = (0.1, 0.4)


class GatewayPusher:
    """Posts to `endpoint`, https://{api-id}.execute-api.{region}.amazonaws.com/{stage}."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint.rstrip("/")
        self.http = pool_manager(PARALLEL, TIMEOUT)

    def post(self, connection_ids: Iterable[str], data: bytes) -> list[str]:
        return self.post_all([(connection_ids, data)])

    def post_all(self, posts: Iterable[Post]) -> list[str]:
        texts: dict[str, list[bytes]] = {}
        for connection_ids, data in posts:
            for each in connection_ids:
                texts.setdefault(each, []).append(data)
        statuses = self._call_all("POST", texts)
        return [connection_id for connection_id, status in zip(texts, statuses, strict=True) if status == GONE]

    def close(self, connection_ids: Iterable[str], *, reason: str = "") -> None:
        del reason  # the management API takes none
        self._call_all("DELETE", {each: [b""] for each in connection_ids})

    def _call_all(self, method: str, texts: Mapping[str, Sequence[bytes]]) -> list[int]:
        """The last status for each connection, 0 without a response. Best effort: the message is stored."""
        if len(texts) == 1:
            return [self._call_in_order(method, *each) for each in texts.items()]
        futures = [_threads().submit(self._call_in_order, method, *each) for each in texts.items()]
        _, late = wait(futures, DEADLINE)
        for future in late:
            future.cancel()
        if late:
            logger().warning("pushes given up", extra={"given_up": len(late), "of": len(texts)})
        return [_status(future) for future in futures]

    def _call_in_order(self, method: str, connection_id: str, bodies: Sequence[bytes]) -> int:
        """Connections are called in parallel, and the calls for one connection in order."""
        status = 0
        for body in bodies:
            status = self._call_patiently(method, connection_id, body)
            if status == GONE:
                break
        return status

    def _call_patiently(self, method: str, connection_id: str, body: bytes) -> int:
        for pause in PAUSES:
            status = self._call(method, connection_id, body)
            if status != THROTTLED:
                return status
            time.sleep(pause)
        return self._call(method, connection_id, body)

    def _call(self, method: str, connection_id: str, body: bytes) -> int:
        url = f"{self.endpoint}/@connections/{quote(connection_id, safe='')}"
        try:
            answer = self._request(method, url, body)
        except urllib3.exceptions.HTTPError as error:
            logger().warning("push failed", extra={"connection_id": connection_id, "error": str(error)})
            return 0
        if answer.status not in {200, 204, GONE}:
            logger().warning("push refused", extra={"connection_id": connection_id, "status": answer.status})
        return answer.status

    def _request(self, method: str, url: str, body: bytes) -> urllib3.BaseHTTPResponse:
        """The response; a request on a closed connection is retried once."""
        headers = signed_headers("execute-api", method, url, body)
        try:
            return self.http.request(method, url, body=body, headers=headers)
        except urllib3.exceptions.ProtocolError as error:
            if not is_reset_of_reused(error):
                raise
            return self.http.request(method, url, body=body, headers=headers)


def _status(future: Future[int]) -> int:
    return future.result() if future.done() and not future.cancelled() else 0


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(PARALLEL)
