"""Which forwarding headers are trusted, and what they change."""

from typing import Any

import pytest
from starlette.requests import Request

from local.options import CannotStart, read_options
from local.trusted_proxies import KEPT, MAX_KEPT, TrustedProxies, parse_networks
from shared.kit.http.viewer import viewer

TRUSTED = ("127.0.0.1", "10.0.0.0/8", "2001:db8::/32")
STRANGER, CLIENT = "198.51.100.7", "203.0.113.9"
ASKED = "backend.internal:8000"
Sent = list[tuple[str, str]]


async def nothing(*_: object) -> None:
    """An app that is never called."""


def seen(peer: str, *sent: tuple[str, str], kind: str = "http", asked: str = ASKED) -> tuple[str, str, str]:
    """The client, scheme and host that the app sees for a request from `peer`."""
    headers = [("host", asked), *sent]
    scope: dict[str, Any] = {
        "type": kind,
        "client": (peer, 50_000),
        "scheme": "http" if kind == "http" else "ws",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers],
    }
    before = TrustedProxies(parse_networks(TRUSTED), nothing).before_proxies(scope)
    [host] = [value.decode() for name, value in before["headers"] if name == b"host"]
    return before["client"][0], before["scheme"], host


def client(peer: str, *sent: tuple[str, str]) -> str:
    return seen(peer, *sent)[0]


FROM_PROXY: Sent = [
    ("X-Forwarded-For", CLIENT),
    ("X-Forwarded-Proto", "https"),
    ("X-Forwarded-Host", "korepetycje.example"),
]


def test_client_scheme_and_host_are_taken_from_a_trusted_proxy() -> None:
    assert seen("127.0.0.1", *FROM_PROXY) == (CLIENT, "https", "korepetycje.example")
    assert seen("127.0.0.1", *FROM_PROXY, kind="websocket") == (CLIENT, "wss", "korepetycje.example")


@pytest.mark.parametrize("peer", [STRANGER, "127.0.0.2", "2001:db9::1", "testclient"])
@pytest.mark.parametrize(
    "sent", [FROM_PROXY, [("Forwarded", f"for={CLIENT};proto=https;host=korepetycje.example")]], ids=["x", "rfc"]
)
def test_forwarding_headers_of_others_are_ignored(peer: str, sent: Sent) -> None:
    assert seen(peer, *sent) == (peer, "http", ASKED)


@pytest.mark.parametrize("peer", ["10.1.2.3", "2001:db8::5", "::ffff:10.1.2.3"])
def test_a_proxy_is_trusted_by_its_network(peer: str) -> None:
    assert client(peer, ("X-Forwarded-For", CLIENT)) == CLIENT


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (f"{CLIENT}", CLIENT),
        # What the client itself sent, before proxies appended its address.
        (f"127.0.0.1, {CLIENT}", CLIENT),
        (f"192.0.2.1, {CLIENT}, 10.0.0.5", CLIENT),
        (f"10.0.0.9, {CLIENT}, 10.0.0.5, 10.0.0.4", CLIENT),
        ("10.0.0.6, 10.0.0.5", "10.0.0.6"),
        (f"{CLIENT}:4711", CLIENT),
        ("[2001:db9::7]:4711", "2001:db9::7"),
        ("2001:db9::7", "2001:db9::7"),
        (f"::ffff:{CLIENT}", CLIENT),
        # An invalid address ends the search: the proxy that sent it is the last one known.
        (f"{CLIENT}, unknown", "127.0.0.1"),
        (f"{CLIENT}, fe80::1%eth0", "127.0.0.1"),
        (f"{CLIENT}, nonsense, 10.0.0.5", "10.0.0.5"),
        (f"{CLIENT},,", "127.0.0.1"),
        (", ".join(["192.0.2.1"] * 5_000 + [CLIENT]), CLIENT),
    ],
)
def test_addresses_are_read_from_the_right_past_trusted_hops(said: str, expected: str) -> None:
    assert client("127.0.0.1", ("X-Forwarded-For", said)) == expected


def test_repeated_headers_form_one_list() -> None:
    assert client("127.0.0.1", ("X-Forwarded-For", STRANGER), ("X-Forwarded-For", f"{CLIENT}, 10.0.0.5")) == CLIENT


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded"])
def test_an_empty_header_changes_nothing(header: str) -> None:
    assert seen("127.0.0.1", (header, "")) == ("127.0.0.1", "http", ASKED)


def test_each_proxy_s_scheme_and_host_belong_to_its_hop() -> None:
    sent = [
        ("X-Forwarded-For", f"192.0.2.1, {CLIENT}, 10.0.0.5"),
        ("X-Forwarded-Proto", "ftp, https, http"),
        ("X-Forwarded-Host", "evil.example, korepetycje.example, inner.example"),
    ]
    assert seen("127.0.0.1", *sent) == (CLIENT, "https", "korepetycje.example")


