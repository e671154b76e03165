"""A provider that is slow, broken, unreachable or sends too much: a clear answer in time, without delaying others."""

import asyncio
import json
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from itertools import islice
from typing import Any

import anyio.to_thread
import httpx
import pytest

from functions.sign_in import fetching, turns
from functions.sign_in import provider as provider_module
from functions.sign_in.provider import forget_provider
from functions.sign_in.routes import sign_in as routes
from functions.tokens.routes import tokens
from shared.kit.http.app import http_app
from tests.functions.sign_in.conftest import COMPLETE, Client
from tests.support.event_loops import run
from tests.support.paused_transactions import wait_until
from tests.support.people import query
from tests.support.races import at_once

Fault = Callable[[BaseHTTPRequestHandler], None]
DISCOVERY, KEYS, TOKEN = "/.well-known/openid-configuration", "/jwks", "/token_endpoint"
PAGES = (DISCOVERY, KEYS, TOKEN)
# Seconds: the deadline in these tests, in place of five, and how long a stopped answer waits.
DEADLINE, PATIENCE = 1.0, 20.0
BOUND = turns.AT_ONCE + turns.WAITING


def answering(status: int = 200, body: bytes = b"{}", headers: dict[str, str] | None = None) -> Fault:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in (headers or {}).items():
            request.send_header(name, value)
        request.end_headers()
        with suppress(OSError):
            request.wfile.write(body)

    return answer


def silent(_request: BaseHTTPRequestHandler) -> None:
    time.sleep(PATIENCE)


