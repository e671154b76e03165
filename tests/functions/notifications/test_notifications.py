"""Notifications over HTTP."""

from typing import Any

import pytest

from functions.notifications.handler import handler
from tests.support.lambda_client import ANY, LambdaClient
from tests.support.people import People, Person, insert, query

call = LambdaClient(handler)
LIST, READ_ALL, COUNT = "/api/notification/list/", "/api/notification/read_all/", "/api/notification/unread_count/"
NOT_FOUND = {"detail": "Nie znaleziono."}


def is_read(notification_id: Any) -> str:
    return f"/api/notification/is_read/{notification_id}/"


def notify(person: Person, number: int = 1) -> list[int]:
    rows = [{"user_id": person.id, "kind": "booking_booked", "message": f"Zdanie {each}."} for each in range(number)]
    return [int(insert("notifications", row)) for row in rows]


def get(person: Person, path: str) -> Any:
    answer = call("GET", path, token=person.access)
    assert answer.status == 200, answer
    return answer.json


def test_a_user_s_notifications_are_listed_newest_first_in_pages(people: People) -> None:
    student, other = people.student(), people.student()
    ids = notify(student, 12)
    notify(other, 3)
    first = get(student, LIST)
    assert (first["count"], first["previous"]) == (12, None)
    assert [each["id"] for each in first["results"]] == ids[:1:-1]
    second = get(student, first["next"])
    assert [each["id"] for each in second["results"]] == ids[1::-1]
    assert second["next"] is None
    assert get(student, second["previous"]) == first
    assert [len(get(student, f"{LIST}?page_size={size}")["results"]) for size in (1, 5, 100)] == [1, 5, 12]
    assert get(people.tutor(), LIST) == {"count": 0, "next": None, "previous": None, "results": []}


def test_a_notification_has_its_sentence_kind_and_data(people: People) -> None:
    student = people.student()
    row = {"user_id": student.id, "kind": "booking_booked", "message": "Zażółć.", "data": '{"reservation": 7}'}
    insert("notifications", row | {"created_at": "2035-01-10T07:00:00Z"})
    assert get(student, LIST)["results"] == [
        {
            "id": 1,
            "notification": {"message": "Zażółć."},
            "is_read": False,
            "created_at": "2035-01-10T08:00:00+01:00",
            "kind": "booking_booked",
            "data": {"reservation": 7},
        }
    ]


@pytest.mark.parametrize(
    ("query_string", "field"),
    [
        ("p=0", "p"),
        ("p=-1", "p"),
        ("p=x", "p"),
        ("p=1.5", "p"),
        ("page_size=0", "page_size"),
        ("page_size=101", "page_size"),
        ("page_size=ż", "page_size"),
    ],
)
def test_an_invalid_page_number_or_size_is_refused(people: People, query_string: str, field: str) -> None:
    answer = call("GET", f"{LIST}?{query_string}", token=people.student().access)
    assert (answer.status, list(answer.json)) == (400, [field])


@pytest.mark.parametrize("page", ["2", "999999999999999999999", "10000000"])
def test_a_page_after_the_last_is_not_found(people: People, page: str) -> None:
    answer = call("GET", f"{LIST}?p={page}", token=people.student().access)
    assert (answer.status, answer.json) == (404, NOT_FOUND)


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_a_notification_is_marked_read_and_unread(people: People, method: str) -> None:
    student = people.student()
    [first, _second] = notify(student, 2)
    for mark, unread in ((True, 1), (True, 1), (False, 2)):
        answer = call(method, is_read(first), token=student.access, json_body={"is_read": mark})
        assert (answer.status, answer.json["id"], answer.json["is_read"]) == (200, first, mark)
        assert get(student, COUNT) == {"unread_notification_count": unread}
    assert [each["is_read"] for each in get(student, LIST)["results"]] == [False, False]


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ({}, {"is_read": ["To pole jest wymagane."]}),
        ({"is_read": None}, {"is_read": ["Pole nie może mieć wartości null."]}),
        ({"is_read": "maybe"}, {"is_read": ["To pole musi mieć wartość true albo false."]}),
        ({"is_read": []}, {"is_read": ["To pole musi mieć wartość true albo false."]}),
        ({"is_read": 2}, {"is_read": ["To pole musi mieć wartość true albo false."]}),
        ([], {"non_field_errors": ["Oczekiwano obiektu, otrzymano: lista."]}),
    ],
)
def test_an_invalid_mark_changes_nothing(people: People, body: Any, complaint: dict[str, Any]) -> None:
    student = people.student()
    [mine] = notify(student)
    answer = call("PATCH", is_read(mine), token=student.access, json_body=body)
    assert (answer.status, answer.json) == (400, complaint)
    assert query("SELECT is_read FROM notifications") == [(False,)]


@pytest.mark.parametrize("which", [999, 0, "9" * 40, "theirs"])
def test_somebody_else_s_notification_is_not_found(people: People, which: Any) -> None:
    student, other = people.student(), people.tutor()
    [theirs] = notify(other)
    path = is_read(theirs if which == "theirs" else which)
    answer = call("PUT", path, token=student.access, json_body={"is_read": True})
    assert (answer.status, answer.json) == (404, NOT_FOUND)
    assert query("SELECT is_read FROM notifications") == [(False,)]


@pytest.mark.parametrize("path", [is_read("abc"), is_read(""), is_read("-1"), "/api/notification/"])
def test_a_malformed_id_is_not_found(people: People, path: str) -> None:
    assert call("PUT", path, token=people.student().access, json_body={"is_read": True}).status == 404


def test_all_notifications_of_a_user_can_be_marked_read_at_once(people: People) -> None:
    student, other = people.student(), people.student()
    notify(student, 3)
    notify(other, 2)
    answer = call("POST", READ_ALL, token=student.access)
    assert (answer.status, answer.json) == (200, {"unread_notification_count": 0})
    assert get(student, COUNT) == {"unread_notification_count": 0}
    assert get(other, COUNT) == {"unread_notification_count": 2}


ENDPOINTS = [
    ("GET", LIST),
    ("PUT", is_read(1)),
    ("PATCH", is_read(1)),
    ("POST", READ_ALL),
    ("GET", COUNT),
    ("POST", "/api/reservation/calendar/"),
    ("GET", "/api/reservation/calendar/"),
    ("DELETE", "/api/reservation/calendar/"),
]


@pytest.mark.parametrize("role", ["student", "tutor"])
@pytest.mark.parametrize(("method", "path"), ENDPOINTS)
def test_every_role_has_the_same_rights(people: People, role: str, method: str, path: str) -> None:
    person = getattr(people, role)(is_staff=False)
    [mine] = notify(person)
    query("INSERT INTO calendar_feeds (user_id, token_hash) VALUES (%s, 'x')", person.id)
    path = path.replace("/1/", f"/{mine}/")
    body = {"is_read": True} if "is_read" in path else ANY
    assert call(method, path.rstrip("/"), token=person.access, json_body=body).status in {200, 201}


def test_notifications_are_deleted_with_the_account(people: People) -> None:
    student = people.student()
    notify(student, 2)
    query("DELETE FROM users WHERE id = %s", student.id)
    assert query("SELECT * FROM notifications") == []
