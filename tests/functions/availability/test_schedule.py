"""A tutor's schedule."""

from typing import Any

import pytest

from functions.availability.handler import handler
from tests.support.lambda_client import Answer, LambdaClient
from tests.support.people import People, Person, query

call = LambdaClient(handler)
SCHEDULE = "/api/user/tutor/schedule/me/"
ORDER = {"Error": "Czas rozpoczęcia musi być wcześniejszy niż czas zakończenia."}
OVERLAP = {"Error": "Your schedule is overlapping with another schedule."}
FORM = (
    "Wartość daty z czasem ma zły format. Użyj jednego z dostępnych formatów: "
    "YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z]."
)
RANGE = "Datetime value out of range."
REQUIRED = "To pole jest wymagane."
NULL = "Pole nie może mieć wartości null."


def add(tutor: Person, start: object, end: object) -> Answer:
    return call("POST", SCHEDULE, token=tutor.access, json_body={"start_time": start, "end_time": end})


def items(tutor: Person) -> Any:
    answer = call("GET", SCHEDULE, token=tutor.access)
    assert answer.status == 200, answer
    return answer.json


@pytest.mark.parametrize(
    ("start", "end", "starts_at", "ends_at"),
    [
        (
            "2035-01-10T07:00:00.000Z",
            "2035-01-10T08:00:00.000Z",
            "2035-01-10T08:00:00+01:00",
            "2035-01-10T09:00:00+01:00",
        ),
        (
            "2035-07-10T07:00:00.123Z",
            "2035-07-10T08:30:00.123Z",
            "2035-07-10T09:00:00.123000+02:00",
            "2035-07-10T10:30:00.123000+02:00",
        ),
        (
            "2035-01-12T10:00:00-05:00",
            "2035-01-12T11:00:00-05:00",
            "2035-01-12T16:00:00+01:00",
            "2035-01-12T17:00:00+01:00",
        ),
        ("2035-03-10 08:15", "2035-03-10 09:00:00", "2035-03-10T08:15:00+01:00", "2035-03-10T09:00:00+01:00"),
        ("2035-03-10", "2035-03-11", "2035-03-10T00:00:00+01:00", "2035-03-11T00:00:00+01:00"),
        ("2001-02-10T08:00:00Z", "2001-02-10T09:00:00Z", "2001-02-10T09:00:00+01:00", "2001-02-10T10:00:00+01:00"),
        ("2036-01-01T00:00:00Z", "2046-01-01T00:00:00Z", "2036-01-01T01:00:00+01:00", "2046-01-01T01:00:00+01:00"),
        ("0001-01-01T00:00:00Z", "0001-01-01T01:00:00Z", "0001-01-01T01:24:00+01:24", "0001-01-01T02:24:00+01:24"),
        (
            "2034-10-29T02:59:00+02:00",
            "2034-10-29T02:00:00+01:00",
            "2034-10-29T02:59:00+02:00",
            "2034-10-29T02:00:00+01:00",
        ),
        (
            "9000-01-01T00:00:00.000001Z",
            "9000-01-01T00:00:00.000002Z",
            "9000-01-01T01:00:00.000001+01:00",
            "9000-01-01T01:00:00.000002+01:00",
        ),
    ],
)
def test_an_item_is_added_and_listed_in_warsaw_time(
    people: People, start: str, end: str, starts_at: str, ends_at: str
) -> None:
    tutor = people.tutor()
    answer = add(tutor, start, end)
    assert (answer.status, answer.json) == (201, {"id": 1, "start_time": starts_at, "end_time": ends_at})
    assert items(tutor) == [answer.json]


def test_a_skipped_local_time_is_answered_as_written_and_listed_as_it_occurs(people: People) -> None:
    tutor = people.tutor()
    answer = add(tutor, "2034-03-26 02:30:00", "2034-03-26 04:00:00")
    assert answer.status == 201
    assert answer.json["start_time"] == "2034-03-26T02:30:00+01:00"
    assert items(tutor)[0]["start_time"] == "2034-03-26T03:30:00+02:00"


