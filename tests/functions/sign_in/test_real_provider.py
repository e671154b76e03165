"""A provider written by others, in a separate process: oidc-provider-mock."""

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.error import URLError
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import HTTPErrorProcessor, Request, build_opener

import pytest

from functions.sign_in import provider as provider_module
from functions.sign_in.provider import forget_provider
from tests.functions.sign_in.conftest import BEGIN, COMPLETE, call, configure
from tests.support.lambda_client import Answer
from tests.support.local_server import free_port
from tests.support.openid_provider import CLIENT, REDIRECT

pytestmark = pytest.mark.proof


class NoRedirects(HTTPErrorProcessor):
    def http_response(self, request: Request, response: object) -> object:
        del request
        return response


def post(address: str, form: dict[str, str]) -> str:
    """Return where a form redirects to."""
    answer = build_opener(NoRedirects).open(Request(address, urlencode(form).encode()), timeout=10)
    return str(answer.headers["location"])


@contextmanager
def running(port: int, *options: str) -> Iterator[None]:
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port), *options]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            try:
                build_opener().open(f"http://127.0.0.1:{port}/jwks", timeout=5).close()
                break
            except (URLError, OSError):
                time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture
def port(platform: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    found = free_port()
    configure(monkeypatch, f"http://127.0.0.1:{found}")
    yield found
    forget_provider()


def user(port: int, subject: str, **claims: object) -> None:

    request = Request(f"http://127.0.0.1:{port}/users/{subject}", json.dumps(claims).encode(), method="PUT")
    request.add_header("content-type", "application/json")
    build_opener().open(request, timeout=10).close()


def answer_of(authorization_url: str, subject: str = "ola") -> dict[str, str]:
    found = parse_qs(urlsplit(post(authorization_url, {"sub": subject})).query)
    return {name: found[name][0] for name in ("state", "code")}


def begin() -> dict[str, str]:
    begun = call("POST", BEGIN, json_body={"redirect_uri": REDIRECT})
    assert begun.status == 200, begun.body
    found: dict[str, str] = begun.json
    return found


def complete(begun: dict[str, str], answer: dict[str, str]) -> Answer:
    return call("POST", COMPLETE, json_body={**answer, "binding": begun["binding"]})


def sign_in() -> Answer:
    begun = begin()
    return complete(begun, answer_of(begun["authorization_url"]))


def test_signing_in_with_a_real_provider(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    who = {"email": "ola@example.com", "email_verified": True, "given_name": "Ola"}
    with running(port):
        user(port, "ola", **who)
        begun = begin()
        answer = answer_of(begun["authorization_url"])
        assert complete(begun, answer).json["user"] == "ola@example.com"
        assert complete(begun, answer).json["code"] == "sign_in_expired", "a replayed answer"
        again = begin()
        replayed = {**answer_of(again["authorization_url"]), "code": answer["code"]}
        assert complete(again, replayed).json["code"] == "sign_in_refused", "a replayed code"
        foreign = begin()
        address = foreign["authorization_url"].replace(f"client_id={CLIENT}", "client_id=another")
        assert complete(foreign, answer_of(address)).json["code"] == "sign_in_refused", "another client's code"
        other = begin()
        address = re.sub(r"nonce=[^&]+", "nonce=another", other["authorization_url"])
        assert complete(other, answer_of(address)).json["code"] == "sign_in_refused", "another nonce"
        assert sign_in().status == 200
    with running(port):
        user(port, "ola", **who)
        assert sign_in().json["code"] == "sign_in_refused", "new keys, less than a minute later"
        monkeypatch.setattr(provider_module, "REFETCH_SECONDS", 0.0)
        assert sign_in().status == 200
    assert call("POST", COMPLETE, json_body={"state": "x", "code": "x", "binding": "x"}).status == 400
    with running(port, "--token-max-age", "-100"):
        user(port, "ola", **who)
        forget_provider()
        assert sign_in().json["code"] == "sign_in_refused", "an expired token"
