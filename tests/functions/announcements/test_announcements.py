"""Announcements of tutors, and who may read and change them."""

from functools import partial
from typing import Any

import pytest

from functions.announcements import repository
from functions.announcements.handler import handler
from functions.announcements.service import MAX_ANNOUNCEMENTS
from tests.support.lambda_client import Answer, LambdaClient
from tests.support.people import People, Person, query
from tests.support.races import at_once

call = LambdaClient(handler)
LIST, OWN, ONE = (
    "/api/announcement/announcements/",
    "/api/announcement/announcements/me/",
    "/api/announcement/announcement/",
)
NEW = {"title": "Kurs", "description": "Od stycznia", "tags": [{"name": "Matura"}, {"name": "Łódź"}]}
REQUIRED = "To pole jest wymagane."
BLANK = "To pole nie może być puste."


def announce(tutor: Person, **changes: Any) -> Answer:
    return call("POST", ONE, token=tutor.access, json_body=NEW | changes)


def titles(target: str = LIST, token: str = "") -> list[str]:
    return [each["title"] for each in call("GET", target, token=token).json["results"]]


def test_everybody_reads_announcements_the_newest_first(people: People) -> None:
    ola, jan = people.tutor(), people.tutor(first_name="Jan", picture="uploads/user/x.jpg")
    first = announce(ola)
    assert (first.status, first.json["hidden"], first.json["edited_at"]) == (201, False, None)
    announce(jan, title="Drugi", tags=[])
    page = call("GET", LIST).json
    assert [page["count"], page["next"], page["previous"]] == [2, None, None]
    assert page["results"][0] | {"id": 0, "created_at": ""} == {
        "id": 0,
        "tutor": {
            "id": jan.tutor_id,
            "first_name": "Jan",
            "last_name": "Nowak",
            "profile_image": "/static/media/uploads/user/x.jpg",
        },
        "tags": [],
        "title": "Drugi",
        "description": "Od stycznia",
        "created_at": "",
        "edited_at": None,
    }
    assert page["results"][1]["tags"] == NEW["tags"]
    assert titles(f"{LIST}?page_size=1&p=2") == ["Kurs"]
    assert titles(f"{LIST}?tutor={ola.tutor_id}") == ["Kurs"]
    assert titles(f"{LIST}?tutor=0") == titles(f"{LIST}?tag=fizyka") == []
    assert titles(f"{LIST}?tag=lodz") == titles(f"{LIST}?tag=MATURA&tutor={ola.tutor_id}") == ["Kurs"]


def test_announcements_of_unlisted_tutors_are_not_shown(people: People) -> None:
    tutor = people.tutor()
    announce(tutor)
    query("UPDATE users SET confirmed_at = NULL")
    assert titles() == []


@pytest.mark.parametrize(
    ("tags", "kept"),
    [
        ([{"name": ""}], []),
        ([{"name": " \u200b "}], []),
        ([{"name": " a "}, {"name": "A"}, {"name": "b"}], ["a", "b"]),
        ([{"name": 7}], ["7"]),
        ([{"name": "x" * 100, "other": 1}], ["x" * 100]),
    ],
)
def test_blank_and_repeated_tags_are_dropped(people: People, tags: Any, kept: list[str]) -> None:
    answer = announce(people.tutor(), tags=tags)
    assert (answer.status, [each["name"] for each in answer.json["tags"]]) == (201, kept)


TOO_LONG = "Upewnij się, że to pole ma nie więcej niż 100 znaków."


@pytest.mark.parametrize(
    ("changes", "complaints"),
    [
        ({"tags": None}, {"tags": ["Pole nie może mieć wartości null."]}),
        ({"tags": "a"}, {"tags": ["Oczekiwano listy elementów, otrzymano „tekst”."]}),
        ({"tags": [{"name": "a"}, {}]}, {"tags": [{}, {"name": [REQUIRED]}]}),
        ({"tags": [{"name": "x" * 101}]}, {"tags": [{"name": [TOO_LONG]}]}),
        ({"tags": [{"name": str(number)} for number in range(51)]}, {"tags": ["Limit of tags is 50"]}),
        ({"title": " "}, {"title": [BLANK]}),
        ({"title": "x" * 201}, {"title": [TOO_LONG.replace("100", "200")]}),
        ({"description": "\u200b"}, {"description": [BLANK]}),
    ],
)
def test_errors_are_reported_at_the_invalid_field(people: People, changes: Any, complaints: Any) -> None:
    answer = announce(people.tutor(), **changes)
    assert answer.status == 400
    if changes.get("tags") != "a":
        assert answer.json == complaints
    assert query("SELECT * FROM announcements") == []