@pytest.mark.parametrize(
    ("body", "complaints"),
    [
        ({"start_time": "2035-02-10T08:00:00Z", "end_time": "2035-02-10T07:00:00Z"}, ORDER),
        ({"start_time": "2035-02-10T08:00:00Z", "end_time": "2035-02-10T08:00:00Z"}, ORDER),
        ({"start_time": "2035-02-10T08:00:00+01:00", "end_time": "2035-02-10T07:00:00Z"}, ORDER),
        ({"start_time": "2034-10-29T02:00:00+01:00", "end_time": "2034-10-29T02:30:00+02:00"}, ORDER),
        ({"start_time": "abc", "end_time": "def"}, {"start_time": [FORM], "end_time": [FORM]}),
        ({"start_time": 5, "end_time": True}, {"start_time": [FORM], "end_time": [FORM]}),
        ({"start_time": [], "end_time": {}}, {"start_time": [FORM], "end_time": [FORM]}),
        ({"start_time": "", "end_time": "2035-13-01T00:00Z"}, {"start_time": [FORM], "end_time": [FORM]}),
        ({"start_time": "2035-02-10\0", "end_time": "\ud800"}, {"start_time": [FORM], "end_time": [FORM]}),
        ({"start_time": "2035-02-10T24:01Z", "end_time": "x" * 100_000}, {"start_time": [FORM], "end_time": [FORM]}),
        ({"start_time": "2035-03-10T08:00:00Z"}, {"end_time": [REQUIRED]}),
        ({}, {"start_time": [REQUIRED], "end_time": [REQUIRED]}),
        ({"start_time": None, "end_time": None}, {"start_time": [NULL], "end_time": [NULL]}),
        (
            {"start_time": "9999-12-31T23:30:00Z", "end_time": "9999-12-31T23:59:59Z"},
            {"start_time": [RANGE], "end_time": [RANGE]},
        ),
        (
            {"start_time": "0001-01-01T00:00:00+14:00", "end_time": "0001-01-01T00:00:00"},
            {"start_time": [RANGE], "end_time": [RANGE]},
        ),
        ([], {"Error": "Niepoprawne dane. Oczekiwano słownika, otrzymano  list."}),
        ("x", {"Error": "Niepoprawne dane. Oczekiwano słownika, otrzymano  str."}),
        (None, {"Error": "No data provided"}),
    ],
)
def test_an_invalid_item_is_refused(people: People, body: object, complaints: object) -> None:
    tutor = people.tutor()
    answer = call("POST", SCHEDULE, token=tutor.access, json_body=body)
    assert (answer.status, answer.json) == (400, complaints)
    assert items(tutor) == []


@pytest.mark.parametrize(
    ("start", "end", "status"),
    [
        ("07:00", "08:00", 400),
        ("07:15", "07:30", 400),
        ("06:30", "07:00:00.000001", 400),
        ("07:59:59.999999", "09:00", 400),
        ("00:00", "23:00", 400),
        ("06:00", "07:00", 201),
        ("08:00", "09:00", 201),
    ],
)
def test_items_may_touch_but_not_overlap(people: People, start: str, end: str, status: int) -> None:
    tutor = people.tutor()
    assert add(tutor, "2035-01-10T07:00:00Z", "2035-01-10T08:00:00Z").status == 201
    answer = add(tutor, f"2035-01-10T{start}Z", f"2035-01-10T{end}Z")
    assert answer.status == status
    assert answer.json == OVERLAP if status == 400 else answer.json["id"] > 1
    assert len(items(tutor)) == (1 if status == 400 else 2)


def test_items_of_different_tutors_may_overlap(people: People) -> None:
    for tutor in (people.tutor(), people.tutor()):
        assert add(tutor, "2035-01-10T07:00:00Z", "2035-01-10T08:00:00Z").status == 201


def test_items_are_listed_in_order_of_creation(people: People) -> None:
    tutor = people.tutor()
    for hour in (12, 8, 10):
        add(tutor, f"2035-01-10T{hour:02}:00:00", f"2035-01-10T{hour:02}:30:00")
    assert [item["start_time"][11:13] for item in items(tutor)] == ["12", "08", "10"]


def test_a_single_item_can_be_deleted(people: People) -> None:
    tutor = people.tutor()
    first, second = (add(tutor, f"2035-01-1{day}T08:00:00", f"2035-01-1{day}T09:00:00").json["id"] for day in (1, 2))
    answer = call("DELETE", f"{SCHEDULE}{first}/", token=tutor.access)
    assert (answer.status, answer.json) == (200, {"Info": "Schedule item deleted successfully."})
    assert [item["id"] for item in items(tutor)] == [second]
    answer = call("DELETE", f"{SCHEDULE}{first}/", token=tutor.access)
    assert (answer.status, answer.json) == (404, {"Error": "Schedule item not found."})


