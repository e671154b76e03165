"""Who may call the endpoints of accounts, chat and notifications, each with a valid body."""

import json
import re
from dataclasses import dataclass, field
from typing import Any

import pytest

from functions.accounts.handler import handler as accounts
from functions.chat.attachments_handler import handler as attachments
from functions.chat.handler import handler as chat
from functions.notifications.handler import handler as notifications
from functions.profiles.handler import handler as profiles
from functions.push.handler import handler as push
from functions.push.schemas import EXAMPLE as BROWSER
from functions.second_factors.handler import handler as second_factors
from functions.sign_in.handler import handler as sign_in
from functions.tokens.handler import handler as tokens
from shared.domain.auth import BadAuthorizationHeader, NotAuthenticated
from tests.support.email_changes import OF_LINKS, OF_OWNER
from tests.support.lambda_client import ANY, Answer, LambdaClient
from tests.support.passkeys import OF_FACTOR_SIGN_INS, OF_FACTORS
from tests.support.people import PASSWORD, People, query

EMAIL, NEW = "ola@example.com", "Zielona!Herbata7"
NOBODY = "00000000-0000-4000-8000-000000000000"
MESSAGE = f"/api/chat/conversations/{NOBODY}/messages/1/"
JSON = {"content-type": "application/json"}
NEW_BROWSER = {name: value for name, value in BROWSER.items() if value is not None}


@dataclass(frozen=True)
class Endpoint:
    """An endpoint with a valid body."""

    call: LambdaClient
    method: str
    path: str
    body: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


