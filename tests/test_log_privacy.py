"""After many requests and many failures, the logs contain no address, password, token or text of any user."""

import json
from collections.abc import Iterator
from io import StringIO
from typing import Any

import psycopg
import pytest

from functions.accounts.handler import handler as accounts
from functions.chat.sockets import handler as sockets
from functions.mail.handler import handler as mail
from functions.profiles.handler import handler as profiles
from functions.tokens.handler import handler as tokens
from shared.kit.db import pool
from shared.kit.observability.log import logger
from tests.conftest import read_settings_again
from tests.events.recorded import recorded
from tests.support.conversations import add_conversation
from tests.support.lambda_client import LambdaClient
from tests.support.people import PASSWORD, People, Person, insert

EMAIL, TEXT = "ola.kowalska@example.com", "Tego nikt nie ma prawa przeczytać"


@pytest.fixture
def logged() -> Iterator[StringIO]:
    stream = StringIO()
    registered: Any = logger().registered_handler
    before = registered.setStream(stream)
    yield stream
    registered.setStream(before)


def use_everything(student: Person, tutor: Person) -> None:
    talk = add_conversation(student, tutor)
    body = {"email": EMAIL, "password": PASSWORD, "first_name": TEXT[:20]}
    for _ in range(2):
        for sent in (body, {"email": EMAIL}, {"email": EMAIL, "token": "a" * 64}, {"token": "b" * 64}):
            for path in (
                "create/",
                "confirm_user/",
                "confirm_user/resend/",
                "password_reset/",
                "password_reset/confirm/",
            ):
                LambdaClient(accounts)("POST", f"/api/user/{path}", json_body=sent)
        LambdaClient(tokens)("POST", "/api/token/", json_body=body)
        LambdaClient(tokens)("POST", "/api/token/refresh/", json_body={"refresh": student.refresh})
        LambdaClient(profiles)("PATCH", "/api/profile/", json_body={"first_name": TEXT[:20]}, token=student.access)
        LambdaClient(profiles)("GET", "/api/profile/", token=student.access)
        known = {"connection_id": "a", "conversation_id": talk, "access": student.access, "user_id": student.id}
        sockets(recorded("socket_connect", **known), None)
        frame = json.dumps({"event": "chat_message", "data": {"body": TEXT}})
        sockets({**recorded("socket_chat_message", **known), "body": frame}, None)
        insert("mail_outbox", {"kind": "unknown", "recipient": EMAIL})
        mail(recorded("queue_mail"), None)


@pytest.mark.parametrize("mail_url", ["", "smtp://127.0.0.1:9"])
def test_no_personal_data_is_logged(
    people: People, logged: StringIO, monkeypatch: pytest.MonkeyPatch, mail_url: str
) -> None:
    student, tutor = people.student(email="anna.nowak@example.com"), people.tutor()
    if mail_url:
        monkeypatch.setenv("MAIL_URL", mail_url)
        read_settings_again()
    use_everything(student, tutor)
    with monkeypatch.context() as broken:
        execute = pool.PooledConnection.execute

        def refuse(self: Any, statement: Any, parameters: Any = None, **options: Any) -> Any:
            if (
                "INSERT INTO mail_outbox" in str(statement)
                and "RETURNING id" in str(statement)
                and parameters[0] == "unknown"
            ):
                return execute(self, statement, parameters, **options)
            raise psycopg.errors.CheckViolation(f"Failing row contains ({EMAIL}, {TEXT}, {parameters})")

        broken.setattr(pool.PooledConnection, "execute", refuse)
        for path in ("create/", "confirm_user/resend/", "password_reset/"):
            LambdaClient(accounts)("POST", f"/api/user/{path}", json_body={"email": EMAIL, "password": PASSWORD})
    lines = logged.getvalue()
    entries = [json.loads(line) for line in lines.splitlines()]
    assert len(entries) > 4, "faults are logged"
    assert all(entry.get("request_id") for entry in entries if entry["message"] == "unhandled error")
    for secret in (EMAIL, "anna.nowak", PASSWORD, TEXT, "Tego", student.access, student.refresh, "a" * 64, "b" * 64):
        assert secret not in lines
