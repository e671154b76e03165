"""Who may do what with reviews, and how invalid bodies are refused."""

from typing import Any

import pytest

from functions.reviews.handler import handler
from tests.layers.test_every_body import BAD_VALUES, BROKEN_BODIES, BROKEN_FORMS
from tests.support.lambda_client import LambdaClient
from tests.support.people import People, Person, insert, query

call = LambdaClient(handler)
BASE = "/api/user/tutor/reviews"
RATE, REPLY, REPORT = "/api/user/rate_tutor/1/", f"{BASE}/1/reply/", f"{BASE}/1/report/"
ROLES = ("anonymous", "refresh token", "author", "reader", "other tutor", "the tutor", "staff")
# Method, path, body, and the status for each role.
MATRIX: list[tuple[str, str, Any, tuple[int, ...]]] = [
    ("GET", f"{BASE}/1/", None, (200, 200, 200, 200, 200, 200, 200)),
    ("PATCH", RATE, {"rating": 1}, (401, 401, 200, 400, 400, 400, 400)),
    ("PUT", REPLY, {"reply": "x"}, (401, 401, 403, 403, 404, 200, 403)),
    ("DELETE", REPLY, None, (401, 401, 403, 403, 404, 200, 403)),
    ("POST", REPORT, {"reason": "x"}, (401, 401, 409, 201, 201, 201, 201)),
    ("GET", f"{BASE}/reported/", None, (401, 401, 403, 403, 403, 403, 200)),
    ("GET", f"{BASE}/hidden/", None, (401, 401, 403, 403, 403, 403, 200)),
    ("POST", f"{BASE}/1/hide/", None, (401, 401, 403, 403, 403, 403, 200)),
    ("POST", f"{BASE}/1/unhide/", None, (401, 401, 403, 403, 403, 403, 200)),
    ("DELETE", RATE, None, (401, 401, 200, 400, 400, 400, 400)),
]
TABLES = ("ratings", "review_reports", "tutors")


@pytest.fixture
def cast(people: People) -> dict[str, Person]:
    """The author's review of the tutor has the id 1, as has the tutor."""
    tutor, author = people.tutor(), people.student()
    insert("ratings", {"tutor_id": tutor.tutor_id, "student_id": author.id, "rating": 4, "review": "Dobrze"})
    return {
        "author": author,
        "reader": people.student(),
        "other tutor": people.tutor(),
        "the tutor": tutor,
        "staff": people.student(is_staff=True),
    }


def rows() -> list[Any]:
    parts = [f"SELECT '{table}', json_agg(t ORDER BY id)::text FROM {table} t" for table in TABLES]
    return query(" UNION ALL ".join(parts))


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("method", "path", "body", "expected"), MATRIX, ids=[f"{m} {p}" for m, p, _b, _e in MATRIX])
def test_each_role_may_do_only_what_it_should(
    cast: dict[str, Person], *, method: str, path: str, body: Any, expected: tuple[int, ...], role: str
) -> None:
    token = {"anonymous": "", "refresh token": cast["author"].refresh}.get(role)
    more = {} if body is None else {"json_body": body}
    before = rows()
    answer = call(method, path, token=cast[role].access if token is None else token, **more)
    assert answer.status == expected[ROLES.index(role)], answer
    if answer.status >= 400:
        assert rows() == before


BODIES = [
    ("PATCH", RATE, "author", "review"),
    ("PUT", REPLY, "the tutor", "reply"),
    ("POST", REPORT, "reader", "reason"),
]


@pytest.mark.parametrize(("method", "path", "who", "name"), BODIES)
def test_invalid_bodies_are_refused_and_change_nothing(
    cast: dict[str, Person], method: str, path: str, who: str, name: str
) -> None:
    token, before = cast[who].access, rows()
    sent = [("application/json", body) for body in BROKEN_BODIES]
    sent += [(content_type, body) for content_type, body, _status in BROKEN_FORMS]
    # Numbers are accepted as text.
    values = [value for value in BAD_VALUES if not value.strip("-").isdigit()]
    sent += [("application/json", f'{{"{name}": {value}}}'.encode()) for value in values]
    for content_type, body in sent:
        answer = call(method, path, token=token, body=body, headers={"content-type": content_type})
        if (content_type, answer.status) == ("application/json", 200):
            # A body without any of the fields changes nothing.
            assert method == "PATCH"
            continue
        assert 400 <= answer.status < 500, (body[:50], answer)
        assert isinstance(answer.json, dict)
    assert rows() == before