def dripping(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.end_headers()
    with suppress(OSError):
        for _ in range(300):
            request.wfile.write(b" ")
            request.wfile.flush()
            time.sleep(DEADLINE / 10)


def endless(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.end_headers()
    with suppress(OSError):
        for _ in range(10_000):
            request.wfile.write(b" " * 65_536)


def hanging_up(request: BaseHTTPRequestHandler) -> None:
    request.connection.shutdown(socket.SHUT_RDWR)


def no_http(request: BaseHTTPRequestHandler) -> None:
    request.wfile.write(b"\x16\x03\x01\x00\xffnothing of the kind\r\n" * 50)


FAULTS: dict[str, Fault] = {
    "silent": silent,
    "dripping": dripping,
    "endless": endless,
    "hanging up": hanging_up,
    "no HTTP": no_http,
    "many headers": answering(headers={f"x-{number}": "x" for number in range(500)}),
    "redirect": answering(302, headers={"location": "http://127.0.0.1:1/"}),
    "error": answering(500, b"<h1>Internal Server Error</h1>"),
    "away": answering(503),
    "not JSON": answering(200, b"<html>"),
    "not text": answering(200, b"\xff\xfe\x00{"),
    "no object": answering(200, b"[]"),
    "deep": answering(200, b"[" * 100_000),
    "long number": answering(200, b'{"keys": ' + b"9" * 100_000 + b"}"),
}
# One fault of each kind, each on another page; the proofs send all of them on every page.
SOME = {("dripping", DISCOVERY), ("endless", KEYS), ("redirect", TOKEN), ("deep", TOKEN)}
CASES = [
    pytest.param(page, fault, id=f"{name} {page}", marks=() if (name, page) in SOME else pytest.mark.proof)
    for page in PAGES
    for name, fault in FAULTS.items()
]


@pytest.fixture(autouse=True)
def in_little_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "DEADLINE", DEADLINE)


@pytest.mark.parametrize(("page", "fault"), CASES)
def test_a_broken_provider_is_reported_as_unavailable_in_time(sign_in: Client, page: str, fault: Fault) -> None:
    if page != DISCOVERY:
        assert sign_in.begin().status == 200
    sign_in.provider.faults[page] = fault
    began = time.monotonic()
    answer = sign_in.begin() if page == DISCOVERY else sign_in()
    assert time.monotonic() - began < 10 * DEADLINE
    assert (answer.status, answer.json["code"], answer.headers["retry-after"]) == (503, "unavailable", "5")
    assert query("SELECT count(*) FROM users") == [(0,)]
    wait_until(lambda: all(each.name != fetching.THREAD for each in threading.enumerate()))
    assert time.monotonic() - began < 10 * DEADLINE
    sign_in.provider.faults.clear()
    forget_provider()
    assert sign_in().status == 200


@pytest.mark.parametrize("body", [b"{}", b'{"keys": {}}', b'{"keys": null}', b'{"keys": "x"}'])
def test_a_document_without_keys_does_not_replace_the_known_ones(
    sign_in: Client, monkeypatch: pytest.MonkeyPatch, body: bytes
) -> None:
    assert sign_in().status == 200
    monkeypatch.setattr(provider_module, "REFETCH_SECONDS", 0.0)
    sign_in.provider.faults[KEYS] = answering(200, body)
    provider = sign_in.provider
    unknown = sign_in(lambda nonce: provider.sign(provider.claims(nonce)).replace("eyJ", "eyI", 1))
    assert unknown.status == 400
    assert sign_in().status == 200


@pytest.mark.parametrize("body", [b"{}", b'{"id_token": null}', b'{"id_token": {"sub": "1"}}', b'{"id_token": "a.b"}'])
def test_an_answer_without_an_id_token_is_refused(sign_in: Client, body: bytes) -> None:
    sign_in.provider.faults[TOKEN] = answering(200, body)
    assert sign_in().json["code"] == "sign_in_refused"


def test_a_refusal_is_logged_with_its_error_code(sign_in: Client, caplog: pytest.LogCaptureFixture) -> None:
    sign_in.provider.faults[TOKEN] = answering(401, json.dumps({"error": "invalid_client", "x": "secret"}).encode())
    assert sign_in().json["code"] == "sign_in_refused"
    [said] = [each for each in caplog.records if "refused a code" in each.message]
    assert vars(said)["error"].endswith("/token_endpoint answered 401 invalid_client")


def test_a_name_that_does_not_resolve_in_time_is_given_up(sign_in: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_of, **_more: time.sleep(PATIENCE))
    began = time.monotonic()
    assert sign_in.begin().json["code"] == "unavailable"
    assert time.monotonic() - began < 10 * DEADLINE


def test_the_next_address_of_a_name_is_tried(sign_in: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    real = socket.getaddrinfo
    elsewhere = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.2", 1))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *of, **more: [elsewhere, *real(*of, **more)])
    assert sign_in().status == 200


@pytest.fixture
def opened(sign_in: Client, monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Until it is set the provider does not answer; then it refuses the code."""
    monkeypatch.setattr(fetching, "DEADLINE", PATIENCE)
    monkeypatch.setattr(fetching, "TIMEOUT", PATIENCE)
    event, provider = threading.Event(), sign_in.provider

    def wait(request: BaseHTTPRequestHandler) -> None:
        event.wait(PATIENCE)
        answering(400)(request)

    provider.faults[TOKEN] = wait
    return event


async def complete_all(begun: list[Any], opened: threading.Event) -> list[int]:
    """Return the statuses of concurrent sign-ins; other requests, and sign-ins beyond the bound, are answered first."""
    anyio.to_thread.current_default_thread_limiter().total_tokens = 4
    transport = httpx.ASGITransport(http_app(routes, tokens))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        bodies = [{"state": each["state"], "code": "x", "binding": each["binding"]} for each in begun]
        tasks = [asyncio.create_task(client.post(COMPLETE, json=each)) for each in bodies]
        for _ in range(3):
            other = client.post("/api/token/verify/", json={"token": "x"})
            assert (await asyncio.wait_for(other, PATIENCE / 2)).status_code == 401
        for each in islice(asyncio.as_completed(tasks), len(tasks) - BOUND):
            await each
        opened.set()
        return [(await each).status_code for each in tasks]


def test_others_are_answered_while_some_wait_for_the_provider(sign_in: Client, opened: threading.Event) -> None:
    assert sign_in.begin().status == 200
    statuses = run(complete_all([sign_in.begin().json for _ in range(BOUND + 4)], opened))
    assert sorted(statuses) == [400] * BOUND + [503] * 4
    assert sign_in.provider.asked.count(TOKEN) == BOUND
    sign_in.provider.faults.clear()
    assert sign_in().status == 200


def test_of_concurrent_sign_ins_one_asks_a_silent_provider(sign_in: Client) -> None:
    sign_in.provider.faults[DISCOVERY] = silent
    answers = at_once(*[sign_in.begin] * 6)
    assert {answer.status for answer in answers} == {503}
    assert sign_in.provider.asked.count(DISCOVERY) == 1
