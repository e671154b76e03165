"""Reporting messages and people, and the queue of staff."""

from functools import partial
from typing import Any
from uuid import UUID

import pytest

from functions.chat.handler import handler
from functions.reviews.handler import handler as reviews_handler
from tests.support.chat_clients import Chat, Clients
from tests.support.chat_http import list_messages
from tests.support.conversations import add_messages
from tests.support.deadlocks import while_account_is_locked
from tests.support.lambda_client import Answer, LambdaClient
from tests.support.notifications import dispatch, notified
from tests.support.paused_transactions import while_account_goes
from tests.support.people import People, Person, insert, query
from tests.support.races import at_once

call, reviews = LambdaClient(handler), LambdaClient(reviews_handler)
QUEUE = "/api/staff/reports/"


@pytest.fixture
def boss(people: People) -> Person:
    return people.student(is_staff=True, first_name="Szefowa")


def report_message(person: Person, conversation: UUID, seq: int, reason: str = "Obraża") -> Answer:
    body = {"conversation": str(conversation), "seq": seq, "reason": reason}
    return call("POST", "/api/report/message/", token=person.access, json_body=body)


def report_person(person: Person, other: UUID, reason: str = "Spam") -> Answer:
    return call("POST", "/api/report/person/", token=person.access, json_body={"person": str(other), "reason": reason})


def queue(staff: Person, state: str = "open") -> list[dict[str, Any]]:
    answer = call("GET", f"{QUEUE}?state={state}", token=staff.access)
    assert answer.status == 200, answer
    assert answer.json["count"] == len(answer.json["results"])
    return list(answer.json["results"])


def get(staff: Person, report: int) -> dict[str, Any]:
    return dict(call("GET", f"{QUEUE}{report}/", token=staff.access).json)


def decide(staff: Person, report: int, decision: str) -> Answer:
    body = {"decision": decision, "reason": "Bo tak"}
    return call("POST", f"{QUEUE}{report}/decide/", token=staff.access, json_body=body)


def name(person: Person, first_name: str = "Ola") -> dict[str, Any]:
    return {"id": str(person.id), "first_name": first_name, "last_name": "Nowak", "suspended": False}


def test_a_report_of_a_message_copies_the_surrounding_messages(chat: Chat, boss: Person) -> None:
    for number in range(1, 31):
        add_messages(chat.id, chat.tutor if number % 2 else chat.student, f"{number} {'ł' * 3000}")
    assert report_message(chat.student, chat.id, 15).status == 201
    [listed] = queue(boss)
    report = get(boss, listed["id"])
    assert {key: report[key] for key in listed} == listed
    assert (listed["kind"], listed["reason"], listed["decision"]) == ("message", "Obraża", None)
    assert (listed["reporter"], listed["person"]) == (name(chat.student), name(chat.tutor, "Łucja"))
    assert (report["conversation"], report["seq"]) == (str(chat.id), 15)
    assert [each["seq"] for each in report["messages"]] == list(range(5, 26))
    around = report["messages"][10]
    assert (around["author"], around["body"][:4], len(around["body"])) == (str(chat.tutor.id), "15 ł", 2000)
    query("UPDATE messages SET body = '', deleted_at = now()")
    assert get(boss, listed["id"])["messages"] == report["messages"]


def test_a_report_of_a_person_copies_the_last_messages(chat: Chat, boss: Person, people: People) -> None:
    add_messages(chat.id, chat.tutor, *map(str, range(1, 26)))
    assert report_person(chat.student, chat.tutor.id).status == 201
    stranger = people.student()
    assert report_person(stranger, chat.tutor.id).status == 201
    first, second = (get(boss, each["id"]) for each in queue(boss))
    assert [each["body"] for each in first["messages"]] == list(map(str, range(6, 26)))
    assert (second["messages"], second["conversation"], second["seq"]) == ([], None, None)


def test_staff_are_notified_of_a_new_report(chat: Chat, boss: Person) -> None:
    for _ in range(2):
        report_person(chat.student, chat.tutor.id)
    dispatch()
    assert notified(boss) == ["Nowe zgłoszenie czeka na decyzję obsługi."]
    assert notified(chat.tutor) == []


def test_a_reporter_has_one_open_report_per_message_or_person(chat: Chat, boss: Person) -> None:
    add_messages(chat.id, chat.tutor, "a", "b")
    answers = at_once(*[partial(report_message, chat.student, chat.id, 1)] * 5)
    assert {answer.status for answer in answers} == {201}
    for report in (
        partial(report_message, chat.student, chat.id, 2),
        partial(report_person, chat.student, chat.tutor.id),
    ):
        assert [report().status for _ in range(2)] == [201, 201]
    assert [each["kind"] for each in queue(boss)] == ["message", "message", "person"]
    decide(boss, queue(boss)[0]["id"], "dismiss")
    assert report_message(chat.student, chat.id, 1).status == 201
    assert len(queue(boss)) == 3


