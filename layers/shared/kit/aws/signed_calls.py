"""Calls of AWS services without boto3: their request signature and their JSON protocol, on the standard library.

A function reads secrets before its first response. As measured, botocore's signer and urllib3 would take four times the
start of an empty function for that; these few lines take next to nothing.
"""

import hmac
import http.client
import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from urllib.parse import quote, urlsplit

TIMEOUT = 2.0
PAUSE = 0.2
# Credentials are fetched again this many seconds before they expire.
MARGIN = 300


class CallFailed(Exception):
    """The service did not answer (`code` is "") or refused; `code` is its error code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}" if code else message)
        self.code = code


@dataclass(frozen=True)
class Service:
    """A JSON service: its name in addresses and signatures, and how to name its operations."""

    name: str
    target: str
    json_version: str

    @property
    def endpoint(self) -> str:
        """Its URL, which AWS_ENDPOINT_URL overrides, as for boto3."""
        return os.environ.get("AWS_ENDPOINT_URL") or f"https://{self.name}.{os.environ['AWS_REGION']}.amazonaws.com"


SECRETS_MANAGER = Service("secretsmanager", "secretsmanager", "1.1")
SQS = Service("sqs", "AmazonSQS", "1.0")


def call(service: Service, operation: str, parameters: Mapping[str, Any], *, tries: int = 1) -> dict[str, Any]:
    """The response to one operation. Raises CallFailed; transient errors are retried."""
    while True:
        tries -= 1
        try:
            return _call_once(service, operation, parameters)
        except CallFailed as failure:
            if not tries or failure.code not in PASSING:
                raise
        time.sleep(PAUSE)


# Errors of the service or the network; everything else would be refused again.
PASSING = frozenset({"", "InternalServiceError", "InternalFailure", "ServiceUnavailable", "ThrottlingException"})


def _call_once(service: Service, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    url, body = service.endpoint.rstrip("/") + "/", json.dumps(parameters).encode()
    headers = {
        "content-type": f"application/x-amz-json-{service.json_version}",
        "x-amz-target": f"{service.target}.{operation}",
    }
    status, answer = _exchange("POST", url, body, signed_headers(service.name, "POST", url, body, headers))
    if status != 200:
        code = str(answer.get("__type", "")).rpartition("#")[2]
        raise CallFailed(code, str(answer.get("message") or answer.get("Message") or status))
    return answer


def _exchange(method: str, url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
    """Status and JSON of a response. Raises CallFailed."""
    parts = urlsplit(url)
    connect = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = connect(parts.hostname or "", parts.port, timeout=TIMEOUT)
    try:
        connection.request(method, parts.path, body, dict(headers))
        response = connection.getresponse()
        return response.status, json.loads(response.read() or b"{}")
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise CallFailed("", f"{parts.netloc} does not answer: {error}") from None
    finally:
        connection.close()


def signed_headers(
    service: str, method: str, url: str, body: bytes, headers: Mapping[str, str] | None = None
) -> dict[str, str]:
    """The given headers (in lower case) plus those that sign the request for the function's role.

    Source: docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html (Signature Version 4)
    """
    parts, region = urlsplit(url), os.environ["AWS_REGION"]
    moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    sent = {**(headers or {}), "x-amz-date": moment}
    role = _credentials()
    if role.token:
        sent["x-amz-security-token"] = role.token
    signed = sorted({**sent, "host": parts.netloc}.items())
    names = ";".join(name for name, _ in signed)
    lines = [f"{name}:{value}" for name, value in signed]
    canonical = [method, quote(parts.path or "/", safe="/~"), "", *lines, "", names, sha256(body).hexdigest()]
    scope = (moment[:8], region, service, "aws4_request")
    digest = sha256("\n".join(canonical).encode()).hexdigest()
    text = "\n".join(["AWS4-HMAC-SHA256", moment, "/".join(scope), digest])
    key = b"AWS4" + role.secret.encode()
    for part in (*scope, text):
        key = hmac.digest(key, part.encode(), "sha256")
    credential = f"Credential={role.key}/{'/'.join(scope)}"
    sent["authorization"] = f"AWS4-HMAC-SHA256 {credential}, SignedHeaders={names}, Signature={key.hex()}"
    return sent


@dataclass(frozen=True)
class _Role:
    """Credentials of the function's role; `until` is in seconds since 1970."""

    key: str
    secret: str
    token: str
    until: float = 0.0


class _Fetched:
    role: _Role | None = None


def _credentials() -> _Role:
    """Lambda provides them in the environment; a function with SnapStart fetches them. Raises CallFailed.

    Source: docs.aws.amazon.com/lambda/latest/dg/snapstart-activate.html (container credentials)
    """
    environment = os.environ
    if key := environment.get("AWS_ACCESS_KEY_ID"):
        return _Role(key, environment["AWS_SECRET_ACCESS_KEY"], environment.get("AWS_SESSION_TOKEN", ""))
    role = _Fetched.role
    if role is None or role.until - MARGIN < time.time():
        authorization = {"authorization": environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"]}
        status, found = _exchange("GET", environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"], b"", authorization)
        if status != 200:
            raise CallFailed("", f"no credentials: {status}")
        until = datetime.fromisoformat(found["Expiration"]).timestamp()
        role = _Fetched.role = _Role(found["AccessKeyId"], found["SecretAccessKey"], found["Token"], until)
    return role
