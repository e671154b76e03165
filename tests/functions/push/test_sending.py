"""Push messages, as a push service receives them and a browser decrypts them."""

import json
import time
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from functions.push import delivery
from functions.push.handler import handler as push
from functions.push.repository import claim_due
from functions.push.send_job import handler as send
from functions.push.sending import write
from shared.domain.push_outbox import push_trigger
from tests.support.booking_rows import FAR, insert_booking
from tests.support.conversations import add_conversation, add_messages
from tests.support.lambda_client import LambdaClient
from tests.support.notifications import dispatch
from tests.support.people import People, Person, insert, query
from tests.support.push_service import Browser, PushService, raw
from tests.support.races import at_once
from tests.support.statements import statements
from tests.support.unread_mails import has_read, look, time_passes

call = LambdaClient(push)
SUBSCRIPTIONS = "/api/notification/push/subscriptions/"
BROWSER = Browser()


def subscribe(person: Person, service: PushService, path: str = "/send/a") -> None:
    body = BROWSER.subscription(service.url + path)
    assert call("POST", SUBSCRIPTIONS, token=person.access, json_body=body).status == 201


def deliver() -> int:
    sent: int = send({}, None)["sent"]
    return sent


def told(service: PushService) -> list[Any]:
    """Return the messages that the browser has decrypted so far."""
    return [json.loads(BROWSER.decrypt(body)) for _path, _headers, body in service.received]


def book(pair: tuple[Person, Person], starts_at: datetime = FAR) -> None:
    """Confirm a booking as the tutor, so that the student is notified."""
    insert_booking(*pair, starts_at).change("confirmed", "tutor", from_state="pending")
    dispatch()


@pytest.fixture
def pair(people: People) -> tuple[Person, Person]:
    return people.student(), people.tutor(first_name="Jan", last_name="Kowalski")


@pytest.fixture
def talk(pair: tuple[Person, Person]) -> UUID:
    return add_conversation(*pair)


def test_a_notification_reaches_the_browser_encrypted_and_signed(
    service: PushService, pair: tuple[Person, Person]
) -> None:
    subscribe(pair[0], service, "/send/a?b=c")
    book(pair)
    assert (deliver(), deliver()) == (1, 0)
    [(path, headers, body)] = service.received
    assert path == "/send/a?b=c"
    [(number, message)] = query("SELECT id, message FROM notifications WHERE user_id = %s", pair[0].id)
    assert message.encode() not in body
    assert told(service) == [{"kind": "booking_confirmed", "message": message, "notification": number}]
    assert (headers["content-encoding"], headers["ttl"]) == ("aes128gcm", "86400")
    token, key = headers["authorization"].removeprefix("vapid t=").split(", k=")
    assert key == call("GET", "/api/notification/push/key/", token=pair[0].access).json["public_key"]
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw(key))
    claims = jwt.decode(token, public, ["ES256"], audience=service.url)
    assert claims["sub"] == "mailto:no-reply@example.com"
    assert 0 < claims["exp"] - time.time() <= 24 * 3600


