"""Who may call each endpoint; new endpoints are covered without a line here."""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.domain.auth import optional_user, staff_only, tutors_only
from shared.domain.staff_desk import desk_only
from shared.kit.http.guards import Guard, guards_of
from shared.kit.http.routing import ApiRoute
from shared.kit.security.tokens import Claims, issue
from tests.support.lambda_client import Answer
from tests.support.people import People, Person, query
from tests.support.routes import ALL_ROUTES, ROUTES, call, filled_in, methods_of
from tests.support.tables import rows

GUARDED = [each for each in ROUTES if guards_of(each)]
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
# Each path with the methods of all its routes.
ANSWERED: dict[str, set[str]] = {}
for _route in ALL_ROUTES:
    ANSWERED.setdefault(filled_in(_route.path), set()).update(methods_of(_route))
# These identify the caller in another way: by a password, a code, a passkey, or the secret of a mailed link.
FOR_EVERYBODY = {
    "GET /api/notification/unsubscribe/{token}/",
    "POST /api/notification/unsubscribe/{token}/",
    "GET /api/reservation/calendar/{token}.ics/",
    "POST /api/token/",
    "POST /api/token/oauth/",
    "POST /api/token/oidc/",
    "POST /api/token/oidc/begin/",
    "POST /api/token/passkey/",
    "POST /api/token/passkey/begin/",
    "POST /api/token/refresh/",
    *(f"POST /api/token/second_factor/{step}" for step in ("", "passkey/", "enrolment/", "enrolment/confirm/")),
    *(f"POST /api/token/second_factor/enrolment/passkey/{step}" for step in ("", "confirm/")),
    "POST /api/token/verify/",
    "POST /api/user/confirm_user/",
    "POST /api/user/confirm_user/resend/",
    "POST /api/user/create/",
    "POST /api/user/email_change/confirm/",
    "GET /api/user/email_change/links/{token}/",
    "POST /api/user/email_change/links/{token}/",
    "POST /api/user/email_change/revoke/",
    *(f"POST /api/user/password_reset/{step}" for step in ("", "validate_token/", "confirm/")),
    "GET /media/chat/{signed}/{name}",
}
BODIES = (b"{}", b"{broken", b"[]")
JSON = {"content-type": "application/json"}
NO_RIGHT = {"detail": "Nie masz uprawnień, by wykonać tę czynność."}
NO_CREDENTIALS = {"detail": "Nie podano danych uwierzytelniających."}
NO_ACCOUNT = {"detail": "Użytkownik nie znaleziony", "code": "user_not_found"}
BAD_HEADER = {
    "detail": "Nagłówek autoryzacji musi zawierać dwie wartości rodzielone spacjami",
    "code": "bad_authorization_header",
}


def bad_token(message: str) -> dict[str, Any]:
    return {
        "detail": "Podany token jest błędny dla każdego typu tokena",
        "code": "token_not_valid",
        "messages": [{"token_class": "AccessToken", "token_type": "access", "message": message}],
    }


INVALID, WRONG_KIND = bad_token("Token jest niepoprawny lub wygasł"), bad_token("Token posiada zły typ")


def expired(person: Person) -> str:
    past = datetime.now(UTC) - timedelta(seconds=1)
    return "Bearer " + issue(Claims("access", person.id, person.session_id, past))


def of_a_deleted_account(person: Person) -> str:
    query("DELETE FROM users WHERE id = %s", person.id)
    return "Bearer " + person.access


def of_an_ended_session(person: Person) -> str:
    query("DELETE FROM sign_in_sessions WHERE id = %s", person.session_id)
    return "Bearer " + person.access


def of_a_suspended_account(person: Person) -> str:
    """A suspended account whose session was not ended."""
    query("UPDATE users SET suspended_at = now() WHERE id = %s", person.id)
    return "Bearer " + person.access


def of_somebody_else_s_session(person: Person) -> str:
    other = People().student()
    return "Bearer " + issue(Claims("access", person.id, other.session_id, datetime.now(UTC) + timedelta(hours=1)))


