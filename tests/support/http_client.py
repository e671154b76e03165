"""The local server's entry point: HTTP over a socket, the request target sent exactly as given."""

import http.client
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from tests.support.lambda_client import ANY, Answer, prepared


class HttpClient:
    """Calls a running local server as LambdaClient calls a handler."""

    def __init__(self, url: str) -> None:
        self.address = urlsplit(url).netloc.replace("localhost", "127.0.0.1")

    def __call__(
        self,
        method: str,
        target: str,
        *,
        token: str = "",
        json_body: Any = ANY,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        sent, raw = prepared(token, json_body, body, headers)
        connection = http.client.HTTPConnection(self.address, timeout=20)
        try:
            connection.putrequest(method, target, skip_host="host" in sent, skip_accept_encoding=True)
            for name, value in {"user-agent": "pytest", "content-length": str(len(raw)), **sent}.items():
                connection.putheader(name, value.encode("latin-1"))
            connection.endheaders(raw)
            answer = connection.getresponse()
            found = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, answer.read(), found)
        finally:
            connection.close()