DEVICES, VERBS = ("/api/token/devices/", "/api/token/sessions/"), ("mute", "unmute", "archive", "unarchive")
PROFILE = {"first_name": "A", "last_name": "B", "password": NEW}
REGISTRATION = {"email": EMAIL, "password": NEW, "first_name": "Ola", "last_name": "Nowak", "is_tutor": False}
PUBLIC = [
    Endpoint(LambdaClient(accounts), "POST", "/api/user/create/", REGISTRATION),
    Endpoint(LambdaClient(accounts), "POST", "/api/user/confirm_user/", {"token": "x"}),
    Endpoint(LambdaClient(accounts), "POST", "/api/user/confirm_user/resend/", {"email": EMAIL}),
    Endpoint(LambdaClient(accounts), "POST", "/api/user/password_reset/", {"email": EMAIL}),
    Endpoint(LambdaClient(accounts), "POST", "/api/user/password_reset/validate_token/", {"token": "x"}),
    Endpoint(LambdaClient(accounts), "POST", "/api/user/password_reset/confirm/", {"token": "x", "password": NEW}),
    *(Endpoint(LambdaClient(accounts), *each) for each in OF_LINKS),
    Endpoint(LambdaClient(tokens), "POST", "/api/token/", {"email": EMAIL, "password": PASSWORD}),
    Endpoint(LambdaClient(tokens), "POST", "/api/token/oauth/", {"username": EMAIL, "password": PASSWORD}),
    Endpoint(
        LambdaClient(sign_in),
        "POST",
        "/api/token/oidc/begin/",
        {"redirect_uri": "https://korepetycje.example/auth/google"},
    ),
    Endpoint(LambdaClient(sign_in), "POST", "/api/token/oidc/", {"state": "x", "code": "x", "binding": "x"}),
    *(Endpoint(LambdaClient(second_factors), *each) for each in OF_FACTOR_SIGN_INS),
    Endpoint(LambdaClient(tokens), "POST", "/api/token/refresh/", {"refresh": "x"}),
    Endpoint(LambdaClient(tokens), "POST", "/api/token/verify/", {"token": "x"}),
    Endpoint(
        LambdaClient(notifications), "POST", "/api/notification/unsubscribe/x/", {"List-Unsubscribe": "One-Click"}
    ),
]
CHECK_PASSWORD = Endpoint(LambdaClient(tokens), "POST", "/api/user/check_password/", {"password": PASSWORD})
PROTECTED = [
    CHECK_PASSWORD,
    *(Endpoint(LambdaClient(profiles), method, "/api/user/profile/", PROFILE) for method in ("PATCH", "PUT")),
    Endpoint(LambdaClient(profiles), "GET", "/api/user/profile/"),
    Endpoint(LambdaClient(profiles), "GET", "/api/user/me/"),
    Endpoint(LambdaClient(profiles), "PATCH", "/api/user/me/", {"first_name": "A", "language": "en"}),
    Endpoint(LambdaClient(profiles), "PATCH", "/api/user/profile_image/"),
    Endpoint(LambdaClient(profiles), "DELETE", "/api/user/profile_image/"),
    Endpoint(LambdaClient(accounts), "GET", "/api/user/export/"),
    *(Endpoint(LambdaClient(second_factors), *each[:3]) for each in OF_FACTORS),
    *(Endpoint(LambdaClient(tokens), "GET", each) for each in DEVICES),
    *(Endpoint(LambdaClient(tokens), "DELETE", each + one) for each in DEVICES for one in ("", f"{NOBODY}/")),
    *(Endpoint(LambdaClient(accounts), *each) for each in OF_OWNER),
    Endpoint(LambdaClient(tokens), "GET", "/api/token/identities/"),
    Endpoint(LambdaClient(tokens), "DELETE", "/api/token/identities/1/"),
    Endpoint(LambdaClient(tokens), "POST", "/api/token/logout/"),
    Endpoint(LambdaClient(accounts), "DELETE", "/api/user/delete/"),
    Endpoint(
        LambdaClient(chat), "POST", "/api/report/message/", {"conversation": NOBODY, "seq": 1, "reason": "Obraża."}
    ),
    Endpoint(LambdaClient(chat), "POST", "/api/report/person/", {"person": NOBODY, "reason": "Spam"}),
    Endpoint(LambdaClient(chat), "GET", "/api/chat/blocked/"),
    Endpoint(LambdaClient(chat), "POST", f"/api/chat/blocked/{NOBODY}/"),
    Endpoint(LambdaClient(chat), "DELETE", f"/api/chat/blocked/{NOBODY}/"),
    *(Endpoint(LambdaClient(chat), "POST", f"/api/chat/conversations/{NOBODY}/{verb}/") for verb in VERBS),
    Endpoint(
        LambdaClient(attachments),
        "POST",
        f"/api/chat/conversations/{NOBODY}/attachments/",
        {"name": "x.txt", "size": 1},
    ),
    Endpoint(LambdaClient(attachments), "POST", f"/api/chat/attachments/{NOBODY}/complete/"),
    Endpoint(LambdaClient(attachments), "POST", "/api/chat/files/"),
    Endpoint(LambdaClient(notifications), "GET", "/api/notification/list/"),
    Endpoint(LambdaClient(notifications), "PUT", "/api/notification/is_read/1/", {"is_read": True}),
    Endpoint(LambdaClient(notifications), "PATCH", "/api/notification/is_read/1/", {"is_read": True}),
    Endpoint(LambdaClient(notifications), "POST", "/api/notification/read_all/"),
    Endpoint(LambdaClient(notifications), "GET", "/api/notification/unread_count/"),
    Endpoint(LambdaClient(notifications), "GET", "/api/notification/preferences/"),
    Endpoint(LambdaClient(push), "GET", "/api/notification/push/key/"),
    Endpoint(LambdaClient(push), "GET", "/api/notification/push/subscriptions/"),
    Endpoint(LambdaClient(push), "POST", "/api/notification/push/subscriptions/", NEW_BROWSER),
    Endpoint(LambdaClient(push), "DELETE", "/api/notification/push/subscriptions/1/"),
    Endpoint(LambdaClient(notifications), "PATCH", "/api/notification/preferences/", {"chat": {"mail": False}}),
    Endpoint(LambdaClient(notifications), "POST", "/api/reservation/calendar/"),
    Endpoint(LambdaClient(chat), "POST", "/api/chat/ticket/"),
    Endpoint(LambdaClient(chat), "GET", "/api/chat/presence/"),
    Endpoint(LambdaClient(chat), "PATCH", "/api/chat/presence/", {"shown": False}),
    Endpoint(LambdaClient(chat), "GET", "/api/chat/me/conversations/"),
    Endpoint(LambdaClient(chat), "GET", "/api/chat/search/?q=x"),
    Endpoint(LambdaClient(chat), "POST", f"/api/chat/conversations/{NOBODY}/read/", {"seq": 1}),
    Endpoint(LambdaClient(chat), "GET", MESSAGE.replace("messages/1", "changes")),
    Endpoint(LambdaClient(chat), "GET", f"/api/chat/conversations/{NOBODY}/messages/"),
    Endpoint(LambdaClient(chat), "POST", f"/api/chat/conversations/{NOBODY}/messages/", {"body": "Do jutra"}),
    Endpoint(LambdaClient(chat), "PATCH", MESSAGE, {"body": "Do jutra"}),
    Endpoint(LambdaClient(chat), "DELETE", MESSAGE),
    Endpoint(LambdaClient(chat), "POST", f"{MESSAGE}reactions/", {"emoji": "👍"}),
    Endpoint(LambdaClient(chat), "DELETE", f"{MESSAGE}reactions/?emoji=👍"),
    Endpoint(LambdaClient(notifications), "GET", "/api/reservation/calendar/"),
    Endpoint(LambdaClient(notifications), "DELETE", "/api/reservation/calendar/"),
]
# The device, the notification and the conversation above do not exist, and there is no calendar feed.
ANSWERS = {
    **{f"DELETE {each}{NOBODY}/": 404 for each in DEVICES},
    **{f"{method} {path}": status for method, path, _, status in OF_FACTORS},
    "DELETE /api/token/identities/1/": 404,
    **{f"{method} {path}": {"POST": 202, "GET": 200, "DELETE": 404}[method] for method, path, _ in OF_OWNER},
    "POST /api/report/message/": 404,
    "POST /api/report/person/": 404,
    **{f"{method} /api/notification/is_read/1/": 404 for method in ("PUT", "PATCH")},
    **{f"{method} /api/reservation/calendar/": 404 for method in ("GET", "DELETE")},
    f"POST /api/chat/blocked/{NOBODY}/": 404,
    f"POST /api/chat/attachments/{NOBODY}/complete/": 404,
    "POST /api/chat/files/": 400,
    "POST /api/notification/push/subscriptions/": 201,
    "DELETE /api/notification/push/subscriptions/1/": 404,
    "POST /api/reservation/calendar/": 201,
    "POST /api/chat/ticket/": 201,
    f"GET {MESSAGE.replace('messages/1', 'changes')}": 404,
    f"GET /api/chat/conversations/{NOBODY}/messages/": 404,
    **dict.fromkeys((f"PATCH {MESSAGE}", f"DELETE {MESSAGE}"), 404),
    **dict.fromkeys((f"POST {MESSAGE}reactions/", f"DELETE {MESSAGE}reactions/?emoji=👍"), 404),
    **{f"POST /api/chat/conversations/{NOBODY}/{verb}/": 404 for verb in (*VERBS, "read", "messages", "attachments")},
}


