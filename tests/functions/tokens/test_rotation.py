"""Successors of refresh tokens, for clients that ask for them."""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import jwt
import pytest

from functions.tokens import repository
from functions.tokens.handler import handler
from shared.kit.db.query import Query
from tests.conftest import SECRET
from tests.support.conversations import add_conversation
from tests.support.lambda_client import Answer, LambdaClient
from tests.support.people import People, insert, query
from tests.support.races import at_once
from tests.support.sockets import closed_sockets

call = LambdaClient(handler)
DAY = timedelta(days=1)


def refresh(token: str, **asked: Any) -> Answer:
    return call("POST", "/api/token/refresh/", json_body={"refresh": token, **asked})


def rotate(token: str) -> Answer:
    return refresh(token, rotate=True)


def verify(token: str) -> int:
    return call("POST", "/api/token/verify/", json_body={"token": token}).status


def successor(token: str) -> str:
    answer = rotate(token)
    assert (answer.status, list(answer.json)) == (200, ["access", "refresh"])
    assert verify(answer.json["access"]) == 200
    return str(answer.json["refresh"])


def wait(seconds: int) -> None:
    """Make the last rotations this much older."""
    earlier = "ARRAY(SELECT each - make_interval(secs => %s) FROM unnest(rotations) each)"
    query(f"UPDATE sign_in_sessions SET rotations = {earlier}", seconds)


def age(days: int) -> None:
    query("UPDATE sign_in_sessions SET created_at = now() - make_interval(days => %s)", days)


def expiry(token: str) -> datetime:
    return datetime.fromtimestamp(jwt.decode(token, SECRET, ["HS256"])["exp"], UTC)


def number(token: str) -> Any:
    return jwt.decode(token, SECRET, ["HS256"])["gen"]


def sessions() -> int:
    return len(query("SELECT id FROM sign_in_sessions WHERE expires_at > now()"))


def test_a_client_that_asks_gets_successors_valid_for_another_week(people: People) -> None:
    ola = people.student()
    token = ola.refresh
    for day in (6, 12, 30, 80):
        age(day)
        query("UPDATE sign_in_sessions SET expires_at = now() + interval '1 day'")
        before, token = token, successor(token)
        assert token != before
        assert abs(expiry(token) - datetime.now(UTC) - 7 * DAY) < timedelta(minutes=1)
        assert query("SELECT expires_at > now() + interval '6 days' FROM sign_in_sessions") == [(True,)]
        wait(61)


def test_a_session_ends_ninety_days_after_the_sign_in(people: People) -> None:
    ola = people.student()
    age(87)
    token = successor(ola.refresh)
    assert abs(expiry(token) - datetime.now(UTC) - 3 * DAY) < timedelta(minutes=1)
    wait(61)
    assert expiry(successor(token)) == expiry(token)


def test_a_client_that_does_not_ask_keeps_its_token_and_expiry(people: People) -> None:
    ola = people.student()
    [before] = query("SELECT expires_at, generation, rotations FROM sign_in_sessions")
    for answer in (refresh(ola.refresh), refresh(ola.refresh, rotate=False), refresh(ola.refresh, rotate="false")):
        assert (answer.status, list(answer.json)) == (200, ["access"])
    assert query("SELECT expires_at, generation, rotations FROM sign_in_sessions") == [before]
    answer = refresh(ola.refresh, rotate="maybe")
    assert (answer.status, answer.json) == (400, {"rotate": ["Must be a valid boolean."]})


def test_for_a_minute_a_used_token_gets_the_same_successor(people: People) -> None:
    ola = people.student()
    first = successor(ola.refresh)
    assert successor(ola.refresh) == first
    wait(50)
    assert number(successor(ola.refresh)) == number(first) == 1
    assert refresh(ola.refresh).status == 200
    assert verify(ola.refresh) == 200
    second = successor(first)
    assert successor(first) == second
    assert successor(ola.refresh) == second, "its successor has been used already"
    wait(20)
    assert number(successor(first)) == number(second) == 2
    assert rotate(ola.refresh).status == 401, "its successor is more than a minute old"


@pytest.mark.parametrize("asked", [{"rotate": True}, {}])
def test_reusing_a_token_later_ends_the_session(
    people: People, monkeypatch: pytest.MonkeyPatch, asked: dict[str, bool]
) -> None:
    closed = closed_sockets(monkeypatch)
    ola, other = people.student(), people.student()
    talk = add_conversation(ola, other)
    ids = {"conversation_id": talk, "user_id": ola.id, "session_id": ola.session_id}
    insert("connections", {"id": "chat", **ids})
    token = successor(ola.refresh)
    wait(61)
    assert verify(ola.refresh) == 401
    assert sessions() == 2, "verifying it ends nothing"
    assert verify(token) == 200
    answer = refresh(ola.refresh, **asked)
    invalid = {"detail": "Token jest niepoprawny lub wygasł", "code": "token_not_valid"}
    assert (answer.status, answer.json) == (401, invalid)
    assert closed == ["chat"]
    assert query("SELECT user_id FROM sign_in_sessions") == [(other.id,)]
    for each in (token, ola.access):
        assert verify(each) == 401
    assert rotate(token).status == 401


def test_a_used_token_still_identifies_the_device_that_signs_in(people: People) -> None:
    """So strangers cannot lock the device out. This does not count as using the token."""
    ola = people.student()
    token = successor(ola.refresh)
    wait(61)
    body = {"email": ola.email, "password": "Wrong1!password", "refresh": ola.refresh}
    assert call("POST", "/api/token/", json_body=body).status == 401
    assert verify(token) == 200


def test_two_tabs_that_ask_at_once_get_the_same_successor(people: People) -> None:
    token = people.student().refresh
    for _ in range(5):
        answers = at_once(*[partial(rotate, token)] * 4)
        assert [answer.status for answer in answers] == [200] * 4
        [token] = {answer.json["refresh"] for answer in answers}
        wait(61)
    assert query("SELECT generation FROM sign_in_sessions") == [(5,)]


def test_without_the_generation_in_the_statement_there_are_several_successors(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    weaker = repository.ROTATE_SESSION.text.replace("AND generation = %(generation)s AND", "AND")
    monkeypatch.setattr(repository, "ROTATE_SESSION", Query(repository.Successor, weaker))
    token = people.student().refresh
    answers = at_once(*[partial(rotate, token)] * 4)
    assert len({answer.json["refresh"] for answer in answers}) > 1


def test_a_client_that_rotates_too_often_keeps_the_last_successor(people: People) -> None:
    tokens = [people.student().refresh]
    for _ in range(25):
        tokens.append(successor(tokens[-1]))
    assert len(set(tokens)) == 21
    assert query("SELECT generation, cardinality(rotations) FROM sign_in_sessions") == [(20, 20)]
    assert successor(tokens[0]) == tokens[-1]
    wait(61)
    assert successor(tokens[-1]) not in tokens
    assert query("SELECT generation, cardinality(rotations) FROM sign_in_sessions") == [(21, 1)]
