"""Every row of section 4 of docs/contract-newer.md, called as the frontend calls it: status, types, times, addresses.

The tests of each feature cover responses to invalid requests.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.notifications.dispatch_job import handler as dispatch
from tests.events.recorded import recorded
from tests.support.browser import Answer, Browser
from tests.support.people import PASSWORD, People, Person
from tests.versions import shapes
from tests.versions.shapes import mismatch
from tests.versions.test_chat import upload

SignedIn = Callable[[Person], Browser]


def slot(days: int) -> dict[str, str]:
    """As the frontend's form sends it."""
    start = (datetime.now(UTC) + timedelta(days=days)).replace(minute=0, second=0)
    return {"start_time": f"{start:%Y-%m-%dT%H:%M:%S}.000Z", "end_time": f"{start:%Y-%m-%dT%H}:45:00.000Z"}


class Rows:
    """A tutor and a student who do everything that the frontend can."""

    def __init__(self, tutor: Browser, student: Browser, visitor: Browser) -> None:
        self.tutor, self.student, self.visitor = tutor, student, visitor

    def check(self, answer: Answer, status: int, shape: Any) -> Any:
        assert answer.status == status, answer.body
        assert mismatch(answer.json, shape) == ""
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["access-control-allow-origin"] == self.visitor.origin
        assert answer.headers["access-control-allow-credentials"] == "true"
        return answer.json

    def furnish(self, tutor: Person) -> dict[str, Any]:
        """Request every row that creates something; returns the values for the paths of the others."""
        tags = {"tags": [{"name": "matura"}, {"name": ""}], "title": "Kurs", "description": "Od stycznia"}
        self.check(self.tutor("POST", "announcement/announcement/", tags), 201, shapes.ANNOUNCEMENT)
        for each in ({"price": "75"}, {"description": "Uczę."}, {"tutoring_location": "Rzeszów"}):
            self.check(self.tutor("PATCH", "user/tutor/me/", each), 200, shapes.SETTINGS)
        self.check(self.tutor("PUT", "user/tutor/skills/me/", {"skills": ["Fizyka"]}), 200, {"skills": [str]})
        items = [self.check(self.tutor("POST", "user/tutor/schedule/me/", slot(n)), 201, shapes.SLOT) for n in (3, 4)]
        deleted = self.tutor("DELETE", f"user/tutor/schedule/me/{items[1]['id']}/")
        self.check(deleted, 200, {"Info": str})
        reservation = self.student("POST", "reservation/reservation/", {"schedule_item": items[0]["id"]})
        self.check(reservation, 201, shapes.RESERVED)
        rating = {"rating": 4, "review": "Dobrze."}
        self.check(self.student("POST", f"user/rate_tutor/{tutor.tutor_id}/", rating), 201, shapes.OWN_REVIEW)
        made = self.student("POST", "chat/conversation/", {"users": [{"id": str(tutor.id)}]})
        talk = self.check(made, 201, shapes.CONVERSATION)["id"]
        sent = {**shapes.MESSAGE, "created_by": shapes.UUID, "file": shapes.URL}
        self.check(upload(self.student, talk), 201, sent)
        issue = {"category": "help_request", "title": "Pomoc", "description": "Proszę"}
        reported = self.check(self.student("POST", "reporting/issue/create/", issue), 201, shapes.ISSUE)
        answered = self.student("POST", f"reporting/issue/respond/create/{reported['id']}/", {"body": "Już"})
        self.check(answered, 201, shapes.RESPONSE)
        return {"tutor": tutor.tutor_id, "talk": talk, "issue": reported["id"]}


READS: tuple[tuple[str, str, Any], ...] = (
    ("student", "user/profile/", shapes.PROFILE),
    ("visitor", "user/tutor/search/?&page_size=15", shapes.page(shapes.CARD)),
    ("visitor", "user/tutor/all/", [shapes.CARD]),
    ("visitor", "user/tutor/skills/", [{"skill": str}]),
    ("visitor", "user/tutor/details/{tutor}/", shapes.DETAILS),
    ("visitor", "user/tutor/schedule/{tutor}/", [shapes.SLOT]),
    ("visitor", "user/tutor/reviews/{tutor}/?p=1&page_size=15", {**shapes.page(shapes.REVIEW), "avg_rating": float}),
    ("visitor", "user/ratings/best/?number_of_ratings=9", [shapes.REVIEW]),
    ("tutor", "user/tutor/me/", shapes.SETTINGS),
    ("tutor", "user/tutor/skills/me/", {"skills": [str]}),
    ("tutor", "user/tutor/schedule/me/", [shapes.SLOT]),
    ("student", "reservation/reservation/user/me/", [shapes.AS_STUDENT]),
    ("student", "reservation/reservation/user/me/?is_confirmed=true", [shapes.AS_STUDENT]),
    ("tutor", "reservation/reservation/tutor/me/", [shapes.AS_TUTOR]),
    ("tutor", "reservation/reservation/tutor/me/?is_confirmed=true", [shapes.AS_TUTOR]),
    ("tutor", "notification/list/?p=1&page_size=8", shapes.page(shapes.NOTIFICATION)),
    ("student", "chat/conversations/?p=1&page_size=8", shapes.page(shapes.CONVERSATION)),
    ("tutor", "chat/conversation/{talk}/", {**shapes.CONVERSATION, "last_message": shapes.MESSAGE}),
    ("tutor", "chat/conversation_details/{talk}/?p=1&page_size=8", shapes.page(shapes.MESSAGE)),
    ("visitor", "announcement/announcements/", shapes.page(shapes.ANNOUNCEMENT)),
    ("student", "reporting/issue/list/", [shapes.ISSUE]),
    ("student", "reporting/issue/detail/{issue}/", {**shapes.ISSUE, "responds": [shapes.RESPONSE]}),
)


