"""Exporting all own data."""

import json
from typing import Any
from urllib.parse import quote
from uuid import UUID

import pytest

from functions.accounts import export
from functions.accounts.handler import handler
from tests.doors import Answer, LambdaDoor
from tests.people import People, Person, insert, query
from tests.talks import conversation, say

call = LambdaDoor(handler)
PATH = "/api/user/export/"
# What a Lambda function may answer, counted as its runtime encodes it.
# docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
LAMBDA_BYTES = 6_291_556
LISTS = ("sessions", "schedule", "ratings_given", "ratings_received", "messages")


def pages(person: Person) -> list[Answer]:
    """The first page and all that its Link headers lead to."""
    found = [call("GET", PATH, token=person.access)]
    while link := found[-1].headers.get("link"):
        target, _, relation = link.partition(">")
        assert relation == '; rel="next"'
        found.append(call("GET", target.removeprefix("<"), token=person.access))
        assert found[-1].status == 200
    return found


def whole(person: Person) -> dict[str, Any]:
    """All pages put together."""
    first, *others = [page.json for page in pages(person)]
    for page in others:
        for part in ("account", "tutor"):
            assert first[part] is None or page[part] is None
            first[part] = first[part] or page[part]
        for part in LISTS:
            first[part] += page[part]
    return dict(first)


def test_everything_of_a_tutor_s_own_is_exported(people: People) -> None:
    settings = {"description": "Uczę.", "price": 75, "location": "Łódź", "skills": ["Fizyka"], "online_sessions": True}
    tutor, student = people.tutor(tutor=settings, picture="uploads/user/x.webp"), people.student(last_name="Obca")
    colleague = people.tutor()
    query("UPDATE sessions SET user_agent = 'Firefox', address = '203.0.113.9' WHERE user_id = %s", tutor.id)
    times = {"starts_at": "2035-07-10T08:00Z", "ends_at": "2035-07-10T09:30Z"}
    insert("schedule_items", {"tutor_id": tutor.tutor_id, **times})
    insert("ratings", {"tutor_id": tutor.tutor_id, "student_id": student.id, "rating": 4, "review": "Dobrze"})
    insert("ratings", {"tutor_id": colleague.tutor_id, "student_id": tutor.id, "rating": 5, "review": "Bardzo"})
    talk = conversation(tutor, student)
    say(talk, tutor, "Zażółć „gęślą” \\ jaźń\n", "Druga")
    data = whole(tutor)
    assert list(data) == ["account", "tutor", *LISTS]
    account = data["account"]
    assert account | {"created_at": 0, "confirmed_at": 0} == {
        "id": str(tutor.id),
        "email": tutor.email,
        "first_name": "Ola",
        "last_name": "Nowak",
        "is_tutor": True,
        "picture": "uploads/user/x.webp",
        "created_at": 0,
        "confirmed_at": 0,
    }
    assert account["created_at"][-6:] in ("+01:00", "+02:00")
    assert data["tutor"] == {
        "description": "Uczę.",
        "price": 75,
        "tutoring_location": "Łódź",
        "skills": ["Fizyka"],
        "online_sessions_available": True,
        "in_person_sessions_available": False,
        "individual_sessions_available": False,
        "group_sessions_available": False,
    }
    [session] = data["sessions"]
    assert (session["user_agent"], session["address"]) == ("Firefox", "203.0.113.9")
    assert data["schedule"] == [{"start_time": "2035-07-10T10:00:00+02:00", "end_time": "2035-07-10T11:30:00+02:00"}]
    [given], [received] = data["ratings_given"], data["ratings_received"]
    assert (given["tutor_id"], given["rating"], given["review"]) == (colleague.tutor_id, 5, "Bardzo")
    assert (received["rating"], received["review"]) == (4, "Dobrze")
    assert [(message["conversation"], message["body"]) for message in data["messages"]] == [
        (str(talk), "Zażółć „gęślą” \\ jaźń\n"),
        (str(talk), "Druga"),
    ]


