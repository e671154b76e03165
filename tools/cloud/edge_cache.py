"""The responses of a cacheable behaviour that CloudFront caches, by its cache policy and their Cache-Control.

Source: docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/Expiration.html (for a minimum of 0 seconds) and
cache-key-understand-cache-policy.html
"""

import re
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

from shared.kit.http.middleware import App, Headers, Message, Receive, Scope, Send, header, respond

NEVER_KEPT = re.compile(r"\b(?:no-store|no-cache|private)\b")
SECONDS = {name: re.compile(rf"(?:^|[\s,]){name}=(\d+)") for name in ("s-maxage", "max-age")}
OK = 200


@dataclass(frozen=True)
class CachePolicy:
    """The headers in the cache key (besides path, query, cookies and encodings), and the maximum age of a copy."""

    headers: tuple[bytes, ...]
    encodings: tuple[str, ...]
    default_ttl: float
    max_ttl: float

    def normalized(self, scope: Scope) -> Scope:
        """The request as the origin gets it: the encodings of the viewer, limited to those of the policy."""
        taken = re.findall(r"[\w*]+", header(scope, b"accept-encoding").lower())
        kept = ",".join(each for each in self.encodings if each in taken)
        headers = [each for each in scope["headers"] if each[0] != b"accept-encoding"]
        return {**scope, "headers": [*headers, (b"accept-encoding", kept.encode())] if kept else headers}

    def key(self, scope: Scope) -> Hashable:
        named = (*self.headers, b"cookie", b"accept-encoding")
        return scope["raw_path"], scope["query_string"], tuple(sorted(h for h in scope["headers"] if h[0] in named))

    def seconds(self, headers: Headers) -> float:
        """How long a response may be served to other viewers."""
        found = ",".join(str(value, "latin-1").lower() for name, value in headers if name == b"cache-control")
        if NEVER_KEPT.search(found):
            return 0
        stated = next((match[1] for each in SECONDS.values() if (match := each.search(found))), None)
        return self.default_ttl if stated is None else min(float(stated), self.max_ttl)


def cache_policy(config: dict[str, Any]) -> CachePolicy:
    """Make a policy from its resource. Raises NotImplementedError for settings that this emulator does not support."""
    key = config["ParametersInCacheKeyAndForwardedToOrigin"]
    behaviours = key["CookiesConfig"]["CookieBehavior"], key["QueryStringsConfig"]["QueryStringBehavior"]
    if behaviours != ("all", "all") or config["MinTTL"]:
        raise NotImplementedError(config["Name"])
    encodings = {"br": key.get("EnableAcceptEncodingBrotli"), "gzip": key.get("EnableAcceptEncodingGzip")}
    return CachePolicy(
        headers=tuple(each.lower().encode() for each in key["HeadersConfig"].get("Headers", ())),
        encodings=tuple(name for name, wanted in encodings.items() if wanted),
        default_ttl=float(config["DefaultTTL"]),
        max_ttl=float(config["MaxTTL"]),
    )


@dataclass
class Kept:
    since: float
    seconds: float
    headers: Headers
    body: bytes = b""


class Copies:
    """The copies at one edge, of responses with status 200 to GET; errors are never cached."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self._kept: dict[Hashable, Kept] = {}

    async def answer(self, app: App, policy: CachePolicy, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with a copy that is fresh enough, or else from the origin."""
        now = self.clock()
        self._kept = {key: each for key, each in self._kept.items() if now < each.since + each.seconds}
        key = policy.key(scope)
        if copy := self._kept.get(key):
            age = (b"age", str(int(now - copy.since)).encode())
            await respond(send, OK, [*copy.headers, age, (b"x-cache", b"Hit from cloudfront")], copy.body)
        else:
            await app(scope, receive, self._keeping(policy, key, send))

    def _keeping(self, policy: CachePolicy, key: Hashable, send: Send) -> Send:
        found = Kept(0, 0, [])

        async def send_and_keep(message: Message) -> None:
            if message["type"] == "http.response.start":
                found.headers = list(message["headers"])
                found.seconds = policy.seconds(found.headers) if message["status"] == OK else 0
                message["headers"].append((b"x-cache", b"Miss from cloudfront"))
            else:
                found.body += message.get("body", b"")
                if found.seconds and not message.get("more_body", False):
                    found.since = self.clock()
                    self._kept[key] = found
            await send(message)

        return send_and_keep
