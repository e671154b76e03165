"""A long scenario for both entry points: every endpoint, every kind of error, a typical day of each kind of user."""

from collections.abc import Callable, Iterator
from typing import Any
from zlib import crc32

from functions.push.schemas import EXAMPLE as PUSH_SUBSCRIPTION
from tests.support.account_scenario import account_s_end, transport
from tests.support.board_scenario import attachments, boards, links
from tests.support.booking_scenario import bookings, changes_of_bookings, series
from tests.support.chat_scenario import changes_of_messages, changes_while_away, presence, reading
from tests.support.lambda_client import JSON_TYPE
from tests.support.request_step import FORM, GONE, MULTIPART, OTHER, STUDENT, TALK, TEXT, TUTOR, Step
from tests.support.routes import ALL_ROUTES, filled_in


def everything_as_anybody() -> Iterator[Step]:
    """Every endpoint with each method, anonymous and with bad credentials."""
    for target in sorted({filled_in(route.path, TALK) for route in ALL_ROUTES}):
        for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
            yield Step(method, target)
            yield Step(method, target.rstrip("/"), headers={"origin": "https://front.example"})
        for header in ("Bearer", "Bearer a b", "Bearer nonsense", "Basic x", "bearer x"):
            yield Step("GET", target, headers={"authorization": header})
        yield Step("PUT", target, "student", {})
        yield Step("DELETE", target, "gone", {})
        yield Step("OPTIONS", target, headers={"origin": "x", "access-control-request-method": "PUT"})


def public_reads() -> Iterator[Step]:
    search = "/api/user/tutor/search/"
    queries = (
        "?search_by_full_name=%C5%81ucja",
        "?search_by_full_name=lucja+nowak",
        "??&price__gte=10??&price__gte=10&price__lte=5000",
        "?search_by_full_name=100%",
        "?search_by_full_name=%FF%C5",
        "?skills=Nieznany",
        "?price__gte=x&avg_rating__lt=NaN&page_size=0&cursor=x",
        "?page_size=1",
        "?search_by_full_name=%00",
        "?free_from=08:00&free_to=12:00&free_weekdays=1,2&free_tz=Europe/Warsaw&free_within=30&free_length=60",
        "?free_from=x&free_tz=Nowhere&free_within=99&free_length=1&free_weekdays=9",
        "?search_by_full_name=" + "x" * 50_000,
    )
    for text in queries:
        yield Step("GET", search + text, headers={"origin": "https://front.example", "content-type": JSON_TYPE})
        yield Step("GET", f"{search}facets/{text}")
    for path in (
        "all",
        "details/1",
        "details/2",
        "details/99",
        "details/" + "9" * 30,
        "details/abc",
        "skills",
        "all/1",
    ):
        yield Step("GET", f"/api/user/tutor/{path}/")
    for number in ("3", "2.7", "", "abc", "-1", "1e30"):
        yield Step("GET", f"/api/user/ratings/best/?number_of_ratings={number}")


def bodies() -> Iterator[Step]:
    """Every kind of invalid body, at one endpoint of each function that takes a body."""
    targets = (
        ("POST", "/api/user/create/", ""),
        ("POST", "/api/token/", ""),
        ("PATCH", "/api/user/profile/", "student"),
        ("PATCH", "/api/user/tutor/price/me/", "tutor"),
        ("POST", "/api/user/tutor/schedule/me/", "tutor"),
        ("PUT", "/api/availability/hours/me/", "tutor"),
        ("POST", "/api/user/rate_tutor/1/", "student"),
        ("POST", "/api/chat/conversation/", "student"),
    )
    for method, target, who in targets:
        for raw in (
            b"",
            b"{oops",
            b"[]",
            b'"x"',
            b"null",
            b"NaN",
            b"\xff\xfe",
            b"[" * 20_000,
            b'{"email":"\\ud800\\u0000"}',
        ):
            yield Step(method, target, who, raw=raw, headers={"content-type": JSON_TYPE})
        yield Step(method, target, who, raw=b"x=1", headers={"content-type": TEXT})
        yield Step(method, target, who, raw=b"price=%C5&email=a%00b&=&&", headers={"content-type": FORM})
        yield Step(method, target, who, raw=b"no parts", headers={"content-type": MULTIPART})
        yield Step(method, target, who, raw=b"{}" + b" " * 4_500_000, headers={"content-type": JSON_TYPE})
        yield Step(method, target, who, {})