def test_only_readable_messages_of_others_and_known_people_can_be_reported(chat: Chat, people: People) -> None:
    add_messages(chat.id, chat.tutor, "a")
    stranger, newcomer = people.student(), people.student(confirmed_at=None)
    refused = [
        report_message(stranger, chat.id, 1),
        report_message(chat.student, chat.id, 2),
        report_message(chat.tutor, chat.id, 1),
        report_person(chat.student, chat.student.id),
        report_person(chat.student, newcomer.id),
        report_person(chat.student, UUID(int=7, version=4)),
    ]
    assert [(each.status, each.json.get("code")) for each in refused] == [
        (404, "message_not_found"),
        (404, "message_not_found"),
        (409, "own_message"),
        (400, "own_account"),
        (404, None),
        (404, None),
    ]
    assert query("SELECT count(*) FROM reports") == [(0,)]


def test_reports_are_rate_limited(chat: Chat, rate_limits: None) -> None:
    add_messages(chat.id, chat.tutor, "a")
    statuses = [report_message(chat.student, chat.id, 1).status for _ in range(21)]
    assert statuses == [201] * 20 + [429]


def test_only_staff_can_read_and_decide_reports(chat: Chat, boss: Person) -> None:
    report_person(chat.student, chat.tutor.id)
    [report] = queue(boss)
    for person in (chat.student, chat.tutor):
        for method, path in (("GET", QUEUE), ("GET", f"{QUEUE}{report['id']}/")):
            assert call(method, path, token=person.access).status == 403
        assert decide(person, report["id"], "dismiss").status == 403
    assert call("GET", f"{QUEUE}99/", token=boss.access).status == 404
    assert decide(boss, 99, "dismiss").status == 404


def test_a_decision_closes_all_reports_about_the_same_message(chat: Chat, boss: Person, people: People) -> None:
    for person in (chat.student, people.student()):
        report_person(person, chat.tutor.id)
    first, second = queue(boss)
    decided = decide(boss, second["id"], "dismiss")
    assert decided.status == 200
    shown = {key: decided.json[key] for key in ("decision", "note", "decided_by")}
    assert shown == {"decision": "dismiss", "note": "Bo tak", "decided_by": name(boss, "Szefowa")}
    assert (queue(boss), [each["id"] for each in queue(boss, "decided")]) == ([], [first["id"], second["id"]])
    assert decide(boss, first["id"], "dismiss").json["code"] == "already_decided"
    assert query("SELECT action, actor_id, user_id, subject, reason FROM staff_actions") == [
        ("dismiss", boss.id, chat.tutor.id, f"report {second['id']}", "Bo tak")
    ]


def test_staff_can_hide_a_message_from_both_members(clients: Clients, chat: Chat, boss: Person) -> None:
    chat.tutor_client.send_message("coś złego")
    query("UPDATE messages SET created_at = now() - interval '1 day'")
    modern = clients.open(chat.student, chat.id, protocol="2")
    report_message(chat.student, chat.id, 1)
    [report] = queue(boss)
    assert decide(boss, report["id"], "hide_message").status == 200
    assert [each["body"] for each in list_messages(chat.student, chat.id)] == ["Wiadomość usunięta"]
    events = [frame["event"] for frame in modern.frames]
    assert [each for each in events if each.startswith("message_")] == ["message_deleted"]
    assert len(chat.student_client.frames) == 1
    assert get(boss, report["id"])["messages"][0]["body"] == "coś złego"


def test_staff_can_suspend_a_person(chat: Chat, boss: Person) -> None:
    report_person(chat.student, chat.tutor.id)
    [report] = queue(boss)
    assert decide(boss, report["id"], "hide_message").json["code"] == "nothing_to_hide"
    assert decide(boss, report["id"], "suspend").json["person"]["suspended"] is True
    assert call("GET", "/api/chat/conversations/", token=chat.tutor.access).status == 401
    assert query("SELECT count(*) FROM connections WHERE user_id = %s", chat.tutor.id) == [(0,)]
    assert query("SELECT action, reason FROM staff_actions") == [("suspend", "Bo tak")]


def test_a_person_whose_account_is_being_deleted_is_not_suspended(chat: Chat, boss: Person) -> None:
    report_person(chat.student, chat.tutor.id)
    [report] = queue(boss)
    assert while_account_goes(chat.tutor, lambda: decide(boss, report["id"], "suspend")).status == 404


