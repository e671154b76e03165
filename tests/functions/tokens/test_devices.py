"""Signed-in devices: listing them, and signing out of this one, another one, or all others."""

from uuid import UUID, uuid4

import pytest

from functions.tokens.device_routes import MOST_DEVICES
from functions.tokens.handler import handler
from tests.support.conversations import add_conversation
from tests.support.lambda_client import Answer, LambdaClient
from tests.support.people import PASSWORD, People, Person, insert, query
from tests.support.sockets import closed_sockets

call = LambdaClient(handler)
PATH, OLD_PATH = "/api/token/devices/", "/api/token/sessions/"
EITHER_PATH = pytest.mark.parametrize("path", [PATH, OLD_PATH])
SIGNED_OUT = {"detail": "Wylogowano."}
NOT_FOUND = {"detail": "Nie znaleziono."}
INVALID = "Token jest niepoprawny lub wygasł"


def sign_in(person: Person, agent: str) -> dict[str, str]:
    body = {"email": person.email, "password": PASSWORD}
    tokens: dict[str, str] = call("POST", "/api/token/", json_body=body, headers={"user-agent": agent}).json
    return tokens


def assert_signed_out(answer: Answer) -> None:
    assert (answer.status, answer.json) == (200, SIGNED_OUT)


def is_void(access: str) -> bool:
    answer = call("GET", PATH, token=access)
    return answer.status == 401 and answer.json["messages"][0]["message"] == INVALID


def test_devices_are_listed_the_last_used_one_first(people: People) -> None:
    ola = people.student()
    query(
        "UPDATE sign_in_sessions SET user_agent = 'Firefox', address = '192.0.2.1', country = 'PL',"
        " last_used_at = '2035-07-10T08:00Z'"
    )
    phone = sign_in(ola, "Telefon")
    query(
        "UPDATE sign_in_sessions SET created_at = '2034-12-31T23:30Z', last_used_at = '2034-12-31T23:30:00.5Z'"
        " WHERE user_agent = 'Telefon'"
    )
    answer = call("GET", PATH, token=phone["access"])
    assert answer.status == 200
    assert list(answer.json) == ["count", "next", "previous", "results"]
    assert answer.json["count"] == 2
    first, second = answer.json["results"]
    assert list(first) == ["id", "user_agent", "address", "country", "created_at", "last_used_at", "current"]
    assert (first["id"], first["user_agent"], first["current"]) == (str(ola.session_id), "Firefox", False)
    assert (first["address"], first["country"]) == ("192.0.2.1", "PL")
    assert first["last_used_at"] == "2035-07-10T10:00:00+02:00"
    assert (second["user_agent"], second["country"], second["current"]) == ("Telefon", None, True)
    assert second["created_at"] == "2035-01-01T00:30:00+01:00"
    assert second["last_used_at"] == "2035-01-01T00:30:00.500000+01:00"


def test_devices_of_others_and_expired_ones_are_not_listed(people: People) -> None:
    ola = people.student()
    people.student()
    insert("sign_in_sessions", {"user_id": ola.id, "expires_at": "2020-01-01"})
    page = call("GET", PATH, token=ola.access).json
    assert (page["count"], [each["id"] for each in page["results"]]) == (1, [str(ola.session_id)])


def add_devices(person: Person, count: int) -> None:
    """Add devices that were last used an hour ago."""
    query(
        "INSERT INTO sign_in_sessions (user_id, user_agent, expires_at, last_used_at)"
        " SELECT %s, repeat('x', 300), now() + interval '1 day', now() - interval '1 hour' FROM generate_series(1, %s)",
        person.id,
        count,
    )


def test_devices_come_in_pages(people: People) -> None:
    ola = people.student()
    add_devices(ola, 11)
    first = call("GET", f"{PATH}?page_size=8", token=ola.access).json
    second = call("GET", first["next"], token=ola.access).json
    assert (first["count"], second["count"], second["next"]) == (12, 12, None)
    assert second["previous"] == f"{PATH}?p=1&page_size=8"
    ids = [each["id"] for page in (first, second) for each in page["results"]]
    assert (len(ids), len(set(ids)), ids[0]) == (12, 12, str(ola.session_id))
    assert call("GET", f"{PATH}?p=3&page_size=8", token=ola.access).status == 404


