"""Calls of AWS services without boto3: signed as by botocore, and understood by moto."""

import json
import os
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from unittest.mock import patch

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import ReadOnlyCredentials
from hypothesis import given
from hypothesis import strategies as st

from shared.kit.aws import signed_calls
from shared.kit.aws.signed_calls import SECRETS_MANAGER, CallFailed, call, signed_headers

URLS = (
    "https://sqs.eu-central-1.amazonaws.com/",
    "https://abc.execute-api.eu-central-1.amazonaws.com/production/@connections/c3R1ZGVudA%3D%3D",
    "http://127.0.0.1:5000/a%20b/~x/%C5%81",
)


@pytest.fixture(autouse=True)
def role(monkeypatch: pytest.MonkeyPatch) -> None:
    set_role(monkeypatch, "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "token/with+signs==")
    monkeypatch.setattr(signed_calls._Fetched, "role", None)
    monkeypatch.setattr(signed_calls, "PAUSE", 0.0)


def set_role(monkeypatch: pytest.MonkeyPatch, key: str, secret: str, token: str) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    for name, value in (("ACCESS_KEY_ID", key), ("SECRET_ACCESS_KEY", secret), ("SESSION_TOKEN", token)):
        monkeypatch.setenv(f"AWS_{name}", value)


@pytest.mark.parametrize("url", URLS)
@pytest.mark.parametrize("service", ["sqs", "execute-api"])
@given(body=st.binary(max_size=200), target=st.from_regex(r"[A-Za-z]{1,20}\.[A-Za-z]{1,20}", fullmatch=True))
def test_a_request_is_signed_as_botocore_signs_it(url: str, service: str, body: bytes, target: str) -> None:
    headers = {"content-type": "application/x-amz-json-1.0", "x-amz-target": target}
    ours = signed_headers(service, "POST", url, body, headers)
    assert ours["authorization"] == theirs(service, url, body, headers, ours["x-amz-date"])
    assert ours["authorization"] != signed_headers(service, "POST", url, body + b"x", headers)["authorization"]


def theirs(service: str, url: str, body: bytes, headers: dict[str, str], moment: str) -> str:
    keys = (os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"], os.environ["AWS_SESSION_TOKEN"])
    request = AWSRequest("POST", url, data=body, headers=headers)
    then = datetime.strptime(moment, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    with patch("botocore.auth.get_current_datetime", lambda: then):
        SigV4Auth(ReadOnlyCredentials(*keys), service, "eu-central-1").add_auth(request)
    return str(request.headers["Authorization"])


class Service(HTTPServer):
    """Answers each call with the next status and body of `answers`, and records the requests."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, bytes]] = []
        self.seen: list[tuple[str, dict[str, str], bytes]] = []
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: Service

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        self.server.seen.append((self.command, dict(self.headers.items()), body))
        status, answer = self.server.answers.pop(0)
        self.send_response(status)
        self.end_headers()
        self.wfile.write(answer)

    def do_GET(self) -> None:
        self.do_POST()

    def log_message(self, *_: Any) -> None:
        """Tests need no access log."""


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    server = Service()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def test_an_operation_is_called_by_name_with_json(service: Service) -> None:
    service.answers = [(200, b'{"Name": "x"}')]
    assert call(SECRETS_MANAGER, "DescribeSecret", {"SecretId": "x"}) == {"Name": "x"}
    [(method, headers, body)] = service.seen
    assert (method, json.loads(body)) == ("POST", {"SecretId": "x"})
    assert headers["x-amz-target"] == "secretsmanager.DescribeSecret"
    assert headers["content-type"] == "application/x-amz-json-1.1"


def test_a_refusal_is_reported_with_the_services_error_code_and_not_retried(service: Service) -> None:
    service.answers = [(400, b'{"__type": "com.amazonaws#ResourceNotFoundException", "Message": "none"}')]
    with pytest.raises(CallFailed, match="ResourceNotFoundException: none") as failure:
        call(SECRETS_MANAGER, "GetSecretValue", {}, tries=3)
    assert failure.value.code == "ResourceNotFoundException"
    assert len(service.seen) == 1


@pytest.mark.parametrize("bad", [(500, b'{"__type": "InternalServiceError"}'), (200, b"<html>"), (503, b"")])
def test_a_temporary_failure_is_retried(service: Service, bad: tuple[int, bytes]) -> None:
    service.answers = [bad, (200, b"{}")]
    assert call(SECRETS_MANAGER, "DescribeSecret", {}, tries=2) == {}
    service.answers = [bad, bad, (200, b"{}")]
    with pytest.raises(CallFailed):
        call(SECRETS_MANAGER, "DescribeSecret", {}, tries=2)


def test_an_unreachable_service_is_a_failure_without_a_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(CallFailed, match="does not answer") as failure:
        call(SECRETS_MANAGER, "DescribeSecret", {})
    assert failure.value.code == ""


def test_without_keys_in_the_environment_they_are_fetched_until_they_expire(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a function that was restored from a snapshot."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", f"http://127.0.0.1:{service.server_port}/credentials")
    monkeypatch.setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN", "word")

    def handed_out(key: str, minutes: int) -> tuple[int, bytes]:
        until = datetime.now(UTC) + timedelta(minutes=minutes)
        role = {"AccessKeyId": key, "SecretAccessKey": "s", "Token": "t", "Expiration": until.isoformat()}
        return 200, json.dumps(role).encode()

    service.answers = [handed_out("FIRST", 1), handed_out("SECOND", 60)]
    signed = [signed_headers("sqs", "POST", URLS[0], b"")["authorization"] for _ in range(3)]
    assert ["FIRST" in signed[0], "SECOND" in signed[1], "SECOND" in signed[2]] == [True] * 3
    assert [headers["authorization"] for _, headers, _ in service.seen] == ["word", "word"]
    service.answers = [(403, b"{}")]
    monkeypatch.setattr(signed_calls._Fetched, "role", None)
    with pytest.raises(CallFailed, match="no credentials"):
        signed_headers("sqs", "POST", URLS[0], b"")