def test_another_tutor_s_item_is_not_found(people: People) -> None:
    mine, other = people.tutor(), people.tutor()
    item_id = add(other, "2035-01-11T08:00:00", "2035-01-11T09:00:00").json["id"]
    answer = call("DELETE", f"{SCHEDULE}{item_id}/", token=mine.access)
    assert (answer.status, answer.json) == (404, {"Error": "Schedule item not found."})
    assert len(items(other)) == 1


@pytest.mark.parametrize("item_id", ["0", str(2**63), "9" * 20, "9" * 40])
def test_an_unknown_id_is_not_found(people: People, item_id: str) -> None:
    answer = call("DELETE", f"{SCHEDULE}{item_id}/", token=people.tutor().access)
    assert (answer.status, answer.json) == (404, {"Error": "Schedule item not found."})


@pytest.mark.parametrize("item_id", ["abc", "-1", "1.0", "9" * 5_000])
def test_a_malformed_id_is_not_found(people: People, item_id: str) -> None:
    answer = call("DELETE", f"{SCHEDULE}{item_id}/", token=people.tutor().access)
    assert (answer.status, answer.json) == (404, {"detail": "Nie znaleziono."})


def test_the_whole_schedule_can_be_deleted(people: People) -> None:
    mine, other = people.tutor(), people.tutor()
    answer = call("DELETE", SCHEDULE, token=mine.access)
    assert (answer.status, answer.json) == (404, {"Info": "No schedule items found."})
    for tutor in (mine, other):
        add(tutor, "2035-01-10T07:00:00Z", "2035-01-10T08:00:00Z")
    answer = call("DELETE", SCHEDULE, token=mine.access)
    assert (answer.status, answer.json) == (200, {"Info": "All schedule items deleted successfully."})
    assert (items(mine), len(items(other))) == ([], 1)


@pytest.mark.parametrize(
    ("method", "path"), [("GET", ""), ("POST", ""), ("DELETE", ""), ("DELETE", "1/"), ("GET", "1/")]
)
def test_schedules_are_for_signed_in_tutors(people: People, method: str, path: str) -> None:
    answer = call(method, SCHEDULE + path, json_body={})
    assert (answer.status, answer.json) == (401, {"detail": "Nie podano danych uwierzytelniających."})
    answer = call(method, SCHEDULE + path, token=people.student().access, json_body={})
    assert (answer.status, answer.json) == (403, {"detail": "Nie masz uprawnień, by wykonać tę czynność."})


def test_a_wrong_method_is_405(people: People) -> None:
    tutor = people.tutor()
    for method, path, allowed in (
        ("PUT", SCHEDULE, "GET, POST, DELETE, HEAD, OPTIONS"),
        ("GET", f"{SCHEDULE}1/", "DELETE, OPTIONS"),
    ):
        answer = call(method, path, token=tutor.access)
        assert (answer.status, answer.json) == (405, {"detail": f'Niedozwolona metoda "{method}".'})
        assert answer.headers["allow"] == allowed


def test_form_data_is_accepted_too(people: People) -> None:
    tutor = people.tutor()
    headers = {"content-type": "application/x-www-form-urlencoded"}
    body = b"start_time=2035-01-10T07%3A00%3A00Z&end_time=2035-01-10T08%3A00%3A00Z&id=77&tutor_id=5"
    answer = call("POST", SCHEDULE, token=tutor.access, body=body, headers=headers)
    assert answer.status == 201
    assert query("SELECT id, tutor_id FROM schedule_items") == [(1, tutor.tutor_id)]


def test_the_schedule_is_deleted_with_the_account(people: People) -> None:
    tutor = people.tutor()
    add(tutor, "2035-01-10T07:00:00Z", "2035-01-10T08:00:00Z")
    query("DELETE FROM users WHERE id = %s", tutor.id)
    assert query("SELECT * FROM schedule_items") == []
    answer = call("GET", SCHEDULE, token=tutor.access)
    assert (answer.status, answer.json["code"]) == (401, "user_not_found")