def test_every_invalid_tag_is_refused(people: People) -> None:
    tutor = people.tutor()
    values: list[Any] = ["x", 1, None, [], {"name": None}, {"name": {}}, {"name": "a\0"}]
    for value in values:
        answer = announce(tutor, tags=[value])
        assert (answer.status, [*answer.json]) == (400, ["tags"])


def test_only_its_tutor_can_change_and_delete_it(people: People) -> None:
    tutor, other, staff = people.tutor(), people.tutor(), people.student(is_staff=True)
    path = f"{ONE}{announce(tutor).json['id']}/"
    for person, expected in ((other, 404), (people.student(), 403), (staff, 403)):
        assert call("PATCH", path, token=person.access, json_body={"title": "x"}).status == expected
        assert call("DELETE", path, token=person.access).status == expected
    same = call("PATCH", path, token=tutor.access, json_body={"title": "Kurs"}).json
    assert (same["title"], same["edited_at"]) == ("Kurs", None)
    changed = call("PATCH", path, token=tutor.access, json_body={"tags": [{"name": "Chemia"}]}).json
    assert (changed["title"], changed["tags"], changed["edited_at"] is None) == ("Kurs", [{"name": "Chemia"}], False)
    assert titles(f"{LIST}?tag=chemia") == ["Kurs"]
    assert titles(f"{LIST}?tag=matura") == []
    assert call("DELETE", path, token=tutor.access).json == {"Info": "Announcement deleted."}
    assert call("DELETE", path, token=tutor.access).status == 404


def test_staff_can_hide_an_announcement_and_show_it_again(people: People) -> None:
    tutor, staff = people.tutor(), people.student(is_staff=True)
    number = announce(tutor).json["id"]
    path = f"{ONE}{number}/"
    for person in (tutor, people.student()):
        assert call("POST", f"{path}hide/", token=person.access).status == 403
    assert call("POST", f"{path}hide/", token=staff.access).json == {"id": number, "hidden": True}
    assert titles() == []
    [own] = call("GET", OWN, token=tutor.access).json["results"]
    assert own["hidden"] is True
    assert query("SELECT hidden_by FROM announcements") == [(staff.id,)]
    assert call("POST", f"{path}unhide/", token=staff.access).json == {"id": number, "hidden": False}
    assert titles() == ["Kurs"]
    assert call("POST", f"{ONE}0/hide/", token=staff.access).status == 404
    assert query("SELECT action, actor_id, user_id, subject FROM staff_actions ORDER BY id") == [
        (f"{verb}_announcement", staff.id, tutor.id, f"announcement {number}") for verb in ("hide", "unhide")
    ]


def fill(tutor: Person, number: int) -> None:
    query(
        "INSERT INTO announcements (tutor_id, title, description) SELECT %s, 'x', 'x' FROM generate_series(1, %s)",
        tutor.tutor_id,
        number,
    )


def race(people: People) -> list[int]:
    tutor = people.tutor()
    fill(tutor, MAX_ANNOUNCEMENTS - 1)
    return sorted(answer.status for answer in at_once(*[partial(announce, tutor)] * 6))


def test_concurrent_announcements_do_not_exceed_the_limit_per_tutor(people: People) -> None:
    assert race(people) == [201, *[409] * 5]


def test_without_the_lock_the_limit_is_exceeded(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    """The counter-test to the one above."""
    monkeypatch.setattr(repository, "lock_tutor", lambda *_: True)
    assert any(race(people).count(201) > 1 for _ in range(10))


def test_the_31st_in_an_hour_is_throttled(people: People, rate_limits: None) -> None:
    tutor = people.tutor()
    statuses = [announce(tutor).status for _ in range(31)]
    assert statuses == [201] * 30 + [429]