@pytest.mark.parametrize(
    ("decision", "rows"),
    [
        ("dismiss", "SELECT FROM reports"),
        ("hide_message", "SELECT FROM reports"),
        ("suspend", "SELECT FROM users WHERE NOT is_staff"),
    ],
)
def test_a_decision_that_waits_for_the_account_of_staff_holds_no_reports(
    chat: Chat, boss: Person, decision: str, rows: str
) -> None:
    """Otherwise the deletion of that account, which may have reports of its own, would be a deadlock with it."""
    add_messages(chat.id, chat.tutor, "x")
    report_message(chat.student, chat.id, 1)
    [report] = queue(boss)
    assert while_account_is_locked(boss, lambda: decide(boss, report["id"], decision), rows).status == 200


@pytest.mark.parametrize("decision", ["dismiss", "hide_message", "suspend"])
def test_staff_whose_account_is_being_deleted_decide_nothing(chat: Chat, boss: Person, decision: str) -> None:
    add_messages(chat.id, chat.tutor, "x")
    report_message(chat.student, chat.id, 1)
    [report] = queue(boss)
    answer = while_account_goes(boss, lambda: decide(boss, report["id"], decision))
    assert (answer.status, answer.json["code"]) == (401, "user_not_found")
    assert query("SELECT decided_at FROM reports") == [(None,)]
    assert query("SELECT deleted_at FROM messages") == [(None,)]


def test_staff_cannot_suspend_each_other(chat: Chat, boss: Person) -> None:
    query("UPDATE users SET is_staff = true WHERE id = %s", chat.tutor.id)
    report_person(chat.student, chat.tutor.id)
    [report] = queue(boss)
    assert decide(boss, report["id"], "suspend").json["code"] == "staff_account"
    assert query("SELECT count(*) FROM users WHERE suspended_at IS NOT NULL") == [(0,)]


def test_of_concurrent_decisions_one_counts(chat: Chat, boss: Person) -> None:
    report_person(chat.student, chat.tutor.id)
    [report] = queue(boss)
    answers = at_once(*(partial(decide, boss, report["id"], what) for what in ("dismiss", "suspend") * 3))
    assert sorted(answer.status for answer in answers) == [200, *[409] * 5]
    suspended = query("SELECT count(*) FROM users WHERE suspended_at IS NOT NULL")[0][0]
    assert query("SELECT count(*) FILTER (WHERE decision = 'suspend') FROM reports") == [(suspended,)]


def test_reported_reviews_are_in_the_same_queue(people: People, boss: Person) -> None:
    tutor, student = people.tutor(), people.student()
    review = insert("ratings", {"tutor_id": tutor.tutor_id, "student_id": student.id, "rating": 1, "review": "Źle"})
    path = f"/api/user/tutor/reviews/{review}/"
    assert reviews("POST", f"{path}report/", token=tutor.access, json_body={"reason": "Kłamie"}).status == 201
    [listed] = queue(boss)
    shown = {key: listed[key] for key in ("id", "kind", "review", "reason", "person")}
    assert shown == {"id": None, "kind": "review", "review": review, "reason": "Kłamie", "person": name(student)}
    assert reviews("POST", f"{path}hide/", token=boss.access).status == 200
    assert (queue(boss), len(queue(boss, "decided"))) == ([], 1)


def test_reports_outlive_their_reporters_but_not_the_reported_person(chat: Chat, boss: Person) -> None:
    report_person(chat.student, chat.tutor.id)
    query("DELETE FROM users WHERE id = %s", chat.student.id)
    [report] = queue(boss)
    assert report["reporter"] is None
    query("DELETE FROM users WHERE id = %s", chat.tutor.id)
    assert queue(boss) == []


def test_issues_are_in_the_same_queue(chat: Chat, boss: Person) -> None:
    row = {"reported_by": chat.student.id, "category": "violation", "title": "Spam", "description": "Reklamy"}
    issue = insert("issues", row)
    report_person(chat.student, chat.tutor.id)
    first, second = queue(boss)
    assert {key: first[key] for key in ("id", "kind", "issue", "reason", "reporter", "person", "decided_at")} == {
        "id": None,
        "kind": "issue",
        "issue": str(issue),
        "reason": "Spam",
        "reporter": name(chat.student),
        "person": None,
        "decided_at": None,
    }
    assert second["kind"] == "person"
    assert [each["kind"] for each in queue(boss, "open&kind=person")] == ["person"]
    query("UPDATE issues SET status = 'resolved'")
    assert ([each["kind"] for each in queue(boss)], queue(boss, "decided")[0]["issue"]) == (["person"], str(issue))
