"""An emulator of the CloudFront distribution before both APIs and the bucket.

Source: docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/RequestAndResponseBehaviorCustomOrigin.html
"""

import asyncio
import fnmatch
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from shared.kit.wire import App, Headers, Receive, Scope, Send, header, respond
from tests.cloud.edge_function import EdgeFunction
from tests.cloud.http_api import head_size, target_of

MAX_URL = 8192
MAX_REQUEST = 32_768
# CloudFront's own address, as origins see it.
EDGE = ("130.176.0.1", 443)
# Neither viewers nor origins decide these.
HOP_HEADERS = {b"host", b"connection", b"x-forwarded-proto", b"cloudfront-viewer-address"}


@dataclass(frozen=True)
class Origin:
    """Where requests go: `headers` are added to each, `path` is put before theirs."""

    app: App
    domain: str
    path: str
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Behaviour:
    """How requests of a path pattern are handled; `methods` are those the viewer may use."""

    pattern: str
    origin: Origin
    function: EdgeFunction | None
    methods: frozenset[str]
    names_viewer: bool


class Distribution:
    """ASGI app; the first behaviour that fits a request handles it, the last one fits all."""

    def __init__(self, behaviours: Sequence[Behaviour]) -> None:
        self.behaviours = behaviours

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        target = target_of(scope)
        behaviour = self.behaviour(scope["path"])
        if len(f"https://{header(scope, b'host')}{target}") > MAX_URL or head_size(scope, target) > MAX_REQUEST:
            await refuse(scope, receive, send, 413, "Request Entity Too Large")
        elif scope["type"] == "http" and scope["method"] not in behaviour.methods:
            await refuse(
                scope, receive, send, 403, "This distribution is not configured to allow the HTTP request method"
            )
        else:
            await behaviour.origin.app(forwarded(scope, behaviour), receive, send)

    def behaviour(self, path: str) -> Behaviour:
        return next(each for each in self.behaviours if fnmatch.fnmatchcase(path, each.pattern))


def forwarded(scope: Scope, behaviour: Behaviour) -> Scope:
    """The request as the origin gets it."""
    path, query = str(scope["raw_path"], "latin-1"), str(scope["query_string"], "latin-1")
    if behaviour.function:
        path, query = behaviour.function.rewritten(path, query)
    origin = behaviour.origin
    own = {name.lower().encode(): value.encode() for name, value in origin.headers.items()}
    headers: Headers = [
        (name, value) for name, value in scope["headers"] if name not in HOP_HEADERS and name not in own
    ]
    headers += [(b"host", origin.domain.encode()), (b"x-forwarded-proto", b"https"), *own.items()]
    host, port = scope["client"]
    if behaviour.names_viewer:
        headers.append((b"cloudfront-viewer-address", f"{host}:{port}".encode()))
    whole = origin.path + path
    return {
        **scope,
        "path": unquote(whole),
        "raw_path": whole.encode("latin-1"),
        "query_string": query.encode("latin-1"),
        "headers": headers,
        "client": EDGE,
    }


async def refuse(scope: Scope, receive: Receive, send: Send, status: int, text: str) -> None:
    """An answer of CloudFront's own."""
    body = f"<H1>{status} ERROR</H1>{text}".encode()
    headers: Headers = [(b"content-type", b"text/html"), (b"content-length", str(len(body)).encode())]
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.http.response.start", "status": status, "headers": headers})
        await send({"type": "websocket.http.response.body", "body": body})
    else:
        await respond(send, status, headers, body)


class BucketOrigin:
    """ASGI app that serves a bucket's objects."""

    def __init__(self, s3: Any, bucket: str) -> None:
        self.s3, self.bucket = s3, bucket

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        status, headers, body = await asyncio.to_thread(self._get, scope["path"].lstrip("/"))
        await respond(send, status, headers, b"" if scope["method"] == "HEAD" else body)

    def _get(self, key: str) -> tuple[int, Headers, bytes]:
        """Without the right to list, S3 answers 403 for what is not there."""
        try:
            found = self.s3.get_object(Bucket=self.bucket, Key=key)
        except self.s3.exceptions.NoSuchKey:
            body = b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
            return 403, [(b"content-type", b"application/xml"), (b"content-length", str(len(body)).encode())], body
        body = found["Body"].read()
        named = {
            "content-type": found["ContentType"],
            "cache-control": found.get("CacheControl", ""),
            "etag": found["ETag"],
        }
        headers: Headers = [(name.encode(), value.encode()) for name, value in named.items() if value]
        return 200, [*headers, (b"content-length", str(len(body)).encode())], body
