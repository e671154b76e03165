"""The real client address and host of requests that come through proxies.

A proxy appends its client's address to `X-Forwarded-For` (or to `Forwarded`, RFC 7239). Earlier entries come from that
client, so the list is read from the right, past the proxies we trust. `Forwarded` counts only without
`X-Forwarded-For`: most proxies write the latter and pass on the client's own `Forwarded`. The client's country is what
a trusted proxy says in the header that the operator configured, if any.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import NamedTuple

from starlette.datastructures import Headers

from local.host_check import HOST, is_local_host
from shared.kit.http.middleware import App, Receive, Scope, Send
from shared.kit.http.viewer import COUNTRY_IN_SCOPE

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
FORWARDED_PAIR = re.compile(r'\s*([A-Za-z]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s";,]*))\s*')
SCHEMES = {"http": "ws", "https": "wss"}
FORWARDING = (b"forwarded", b"host", b"x-forwarded-for", b"x-forwarded-host", b"x-forwarded-proto")
# The number of different headers whose parsed values are cached, and the maximum length of one in bytes.
KEPT, MAX_KEPT = 1024, 500
# The headers that matter.
Said = tuple[tuple[bytes, bytes], ...]
# The key of the scope as it was before the proxies.
DONE = "local.before_proxies"
# As local.http_protocol expects.
AtOnce = Callable[[Scope], bytes | None]


def never(_scope: Scope) -> None:
    """Nothing is ready."""


@dataclass(frozen=True)
class Hop:
    """What one proxy reports about the request it received; "" if it does not say."""

    client: str
    scheme: str
    host: str


class Before(NamedTuple):
    """Who called the outermost trusted proxy, how, and from where; empty where no trusted proxy says."""

    client: str
    scheme: str
    host: bytes
    country: str | None


class TrustedProxies:
    """Restores client, scheme, host and country of requests that come through trusted proxies."""

    def __init__(
        self, networks: tuple[Network, ...], app: App, country_header: str = "", app_at_once: AtOnce = never
    ) -> None:
        self.networks = networks
        self.app = app
        self.country_header = country_header
        self.names = {*FORWARDING, country_header.lower().encode("latin-1")}
        # Parsing the same headers again would cost more than a prepared response.
        self._kept = lru_cache(KEPT)(self._look)
        self.app_at_once = app_at_once

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in {"http", "websocket"}:
            scope = scope if scope.pop(DONE, False) else self.before_proxies(scope)
        await self.app(scope, receive, send)

    def at_once(self, scope: Scope) -> bytes | None:
        """The app's ready response; the scope is changed in place, so that it need not be parsed again."""
        scope.update(self.before_proxies(scope))
        scope[DONE] = True
        return self.app_at_once(scope)

    def before_proxies(self, scope: Scope) -> Scope:
        """The scope as received by the outermost trusted proxy; headers from others are ignored."""
        peer = scope["client"][0] if scope.get("client") else ""
        said = tuple((name, value) for name, value in scope["headers"] if name in self.names)
        look = self._kept if sum(len(value) for _, value in said) <= MAX_KEPT else self._look
        before = look(peer, said)
        if before.country is not None:
            scope = {**scope, COUNTRY_IN_SCOPE: before.country}
        return _rewritten(scope, before) if before.client else scope

    def _look(self, peer: str, said: Said) -> Before:
        client, headers = _address(peer), Headers(raw=list(said))
        has_country = self.country_header and self._is_trusted(client)
        country = ",".join(headers.getlist(self.country_header)) if has_country else None
        last: Hop | None = None
        for hop in _hops(headers):
            if not self._is_trusted(client):
                break
            last = hop
            if (before := _address(hop.client)) is None:
                break
            client = before
        if last is None:
            return Before("", "", b"", country)
        # Pages only for this machine must not be served to a stranger's site that names it in a header.
        is_ours = HOST.fullmatch(last.host) and (is_local_host(headers.get("host", "")) or not is_local_host(last.host))
        return Before(str(client), last.scheme.lower(), last.host.lower().encode() if is_ours else b"", country)

    def _is_trusted(self, address: Address | None) -> bool:
        return address is not None and any(address in network for network in self.networks)


def parse_networks(values: tuple[str, ...]) -> tuple[Network, ...]:
    """Raises ValueError for anything but an address or a network."""
    return tuple(ip_network(value) for value in values)


def _hops(headers: Headers) -> Iterator[Hop]:
    """What the proxies said about the request, last proxy first."""
    clients = _list(headers, "x-forwarded-for")
    if not clients:
        yield from _forwarded(headers)
        return
    schemes, hosts = _list(headers, "x-forwarded-proto"), _list(headers, "x-forwarded-host")
    for place, client in enumerate(reversed(clients)):
        yield Hop(client, _said_at(place, schemes, len(clients)), _said_at(place, hosts, len(clients)))


def _said_at(place: int, values: list[str], hops: int) -> str:
    """The value at this hop, counted from the right: each proxy adds its value, or the last one sends only its own."""
    if len(values) == hops:
        return values[-1 - place]
    return values[-1] if values else ""


def _list(headers: Headers, name: str) -> list[str]:
    joined = ",".join(headers.getlist(name))
    return [part.strip() for part in joined.split(",")] if joined.strip() else []


def _forwarded(headers: Headers) -> Iterator[Hop]:
    """A header with a syntax error anywhere is ignored as a whole: its parts might come from somebody else."""
    text = ",".join(headers.getlist("forwarded"))
    elements: list[dict[str, str]] = [{}]
    at = 0
    while at < len(text):
        pair = FORWARDED_PAIR.match(text, at)
        if pair is None or text[pair.end() : pair.end() + 1] not in {"", ";", ","}:
            return
        elements[-1][pair[1].lower()] = re.sub(r"\\(.)", r"\1", pair[2]) if pair[2] is not None else pair[3]
        if text[pair.end() : pair.end() + 1] == ",":
            elements.append({})
        at = pair.end() + 1
    for element in reversed(elements if text.strip() else []):
        yield Hop(element.get("for", ""), element.get("proto", ""), element.get("host", ""))


def _address(text: str) -> Address | None:
    """An address, with or without a port; None for anything else, such as `unknown`."""
    if bracketed := re.fullmatch(r"\[([^\]%]+)\](?::\d{1,5})?", text):
        text = bracketed[1]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    if "%" in text:  # a link of the proxy's machine, not ours
        return None
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _rewritten(scope: Scope, before: Before) -> Scope:
    new = {**scope, "client": (before.client, 0)}
    if before.scheme in SCHEMES:
        new["scheme"] = SCHEMES[before.scheme] if scope["type"] == "websocket" else before.scheme
    if before.host:
        others = [(name, value) for name, value in scope["headers"] if name != b"host"]
        new["headers"] = [(b"host", before.host), *others]
    return new