def each(endpoints: list[Endpoint]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("endpoint", endpoints, ids=str)


def told(answer: Answer) -> tuple[int, str]:
    """Return status and body, without the challenge, which differs each time."""
    return answer.status, re.sub('"challenge":"[^"]+"', "", answer.body.decode())


@each(PUBLIC)
@pytest.mark.usefixtures("people")
def test_public_endpoints_ignore_the_token(endpoint: Endpoint) -> None:
    body, answers = json.dumps(endpoint.body).encode(), []
    for authorization in ({}, {"authorization": "Bearer broken"}, {"authorization": "Bearer"}):
        answers.append(endpoint.call(endpoint.method, endpoint.path, body=body, headers=JSON | authorization))
        query("DELETE FROM users WHERE email = %s", EMAIL)
    assert len({told(answer) for answer in answers}) == 1
    assert answers[0].json not in (NotAuthenticated.body, BadAuthorizationHeader.body)


@each(PROTECTED)
def test_students_and_tutors_may_call_an_endpoint(people: People, endpoint: Endpoint) -> None:
    for person in (people.student(picture="uploads/user/x.webp"), people.tutor(picture="uploads/user/y.webp")):
        answer = endpoint.call(endpoint.method, endpoint.path, token=person.access, json_body=endpoint.body or ANY)
        assert answer.status == ANSWERS.get(str(endpoint), 200)


@each(PUBLIC + PROTECTED)
@pytest.mark.usefixtures("people")
def test_the_trailing_slash_is_optional(endpoint: Endpoint) -> None:
    body = json.dumps(endpoint.body).encode()
    with_slash = endpoint.call(endpoint.method, endpoint.path, body=body, headers=JSON)
    query("DELETE FROM users")
    without = endpoint.call(endpoint.method, endpoint.path.removesuffix("/"), body=body, headers=JSON)
    assert told(without) == told(with_slash)
