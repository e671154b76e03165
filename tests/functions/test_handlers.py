"""Every Lambda handler answers its recorded event, against real engines."""

import base64
import email.policy
from collections.abc import Callable, Iterator
from email import message_from_string
from typing import Any

import boto3
import brotli
import pytest
from moto import mock_aws
from moto.ses.models import ses_backends

from functions.accounts.handler import handler as accounts
from functions.availability.handler import handler as availability
from functions.availability.horizon_job import handler as horizon
from functions.bookings import sweep_job
from functions.bookings.handler import handler as bookings
from functions.chat.handler import handler as chat
from functions.mail.handler import handler as mail
from functions.migrations.handler import handler as migrations
from functions.notifications.dispatch_job import handler as dispatch
from functions.notifications.handler import handler as notifications
from functions.profiles.handler import handler as profiles
from functions.reminders.handler import handler as remind
from functions.reviews.handler import handler as reviews
from functions.tokens.handler import handler as tokens
from functions.tutors.handler import handler as tutors
from shared.kit.aws import storage
from tests.conftest import read_settings_again
from tests.events.recorded import recorded
from tests.support import zstd
from tests.support.booking_rows import insert_booking
from tests.support.conversations import add_conversation, add_messages
from tests.support.lambda_client import Answer
from tests.support.moto_aws import CLIENTS
from tests.support.people import PASSWORD, People, insert, query
from tools.cloud.mail import read_mail

REGION, ACCOUNT = "eu-central-1", "123456789012"
BUCKET = "tutoring-media"
SENDER = "Korepetycje <no-reply@korepetycje.example>"


def ask(handler: Callable[[Any, Any], Any], event: dict[str, Any]) -> Answer:
    """Return the handler's answer to an event of API Gateway (payload format 2.0), decoded as the browser does."""
    result = handler(event, None)
    encoding = result["headers"].get("content-encoding")
    assert result["isBase64Encoded"] is (encoding is not None)
    if encoding is None:
        return Answer(result["statusCode"], result["body"].encode(), result["headers"])
    decoders: dict[str, Callable[[bytes], bytes]] = {"br": brotli.decompress, "zstd": zstd.decompress}
    return Answer(result["statusCode"], decoders[encoding](base64.b64decode(result["body"])), result["headers"])


@pytest.fixture
def fresh_clients() -> Iterator[None]:
    """Clients are cached per process: start and end without any."""
    cached = (*CLIENTS, storage.storage)
    for each in cached:
        each.cache_clear()
    yield
    for each in cached:
        each.cache_clear()


# HTTP functions


def test_accounts_registers_and_queues_the_mail(platform: None) -> None:
    answer = ask(accounts, recorded("accounts_register"))
    assert (answer.status, answer.json) == (201, {"Info": "Your confirmation code was send to your email."})
    assert answer.headers["access-control-allow-origin"] == "*"
    assert query("SELECT first_name, last_name, confirmed_at FROM users") == [("Łucja", "Wiśniewska", None)]
    assert query("SELECT kind, recipient FROM mail_outbox") == [("confirm_email", "lucja@example.com")]


def test_tokens_signs_in_from_the_address_in_the_event(people: People) -> None:
    student = people.student()
    answer = ask(tokens, recorded("tokens_sign_in", email=student.email, password=PASSWORD))
    assert (answer.status, sorted(answer.json)) == (200, ["access", "refresh"])
    newest = (
        "SELECT host(address), user_agent FROM sign_in_sessions WHERE user_id = %s ORDER BY created_at DESC LIMIT 1"
    )
    [(address, agent)] = query(newest, student.id)
    assert address == "203.0.113.7"
    assert agent.startswith("Mozilla/5.0")


