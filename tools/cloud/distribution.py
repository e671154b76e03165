"""An emulator of the CloudFront distribution in front of the APIs and buckets; it caches where a policy says so.

Source: docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/RequestAndResponseBehaviorCustomOrigin.html
"""

import asyncio
import fnmatch
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from shared.kit.http.middleware import App, Headers, Message, Receive, Scope, Send, header, respond
from tools.cloud.edge_cache import CachePolicy, Copies
from tools.cloud.edge_function import Answered, EdgeFunction, ViewerRequest
from tools.cloud.http_api import head_size, target_of

MAX_URL = 8192
MAX_REQUEST = 32_768
# CloudFront's own address, as origins see it.
EDGE = ("130.176.0.1", 443)
# Headers that CloudFront sends if a policy includes them, whatever the viewer sends.
COUNTRY = (b"cloudfront-viewer-country", b"PL")
# Headers that neither viewers nor origins control.
OWN_HEADERS = {b"host", b"connection", b"x-forwarded-proto"}
METHOD_NOT_ALLOWED = (403, "text/html", "This distribution is not configured to allow the HTTP request method.")
TOO_LARGE = (413, "text/html", "Request Entity Too Large")


@dataclass(frozen=True)
class Origin:
    """Where requests go: `headers` are added to each, and `path` is prepended to its path."""

    app: App
    domain: str
    path: str
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Behaviour:
    """How requests for a path pattern are treated; without `passes_all` the origin gets no query and few headers.

    With `allows_origins`, pages of other origins may read the responses. With a `cache`, responses may be copies.
    """

    pattern: str
    origin: Origin
    function: EdgeFunction | None
    methods: frozenset[str]
    passes_all: bool
    allows_origins: bool
    cache: CachePolicy | None = None


class Distribution:
    """ASGI app; the first behaviour that matches a path applies, and the last one matches every path.

    Without `copies`, every response comes from its origin.
    """

    def __init__(self, behaviours: Sequence[Behaviour], copies: Copies | None = None) -> None:
        self.behaviours = behaviours
        self.copies = copies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            behaviour = self._behaviour(scope)
            forwarded = _forwarded(scope, behaviour)
        except Answered as answer:
            await _respond(scope, receive, send, answer)
        else:
            grants = behaviour.allows_origins and header(scope, b"origin")
            await self._ask(behaviour, forwarded, receive, _granting(send) if grants else send)

    async def _ask(self, behaviour: Behaviour, scope: Scope, receive: Receive, send: Send) -> None:
        if behaviour.cache:
            scope = behaviour.cache.normalized(scope)
        if behaviour.cache and self.copies and scope["method"] == "GET":
            await self.copies.answer(behaviour.origin.app, behaviour.cache, scope, receive, send)
        else:
            await behaviour.origin.app(scope, receive, send)

    def _behaviour(self, scope: Scope) -> Behaviour:
        """Raises Answered."""
        target = target_of(scope)
        if len(f"https://{header(scope, b'host')}{target}") > MAX_URL or head_size(scope, target) > MAX_REQUEST:
            raise Answered(*TOO_LARGE)
        found = next(each for each in self.behaviours if fnmatch.fnmatchcase(scope["path"], each.pattern))
        if scope.get("method", "GET") not in found.methods:
            raise Answered(*METHOD_NOT_ALLOWED)
        return found

    def close(self) -> None:
        for behaviour in self.behaviours:
            if behaviour.function:
                behaviour.function.close()


def _forwarded(scope: Scope, behaviour: Behaviour) -> Scope:
    """The request as the origin gets it. Raises Answered."""
    request = ViewerRequest(
        str(scope["raw_path"], "latin-1"),
        str(scope["query_string"], "latin-1"),
        tuple((name.lower(), value) for name, value in scope["headers"]),
        scope["client"][0],
    )
    if behaviour.cache and COUNTRY[0] in behaviour.cache.headers:
        request = request.with_header(*COUNTRY)
    if behaviour.function:
        request = behaviour.function.rewritten(request)
    whole = behaviour.origin.path + request.path
    return {
        **scope,
        "path": unquote(whole),
        "raw_path": whole.encode("latin-1"),
        "query_string": request.query.encode("latin-1") if behaviour.passes_all else b"",
        "headers": _headers(request, behaviour),
        "client": EDGE,
    }


def _headers(request: ViewerRequest, behaviour: Behaviour) -> Headers:
    origin = behaviour.origin
    added = {name.lower().encode(): value.encode() for name, value in origin.headers.items()}
    sent = request.headers if behaviour.passes_all else ()
    headers: Headers = [(name, value) for name, value in sent if name not in OWN_HEADERS and name not in added]
    return [*headers, (b"host", origin.domain.encode()), (b"x-forwarded-proto", b"https"), *added.items()]


def _granting(send: Send) -> Send:
    async def send_granted(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"].append((b"access-control-allow-origin", b"*"))
        await send(message)

    return send_granted


async def _respond(scope: Scope, receive: Receive, send: Send, answer: Answered) -> None:
    body = answer.body.encode()
    headers: Headers = [
        (b"content-type", answer.content_type.encode()),
        (b"content-length", str(len(body)).encode()),
    ]
    if scope["type"] == "http":
        await respond(send, answer.status, headers, body)
        return
    await receive()
    await send({"type": "websocket.http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": body})


class BucketOrigin:
    """ASGI app of a bucket's objects."""

    def __init__(self, s3: Any, bucket: str) -> None:
        self.s3, self.bucket = s3, bucket

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        status, headers, body = await asyncio.to_thread(self._get, scope["path"].removeprefix("/"))
        await respond(send, status, headers, b"" if scope["method"] == "HEAD" else body)

    def _get(self, key: str) -> tuple[int, Headers, bytes]:
        """Without permission to list, S3 answers 403 for missing objects."""
        try:
            found = self.s3.get_object(Bucket=self.bucket, Key=key)
        except self.s3.exceptions.NoSuchKey:
            body = b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
            return 403, [(b"content-type", b"application/xml"), (b"content-length", str(len(body)).encode())], body
        body = found["Body"].read()
        named = {
            "content-type": found["ContentType"],
            "cache-control": found.get("CacheControl"),
            "etag": found["ETag"],
        }
        headers: Headers = [(name.encode(), value.encode()) for name, value in named.items() if value]
        return 200, [*headers, (b"content-length", str(len(body)).encode())], body
