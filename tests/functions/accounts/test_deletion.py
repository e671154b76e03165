"""Deleting an account (docs/contract.md, section 8)."""

from pathlib import Path

import psycopg
import pytest

from functions.accounts.handler import handler
from functions.chat.handler import handler as chat_handler
from functions.profiles.handler import handler as profiles_handler
from functions.tokens.handler import handler as tokens_handler
from shared.kit.aws.storage import storage
from shared.kit.settings import settings
from tests.support.conversations import add_conversation, add_messages
from tests.support.deadlocks import deadlock_at_first
from tests.support.lambda_client import Answer, LambdaClient
from tests.support.paused_transactions import gate_after, kill_the_waiting, wait_until, waiting
from tests.support.people import PASSWORD, People, Person, insert, query
from tests.support.races import at_once
from tests.support.sockets import closed_sockets

call, tokens, chat = LambdaClient(handler), LambdaClient(tokens_handler), LambdaClient(chat_handler)
profiles = LambdaClient(profiles_handler)
DELETED = {"Info": "Account deleted successfully."}
GONE = {"detail": "Użytkownik nie znaleziony", "code": "user_not_found"}


def delete(person: Person) -> Answer:
    return call("DELETE", "/api/user/delete/", token=person.access)


def count(table: str) -> int:
    return int(query(f"SELECT count(*) FROM {table}")[0][0])


def test_an_account_is_deleted_with_all_its_data(people: People) -> None:
    tutor, student, other = people.tutor(), people.student(), people.tutor()
    times = {"starts_at": "2035-01-10T08:00Z", "ends_at": "2035-01-10T09:00Z"}
    insert("schedule_items", {"tutor_id": tutor.tutor_id, **times})
    insert("ratings", {"tutor_id": tutor.tutor_id, "student_id": student.id, "rating": 5, "review": "ok"})
    insert("ratings", {"tutor_id": other.tutor_id, "student_id": tutor.id, "rating": 1, "review": "nie"})
    insert("ratings", {"tutor_id": other.tutor_id, "student_id": student.id, "rating": 4, "review": "tak"})
    query("INSERT INTO email_tokens VALUES ('x', %s, 'reset', now())", tutor.id)
    answer = delete(tutor)
    assert (answer.status, answer.json) == (200, DELETED)
    assert {row[0] for row in query("SELECT id FROM users")} == {student.id, other.id}
    assert query("SELECT id FROM tutors") == [(other.tutor_id,)]
    assert query("SELECT student_id, rating FROM ratings") == [(student.id, 4)]
    assert query("SELECT rating_count, rating_sum FROM tutors") == [(1, 4)]
    assert (count("schedule_items"), count("email_tokens"), count("sign_in_sessions")) == (0, 0, 2)


def test_the_audit_trail_keeps_the_ids_of_deleted_accounts(people: People) -> None:
    ola, boss = people.student(), people.student(is_staff=True)
    insert("staff_actions", {"actor_id": boss.id, "action": "suspend", "user_id": ola.id, "reason": "Spam"})
    assert (delete(ola).status, delete(boss).status) == (200, 200)
    assert query("SELECT actor_id, user_id FROM staff_actions") == [(boss.id, ola.id)]


def test_its_tokens_become_void(people: People) -> None:
    ola = people.student()
    assert delete(ola).status == 200
    answer = delete(ola)
    assert (answer.status, answer.json) == (401, GONE)
    assert answer.headers["www-authenticate"] == 'Bearer realm="api"'
    for path, body in (("refresh", {"refresh": ola.refresh}), ("verify", {"token": ola.access})):
        assert tokens("POST", f"/api/token/{path}/", json_body=body).json["code"] == "token_not_valid"


def test_the_address_can_be_registered_again(people: People) -> None:
    ola = people.student()
    assert delete(ola).status == 200
    body = {"email": ola.email.upper(), "password": PASSWORD}
    assert call("POST", "/api/user/create/", json_body=body).status == 201


def test_the_partner_keeps_the_conversation_with_messages_without_an_author(people: People) -> None:
    ola, jan = people.student(), people.student(first_name="Jan")
    talk = add_conversation(ola, jan)
    add_messages(talk, ola, "Cześć")
    add_messages(talk, jan, "Hej")
    path = f"/api/chat/conversation_detail/{talk}/"
    before = chat("GET", path, token=jan.access).json
    assert before[0]["created_by"]["id"] == str(ola.id)
    assert delete(ola).status == 200
    after = chat("GET", path, token=jan.access).json
    assert after == [before[0] | {"created_by": None}, before[1]]
    [kept] = chat("GET", "/api/chat/conversations/", token=jan.access).json
    assert kept["id"] == str(talk)
    assert [user["first_name"] for user in kept["users"]] == ["Jan"]