def student_s_day() -> Iterator[Step]:
    rate, talk = "/api/user/rate_tutor/{tutor}/", "/api/chat/conversation_detail/{talk}"
    yield Step("POST", rate, "student", {"rating": 4, "review": "Świetnie 😀"})
    yield Step("POST", rate, "student", {"rating": 4, "review": "x"})
    yield Step("POST", rate, "student", {"rating": 9})
    yield Step("POST", rate, "tutor", {"review": "x"})
    for target in ("/api/user/rate_tutor/0/", "/api/user/rate_tutor/77/"):
        yield Step("POST", target, "student", {"review": "x"})
    yield Step("GET", "/api/user/ratings/me/", "student")
    yield Step("GET", "/api/user/tutor/details/{tutor}/")
    yield Step("DELETE", rate, "student")
    yield Step("DELETE", rate, "student")
    for user in (TUTOR, OTHER, STUDENT, GONE, "x"):
        yield Step("POST", "/api/chat/conversation/", "student", {"users": [{"id": str(user)}]})
        yield Step("GET", f"/api/chat/conversation/user/{user}/", "student")
    yield Step("GET", "/api/chat/conversations/", "student")
    yield Step("POST", "/api/chat/ticket/", "student", {"x": 1})
    yield from reading()
    for user in (TUTOR, STUDENT, GONE):
        yield Step("POST", f"/api/chat/blocked/{user}/", "student")
    yield Step("GET", "/api/chat/blocked/", "student")
    yield Step("DELETE", f"/api/chat/blocked/{TUTOR}/", "student")
    for who, seq in (("student", 1), ("tutor", 1), ("other", 1), ("student", 99)):
        message = {"conversation": str(TALK), "seq": seq, "reason": "Obraża"}
        yield Step("POST", "/api/report/message/", who, message)
    for user in (TUTOR, STUDENT, "x"):
        yield Step("POST", "/api/report/person/", "student", {"person": str(user), "reason": "Spam"})
    for who in ("student", "", "staff"):
        yield Step("GET", "/api/staff/reports/", who)
        yield Step("GET", "/api/staff/reports/1/", who)
        yield Step("POST", "/api/staff/reports/1/decide/", who, {"decision": "dismiss", "reason": "x"})
    for change in ("mute", "unmute", "archive", "unarchive"):
        for who in ("student", "other"):
            yield Step("POST", f"/api/chat/conversations/{TALK}/{change}/", who)
    yield from attachments()
    for query_string in ("", "/", "?number_of_last_messages=1", "?after=1", "?before=2", "?after=x"):
        yield Step("GET", talk + query_string, "student")
    yield Step("GET", talk.upper(), "student")
    yield Step("GET", talk, "other")
    yield from changes_of_messages()
    yield from changes_while_away()
    yield from presence()


def reviews_and_their_rules() -> Iterator[Step]:
    """Two reviews of the second tutor: 1 by `student` and 2 by `other`."""
    base, rate = "/api/user/tutor/reviews", "/api/user/rate_tutor/2/"
    for query_string in ("", "?p=1&page_size=1", "?p=9", "?p=x&page_size=0"):
        yield Step("GET", f"{base}/2/{query_string}")
    for tutor_id in ("77", "9" * 30, "abc"):
        yield Step("GET", f"{base}/{tutor_id}/")
    for body in ({"rating": 3}, {"rating": 9, "review": ""}, {}):
        yield Step("PATCH", rate, "student", body)
    yield Step("PATCH", rate, "second", {"rating": 1})
    for who, review in (("second", "1"), ("second", "77"), ("tutor", "1"), ("student", "1")):
        for text in ("Dziękuję!", ""):
            yield Step("PUT", f"{base}/{review}/reply/", who, {"reply": text})
    yield Step("DELETE", f"{base}/1/reply/", "second")
    for who, review in (("other", "1"), ("other", "1"), ("student", "1"), ("student", "77")):
        yield Step("POST", f"{base}/{review}/report/", who, {"reason": "Obraża"})
    yield Step("POST", f"{base}/1/report/", "other", {})
    for who in ("staff", "student"):
        yield Step("GET", f"{base}/reported/", who)
        yield Step("GET", f"{base}/hidden/", who)
        for verb in ("hide", "unhide", "hide"):
            yield Step("POST", f"{base}/1/{verb}/", who, {})
    yield Step("POST", f"{base}/77/hide/", "staff", {})
    for method in ("PATCH", "DELETE"):
        yield Step(method, rate, "student", {"rating": 5})
    yield Step("GET", "/api/user/ratings/me/", "student")
    yield Step("GET", f"{base}/2/")
    yield Step("GET", "/api/user/tutor/details/2/")
    yield Step("POST", f"{base}/1/unhide/", "staff", {})


