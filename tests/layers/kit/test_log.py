"""Log lines: JSON, with the event's ids, and without personal data."""

import json
from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kit.aws.lambda_handler import lambda_handler
from shared.kit.observability.log import event, logger, note
from shared.kit.observability.log_privacy import redact
from tests.support.people import query

BODY = "kocham matematykę"
UNREACHABLE = "host=/nowhere user=ola password=tajne connect_timeout=1"
Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines() -> Iterator[Lines]:
    """Return what the test has logged so far."""
    stream = StringIO()
    handler: Any = logger().registered_handler
    before = handler.setStream(stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    handler.setStream(before)


class Context:
    aws_request_id = "of-lambda"


def logging_function(_event: object, _context: object) -> None:
    logger().info("before")
    note(user_id="user-1")
    logger().info("after")


def ids(line: dict[str, Any]) -> dict[str, Any]:
    return {name: line[name] for name in line if name.endswith("_id") and name != "xray_trace_id"}


def test_only_lines_of_an_event_have_its_ids(lines: Lines) -> None:
    sent = {"requestContext": {"requestId": "of-gateway", "connectionId": "socket-1"}}
    lambda_handler(logging_function)(sent, Context())
    logger().info("outside")
    known = {"request_id": "of-gateway", "connection_id": "socket-1", "function_request_id": "of-lambda"}
    assert [ids(line) for line in lines()] == [known, known | {"user_id": "user-1"}, {}]


@pytest.mark.parametrize("sent", [{}, {"Records": []}, {"requestContext": None}, None, [], {"requestContext": {}}])
def test_an_event_without_a_request_has_the_id_of_lambda(lines: Lines, sent: Any) -> None:
    lambda_handler(logging_function)(sent, Context())
    assert {line["request_id"] for line in lines()} == {"of-lambda"}
    lambda_handler(logging_function)(sent, None)
    assert "request_id" not in lines()[-1]


def test_after_a_failed_event_lines_have_no_ids(lines: Lines) -> None:
    with pytest.raises(ValueError, match="x"), event(request_id="1"):
        raise ValueError("x")
    logger().info("outside")
    assert ids(lines()[0]) == {}


ADDRESSES = st.from_regex(r"[a-z]{1,8}(\.[a-z]{1,8})?@[a-z]{2,8}\.(pl|edu\.pl|com)", fullmatch=True)


@given(address=ADDRESSES, around=st.text("xyz,.'\"<>() \n", max_size=5))
def test_addresses_are_not_logged(address: str, around: str) -> None:
    assert address not in redact(f"{around} {address} {around}")
    assert address not in redact(json.dumps({"error": f"<{address}>: refused"}))


@pytest.mark.parametrize(
    "secret",
    [
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
        "0123456789abcdef" * 4,
        "0123456789abcdef" * 3,
        "dGhpcyBpcyBhIHNlY3JldCBrZXkgb2YgNDggYnl0ZXMgMTIzNDU2Nzg5MA",
    ],
)
def test_tokens_are_not_logged(secret: str) -> None:
    assert redact(f"token={secret}&x=1") == "token=<token>&x=1"


@pytest.mark.parametrize(
    "text",
    [
        "0d1c2b3a-4f5e-4d6c-8b7a-998877665544",
        "functions.chat.data.messages.store_message_with_a_rather_long_name",
        "arn:aws:secretsmanager:eu-central-1:123456789012:secret:jwt-Deoifb",
        "connection to server at localhost, port 5432 failed",
        "c3R1ZGVudA==",
    ],
)
def test_text_that_helps_to_find_a_fault_is_kept(text: str) -> None:
    assert redact(text) == text


def test_an_error_is_logged_with_its_place_but_not_with_input(lines: Lines) -> None:
    def read(body: str) -> None:
        try:
            dict[str, str]()[body]
        except KeyError as error:
            raise RuntimeError(f"bad body {body}") from error

    try:
        read(BODY)
    except RuntimeError:
        logger().exception("unhandled error")
    [line] = lines()
    assert line["exception_name"] == "RuntimeError"
    assert "in read" in line["exception"]
    assert "builtins.KeyError: (not logged)" in line["exception"]
    assert "kocham" not in json.dumps(line, ensure_ascii=False)


def test_a_database_error_is_logged_with_code_and_place_but_not_with_the_row(platform: None, lines: Lines) -> None:
    try:
        query("INSERT INTO users (email, password_hash) VALUES ('ola@example.com', NULL)")
    except psycopg.Error:
        logger().exception("unhandled error")
    [line] = lines()
    assert "23502 users password_hash" in line["exception"]
    assert "ola@" not in json.dumps(line)


def test_an_operating_system_error_is_logged_with_its_message(lines: Lines) -> None:
    try:
        psycopg.connect(UNREACHABLE)
    except psycopg.Error:
        logger().exception("database unavailable")
    [line] = lines()
    assert "No such file or directory" in line["exception"]
    assert "tajne" not in json.dumps(line)