STRANGERS: dict[str, tuple[Callable[[Person], str | None], Any]] = {
    "no header": (lambda _: None, NO_CREDENTIALS),
    "an empty one": (lambda _: "", NO_CREDENTIALS),
    "blanks": (lambda _: "   ", NO_CREDENTIALS),
    "small letters": (lambda ola: f"bearer {ola.access}", NO_CREDENTIALS),
    "Token": (lambda ola: f"Token {ola.access}", NO_CREDENTIALS),
    "Basic": (lambda ola: f"Basic {ola.access}", NO_CREDENTIALS),
    "no scheme": (lambda ola: ola.access, NO_CREDENTIALS),
    "no token": (lambda _: "Bearer", BAD_HEADER),
    "three words": (lambda ola: f"Bearer {ola.access} x", BAD_HEADER),
    "null": (lambda _: "Bearer null", INVALID),
    "no ASCII": (lambda _: "Bearer ż".encode().decode("latin-1"), INVALID),
    "a longer token": (lambda ola: f"Bearer {ola.access}x", INVALID),
    "a refresh token": (lambda ola: f"Bearer {ola.refresh}", WRONG_KIND),
    "expired": (expired, INVALID),
    "an ended session": (of_an_ended_session, INVALID),
    "a suspended account": (of_a_suspended_account, INVALID),
    "somebody else's session": (of_somebody_else_s_session, INVALID),
    "a deleted account": (of_a_deleted_account, NO_ACCOUNT),
}


def requests_to(route: ApiRoute, number: int, tries: int = 1) -> Iterator[tuple[str, str, bytes]]:
    """Yield method, path and body: all methods of a route, and one not allowed there; `number` varies the bodies."""
    path = filled_in(route.path)
    others = [each for each in METHODS if each not in ANSWERED[path]]
    for turn in range(number, number + tries):
        for method in (*methods_of(route), others[turn % len(others)]):
            yield method, path, BODIES[turn % len(BODIES)]


def answers(requests: Iterable[tuple[str, str, bytes]], headers: dict[str, str]) -> dict[str, Answer]:
    return {
        f"{method} {path} {body!r}": call(method, path, body=body, headers=JSON | headers)
        for method, path, body in requests
    }


@pytest.mark.parametrize("tries", [1, pytest.param(4, marks=pytest.mark.proof)])
@pytest.mark.parametrize("who", STRANGERS)
def test_callers_without_a_valid_token_are_refused_whatever_else_is_wrong(people: People, who: str, tries: int) -> None:
    credentials, error = STRANGERS[who]
    header = credentials(people.tutor(is_staff=True))
    number, before = list(STRANGERS).index(who), rows()
    # Endpoints that are also public still refuse an invalid token.
    asked = [each for each in GUARDED if optional_user not in guards_of(each) or (header or "").startswith("Bearer")]
    requests = (each for route in asked for each in requests_to(route, number, tries))
    found = answers(requests, {} if header is None else {"authorization": header})
    refused = (401, 'Bearer realm="api"', error)
    assert {
        name: answer
        for name, answer in found.items()
        if (answer.status, answer.headers.get("www-authenticate"), answer.json) != refused
    } == {}
    assert rows() == before


@pytest.mark.parametrize(
    ("role", "refusing"),
    [("student", {tutors_only, staff_only, desk_only}), ("tutor", {staff_only, desk_only}), ("staff", {tutors_only})],
)
def test_callers_in_another_role_are_refused_whatever_else_is_wrong(
    people: People, role: str, refusing: set[Guard[Any]]
) -> None:
    token, before = getattr(people, role)().access, rows()
    routes = [each for each in GUARDED if refusing.intersection(guards_of(each))]
    requests = (each for route in routes for each in requests_to(route, 0, tries=3))
    found = answers(requests, {"authorization": f"Bearer {token}"})
    assert {name: each for name, each in found.items() if (each.status, each.json) != (403, NO_RIGHT)} == {}
    assert rows() == before


def test_only_listed_endpoints_have_no_guard() -> None:
    """Except fast routes, which cannot have a guard. A new endpoint and one that lost its guard look the same."""
    free = {f"{method} {each.path}" for each in ROUTES if not guards_of(each) for method in methods_of(each)}
    assert free == FOR_EVERYBODY


def test_settings_of_tutors_require_a_tutor() -> None:
    settings = [each for each in ROUTES if re.match("/api/(availability|user/tutor(?!/reviews))/", each.path)]
    assert len(settings) > 25
    assert [each.path for each in settings if guards_of(each) != [tutors_only]] == []


def test_other_methods_are_refused_with_the_allowed_ones(people: People) -> None:
    boss = people.tutor(is_staff=True, second_factor_at=datetime.now(UTC))
    query("UPDATE sign_in_sessions SET second_factor_checked_at = now() WHERE id = %s", boss.session_id)
    for path, methods in ANSWERED.items():
        allowed = call("OPTIONS", path, token=boss.access).headers["allow"]
        assert methods.intersection(allowed.split(", ")), path
        for method in set(METHODS) - methods:
            answer = call(method, path, token=boss.access, body=b"{broken")
            assert (answer.status, answer.json) == (405, {"detail": f'Niedozwolona metoda "{method}".'}), path
            assert answer.headers["allow"] == allowed
