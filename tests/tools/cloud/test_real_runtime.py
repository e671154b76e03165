"""Every function handles its recorded event in its own process, with only the packages of its image."""

import os
from typing import Any

import pytest
from botocore.credentials import ReadOnlyCredentials

from tests.events.recorded import recorded
from tests.support.booking_rows import insert_booking
from tests.support.conversations import add_conversation
from tests.support.people import PASSWORD, People, insert, query
from tools.cloud.intrinsics import REGION
from tools.cloud.lambda_process import LambdaProcess
from tools.cloud.management_api import ManagementApi

HANDED_ON = ("DATABASE_URL", "REDIS_URL", "JWT_SECRET", "MAIL_URL", "MEDIA_FOLDER", "BOOKING_MAIL_MINUTES")
CREDENTIALS = ReadOnlyCredentials("testing", "testing", "testing")
CONNECTION = "c3R1ZGVudA=="


@pytest.fixture
def known(people: People) -> dict[str, Any]:
    """A tutor with an open socket in a conversation with another: values for the events' placeholders."""
    caller, other = people.tutor(), people.tutor()
    talk = add_conversation(caller, other)
    query(
        "INSERT INTO connections (id, conversation_id, user_id, session_id, connected_at, touched_at)"
        " VALUES (%s, %s, %s, %s, now() - interval '1 hour', now() - interval '1 hour')",
        CONNECTION,
        talk,
        caller.id,
        caller.session_id,
    )
    query("UPDATE conversations SET updated_at = now() - interval '1 hour'")
    insert("mail_outbox", {"kind": "reset_password", "recipient": caller.email})
    note = insert("notifications", {"user_id": caller.id, "kind": "booking_booked", "message": "Nowa rezerwacja."})
    return {
        "access": caller.access,
        "connection_id": CONNECTION,
        "conversation_id": talk,
        "email": caller.email,
        "notification_id": note,
        "password": PASSWORD,
        "tutor_id": other.tutor_id,
        "user_id": caller.id,
    }


def function(handler: str, **environment: str) -> LambdaProcess:
    return LambdaProcess(handler, {name: os.environ[name] for name in HANDED_ON} | environment)


@pytest.mark.parametrize(
    ("handler", "event", "status"),
    [
        ("functions.profiles.handler.handler", "profiles_change_picture", 200),
        ("functions.tokens.handler.handler", "tokens_sign_in", 200),
        *(
            pytest.param(f"functions.{feature}.handler.handler", f"{feature}_{event}", status, marks=pytest.mark.proof)
            for feature, event, status in (
                ("accounts", "register", 201),
                ("availability", "add_item", 201),
                ("chat", "history", 200),
                ("notifications", "mark_read", 200),
                ("reviews", "rate_tutor", 201),
                ("tutors", "search", 200),
            )
        ),
    ],
)
def test_an_http_function_handles_its_recorded_event(
    known: dict[str, Any], handler: str, event: str, status: int
) -> None:
    with function(handler) as running:
        answer = running.invoke(recorded(event, **known))
        assert answer["statusCode"] == status, running.logged()


@pytest.mark.parametrize(
    ("handler", "event", "answer"),
    [
        ("functions.mail.handler.handler", "queue_mail", {"batchItemFailures": []}),
        ("functions.mail.handler.handler", "schedule_mail", {"sent": 1}),
        ("functions.migrations.handler.handler", "migrations_invoke", {"upgraded": True}),
    ],
)
def test_a_plain_function_handles_its_recorded_event(
    known: dict[str, Any], handler: str, event: str, answer: dict[str, Any]
) -> None:
    with function(handler) as running:
        assert running.invoke(recorded(event, **known)) == answer, running.logged()


def test_a_booking_causes_notifications_pushes_and_mails_with_calendar_entries(people: People) -> None:
    student, tutor = people.student(), people.tutor()
    insert_booking(student, tutor).change("confirmed")
    with (
        ManagementApi(CREDENTIALS, REGION) as gateway,
        function("functions.chat.sockets.handler") as sockets,
        function("functions.notifications.dispatch_job.handler", WEBSOCKET_ENDPOINT=gateway.endpoint) as dispatcher,
        function("functions.reminders.handler.handler") as reminders,
        function("functions.mail.handler.handler") as mailer,
    ):
        connecting = recorded("socket_connect_notifications", connection_id=CONNECTION, access=tutor.access)
        assert sockets.invoke(connecting) == {"statusCode": 200}
        assert dispatcher.invoke(recorded("schedule_dispatch")) == {"dispatched": 1}
        assert len(gateway.posted(CONNECTION)) == 1
        assert reminders.invoke(recorded("schedule_reminders")) == {"sent": 0}
        assert mailer.invoke(recorded("schedule_mail")) == {"sent": 2}, mailer.logged()


def test_the_socket_function_stores_and_pushes_a_message_and_forgets_a_closed_socket(known: dict[str, Any]) -> None:
    with (
        ManagementApi(CREDENTIALS, REGION) as gateway,
        function("functions.chat.sockets.handler", WEBSOCKET_ENDPOINT=gateway.endpoint) as running,
    ):
        for event in ("socket_chat_message", "socket_default", "socket_disconnect"):
            assert running.invoke(recorded(event, **known)) == {"statusCode": 200}
        assert len(gateway.posted(CONNECTION)) == 2
        assert gateway.refused == []
    assert query("SELECT last_seq FROM conversations") == [(2,)]
    assert query("SELECT id FROM connections") == []


def test_the_keep_alive_function_pings_an_idle_socket(known: dict[str, Any]) -> None:
    with (
        ManagementApi(CREDENTIALS, REGION) as gateway,
        function("functions.chat.keep_alive_job.handler", WEBSOCKET_ENDPOINT=gateway.endpoint) as running,
    ):
        assert running.invoke(recorded("schedule_keep_alive", **known)) == {"pinged": 1, "gone": 0}
        assert gateway.posted(CONNECTION) == [b"[]"]
