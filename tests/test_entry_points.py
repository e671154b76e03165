"""The same requests through both entry points, Lambda handlers and the local server: equal responses, byte for byte."""

import hashlib
import json
import os
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from functions.accounts.handler import handler as accounts
from functions.announcements.handler import handler as announcements
from functions.availability.handler import handler as availability
from functions.bookings.handler import handler as bookings
from functions.chat.attachments_handler import handler as attachments
from functions.chat.handler import handler as chat
from functions.issues.handler import handler as issues
from functions.notifications.dispatch_job import handler as dispatch
from functions.notifications.handler import handler as notifications
from functions.profiles.handler import handler as profiles
from functions.push.handler import handler as push
from functions.reviews.handler import handler as reviews
from functions.second_factors.handler import handler as second_factors
from functions.sign_in.handler import handler as sign_in
from functions.staff.handler import handler as staff
from functions.tokens.handler import handler as tokens
from functions.tutors.handler import handler as tutors
from local.engines.processes import Engine
from shared.domain import dispatcher
from shared.domain.unsubscribing import unsubscribe_link
from shared.kit.redis import client as redis_client
from tests.conftest import empty_the_tables, read_settings_again
from tests.support.conversations import add_messages
from tests.support.described_answers import complaints
from tests.support.email_changes import add_mailed_links
from tests.support.http_client import HttpClient
from tests.support.lambda_client import Answer, LambdaClient
from tests.support.local_server import running_server
from tests.support.people import People, Person, insert, query
from tests.support.request_scenario import PARTS, some_steps
from tests.support.request_step import GONE, OTHER, SERIES, STUDENT, TALK, TUTOR, Step
from tests.support.routes import ALL_ROUTES, FAST, methods_of
from tests.support.unplayed_endpoints import UNPLAYED

# The longest matching prefix decides the function, as the routes of API Gateway do.
HANDLERS = {
    "/api/token": tokens,
    "/api/token/oidc": sign_in,
    "/api/token/passkey": second_factors,
    "/api/token/second_factor": second_factors,
    "/api/user/second_factors": second_factors,
    "/api/user/check_password": tokens,
    "/api/user/profile": profiles,
    "/api/user/me": profiles,
    "/api/user/me/email_change": accounts,
    "/api/user/tutor": tutors,
    "/api/user/tutor/schedule": availability,
    "/api/availability": availability,
    "/api/user/tutor/reviews": reviews,
    "/api/user/rate_tutor": reviews,
    "/api/user/ratings": reviews,
    "/api/chat": chat,
    "/api/chat/attachments": attachments,
    "/api/chat/files": attachments,
    f"/api/chat/conversations/{TALK}/attachments": attachments,
    "/media/chat": attachments,
    "/api/report": chat,
    "/api/staff/reports": chat,
    "/api/announcement": announcements,
    "/api/reporting": issues,
    "/api/staff/issues": issues,
    "/api/staff/people": staff,
    "/api/staff/reviews": reviews,
    "/api/staff/announcements": announcements,
    "/api/staff/actions": staff,
    "/api/notification": notifications,
    "/api/notification/push": push,
    "/api/reservation": bookings,
    "/api/reservation/calendar": notifications,
    "": accounts,
}
FEED = "f" * 43
ISSUE = UUID(int=7, version=4)
# A step with its part, and the responses of both entry points.
Played = tuple[tuple[str, Step], tuple[Answer, Answer]]
# These headers belong to the transport, not to the platform.
TRANSPORT = {"date", "connection", "server", "x-request-id"}


