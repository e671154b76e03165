"""Cold starts: from process start to the first response of every function, as multiples of an empty function's.

Run alone: python -m tests.benchmarks.cold_start
"""

import compileall
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from uuid import uuid4

import boto3
from botocore.credentials import ReadOnlyCredentials

from functions.migrations.service import upgrade
from local.engines.postgres import start_postgres
from local.engines.processes import socket_folder
from local.engines.valkey import start_valkey
from shared.kit.db.pool import close_pool
from shared.kit.settings import settings
from tests.benchmarks.cold_start_case import Case, Event, Limits
from tests.benchmarks.report import Figure, report
from tests.benchmarks.server import SECRET, BenchServer
from tests.events.recorded import recorded
from tests.support.booking_rows import insert_booking
from tests.support.conversations import add_conversation
from tests.support.moto_aws import moto_server
from tests.support.people import PASSWORD, People, Person, insert, query
from tools.cloud.intrinsics import REGION
from tools.cloud.management_api import ManagementApi
from tools.cloud.packages import function_packages, required, top_level
from tools.cloud.project import ROOT

ROUNDS = 5
# Maximum cold start, as a multiple of the empty function's; HEAVY functions load argon2, Pillow or Redis.
SOCKET, SCHEDULED = Limits(target=6, floor=12), Limits(target=5, floor=9)
HTTP, HEAVY = Limits(target=10, floor=17), Limits(target=14, floor=19)
CONNECTION = "c2VuZGVy"


def _layer_megabytes() -> float:
    """The size of what all images share: the packages and the shared code, with bytecode."""
    found = [ROOT / "layers", *(path for name in required() for path in top_level(name))]
    files = (file for each in found for file in ([each] if each.is_file() else each.rglob("*")))
    return sum(file.stat().st_size for file in files if file.is_file()) / 1e6


def measure(stand: BenchServer) -> list[Figure]:
    """Measure the functions in turn, several times, so that a busy moment of the machine affects all alike."""
    for folder in ("functions", "layers"):
        compileall.compile_dir(ROOT / folder, quiet=1)
    for package in function_packages().iterdir():
        (compileall.compile_dir if package.is_dir() else compileall.compile_file)(package, quiet=1)
    with ManagementApi(ReadOnlyCredentials("testing", "testing", "testing"), REGION) as management_api:
        environment = {
            "DATABASE_URL": stand.database_url,
            "REDIS_URL": stand.redis_url,
            "JWT_SECRET": SECRET,
            "RATE_LIMITS": "off",
            "MAIL_URL": f"file://{stand.folder / 'mail'}",
            "MEDIA_FOLDER": str(stand.folder / "media"),
            "WEBSOCKET_ENDPOINT": management_api.endpoint,
            "AWS_ENDPOINT_URL": moto_server(),
        }
        cases = _cases()
        for _ in range(ROUNDS):
            for case in cases:
                case.start(environment)
        if management_api.refused:
            raise AssertionError("a push was not signed well")
    layer = Figure("layer that all functions share, MB", _layer_megabytes())
    return [*(case.figure() for case in cases), layer]


def _cases() -> list[Case]:
    """Every function with its recorded event; the event's changes are undone before it is sent again."""
    people = People()
    student = people.student(email="cold-start@example.com")
    tutor = people.tutor(email="cold-start@prz.edu.pl")
    talk = add_conversation(student, tutor)
    query(
        "INSERT INTO connections (id, conversation_id, user_id, session_id, connected_at)"
        " VALUES (%s, %s, %s, %s, now() - interval '1 hour')",
        CONNECTION,
        talk,
        student.id,
        student.session_id,
    )

    def message() -> Event:
        return recorded("socket_chat_message", connection_id=CONNECTION, user_id=student.id)

    def registration() -> Event:
        query("DELETE FROM users WHERE email = 'lucja@example.com'")
        return recorded("accounts_register")

    def sign_in() -> Event:
        return recorded("tokens_sign_in", email=student.email, password=PASSWORD)

    def item() -> Event:
        query("DELETE FROM schedule_items WHERE tutor_id = %s", tutor.tutor_id)
        return recorded("availability_add_item", access=tutor.access)

    def rating() -> Event:
        query("DELETE FROM ratings WHERE student_id = %s", student.id)
        return recorded("reviews_rate_tutor", access=student.access, tutor_id=tutor.tutor_id)

    def history() -> Event:
        return recorded("chat_history", access=student.access, conversation_id=talk)

    def picture() -> Event:
        return recorded("profiles_change_picture", access=student.access)

    def mail() -> Event:
        query("DELETE FROM mail_outbox")
        insert("mail_outbox", {"kind": "reset_password", "recipient": student.email})
        return recorded("queue_mail")

    return [
        Case("chat message stored", "tests.support.functions.unpushed.handler", message, SOCKET),
        Case("chat message stored and pushed", "functions.chat.sockets.handler", message, SOCKET),
        Case("keep-alive", "functions.chat.keep_alive_job.handler", lambda: recorded("schedule_keep_alive"), SCHEDULED),
        Case("mail", "functions.mail.handler.handler", mail, SCHEDULED),
        Case("accounts: register", "functions.accounts.handler.handler", registration, HEAVY),
        Case("availability: add an item", "functions.availability.handler.handler", item, HTTP),
        Case("chat: history", "functions.chat.handler.handler", history, HEAVY),
        Case("profiles: change the picture", "functions.profiles.handler.handler", picture, HEAVY),
        Case("reviews: rate a tutor", "functions.reviews.handler.handler", rating, HTTP),
        Case("tokens: sign in", "functions.tokens.handler.handler", sign_in, HEAVY),
        Case("tutors: search", "functions.tutors.handler.handler", lambda: recorded("tutors_search"), HTTP),
        Case("migrations, nothing to do", "functions.migrations.handler.handler", dict, Limits()),
        *_booking_cases(people),
        *_notification_cases(student, tutor),
        _rotation_case(),
    ]


