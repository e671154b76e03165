"""Browsers that subscribe to push messages."""

import socket
from base64 import urlsafe_b64decode
from typing import Any

import pytest

from functions.push.delivery import Unreachable, post
from functions.push.handler import handler
from shared.kit.public_addresses import is_public
from tests.conftest import read_settings_again
from tests.support.deadlocks import while_account_is_locked
from tests.support.lambda_client import Answer, LambdaClient
from tests.support.people import People, Person, insert, query
from tests.support.push_service import Browser

call = LambdaClient(handler)
KEY, SUBSCRIPTIONS = "/api/notification/push/key/", "/api/notification/push/subscriptions/"
ENDPOINT = "https://push.example.com/send/8f3a"
BROWSER = Browser()


def subscribe(person: Person, endpoint: str = ENDPOINT, **changes: Any) -> Answer:
    return call("POST", SUBSCRIPTIONS, token=person.access, json_body=BROWSER.subscription(endpoint) | changes)


def owners() -> list[Any]:
    return [row[0] for row in query("SELECT user_id FROM push_subscriptions ORDER BY id")]


def test_the_key_is_a_point_on_the_curve_and_stays_the_same(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    student = people.student()
    key = call("GET", KEY, token=student.access).json["public_key"]
    point = urlsafe_b64decode(key + "=")
    assert (len(point), point[0]) == (65, 4)
    assert call("GET", KEY, token=student.access).json["public_key"] == key
    monkeypatch.setenv("VAPID_SECRET", "another secret of at least thirty-two bytes")
    read_settings_again()
    assert call("GET", KEY, token=student.access).json["public_key"] != key


def test_without_a_secret_there_is_no_key(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAPID_SECRET", "short")
    read_settings_again()
    assert call("GET", KEY, token=people.student().access).status == 503


def test_a_browser_has_one_subscription_for_the_account_that_is_signed_in(people: People) -> None:
    student, other = people.student(), people.student()
    first = subscribe(student)
    assert (first.status, first.json["service"]) == (201, "push.example.com")
    assert subscribe(student).json["id"] == first.json["id"]
    assert owners() == [student.id]
    assert subscribe(other).json["id"] == first.json["id"]
    assert owners() == [other.id]


def test_the_eleventh_subscription_replaces_the_oldest(people: People) -> None:
    student = people.student()
    for number in range(11):
        assert subscribe(student, f"{ENDPOINT}{number}").status == 201
    kept = [row[0] for row in query("SELECT endpoint FROM push_subscriptions ORDER BY id")]
    assert kept == [f"{ENDPOINT}{number}" for number in range(1, 11)]


# As a suspension locks it, and as a deletion does first.
@pytest.mark.parametrize("lock", ["UPDATE", "NO KEY UPDATE"])
def test_a_browser_that_waits_for_its_account_does_not_hold_its_device(people: People, lock: str) -> None:
    """Otherwise both would be a deadlock with it: they lock the account and then its devices."""
    student = people.student()
    answer = while_account_is_locked(student, lambda: subscribe(student), "SELECT FROM sign_in_sessions", lock)
    assert answer.status == 201


def test_people_see_their_own_subscriptions_and_which_is_current(people: People) -> None:
    student, other = people.student(), people.student()
    first, second = subscribe(student).json, subscribe(student, f"{ENDPOINT}b").json
    subscribe(other, f"{ENDPOINT}c")
    phone = insert("sign_in_sessions", {"user_id": student.id, "user_agent": "Telefon", "expires_at": "2100-01-01"})
    query("UPDATE push_subscriptions SET session_id = %s WHERE id = %s", phone, second["id"])
    answer = call("GET", SUBSCRIPTIONS, token=student.access)
    theirs = {**second, "user_agent": "Telefon", "current": False}
    assert (answer.status, answer.json) == (200, {"results": [theirs, {**first, "user_agent": "", "current": True}]})


def test_only_its_owner_can_end_a_subscription(people: People) -> None:
    student, other = people.student(), people.student()
    path = f"{SUBSCRIPTIONS}{subscribe(student).json['id']}/"
    assert call("DELETE", path, token=other.access).status == 404
    assert owners() == [student.id]
    assert [call("DELETE", path, token=student.access).status for _ in range(2)] == [200, 404]
    assert owners() == []


@pytest.mark.parametrize("table", ["sign_in_sessions", "users"])
def test_it_ends_with_the_session_and_the_account(people: People, table: str) -> None:
    subscribe(people.student())
    query(f"DELETE FROM {table}")
    assert owners() == []


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://push.example.com/x",
        "https:///x",
        "https://push.example.com:8443/x",
        "https://push.example.com:x/",
        "https://user@push.example.com/x",
        "https://push.example.com/x#y",
        "https://push.example.com/x y",
        "https://localhost/x",
        "https://intranet/x",
        "https://db.internal/x",
        "https://printer.local./x",
        "https://127.0.0.1/x",
        "https://2130706433/x",
        "https://127.1/x",
        "https://0x7f.0.0.1/x",
        "https://10.1.2.3/x",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::1]/x",
        "https://[::ffff:10.0.0.1]/x",
        "https://[64:ff9b::a00:1]/x",
        "https://[2002:a00:1::]/x",
        "https://[fd00::1]/x",
        "https://żółw.example/x",
    ],
)
def test_an_address_outside_the_public_internet_is_refused(people: People, endpoint: str) -> None:
    answer = subscribe(people.student(), endpoint)
    assert (answer.status, answer.json) == (400, {"endpoint": ["Podaj adres https w internecie."]})