def tutor_s_day() -> Iterator[Step]:
    settings = "/api/user/tutor/"
    for name, body in (
        ("", {"description": None}),
        ("price", {"price": "75"}),
        ("price", {"price": -1}),
        ("location", {"tutoring_location": "Rzeszów"}),
        ("location", {"tutoring_location": ""}),
        ("description", {"description": "Opis\n😀"}),
        ("individual_group", {"group_sessions_available": True}),
        ("individual_group", {"individual_sessions_available": True}),
        ("method_session_availability", {"online_sessions_available": "maybe"}),
        ("method_session_availability", {"online_sessions_available": True}),
    ):
        path = f"{settings}{name}/me".replace("//", "/")
        yield Step("PATCH", f"{path}/", "tutor", body)
        yield Step("GET", f"{path}/", "tutor")
        yield Step("HEAD", path, "tutor")
    for skills in (["Fizyka"], ["Nie ma"], "Fizyka", None):
        yield Step("PUT", f"{settings}skills/me/", "tutor", {"skills": skills})
        yield Step("GET", f"{settings}skills/me/", "tutor")
    yield Step("PATCH", f"{settings}me/", "tutor", {"price": 5})
    times = {"start_time": "2035-01-10T07:00:00.000Z", "end_time": "2035-01-10T08:00:00.000Z"}
    for body in (times, times, {"start_time": "x"}, times | {"end_time": times["start_time"]}):
        yield Step("POST", f"{settings}schedule/me/", "tutor", body)
    yield Step("GET", f"{settings}schedule/me/", "tutor")
    for target in ("1/", "1/", "", "abc/"):
        yield Step("DELETE", f"{settings}schedule/me/{target}", "tutor")
    yield Step("POST", f"{settings}schedule/me/", "tutor", times)
    yield Step("DELETE", f"{settings}schedule/me/", "tutor")


def tutors_hours() -> Iterator[Step]:
    """Rules for one day, too far ahead for any run to see its items, and one override."""
    hours, deprecated, terms = (f"/api/availability/{name}/" for name in ("hours/me", "overrides/me", "terms"))
    monday = {"weekday": 1, "start": "09:00", "end": "17:00"}
    for week in ([], [monday, monday], [monday | {"end": "9:00"}], None):
        yield Step("PUT", hours, "tutor", {"hours": week, "time_zone": "Europe/Warsaw"})
        yield Step("GET", hours, "tutor")
    day = {"kind": "extra", "first_day": "2099-03-28", "start": "09:00", "note": "Żółw"}
    for overrides, targets in ((deprecated, ("1/", "1/", "99/")), (f"{hours}overrides/", ("3/", "4/", "abc/"))):
        for body in (day, day | {"kind": "off"}, day | {"last_day": "2099-03-27"}, day | {"end": "09:00"}):
            yield Step("POST", overrides, "tutor", body)
        yield Step("POST", overrides, "tutor", day | {"kind": "off", "cancel_bookings": True})
        yield Step("GET", overrides, "tutor")
        for target in targets:
            yield Step("DELETE", overrides + target, "tutor")
    yield Step("GET", f"{hours}overrides/?p=2", "tutor")
    changes: list[Any] = [{"session_lengths": [45, 60], "max_per_day": None}, {"slot_step": 1}, {"time_zone": "x"}, {}]
    for change in changes:
        yield Step("PATCH", f"{terms}me/", "tutor", change)
        yield Step("GET", f"{terms}me/", "tutor")
        yield Step("GET", f"{terms}{{tutor}}/")
    times = {"start_time": "2035-03-25T00:30:00.000Z", "end_time": "2035-03-25T03:00:00.000Z"}
    yield Step("POST", "/api/user/tutor/schedule/me/", "tutor", times)
    for query_string in (
        "",
        "?from=2035-03-25&to=2035-03-26",
        "?from=2035-03-25&to=2035-03-26&tz=Asia%2FTokyo&length=60",
    ):
        yield Step("GET", f"/api/availability/slots/{{tutor}}/{query_string}")
        yield Step("GET", f"/api/availability/tutors/{{tutor}}/slots/{query_string}")
    for query_string in ("?from=x", "?tz=x", "?length=61", "?from=2035-03-25&to=2035-07-25"):
        yield Step("GET", f"/api/availability/slots/{{tutor}}/{query_string}")
        yield Step("GET", f"/api/availability/tutors/{{tutor}}/slots/{query_string}")
    yield Step("GET", "/api/availability/tutors/99/slots/")
    yield Step("DELETE", "/api/user/tutor/schedule/me/", "tutor")