def _booking_cases(people: People) -> list[Case]:
    student, tutor = people.student(email="books@example.com"), people.tutor(email="booked@prz.edu.pl")

    def booking() -> Event:
        query("DELETE FROM idempotency_keys WHERE user_id = %s", student.id)
        query(
            "DELETE FROM booking_changes WHERE booking_id IN (SELECT id FROM bookings WHERE student_id = %s)",
            student.id,
        )
        query("DELETE FROM bookings WHERE student_id = %s", student.id)
        query("DELETE FROM tutoring_sessions WHERE tutor_id = %s", tutor.tutor_id)
        query("DELETE FROM schedule_items WHERE tutor_id = %s", tutor.tutor_id)
        times = {"starts_at": "2035-01-10T08:00Z", "ends_at": "2035-01-10T09:00Z"}
        item = insert("schedule_items", {"tutor_id": tutor.tutor_id, **times})
        return recorded("bookings_book", access=student.access, item_id=item)

    return [
        Case("bookings: book an item", "functions.bookings.handler.handler", booking, HTTP),
        Case(
            "bookings, nothing to sweep",
            "functions.bookings.sweep_job.handler",
            lambda: recorded("schedule_bookings"),
            SCHEDULED,
        ),
        Case(
            "horizon, nothing to move",
            "functions.availability.horizon_job.handler",
            lambda: recorded("schedule_horizon"),
            SCHEDULED,
        ),
    ]


def _notification_cases(student: Person, tutor: Person) -> list[Case]:
    """Functions that notify users of bookings."""
    booked = insert_booking(student, tutor)

    def change() -> Event:
        query("DELETE FROM booking_changes")
        booked.change("confirmed")
        return recorded("schedule_dispatch")

    def email() -> Event:
        """A mail with a calendar entry."""
        query("DELETE FROM mail_outbox")
        query("DELETE FROM booking_changes")
        payload = json.dumps({"change": booked.change("confirmed")})
        insert("mail_outbox", {"kind": "booking_change", "recipient": student.email, "payload": payload})
        return recorded("queue_mail")

    def reminder() -> Event:
        query("DELETE FROM reminders")
        due = {"booking_id": booked.id, "kind": "hour_before", "recipient": "student", "due_at": "2020-01-01"}
        insert("reminders", due)
        return recorded("schedule_reminders")

    def mark() -> Event:
        note = insert("notifications", {"user_id": student.id, "kind": "booking_booked", "message": "Nowa."})
        return recorded("notifications_mark_read", access=student.access, notification_id=note)

    return [
        Case("mail with a calendar entry", "functions.mail.handler.handler", email, Limits()),
        Case("dispatch of a booking's change", "functions.notifications.dispatch_job.handler", change, SCHEDULED),
        Case("reminders", "functions.reminders.handler.handler", reminder, SCHEDULED),
        Case("notifications: mark one as read", "functions.notifications.handler.handler", mark, HTTP),
    ]


def _rotation_case() -> Case:
    """The first step of a rotation, which creates the key; each repetition replaces the pending version."""
    session = boto3.Session("testing", "testing", region_name=REGION)
    client = session.client("secretsmanager", endpoint_url=moto_server())
    secret = client.create_secret(Name="jwt", SecretString=SECRET)["ARN"]

    def rotation() -> Event:
        version = str(uuid4())
        # Without a rotation function's ARN, the rotation only becomes pending.
        client.rotate_secret(SecretId=secret, ClientRequestToken=version, RotationRules={"AutomaticallyAfterDays": 30})
        return recorded("secrets_rotate", secret_id=secret, version=version, step="createSecret")

    return Case("rotation: make a key", "functions.secrets.handler.handler", rotation, HEAVY)


@contextmanager
def engines() -> Iterator[BenchServer]:
    """Run only the database and the cache, without a server or tutors."""
    with ExitStack() as stack:
        folder, sockets = Path(tempfile.mkdtemp(prefix="bench-")), socket_folder()
        for path in (folder, sockets):
            stack.callback(shutil.rmtree, path, ignore_errors=True)
        postgres, valkey = start_postgres(folder / "postgres", sockets), start_valkey(folder / "valkey", sockets)
        for engine in (postgres, valkey):
            stack.callback(engine.stop)
        os.environ |= {"DATABASE_URL": postgres.url, "REDIS_URL": valkey.url, "JWT_SECRET": SECRET}
        settings.cache_clear()
        upgrade()
        stack.callback(close_pool)
        yield BenchServer(0, postgres.url, valkey.url, folder, 0)


def main() -> None:
    with engines() as stand:
        sys.exit(report(measure(stand)))


if __name__ == "__main__":
    main()