def test_nothing_of_others_and_no_secret_is_exported(people: People) -> None:
    ola, jan = people.student(), people.tutor(first_name="Jan", last_name="Obcy", tutor={"description": "cudze"})
    say(conversation(ola, jan), jan, "cudza wiadomość")
    insert("ratings", {"tutor_id": jan.tutor_id, "student_id": people.student().id, "rating": 1, "review": "cudza"})
    text = call("GET", PATH, token=ola.access).body.decode()
    for foreign in (jan.email, str(jan.id), "Jan", "Obcy", "cudz", "argon2", "password", str(jan.session_id)):
        assert foreign not in text
    data = json.loads(text)
    assert (data["tutor"], data["schedule"], data["messages"]) == (None, [], [])


def test_what_fits_is_one_page(people: People) -> None:
    ola = people.student()
    say(conversation(ola, people.student()), ola, *["Cześć"] * 500)
    [page] = pages(ola)
    assert len(page.json["messages"]) == 500


def test_pages_hold_everything_once_and_fit_into_lambda_answers(people: People) -> None:
    ola = people.student()
    # Four bytes each in UTF-8, twelve in the encoding of Lambda's runtime; a message has 32 KB at most.
    bodies = [f"{number:03d}" + "😀" * 8_000 for number in range(150)]
    talk, other = (conversation(ola, people.student()) for _ in range(2))
    say(talk, ola, *bodies[:100])
    say(other, ola, *bodies[100:])
    found = pages(ola)
    assert len(found) == 4
    received: list[str] = []
    for page in found:
        result = {"statusCode": 200, "headers": dict(page.headers), "body": page.body.decode()}
        assert len(json.dumps(result).encode()) < LAMBDA_BYTES
        received += [message["body"] for message in page.json["messages"]]
    assert sorted(received) == bodies
    in_order = sorted(((talk, bodies[:100]), (other, bodies[100:])), key=lambda one: str(one[0]))
    assert received == in_order[0][1] + in_order[1][1]


def test_every_part_pages_on(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "PAGE_BYTES", 1)
    tutor = people.tutor()
    for hour in range(3):
        times = {"starts_at": f"2035-01-10T0{hour}:00Z", "ends_at": f"2035-01-10T0{hour + 1}:00Z"}
        insert("schedule_items", {"tutor_id": tutor.tutor_id, **times})
    for rating in (1, 2):
        student, colleague = people.student(), people.tutor()
        insert("ratings", {"tutor_id": tutor.tutor_id, "student_id": student.id, "rating": rating, "review": "x"})
        insert("ratings", {"tutor_id": colleague.tutor_id, "student_id": tutor.id, "rating": rating, "review": "y"})
    say(conversation(tutor, people.student()), tutor, *map(str, range(12)))
    assert len(pages(tutor)) == 1 + 1 + 1 + 3 + 2 + 2 + 12
    data = whole(tutor)
    assert [len(data[part]) for part in LISTS] == [1, 3, 2, 2, 12]
    assert [message["body"] for message in data["messages"]] == [str(number) for number in range(12)]
    assert [rating["rating"] for rating in data["ratings_received"]] == [1, 2]


def test_a_page_starts_where_the_one_before_ended_whatever_came_or_went(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "PAGE_BYTES", 1)
    tutor, talk_partner = people.tutor(), people.student()
    talk: UUID = conversation(tutor, talk_partner)
    say(talk, tutor, "1", "2")
    received: list[str] = []
    target = PATH
    while target:
        answer = call("GET", target, token=tutor.access)
        received += [message["body"] for message in answer.json["messages"]]
        if received == ["1"]:
            query("DELETE FROM messages WHERE seq = 1")
            say(talk, tutor, "3")
        target = answer.headers.get("link", "").partition(">")[0].removeprefix("<")
    assert received == ["1", "2", "3"]


@pytest.mark.parametrize("cursor", ["x", "7-", "-1-", "6", "6-'; DROP TABLE users", "6-" + "a" * 65, "٣-", "6-\0"])
def test_what_is_no_cursor_is_refused(people: People, cursor: str) -> None:
    answer = call("GET", f"{PATH}?cursor={quote(cursor)}", token=people.student().access)
    assert (answer.status, answer.json) == (400, {"cursor": ["Nieprawidłowy kursor."]})


def test_a_cursor_leads_into_the_own_data_only(people: People) -> None:
    ola, jan = people.student(), people.student()
    say(conversation(ola, jan), jan, "cudza")
    assert call("GET", f"{PATH}?cursor=2-", token=ola.access).json["messages"] == []