def test_every_row_has_its_shape(browser: Browser, signed_in: SignedIn, people: People) -> None:
    tutor = people.new_tutor()
    rows = Rows(signed_in(tutor), signed_in(people.student()), browser)
    for each in ({"online_sessions_available": True}, {"individual_sessions_available": True}):
        rows.check(rows.tutor("PATCH", "user/tutor/me/", each), 200, shapes.SETTINGS)
    found = rows.furnish(tutor)
    dispatch(recorded("schedule_dispatch"), None)
    for asker, path, shape in READS:
        answer = getattr(rows, asker)("GET", path.format(**found))
        rows.check(answer, 200, shape)
        assert answer.cookies == [], path
    note = rows.tutor("GET", "notification/list/").json["results"][0]
    marked = rows.tutor("PATCH", f"notification/is_read/{note['id']}/", {"is_read": True})
    assert rows.check(marked, 200, shapes.NOTIFICATION)["is_read"] is True
    rows.check(rows.student("POST", "user/check_password/", {"password": PASSWORD}), 200, {"password_matches": bool})
    rows.check(rows.student("PATCH", "user/profile/", {"password": "Zielona!Herbata7"}), 200, shapes.PROFILE)
    rows.check(rows.student("DELETE", "user/delete/"), 200, {"Info": str})


NO_ID = "00000000-0000-4000-8000-000000000000"
OF_TUTORS: tuple[tuple[str, str], ...] = (
    ("GET", "user/tutor/me/"),
    ("PATCH", "user/tutor/me/"),
    ("GET", "user/tutor/skills/me/"),
    ("PUT", "user/tutor/skills/me/"),
    ("GET", "user/tutor/schedule/me/"),
    ("POST", "user/tutor/schedule/me/"),
    ("DELETE", "user/tutor/schedule/me/1/"),
    ("GET", "reservation/reservation/tutor/me/"),
    ("POST", "reservation/reservation/tutor/me/confirm/1/"),
    ("POST", "announcement/announcement/"),
)
OF_EVERYBODY: tuple[tuple[str, str], ...] = (
    ("GET", "user/profile/"),
    ("PATCH", "user/profile/"),
    ("POST", "user/check_password/"),
    ("PATCH", "user/profile_image/"),
    ("DELETE", "user/profile_image/"),
    ("DELETE", "user/delete/"),
    ("GET", "user/ratings/me/"),
    ("POST", "user/rate_tutor/1/"),
    ("DELETE", "user/rate_tutor/1/"),
    ("POST", "reservation/reservation/"),
    ("GET", "reservation/reservation/user/me/"),
    ("GET", "notification/list/"),
    ("PATCH", "notification/is_read/1/"),
    ("GET", "chat/conversations/"),
    ("POST", "chat/conversation/"),
    ("GET", f"chat/conversation/{NO_ID}/"),
    ("GET", f"chat/conversation_details/{NO_ID}/"),
    ("POST", "chat/conversation/message/upload-file/"),
    ("POST", "reporting/issue/create/"),
    ("GET", "reporting/issue/list/"),
    ("GET", f"reporting/issue/detail/{NO_ID}/"),
    ("POST", f"reporting/issue/respond/create/{NO_ID}/"),
)


def test_rows_that_need_an_account_refuse_other_callers(browser: Browser, signed_in: SignedIn, people: People) -> None:
    """A 401 makes the frontend refresh its session, so it must come even for an invalid body."""
    student = signed_in(people.student())
    for method, path in (*OF_EVERYBODY, *OF_TUTORS):
        sent: tuple[Any, ...] = () if method in {"GET", "DELETE"} else ({},)
        answer = browser(method, path, *sent)
        assert (answer.status, answer.json) == (401, {"detail": "Nie podano danych uwierzytelniających."}), path
        assert answer.headers["www-authenticate"] == 'Bearer realm="api"'
        if (method, path) in OF_TUTORS:
            assert student(method, path, *sent).status == 403, path


@pytest.mark.parametrize("shape", [shapes.CARD, {"a": [int]}, [str], None, shapes.TIME, int, (shapes.URL, None)])
def test_a_wrong_shape_is_detected(shape: Any) -> None:
    assert mismatch({"a": []}, shape) != ""