class Platform:
    """People, a conversation and mailed tokens, created with the same ids for each entry point."""

    def __init__(self) -> None:
        empty_the_tables()
        redis_client().flushdb()
        people = People()
        self.people = {
            "tutor": people.tutor(id=TUTOR, tutor={"price": 60, "skills": ["Chemia"]}, first_name="Łucja"),
            "student": people.student(id=STUDENT),
            "other": people.student(id=OTHER),
            "gone": people.student(id=GONE),
        }
        self.people |= {"staff": people.staff(), "boss": people.student(is_staff=True), "third": people.student()}
        self.people["second"] = people.tutor(first_name="Ewa", tutor={"price": 30})
        for student in ("student", "other"):
            row = {"tutor_id": 2, "student_id": self.people[student].id, "rating": 5, "review": "Żółw"}
            insert("ratings", row | {"created_at": datetime(2034, 1, 1, tzinfo=UTC)})
        query("DELETE FROM users WHERE id = %s", GONE)
        pair = ":".join(sorted((str(STUDENT), str(TUTOR))))
        insert("conversations", {"id": TALK, "pair": pair})
        for person in (STUDENT, TUTOR):
            query("INSERT INTO conversation_members (conversation_id, user_id) VALUES (%s, %s)", TALK, person)
        add_messages(TALK, self.people["student"], "Dzień dobry")
        add_messages(TALK, self.people["tutor"], "👋")
        for number, owner in enumerate((STUDENT, STUDENT, OTHER)):
            note = {"user_id": owner, "kind": "booking_booked", "message": f"Zażółć {number}."}
            insert("notifications", note | {"created_at": datetime(2034, 1, 1, tzinfo=UTC)})
        secret = hashlib.sha256(FEED.encode()).digest()
        query("INSERT INTO calendar_feeds (user_id, token_hash) VALUES (%s, %s)", STUDENT, secret)
        ended = datetime.now(UTC) - timedelta(hours=2)
        times = {"starts_at": ended - timedelta(hours=1), "ends_at": ended}
        session = {"tutor_id": 1, **times, "busy_from": times["starts_at"], "busy_until": ended}
        session_id = insert("tutoring_sessions", session | {"kind": "individual", "form": "online"})
        seat = {"session_id": session_id, "seats": 1, "seat": 1, "student_id": OTHER, "state": "completed"}
        insert("bookings", seat | times | {"price": 60, "currency": "PLN", "series_id": SERIES})
        self._add_to_series()
        issue = {"id": ISSUE, "reported_by": STUDENT, "category": "help_request", "title": "Pomocy", "description": "x"}
        insert("issues", issue)
        add_mailed_links(OTHER, GONE)

    def _add_to_series(self) -> None:
        """Add an upcoming session of the same series, with a high id: the scenario counts bookings from 1."""
        query("""
            INSERT INTO tutoring_sessions (id, tutor_id, starts_at, ends_at, busy_from, busy_until, kind, form)
            OVERRIDING SYSTEM VALUE VALUES (1000, 1, '2035-02-14 12:00Z', '2035-02-14 13:00Z', '2035-02-14 12:00Z',
                '2035-02-14 13:00Z', 'individual', 'online')
        """)
        query(
            """
            INSERT INTO bookings (id, session_id, seats, seat, student_id, state, starts_at, ends_at, price, currency,
                series_id)
            OVERRIDING SYSTEM VALUE VALUES (1000, 1000, 1, 1, %s, 'confirmed', '2035-02-14 12:00Z',
                '2035-02-14 13:00Z', 60, 'PLN', %s)
            """,
            *(OTHER, SERIES),
        )

    def token(self, who: str) -> str:
        student: Person = self.people["student"]
        return {"": "", "refresh": student.refresh}.get(who) or (self.people[who].access if who else "")

    def fill(self, text: str) -> str:
        student: Person = self.people["student"]
        values = {"tutor": "1", "talk": TALK, "email": student.email}
        values |= {each: each for each in ("confirm", "reset", "page")}
        link = unsubscribe_link(student.id, "chat")
        assert link
        values |= {
            "issue": str(ISSUE),
            "unsubscribe": link.rstrip("/").rpartition("/")[2],
            "feed": FEED,
            "refresh": student.refresh,
            "access": student.access,
            "session": self.people["second"].session_id,
            "third": self.people["third"].id,
            "device": self.people["staff"].session_id,
        }
        return re.sub(r"\{(\w+)\}", lambda found: str(values.get(found[1].lower(), found[0])), text)

    def play(self, call: Callable[..., Answer], steps: list[tuple[str, Step]]) -> list[Answer]:
        return [self._ask(call, step) for _part, step in steps]

    def _ask(self, call: Callable[..., Answer], step: Step) -> Answer:
        more: dict[str, Any] = {"headers": step.headers, "token": self.token(step.who)}
        if step.body is not None:
            more["json_body"] = json.loads(self.fill(json.dumps(step.body)))
        return call(step.method, self.fill(step.target), body=step.raw, **more)


def lambda_client(method: str, target: str, **more: Any) -> Answer:
    prefix = max((each for each in HANDLERS if target.startswith(each)), key=len)
    return LambdaClient(HANDLERS[prefix])(method, target, source_ip="127.0.0.1", **more)