@pytest.mark.parametrize(
    "keys",
    [
        {"p256dh": "", "auth": ""},
        {"p256dh": "x", "auth": "x"},
        {"p256dh": "BA" + "A" * 85, "auth": "BTBZMqHH6r4Tts7J_aSIgg"},
        {"p256dh": BROWSER.subscription("")["keys"]["p256dh"][:-2] + "AA", "auth": "BTBZMqHH6r4Tts7J_aSIgg"},
        {"p256dh": BROWSER.subscription("")["keys"]["p256dh"], "auth": "BTBZMqHH6r4Tts7J_aSI"},
        {"p256dh": BROWSER.subscription("")["keys"]["p256dh"]},
        None,
    ],
)
def test_invalid_keys_are_refused(people: People, keys: Any) -> None:
    answer = subscribe(people.student(), keys=keys)
    assert answer.status == 400
    assert answer.json.keys() == {"keys"}


def names_lead_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    found = [(0, 0, 0, "", (address, 443)) for address in addresses]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_options: found)


@pytest.mark.parametrize("private", ["10.0.0.1", "::ffff:127.0.0.1", "169.254.169.254", "fd00::1", "224.0.0.1"])
def test_a_host_name_with_a_private_address_is_not_called(
    platform: None, monkeypatch: pytest.MonkeyPatch, private: str
) -> None:
    names_lead_to(monkeypatch, "93.184.215.14", private)
    with pytest.raises(Unreachable):
        post(ENDPOINT, b"", {})


def test_a_host_name_is_called_at_the_address_that_was_checked(platform: None, monkeypatch: pytest.MonkeyPatch) -> None:
    called = []

    def refuse(address: tuple[str, int], _timeout: float) -> None:
        called.append(address)
        raise ConnectionRefusedError

    names_lead_to(monkeypatch, "93.184.215.14")
    monkeypatch.setattr(socket, "create_connection", refuse)
    with pytest.raises(Unreachable):
        post(ENDPOINT, b"", {})
    assert called == [("93.184.215.14", 443)]


def test_public_addresses_are_accepted() -> None:
    assert all(map(is_public, ("93.184.215.14", "2606:2800:21f:cb07::1")))