def test_a_conversation_is_deleted_with_its_last_member(people: People) -> None:
    ola, jan, ewa = people.student(), people.student(), people.student()
    talk, other = add_conversation(ola, jan), add_conversation(jan, ewa)
    add_messages(talk, ola, "Cześć")
    add_messages(other, ewa, "Hej")
    assert delete(ola).status == 200
    assert count("conversations") == 2
    assert delete(jan).status == 200
    assert query("SELECT id FROM conversations") == [(other,)]
    assert query("SELECT body FROM messages") == [("Hej",)]


@pytest.mark.parametrize("rounds", [5, pytest.param(100, marks=pytest.mark.proof)])
def test_a_conversation_is_deleted_if_both_members_leave_at_once(people: People, rounds: int) -> None:
    for _ in range(rounds):
        ola, jan = people.student(), people.student()
        add_messages(add_conversation(ola, jan), ola, "Cześć")
        statuses = [answer.status for answer in at_once(lambda: delete(ola), lambda: delete(jan))]  # noqa: B023 - called within the round
        assert statuses == [200, 200]
    assert (count("users"), count("conversations"), count("messages")) == (0, 0, 0)


@pytest.mark.parametrize("rounds", [5, pytest.param(100, marks=pytest.mark.proof)])
def test_concurrent_deletions_and_a_change_cause_no_server_error(people: People, rounds: int) -> None:
    for _ in range(rounds):
        ola = people.student()
        change = {"password": "Zielona!Herbata7"}
        first, second, changed = at_once(
            lambda: delete(ola),  # noqa: B023 - called within the round
            lambda: delete(ola),  # noqa: B023
            lambda: profiles("PATCH", "/api/user/profile/", token=ola.access, json_body=change),  # noqa: B023
        )
        assert {first.status, second.status} <= {200, 401}
        assert 200 in (first.status, second.status)
        assert changed.status in {200, 401}
        assert count("users") == 0


def test_a_deletion_that_met_a_deadlock_is_tried_again(people: People) -> None:
    ola = people.student()
    with deadlock_at_first("DELETE ON users"):
        assert delete(ola).json == DELETED
    assert count("users") == 0


def test_the_picture_is_deleted_too(people: People) -> None:
    ola = people.student(picture="uploads/user/ola.webp")
    storage().put("uploads/user/ola.webp", b"picture", "image/webp")
    storage().put("uploads/user/other.webp", b"picture", "image/webp")
    assert delete(ola).status == 200
    assert [path.name for path in Path(settings().media_folder).rglob("*.webp")] == ["other.webp"]


def test_a_picture_set_meanwhile_is_deleted_too(people: People) -> None:
    ola = people.student()
    storage().put("uploads/user/new.webp", b"picture", "image/webp")
    with psycopg.connect(settings().database_url) as upload:
        upload.execute("UPDATE users SET picture = 'uploads/user/new.webp'")

        def commit() -> None:
            wait_until(lambda: waiting() == 1)
            upload.commit()

        def deleted() -> None:
            assert delete(ola).status == 200

        at_once(deleted, commit)
    assert list(Path(settings().media_folder).rglob("*.webp")) == []


def test_its_sockets_are_closed(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    closed_now = closed_sockets(monkeypatch)
    ola, jan = people.student(), people.student()
    talk = add_conversation(ola, jan)
    for person, name in ((ola, "ola"), (jan, "jan")):
        row = {"id": name, "conversation_id": talk, "user_id": person.id, "session_id": person.session_id}
        insert("connections", row)
    assert delete(ola).status == 200
    assert closed_now == ["ola"]
    assert query("SELECT id FROM connections") == [("jan",)]


def test_the_password_must_have_been_entered_in_the_last_fifteen_minutes(people: People) -> None:
    ola = people.student()
    query("UPDATE sign_in_sessions SET password_checked_at = now() - interval '15 minutes 1 second'")
    answer = delete(ola)
    assert (answer.status, answer.json["code"]) == (403, "password_check_needed")
    assert isinstance(answer.json["detail"], str)
    assert count("users") == 1
    check = tokens("POST", "/api/user/check_password/", token=ola.access, json_body={"password": PASSWORD})
    assert check.json == {"password_matches": True}
    assert delete(ola).json == DELETED


def test_an_interrupted_deletion_deletes_nothing(people: People) -> None:
    ola, jan = people.student(picture="uploads/user/ola.webp"), people.student()
    storage().put("uploads/user/ola.webp", b"picture", "image/webp")
    add_messages(add_conversation(ola, jan), ola, "Cześć")
    with gate_after("DELETE ON users"):

        def refused() -> None:
            assert delete(ola).status == 503

        at_once(refused, kill_the_waiting)
    assert (count("users"), count("conversation_members"), count("sign_in_sessions")) == (2, 2, 2)
    assert query("SELECT created_by FROM messages") == [(ola.id,)]
    assert (Path(settings().media_folder) / "uploads/user/ola.webp").exists()
    assert delete(ola).status == 200