def test_the_last_value_counts_because_a_client_may_have_sent_earlier_ones() -> None:
    sent = [("X-Forwarded-For", CLIENT), ("X-Forwarded-Host", "evil.example, korepetycje.example")]
    assert seen("127.0.0.1", *sent)[2] == "korepetycje.example"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (f"for={CLIENT};proto=https;host=korepetycje.example", (CLIENT, "https", "korepetycje.example")),
        (f'For="{CLIENT}:80"; Proto=HTTPS', (CLIENT, "https", ASKED)),
        ('for="[2001:db9::7]:4711";by=10.0.0.5', ("2001:db9::7", "http", ASKED)),
        (f"for=192.0.2.1;host=evil.example, for={CLIENT};host=a.example", (CLIENT, "http", "a.example")),
        (f"for={CLIENT};proto=https, for=10.0.0.5;proto=http", (CLIENT, "https", ASKED)),
        (f"for={CLIENT};host=a.example, for=_hidden;host=b.example", ("127.0.0.1", "http", "b.example")),
        (f'for="{CLIENT}, for=192.0.2.1', ("127.0.0.1", "http", ASKED)),
        (f"for={CLIENT} proto=https", ("127.0.0.1", "http", ASKED)),
    ],
)
def test_the_standard_forwarded_header_is_read_too(said: str, expected: tuple[str, str, str]) -> None:
    assert seen("127.0.0.1", ("Forwarded", said)) == expected


def test_the_forwarded_header_is_ignored_beside_x_forwarded_for() -> None:
    """A proxy such as nginx passes on the clients' value of the header that it does not set."""
    assert client("127.0.0.1", ("Forwarded", f"for={STRANGER}"), ("X-Forwarded-For", CLIENT)) == CLIENT


@pytest.mark.parametrize("host", ["a b", "a.example/path", "a@b.example", "", "[::1", "a.example:port", "x" * 300])
def test_an_invalid_host_is_ignored(host: str) -> None:
    assert seen("127.0.0.1", ("X-Forwarded-For", CLIENT), ("X-Forwarded-Host", host))[2] == ASKED


def test_a_public_name_does_not_become_a_local_one() -> None:
    """Otherwise a stranger's site whose name points here could open the inbox with a header."""
    sent = [("X-Forwarded-For", CLIENT), ("X-Forwarded-Host", "localhost")]
    assert seen("127.0.0.1", *sent, asked="evil.example")[2] == "evil.example"
    assert seen("127.0.0.1", *sent, asked="127.0.0.1:8000")[2] == "localhost"


@pytest.mark.parametrize("scheme", ["javascript", "", "wss"])
def test_only_http_and_https_are_accepted_as_schemes(scheme: str) -> None:
    assert seen("127.0.0.1", ("X-Forwarded-For", CLIENT), ("X-Forwarded-Proto", scheme))[1] == "http"


def country(peer: str, *sent: tuple[str, str], header: str = "CF-IPCountry") -> str | None:
    headers = [(name.lower().encode(), value.encode()) for name, value in sent]
    scope: dict[str, Any] = {"type": "http", "client": (peer, 50_000), "scheme": "http", "headers": headers}
    before = TrustedProxies(parse_networks(TRUSTED), nothing, header).before_proxies(scope)
    return viewer(Request(before)).country


def test_the_country_is_taken_from_the_configured_header_of_a_trusted_proxy() -> None:
    sent = [("X-Forwarded-For", CLIENT), ("CF-IPCountry", "PL")]
    assert country("127.0.0.1", *sent) == country("10.0.0.1", sent[1]) == "PL"
    assert country("127.0.0.1", *sent, header="") is None
    assert country("127.0.0.1", *sent, header="X-Country") is None
    assert country("127.0.0.1", *sent, ("CF-IPCountry", "DE")) is None, "it is unknown which of them is the proxy's"


@pytest.mark.parametrize("said", ["", "XX", "ZZ", "T1", "pl", "POL", "PL ", "PL,DE", "P\u0141"])
def test_an_invalid_country_is_ignored(said: str) -> None:
    assert country("127.0.0.1", ("CF-IPCountry", said)) is None


@pytest.mark.parametrize("peer", [STRANGER, "127.0.0.2", "testclient"])
def test_the_country_header_of_others_is_ignored(peer: str) -> None:
    forged = [("CF-IPCountry", "PL"), ("CloudFront-Viewer-Country", "PL"), ("X-Forwarded-For", "127.0.0.1")]
    assert country(peer, *forged) is None


def test_a_server_does_not_start_with_a_country_header_but_without_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUNTRY_HEADER", "CF-IPCountry")
    with pytest.raises(CannotStart, match="TRUSTED_PROXIES"):
        read_options()
    monkeypatch.setenv("TRUSTED_PROXIES", "127.0.0.1")
    assert read_options().country_header == "CF-IPCountry"


@pytest.mark.parametrize("value", ["proxy.example", "10.0.0.0/33", "10.0.0.1/8", "127.0.0.1 10.0.0.1"])
def test_a_server_does_not_start_with_an_invalid_address_or_network(
    value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRUSTED_PROXIES", f"127.0.0.1,{value}")
    with pytest.raises(CannotStart, match="TRUSTED_PROXIES: ") as reason:
        read_options()
    assert len(str(reason.value).splitlines()) == 1


def test_the_cache_of_parsed_headers_is_bounded() -> None:
    proxies = TrustedProxies(parse_networks(TRUSTED), nothing)

    def ask(number: int, padding: str = "") -> str:
        headers = [(b"x-forwarded-for", f"{padding}203.0.113.{number % 250}".encode()), (b"host", b"%d" % number)]
        before = proxies.before_proxies({"type": "http", "client": ("127.0.0.1", 1), "headers": headers})
        return str(before["client"][0])

    assert {ask(number) for number in range(2 * KEPT)} == {f"203.0.113.{number}" for number in range(250)}
    assert proxies._kept.cache_info().currsize == KEPT
    proxies._kept.cache_clear()
    assert ask(1, "10.0.0.1," * MAX_KEPT) == "203.0.113.1"
    assert proxies._kept.cache_info().currsize == 0