def notified() -> Iterator[Step]:
    """Notifications and the calendar feed."""
    note, feed = "/api/notification/", "/api/reservation/calendar/"
    for query in ("", "?p=1&page_size=1", "?p=2&page_size=1", "?p=9", "?p=x&page_size=0"):
        yield Step("GET", f"{note}list/{query}", "student")
    yield Step("GET", f"{note}unread_count", "student")
    for target, body in (("1", {"is_read": True}), ("1", {"is_read": "x"}), ("3", {"is_read": True}), ("99", {})):
        for method in ("PUT", "PATCH"):
            yield Step(method, f"{note}is_read/{target}/", "student", body)
    yield Step("GET", f"{note}list/", "other")
    yield Step("POST", f"{note}read_all/", "student", {})
    yield Step("GET", f"{note}list/", "student")
    yield Step("PATCH", f"{note}preferences/", "student", {"chat": {"mail": False}, "reviews": {"push": "no"}})
    yield Step("PATCH", f"{note}preferences/", "student", {"chat": {"sms": True}})
    yield Step("GET", f"{note}preferences/", "student")
    yield from links()
    yield Step("POST", f"{note}push/subscriptions/", "student", {"endpoint": "https://10.0.0.1/", "keys": {}})
    yield Step("DELETE", f"{note}push/subscriptions/99/", "student")
    yield Step("POST", f"{note}push/subscriptions/", "student", PUSH_SUBSCRIPTION)
    yield Step("GET", f"{note}push/subscriptions/", "student")
    yield Step("DELETE", f"{note}push/subscriptions/1/", "student")
    for target in ("{feed}.ics", "{feed}.ics/", "x.ics", "{feed}"):
        yield Step("GET", feed + target, headers={"origin": "https://front.example"})
        yield Step("HEAD", feed + target)
        yield Step("GET", feed + target, headers={"if-none-match": "*"})
    yield Step("GET", feed, "student")
    yield Step("DELETE", feed, "student")
    yield Step("DELETE", feed, "student")
    yield Step("GET", feed + "{feed}.ics")
    yield Step("POST", feed, "tutor")
    yield Step("GET", feed, "tutor")


PARTS: dict[str, Callable[[], Iterator[Step]]] = {
    "everything as anybody": everything_as_anybody,
    "public reads": public_reads,
    # Before there are reviews and bookings: the local server sends notifications of those at its own pace.
    "notifications": notified,
    "bodies": bodies,
    "a student's day": student_s_day,
    "reviews and their rules": reviews_and_their_rules,
    "a tutor's day": tutor_s_day,
    "a tutor's hours": tutors_hours,
    "bookings": bookings,
    "changes of bookings": changes_of_bookings,
    "series": series,
    "boards": boards,
    "transport": transport,
    "an account's end": account_s_end,
}
STEPS = [(name, step) for name, part in PARTS.items() for step in part()]


def some_steps(share: int) -> list[tuple[str, Step]]:
    """All steps, but of the first part, whose requests are alike, only a sample; it does not depend on other steps."""
    [long, *_] = PARTS
    return [(part, step) for part, step in STEPS if part != long or crc32(repr(step).encode()) % share == 0]
