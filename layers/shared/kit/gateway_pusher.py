"""The API Gateway management API (`@connections`), called without boto3: it would cost half the cold start.

Source: docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
"""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from urllib.parse import quote

import urllib3

from shared.kit.aws_calls import signed_headers
from shared.kit.log import logger

GONE = 410
# A post can hang; the others must not wait for it, nor the function for its own end.
TIMEOUT = urllib3.Timeout(connect=1.0, read=2.0)
PARALLEL = 8


class GatewayPusher:
    """Posts to `endpoint`, https://{api-id}.execute-api.{region}.amazonaws.com/{stage}."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint.rstrip("/")
        self.http = urllib3.PoolManager(maxsize=PARALLEL, retries=False, timeout=TIMEOUT)

    def post(self, connection_ids: Iterable[str], data: bytes) -> list[str]:
        ids = list(connection_ids)
        if len(ids) == 1:
            statuses = [self._call("POST", ids[0], data)]
        else:
            statuses = list(_threads().map(lambda each: self._call("POST", each, data), ids))
        return [each for each, status in zip(ids, statuses, strict=True) if status == GONE]

    def close(self, connection_ids: Iterable[str]) -> None:
        list(_threads().map(lambda each: self._call("DELETE", each, b""), connection_ids))

    def _call(self, method: str, connection_id: str, body: bytes) -> int:
        """The status of the answer, 0 without one: delivery is best effort, the message is stored."""
        url = f"{self.endpoint}/@connections/{quote(connection_id, safe='')}"
        try:
            answer = self.http.request(method, url, body=body, headers=signed_headers("execute-api", method, url, body))
        except urllib3.exceptions.HTTPError as error:
            logger().warning("push failed", extra={"connection_id": connection_id, "error": str(error)})
            return 0
        if answer.status not in {200, 204, GONE}:
            logger().warning("push refused", extra={"connection_id": connection_id, "status": answer.status})
        return answer.status


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(PARALLEL)