def test_the_list_without_pages_has_the_same_devices(people: People) -> None:
    ola = people.student()
    add_devices(ola, 3)
    assert call("GET", OLD_PATH, token=ola.access).json == call("GET", PATH, token=ola.access).json["results"]


def test_the_list_without_pages_is_limited(people: People) -> None:
    ola = people.student()
    add_devices(ola, MOST_DEVICES.size + 1)
    listed = call("GET", OLD_PATH, token=ola.access).json
    assert len(listed) == MOST_DEVICES.size
    assert listed[0]["current"]


def test_signing_out_ends_this_session_only(people: People) -> None:
    ola = people.student()
    phone = sign_in(ola, "Telefon")
    assert_signed_out(call("POST", "/api/token/logout/", token=ola.access))
    assert is_void(ola.access)
    assert call("POST", "/api/token/refresh/", json_body={"refresh": ola.refresh}).status == 401
    assert not is_void(phone["access"])
    assert call("POST", "/api/token/logout/", token=ola.access).status == 401


@EITHER_PATH
def test_another_device_can_be_signed_out_by_its_id(people: People, path: str) -> None:
    ola = people.student()
    phone = sign_in(ola, "Telefon")
    assert_signed_out(call("DELETE", f"{path}{ola.session_id}/", token=phone["access"]))
    assert is_void(ola.access)
    assert not is_void(phone["access"])
    answer = call("DELETE", f"{path}{ola.session_id}/", token=phone["access"])
    assert (answer.status, answer.json) == (404, NOT_FOUND)


@EITHER_PATH
def test_all_other_devices_can_be_signed_out(people: People, path: str) -> None:
    ola, jan = people.student(), people.student()
    others = [sign_in(ola, f"Telefon {number}")["access"] for number in range(3)]
    assert_signed_out(call("DELETE", path, token=ola.access))
    assert all(map(is_void, others))
    assert not is_void(ola.access)
    assert not is_void(jan.access)
    assert_signed_out(call("DELETE", path, token=ola.access))


@EITHER_PATH
def test_a_device_of_somebody_else_is_not_found(people: People, path: str) -> None:
    ola, jan = people.student(), people.student()
    for session_id in (jan.session_id, uuid4()):
        answer = call("DELETE", f"{path}{session_id}/", token=ola.access)
        assert (answer.status, answer.json) == (404, NOT_FOUND)
    assert not is_void(jan.access)


@pytest.mark.parametrize("session_id", ["x", "1", "me", "AAAAAAAA-AAAA-4AAA-8AAA-AAAAAAAAAAAA", "%00"])
def test_a_malformed_id_is_not_found(people: People, session_id: str) -> None:
    answer = call("DELETE", f"{PATH}{session_id}/", token=people.student().access)
    assert (answer.status, answer.json) == (404, NOT_FOUND)
    assert "allow" not in answer.headers


@pytest.mark.parametrize(
    ("method", "path", "closed"),
    [
        ("POST", "/api/token/logout/", ["this"]),
        ("DELETE", PATH, ["other"]),
        ("DELETE", PATH + "{other}/", ["other"]),
        ("DELETE", PATH + "{foreign}/", []),
        ("DELETE", OLD_PATH, ["other"]),
        ("DELETE", OLD_PATH + "{other}/", ["other"]),
    ],
)
def test_the_sockets_of_ended_sessions_are_closed(
    people: People, monkeypatch: pytest.MonkeyPatch, method: str, path: str, closed: list[str]
) -> None:
    closed_now = closed_sockets(monkeypatch)
    ola, jan = people.student(), people.student()
    talk = add_conversation(ola, jan)
    other: UUID = insert("sign_in_sessions", {"user_id": ola.id, "expires_at": "2100-01-01"})
    rows = (("this", ola.id, ola.session_id), ("other", ola.id, other), ("foreign", jan.id, jan.session_id))
    for name, user_id, session_id in rows:
        row = {"id": name, "conversation_id": talk, "user_id": user_id, "session_id": session_id}
        insert("connections", row)
    call(method, path.format(other=other, foreign=jan.session_id), token=ola.access)
    assert closed_now == closed
    assert {row[0] for row in query("SELECT id FROM connections")} == {"this", "other", "foreign"} - set(closed)
