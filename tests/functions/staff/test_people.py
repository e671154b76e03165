"""What staff can do with people at their desk."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from functions.staff.handler import handler
from tests.support.booking_client import at, book, free_tutor
from tests.support.lambda_client import Answer, LambdaClient
from tests.support.people import People, Person, insert, query
from tests.support.sent_emails import sent_to

call = LambdaClient(handler)
PEOPLE, ACTIONS = "/api/staff/people/", "/api/staff/actions/"
NOBODY = UUID(int=9, version=4)


@pytest.fixture
def boss(people: People) -> Person:
    return people.staff(email="szefowa@example.com", first_name="Iga", last_name="Szefowa")


def found(staff: Person, query_string: str = "") -> list[dict[str, Any]]:
    answer = call("GET", f"{PEOPLE}?{query_string}", token=staff.access)
    assert answer.status == 200, answer
    return list(answer.json["results"])


def see(staff: Person, person: UUID) -> Answer:
    return call("GET", f"{PEOPLE}{person}/", token=staff.access)


def do(staff: Person, verb: str, person: UUID, reason: Any = "Spam") -> Answer:
    body = {} if reason is None else {"reason": reason}
    return call("POST", f"{PEOPLE}{person}/{verb}/", token=staff.access, json_body=body)


def actions(staff: Person, query_string: str = "") -> list[dict[str, Any]]:
    answer = call("GET", f"{ACTIONS}?{query_string}", token=staff.access)
    assert answer.status == 200, answer
    return list(answer.json["results"])


def test_people_are_found_by_part_of_their_name_or_address(people: People, boss: Person) -> None:
    zolw = people.student(first_name="Łucja", last_name="Żółw-Nowa", email="lucja_1@example.com")
    tutor = people.tutor(first_name="Jan", last_name="Kowal", email="jan.kowal@prz.edu.pl")
    for text in ("zolw", "ŁUCJA", "cja żół", "lucja_1", "Nowa lucja", str(zolw.id)):
        assert [each["id"] for each in found(boss, f"q={text}")] == [str(zolw.id)], text
    assert [each["id"] for each in found(boss, "q=prz.edu.pl")] == [str(tutor.id)]
    for text in ("nikt", "luc%", "l_cja", "\\\\\\", str(NOBODY)):
        assert found(boss, f"q={text}") == [], text
    assert [each["tutor"] for each in found(boss)] == [tutor.tutor_id, None, None]
    assert [each["id"] for each in found(boss, "only=tutors")] == [str(tutor.id)]
    assert [each["has_second_factor"] for each in found(boss, "only=staff")] == [True]
    assert found(boss, "only=suspended") == []


def test_a_search_needs_three_characters(boss: Person) -> None:
    for text in ("x", "xy", "x%20"):
        refused = call("GET", f"{PEOPLE}?q={text}", token=boss.access)
        assert (refused.status, refused.json) == (400, {"q": ["Upewnij się, że pole ma co najmniej 3 znaków."]})


def test_people_are_listed_in_pages_the_newest_first(people: People, boss: Person) -> None:
    days = [datetime(2020, 1, day, tzinfo=UTC) for day in (1, 3, 2)]
    for number, day in enumerate(days):
        people.student(created_at=day, email=f"kto{number}@example.com")
    first = call("GET", f"{PEOPLE}?q=kto&page_size=2", token=boss.access).json
    assert (first["count"], [each["email"][3] for each in first["results"]]) == (3, ["1", "2"])
    assert [each["email"][3] for each in call("GET", first["next"], token=boss.access).json["results"]] == ["0"]


def test_a_person_is_shown_with_what_staff_need_to_decide(people: People, boss: Person) -> None:
    tutor, student = free_tutor(people), people.student(first_name="Ola", last_name="Nowak", time_zone="Europe/Kyiv")
    assert book(student, tutor, at(10)).status == 201
    insert("reports", {"kind": "person", "reporter_id": tutor.id, "person_id": student.id, "reason": "x"})
    row = {"tutor_id": tutor.tutor_id, "student_id": student.id, "rating": 1, "review": "Źle"}
    review = insert("ratings", row)
    decided = {"rating_id": review, "reporter_id": tutor.id, "reason": "x", "resolved_at": datetime.now(UTC)}
    insert("review_reports", decided)
    seen = see(boss, student.id).json
    assert {name: seen[name] for name in seen if not name.endswith("_at")} == {
        "id": str(student.id),
        "email": student.email,
        "first_name": "Ola",
        "last_name": "Nowak",
        "tutor": None,
        "is_staff": False,
        "confirmed": True,
        "has_second_factor": False,
        "language": "pl",
        "time_zone": "Europe/Kyiv",
        "devices": 1,
        "coming_sessions": 1,
        "open_reports": 1,
        "all_reports": 2,
    }
    assert (seen["suspended_at"], see(boss, tutor.id).json["coming_sessions"]) == (None, 1)
    query("DELETE FROM sign_in_sessions WHERE user_id = %s", student.id)
    without = see(boss, student.id).json
    assert (without["devices"], without["last_used_at"]) == (0, None)


def test_staff_can_suspend_a_person_and_lift_the_suspension(people: People, boss: Person) -> None:
    ola = people.student()
    assert do(boss, "suspend", ola.id).json["suspended_at"]
    assert call("GET", PEOPLE, token=ola.access).status == 401
    assert [each["id"] for each in found(boss, "only=suspended")] == [str(ola.id)]
    assert do(boss, "suspend", ola.id, "Znowu").status == 200
    assert [mail["Subject"] for mail in sent_to(ola)] == ["Twoje konto zostało zawieszone"]
    assert do(boss, "lift", ola.id, " Pomyłka ").json["suspended_at"] is None
    assert sent_to(ola)[-1]["Subject"] == "Twoje konto znów działa"
    assert [(each["action"], each["reason"]) for each in actions(boss)] == [("lift", "Pomyłka"), ("suspend", "Spam")]


def test_staff_can_sign_a_person_out_everywhere(people: People, boss: Person) -> None:
    ola = people.student()
    assert do(boss, "revoke_sessions", ola.id, "Skradzione").json["devices"] == 0
    assert call("GET", PEOPLE, token=ola.access).status == 401
    # A colleague's phone can be stolen too.
    assert do(boss, "revoke_sessions", people.staff().id).status == 200
    assert do(boss, "revoke_sessions", boss.id).status == 200
    assert call("GET", PEOPLE, token=boss.access).status == 401


def test_staff_cannot_suspend_themselves_or_each_other(people: People, boss: Person) -> None:
    colleague = people.student(is_staff=True, suspended_at=datetime.now(UTC))
    for verb in ("suspend", "lift"):
        for person in (boss, colleague):
            refused = do(boss, verb, person.id)
            assert (refused.status, refused.json["code"]) == (409, "staff_account")
    assert query("SELECT count(*) FROM staff_actions") == [(0,)]
    assert query("SELECT count(*) FROM users WHERE suspended_at IS NULL") == [(1,)]


@pytest.mark.parametrize("reason", [None, "", " ", "\u200b", [], "x" * 1001])
def test_without_a_reason_nothing_is_done(people: People, boss: Person, reason: Any) -> None:
    ola = people.student()
    for verb in ("suspend", "lift", "revoke_sessions"):
        refused = do(boss, verb, ola.id, reason)
        assert (refused.status, [*refused.json]) == (400, ["reason"])
    assert (see(boss, ola.id).json["devices"], actions(boss)) == (1, [])


def test_unknown_accounts_are_not_found(boss: Person) -> None:
    for verb in ("suspend", "lift", "revoke_sessions"):
        assert do(boss, verb, NOBODY).status == 404
    assert see(boss, NOBODY).status == 404
    assert call("GET", f"{PEOPLE}x/", token=boss.access).status == 404


def test_the_audit_trail_shows_who_did_what_to_whom(people: People, boss: Person) -> None:
    ola, jan = people.student(first_name="Ola"), people.student()
    do(boss, "suspend", ola.id)
    do(boss, "suspend", jan.id)
    query("INSERT INTO staff_actions (action, user_id, reason) VALUES ('lift', %s, 'Prośba')", ola.id)
    query("DELETE FROM users WHERE id = %s", jan.id)
    by_operator, of_jan, of_ola = actions(boss)
    assert (by_operator["actor"], by_operator["person"]["id"]) == (None, str(ola.id))
    assert of_jan["person"] == {"id": str(jan.id), "email": None, "first_name": None, "last_name": None}
    named = {"id": str(boss.id), "email": boss.email, "first_name": "Iga", "last_name": "Szefowa"}
    assert of_ola["actor"] == named
    assert (of_ola["action"], of_ola["subject"], of_ola["reason"]) == ("suspend", "", "Spam")
    assert datetime.now(UTC) - datetime.fromisoformat(of_ola["at"]) < timedelta(minutes=1)
    ids = [each["id"] for each in (by_operator, of_jan, of_ola)]
    for query_string, chosen in (
        (f"person={ola.id}", [ids[0], ids[2]]),
        (f"actor={boss.id}", ids[1:]),
        ("action=lift", ids[:1]),
        (f"person={NOBODY}", []),
    ):
        assert [each["id"] for each in actions(boss, query_string)] == chosen
    for query_string, field in (("person=x", "person"), ("action=x", "action"), ("actor=1", "actor")):
        refused = call("GET", f"{ACTIONS}?{query_string}", token=boss.access)
        assert (refused.status, [*refused.json]) == (400, [field])