def test_tutors_searches_with_every_value_of_a_repeated_parameter(people: People) -> None:
    wanted = people.tutor(first_name="Żaneta", tutor={"skills": ["Matematyka"], "location": "Rzeszów", "price": 80})
    people.tutor(tutor={"skills": ["Matematyka"], "location": "Rzeszów", "price": 120})
    people.tutor(tutor={"skills": ["Chemia"], "location": "Rzeszów", "price": 80})
    answer = ask(tutors, recorded("tutors_search"))
    assert answer.status == 200
    assert [(card["id"], card["first_name"]) for card in answer.json] == [(wanted.tutor_id, "Żaneta")]


def test_availability_adds_an_item(people: People) -> None:
    tutor = people.tutor()
    answer = ask(availability, recorded("availability_add_item", access=tutor.access))
    assert answer.status == 201
    assert answer.json["start_time"] == "2035-01-10T08:00:00+01:00"
    assert query("SELECT tutor_id, id FROM schedule_items") == [(tutor.tutor_id, answer.json["id"])]


def test_bookings_books_an_item_once_for_its_key(people: People) -> None:
    student, tutor = people.student(), people.tutor()
    times = {"starts_at": "2035-01-10T08:00Z", "ends_at": "2035-01-10T09:00Z"}
    item = insert("schedule_items", {"tutor_id": tutor.tutor_id, **times})
    event = recorded("bookings_book", access=student.access, item_id=item)
    first, second = ask(bookings, event), ask(bookings, event)
    assert (first.status, first.json["start_time"]) == (201, "2035-01-10T09:00:00+01:00")
    assert (second.status, second.body) == (201, first.body)
    assert query("SELECT student_id, note FROM bookings") == [(student.id, "Całki, proszę.")]


def test_the_horizon_job_makes_the_new_days(people: People) -> None:
    tutor = people.tutor()
    insert("weekly_hours", {"tutor_id": tutor.tutor_id, "weekday": 1, "starts": 540, "ends": 600})
    assert horizon(recorded("schedule_horizon"), None) == {"moved": 1, "pruned": 0}
    [(count,)] = query("SELECT count(*) FROM schedule_items WHERE source = 'rule'")
    assert count in {8, 9}


def test_reviews_rates_a_tutor(people: People) -> None:
    student, tutor = people.student(), people.tutor()
    answer = ask(reviews, recorded("reviews_rate_tutor", access=student.access, tutor_id=tutor.tutor_id))
    assert (answer.status, answer.json["rating"]) == (201, 4)
    assert query("SELECT tutor_id, student_id, review FROM ratings") == [
        (tutor.tutor_id, student.id, "Świetnie tłumaczy całki.")
    ]


def test_chat_answers_the_history_without_a_slash(people: People) -> None:
    student, tutor = people.student(), people.tutor()
    talk = add_conversation(student, tutor)
    add_messages(talk, tutor, "Zapraszam.")
    answer = ask(chat, recorded("chat_history", access=student.access, conversation_id=talk))
    assert answer.status == 200
    assert [(item["body"], item["created_by"]["id"]) for item in answer.json] == [("Zapraszam.", str(tutor.id))]


def test_notifications_marks_one_as_read(people: People) -> None:
    student = people.student()
    note = insert("notifications", {"user_id": student.id, "kind": "booking_booked", "message": "Nowa rezerwacja."})
    answer = ask(notifications, recorded("notifications_mark_read", access=student.access, notification_id=note))
    assert (answer.status, answer.json["is_read"]) == (200, True)
    assert query("SELECT is_read FROM notifications") == [(True,)]