@pytest.fixture(scope="module", params=[3, pytest.param(1, marks=pytest.mark.proof)])
def answers(
    engines: dict[str, Engine], tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[list[Played]]:
    """The responses of both entry points to every step."""
    steps = some_steps(request.param)
    folder: Path = tmp_path_factory.mktemp("entry_points")
    names = ("DATABASE_URL", "REDIS_URL", "JWT_SECRET", "RATE_LIMITS", "PUBLIC_URL")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MAIL_URL", f"file://{folder / 'mail'}")
        patch.setenv("MEDIA_FOLDER", str(folder / "media"))
        patch.setenv("PUBLIC_URL", "https://korepetycje.example")
        # Dispatch at once, as the scheduler of the local server does.
        patch.setattr(dispatcher.dispatch_trigger, "installed", lambda: dispatch({}, None))
        read_settings_again()
        options = {name: os.environ[name] for name in names}
        with running_server(folder / "data", DEMO="0", **options) as server:
            played = [Platform().play(call, steps) for call in (lambda_client, HttpClient(server.url))]
            yield list(zip(steps, zip(*played, strict=True), strict=True))
    empty_the_tables()
    redis_client().flushdb()
    read_settings_again()


KNOWN = "|".join(str(each) for each in (STUDENT, TUTOR, OTHER, GONE, TALK, SERIES, ISSUE))
CHANCE = re.compile(
    rb"(?<=\"ticket\":\")[\w-]+|(?<=\"challenge\":\")[\w-]{43}|(?<=\"public_key\":\")[\w-]{87}|(?<=meet\.jit\.si/Korepetycje-)[\w-]{22}|eyJ[\w-]+\.[\w-]+\.[\w-]+|(?<=/calendar/)[\w-]{43}(?=\.ics)|uploads/user/(?!default)[\w.-]+"
    rb"|" + str(datetime.now(UTC).year).encode() + rb"-\d\d-\d\dT[\d:.]+\+\d\d:\d\d"
    rb"|(?!" + KNOWN.encode() + rb")[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}"
)


def comparable(answer: Answer) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body; random and time-dependent parts (new ids, times, tokens) are masked."""
    headers = {name: value for name, value in answer.headers.items() if name not in TRANSPORT}
    if headers.get("content-length") == "0":
        # Mangum adds a content type where there is none.
        headers.pop("content-type", None)
    return answer.status, headers, CHANCE.sub(b"<by chance>", answer.body)


@pytest.mark.parametrize("part", PARTS)
def test_both_entry_points_respond_identically(answers: list[Played], part: str) -> None:
    different = {
        str(step): (by_lambda, by_server)
        for step, by_lambda, by_server in (
            (step, comparable(by_lambda), comparable(by_server))
            for (name, step), (by_lambda, by_server) in answers
            if name == part
        )
        if by_lambda != by_server
    }
    assert different == {}


def expected_cache_control(step: Step, answer: Answer) -> str | None:
    if "etag" in answer.headers:  # a calendar feed
        return "private, no-cache"
    if answer.headers.get("content-type", "").startswith("text/html"):  # a page that a mail links to
        return "no-store"
    is_preflight = "access-control-request-method" in step.headers
    is_read = step.method in {"GET", "HEAD", "OPTIONS"}
    is_private = not is_read or step.who or "authorization" in step.headers
    path = step.target.partition("?")[0].rstrip("/") + "/"
    if answer.status == 200 and FAST.fullmatch(path) and step.method != "OPTIONS" and not is_private:
        return "no-store" if "cookie" in step.headers else "public, max-age=0, s-maxage=5"
    return "no-store" if is_private and not is_preflight else None


def test_every_response_states_who_may_cache_it(answers: list[Played]) -> None:
    wrong = {
        str(step): answer.headers
        for (_name, step), pair in answers
        for answer in pair
        if answer.headers.get("x-content-type-options") != "nosniff"
        or answer.headers.get("cache-control") != expected_cache_control(step, answer)
    }
    assert wrong == {}


def test_no_request_gets_a_server_error(answers: list[Played]) -> None:
    failed = [str(step) for (_name, step), pair in answers if max(each.status for each in pair) >= 500]
    assert failed == []


def test_the_scenario_covers_every_endpoint_and_every_kind_of_status(answers: list[Played]) -> None:
    """Otherwise the comparison would prove little."""
    assert {answer.status for _step, (answer, _) in answers} >= {200, 201, 400, 401, 403, 404, 405, 413, 415}
    good = {
        (
            step.method,
            re.sub(
                r"/(\d+|[0-9a-f-]{36}|\{feed\}(?=\.ics))(?=/|$|\.ics)", "/*", step.target.partition("?")[0].rstrip("/")
            ),
        )
        for (_part, step), (answer, _) in answers
        if answer.status < 300
    }
    expected = {
        (method, re.sub(r"\{[^}]+\}", "*", route.path.rstrip("/")))
        for route in ALL_ROUTES
        for method in methods_of(route)
    }
    normal = {(method, re.sub(r"\{\w+\}", "*", path)) for method, path in good}
    without = {f"{method} {path}" for method, path in expected - normal}
    assert without == UNPLAYED, "tests/support/request_scenario.py gets no successful response from these"


def test_responses_match_their_schemas_exactly(answers: list[Played]) -> None:
    wrong = {str(step): found for (_, step), (answer, _) in answers if (found := complaints(step, answer))}
    assert wrong == {}