def test_sending_starts_at_once_if_a_browser_has_subscribed(
    service: PushService, pair: tuple[Person, Person], talk: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[int] = []
    monkeypatch.setattr(push_trigger, "installed", lambda: woken.append(deliver()))
    book(pair)
    add_messages(talk, pair[1], "Cześć")
    time_passes(11)
    look()
    assert woken == [], "nobody has subscribed"
    subscribe(pair[0], service)
    book(pair, FAR + timedelta(days=1))
    assert woken == [1]
    has_read(pair[0], 1)
    add_messages(talk, pair[1], "Jesteś?")
    time_passes(11)
    look()
    assert woken == [1, 1]


@pytest.mark.parametrize("change", ["silenced", "read", "signed out"])
def test_silenced_topics_are_not_sent(service: PushService, pair: tuple[Person, Person], change: str) -> None:
    subscribe(pair[0], service)
    if change == "silenced":
        query("UPDATE users SET silenced = '{bookings.push,reviews.push,reminders.push}'")
    book(pair)
    if change == "read":
        query("UPDATE notifications SET is_read = true")
    if change == "signed out":
        query("DELETE FROM sign_in_sessions")
    assert deliver() == 0
    assert service.received == []
    assert query("SELECT count(*) FROM push_outbox") == [(0,)]


@pytest.mark.parametrize(("kind", "minutes"), [("booking_offered", 30), ("reminder_hour_before", 60)])
def test_short_lived_messages_are_not_sent_after_they_expire(
    service: PushService, pair: tuple[Person, Person], kind: str, minutes: int
) -> None:
    subscribe(pair[0], service)
    book(pair)
    query("UPDATE notifications SET kind = %s", kind)
    query("UPDATE push_outbox SET created_at = now() - interval '10 minutes'")
    assert deliver() == 1
    [(_path, headers, _body)] = service.received
    assert (minutes - 11) * 60 < int(headers["ttl"]) <= (minutes - 10) * 60
    assert headers["urgency"] == "high"
    book(pair, FAR + timedelta(days=1))
    query("UPDATE notifications SET kind = %s", kind)
    query("UPDATE push_outbox SET created_at = now() - make_interval(mins => %s)", minutes)
    assert (deliver(), len(service.received)) == (0, 1)
    assert query("SELECT count(*) FROM push_outbox") == [(0,)]


@pytest.mark.parametrize("status", [404, 410])
def test_a_subscription_unknown_to_the_service_is_deleted(
    service: PushService, pair: tuple[Person, Person], status: int
) -> None:
    subscribe(pair[0], service)
    subscribe(pair[0], service, "/send/b")
    service.answers["/send/a"] = status
    book(pair)
    assert deliver() == 1
    assert query("SELECT endpoint FROM push_subscriptions") == [(f"{service.url}/send/b",)]
    assert query("SELECT count(*) FROM push_outbox") == [(0,)]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_sending_is_retried_later_when_the_service_fails(
    service: PushService, pair: tuple[Person, Person], status: int
) -> None:
    subscribe(pair[0], service)
    service.answers["/send/a"] = status
    book(pair)
    assert (deliver(), deliver(), len(service.received)) == (0, 0, 1)
    service.answers.clear()
    query("UPDATE push_outbox SET due_at = now()")
    assert (deliver(), len(service.received)) == (1, 2)


@pytest.mark.parametrize("status", [301, 307, 400, 403, 413])
def test_a_refused_message_is_not_retried_or_redirected(
    service: PushService, pair: tuple[Person, Person], status: int
) -> None:
    subscribe(pair[0], service)
    service.answers["/send/a"] = status
    book(pair)
    assert (deliver(), len(service.received)) == (0, 1)
    assert query("SELECT count(*) FROM push_outbox") == [(0,)]
    assert query("SELECT count(*) FROM push_subscriptions") == [(1,)]


def test_a_silent_service_does_not_delay_other_messages(
    service: PushService, pair: tuple[Person, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "TIMEOUT", 2.0)
    monkeypatch.setattr(delivery, "DEADLINE", 2.5)
    service.silent.update(f"/silent/{number}" for number in range(4))
    service.dripping.update(f"/dripping/{number}" for number in range(4))
    for path in service.silent | service.dripping:
        subscribe(pair[0], service, path)
    subscribe(pair[0], service)
    book(pair)
    started = time.monotonic()
    assert deliver() == 1
    # One after the other, they would take eighteen seconds.
    assert time.monotonic() - started < 10


def test_sending_to_an_unreachable_service_ends_after_six_attempts(
    service: PushService, pair: tuple[Person, Person]
) -> None:
    subscribe(pair[0], service)
    query("UPDATE push_subscriptions SET endpoint = 'https://localhost:1/send'")
    book(pair)
    for _ in range(6):
        query("UPDATE push_outbox SET due_at = now()")
        assert deliver() == 0
    assert query("SELECT count(*) FROM push_outbox") == [(0,)]


def test_five_concurrent_workers_send_each_message_once(service: PushService, people: People) -> None:
    student = people.student()
    subscribe(student, service)
    for number in range(20):
        insert("notifications", {"user_id": student.id, "kind": "booking_booked", "message": f"Zdanie {number}."})
    query(
        "INSERT INTO push_outbox (subscription_id, notification_id)"
        " SELECT s.id, n.id FROM push_subscriptions s, notifications n"
    )
    assert sum(at_once(*[deliver] * 5)) == 20
    assert sorted(each["notification"] for each in told(service)) == list(range(1, 21))


def test_the_texts_of_a_batch_take_two_statements(service: PushService, people: People) -> None:
    student, writers = people.student(), [people.student() for _ in range(3)]
    for path in ("/send/a", "/send/b"):
        subscribe(student, service, path)
    for writer in writers:
        add_messages(add_conversation(student, writer), writer, "Cześć")
        insert("notifications", {"user_id": student.id, "kind": "booking_booked", "message": "Zdanie."})
    for column, table in (("notification_id", "notifications"), ("conversation_id", "conversations")):
        pairs = f"SELECT s.id, x.id FROM push_subscriptions s, {table} x"
        query(f"INSERT INTO push_outbox (subscription_id, {column}) {pairs}")
    due = claim_due(20)
    with statements() as ran:
        messages = write(due)
    assert (len(due), len(messages), len(ran)) == (12, 12, 2)


def test_a_long_text_is_cut_to_the_limit_of_push_services(service: PushService, people: People) -> None:
    student = people.student()
    subscribe(student, service)
    number = insert("notifications", {"user_id": student.id, "kind": "booking_booked", "message": "ż" * 4000})
    query("INSERT INTO push_outbox (subscription_id, notification_id) SELECT id, %s FROM push_subscriptions", number)
    assert deliver() == 1
    assert len(service.received[0][2]) <= 4096
    assert told(service)[0]["message"].endswith("ż…")


def test_unread_messages_are_announced_once_until_they_are_read(
    service: PushService, pair: tuple[Person, Person], talk: UUID
) -> None:
    ola, jan = pair
    subscribe(ola, service)
    add_messages(talk, jan, "Cześć", "Jesteś?")
    assert (look(), deliver()) == (0, 0)
    time_passes(11)
    look()
    add_messages(talk, jan, "Halo")
    time_passes(11)
    look()
    assert deliver() == 1
    [message] = told(service)
    assert message == {
        "kind": "messages_unread",
        "message": "Jan Kowalski: Cześć",
        "conversation": str(talk),
        "unread": 3,
    }
    has_read(ola, 3)
    add_messages(talk, jan, "https://example.com")
    time_passes(11)
    look()
    assert deliver() == 1
    assert told(service)[1]["message"] == "Jan Kowalski: [pominięty link]"


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE users SET silenced = '{chat.push}'",
        "UPDATE conversation_members SET is_muted = true",
        "UPDATE conversations SET is_blocked = true",
        "UPDATE conversation_members SET read_seq = 1",
    ],
)
@pytest.mark.parametrize("when", ["before", "in the outbox"])
def test_silenced_muted_blocked_and_read_messages_are_not_announced(
    service: PushService, pair: tuple[Person, Person], talk: UUID, change: str, when: str
) -> None:
    subscribe(pair[0], service)
    add_messages(talk, pair[1], "Cześć")
    time_passes(11)
    if when == "before":
        query(change)
    look()
    if when == "in the outbox" and "silenced" not in change:
        query(change)
    assert deliver() == (1 if when == "in the outbox" and "silenced" in change else 0)