@mock_aws
def test_profiles_stores_the_picture_in_the_bucket_and_deletes_the_previous_one(
    people: People, fresh_clients: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket = boto3.client("s3")
    bucket.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    monkeypatch.setenv("MEDIA_BUCKET", BUCKET)
    read_settings_again()
    student = people.student()
    event = recorded("profiles_change_picture", access=student.access)

    first, second = [ask(profiles, event).json["profile_image"] for _ in range(2)]

    assert first != second
    [kept] = bucket.list_objects_v2(Bucket=BUCKET)["Contents"]
    assert second == f"/static/media/{kept['Key']}"
    stored = bucket.get_object(Bucket=BUCKET, Key=kept["Key"])
    assert (stored["ContentType"], stored["CacheControl"]) == ("image/webp", "public, max-age=31536000, immutable")
    assert stored["Body"].read()[8:12] == b"WEBP"


# Mail


ALL_DONE: dict[str, Any] = {"batchItemFailures": []}


@mock_aws
@pytest.mark.parametrize(
    ("event", "answers"), [("queue_mail", [ALL_DONE, ALL_DONE]), ("schedule_mail", [{"sent": 1}, {"sent": 0}])]
)
def test_mail_sends_what_is_due_by_ses(
    people: People, fresh_clients: None, monkeypatch: pytest.MonkeyPatch, event: str, answers: list[dict[str, Any]]
) -> None:
    boto3.client("sesv2").create_email_identity(EmailIdentity="korepetycje.example")
    monkeypatch.setenv("MAIL_URL", "ses:")
    monkeypatch.setenv("MAIL_FROM", SENDER)
    read_settings_again()
    student = people.student(first_name="Łucja")
    insert("mail_outbox", {"kind": "reset_password", "recipient": student.email})

    assert [mail(recorded(event), None) for _ in range(2)] == answers
    assert query("SELECT sent_at IS NOT NULL FROM mail_outbox") == [(True,)]

    [sent] = ses_backends[ACCOUNT][REGION].sent_messages
    assert set(sent.destinations) == {student.email}
    message = read_mail(sent.raw_data.encode())
    assert (message.to, message.sender) == (student.email, SENDER)
    assert message.text.startswith("Cześć Łucja,")
    assert message.token in message.html


@mock_aws
def test_mail_that_ses_refuses_stays_in_the_outbox(
    people: People, fresh_clients: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAIL_URL", "ses:")
    monkeypatch.setenv("MAIL_FROM", SENDER)
    read_settings_again()
    insert("mail_outbox", {"kind": "reset_password", "recipient": people.student().email})
    [record] = recorded("queue_mail")["Records"]
    failed = {"batchItemFailures": [{"itemIdentifier": record["messageId"]}]}
    assert mail(recorded("queue_mail"), None) == failed
    assert query("SELECT attempts, sent_at, due_at > now() FROM mail_outbox") == [(1, None, True)]


@mock_aws
def test_a_booking_is_notified_and_its_mails_with_calendar_entries_are_sent_by_ses(
    people: People, fresh_clients: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    boto3.client("sesv2").create_email_identity(EmailIdentity="korepetycje.example")
    monkeypatch.setenv("MAIL_URL", "ses:")
    monkeypatch.setenv("MAIL_FROM", SENDER)
    read_settings_again()
    student, tutor = people.student(), people.tutor()
    insert_booking(student, tutor).change("confirmed")
    assert dispatch(recorded("queue_dispatch"), None) == {"dispatched": 1}
    assert dispatch(recorded("schedule_dispatch"), None) == {"dispatched": 0}
    assert remind(recorded("schedule_reminders"), None) == {"sent": 0}
    assert mail(recorded("schedule_mail"), None) == {"sent": 2}
    sent = ses_backends[ACCOUNT][REGION].sent_messages
    assert [set(each.destinations) for each in sent] == [{student.email}, {tutor.email}]
    for each in sent:
        message = message_from_string(each.raw_data, policy=email.policy.default)
        [entry] = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
        assert entry.get_param("method") == "REQUEST"


# Bookings


def test_the_sweep_of_bookings_has_nothing_to_do(platform: None) -> None:
    nothing = {"expired": 0, "proposals": 0, "passed_on": 0, "completed": 0, "forgotten": 0}
    assert sweep_job.handler(recorded("schedule_bookings"), None) == nothing


# Migrations


def test_migrations_upgrade_the_database_to_the_newest_revision(platform: None) -> None:
    [(newest,)] = query("SELECT version_num FROM alembic_version")
    assert migrations(recorded("migrations_invoke"), None) == {"upgraded": True}
    assert query("SELECT version_num FROM alembic_version") == [(newest,)]
