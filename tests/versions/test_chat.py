"""Conversations and messages in version 2 (docs/contract-newer.md, section 4)."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from tests.conftest import read_settings_again
from tests.support.browser import FRONT, Answer, Browser
from tests.support.conversations import add_conversation, add_messages
from tests.support.people import People, Person, query

SignedIn = Callable[[Person], Browser]
USER = ["id", "first_name", "last_name", "profile_image"]


def test_a_conversation_is_opened_once_and_found_by_its_id(
    browser: Browser, signed_in: SignedIn, people: People
) -> None:
    ola, jan = people.student(), people.tutor()
    student = signed_in(ola)
    new = {"users": [{"id": str(jan.id)}]}
    first, second = [student("POST", "chat/conversation/", new) for _ in range(2)]
    assert (first.status, second.status, first.json) == (201, 201, second.json)
    assert first.json.keys() == {"id", "users", "last_message", "created_at", "updated_at", "created_by"}
    assert first.json["last_message"] is None
    assert [list(each) for each in first.json["users"]] == [USER, USER]
    assert all(each["profile_image"].startswith(student.entry.own) for each in first.json["users"])
    path = f"chat/conversation/{first.json['id']}/"
    assert student("GET", path).json == first.json
    assert {each["id"] for each in signed_in(jan)("GET", path).json["users"]} == {str(ola.id), str(jan.id)}
    assert signed_in(people.student())("GET", path).json == {"detail": "Nie znaleziono."}
    for unknown in (uuid4(), "junk"):
        assert student("GET", f"chat/conversation/{unknown}/").status == 404
    assert browser("GET", path).status == 401


def test_a_conversation_needs_two_existing_people(signed_in: SignedIn, people: People) -> None:
    ola = people.student()
    student = signed_in(ola)
    texts = {ola.id: "Rozmowa musi mieć dwóch różnych użytkowników.", uuid4(): "Użytkownicy muszą istnieć."}
    for who, text in texts.items():
        answer = student("POST", "chat/conversation/", {"users": [{"id": str(who)}]})
        assert (answer.status, answer.json) == (400, {"users": [text]})
    assert student("POST", "chat/conversation/", {"users": [{}]}).status == 400


def test_conversations_are_paged_the_latest_first(signed_in: SignedIn, people: People) -> None:
    ola = people.student()
    student = signed_in(ola)
    talks = [add_conversation(ola, people.tutor()) for _ in range(3)]
    for talk in talks:
        add_messages(talk, ola, "Dzień dobry!")
    first = student("GET", "chat/conversations/?p=1&page_size=2").json
    assert list(first) == ["count", "next", "previous", "results"]
    assert first["next"] == f"{student.entry.own}/v2/api/chat/conversations/?p=2&page_size=2"
    second = student("GET", first["next"].removeprefix(student.entry.own)).json
    assert [each["id"] for each in first["results"] + second["results"]] == [str(talk) for talk in reversed(talks)]
    assert (first["count"], second["next"], second["previous"]) == (3, None, first["next"].replace("p=2&", ""))
    last = first["results"][0]["last_message"]
    assert last.keys() == {"id", "conversation", "body", "created_at", "created_by", "file"}
    assert (last["body"], last["created_by"]["id"], last["file"]) == ("Dzień dobry!", str(ola.id), None)
    assert student("GET", "chat/conversations/?p=3&page_size=2").json == {"detail": "Niepoprawna strona."}
    assert student("GET", "chat/conversations/?p=last&page_size=2").json == second


def test_messages_are_paged_by_position_so_that_new_ones_cause_no_repetition(
    signed_in: SignedIn, people: People
) -> None:
    ola, jan = people.student(), people.tutor()
    student, talk = signed_in(ola), add_conversation(ola, jan)
    path = f"chat/conversation_details/{talk}/"
    assert student("GET", path).json == {"count": 0, "next": None, "previous": None, "results": []}
    add_messages(talk, jan, "1", "2", "3", "4", "5")
    first = student("GET", f"{path}?p=1&page_size=2").json
    assert ([each["body"] for each in first["results"]], first["count"]) == (["5", "4"], 5)
    message = first["results"][0]
    assert message.keys() == {"id", "conversation", "body", "created_at", "created_by", "file"}
    assert (list(message["created_by"]), message["conversation"], message["file"]) == (USER, str(talk), None)
    assert message["created_by"]["profile_image"].startswith(student.entry.own)
    add_messages(talk, ola, "6")
    shown, following = [], first["next"]
    while following:
        assert following.startswith(f"{student.entry.own}/v2/api/{path}?")
        page = student("GET", following.removeprefix(student.entry.own)).json
        shown += [each["body"] for each in page["results"]]
        following = page["next"]
    assert shown == ["3", "2", "1"]
    assert student("GET", f"{path}?p=2").json == {"detail": "Niepoprawna strona."}
    assert student("GET", f"{path}?cursor=junk").status == 404


def test_strangers_get_an_empty_history(browser: Browser, signed_in: SignedIn, people: People) -> None:
    talk = add_conversation(people.student(), people.tutor())
    stranger = signed_in(people.student())
    empty: dict[str, Any] = {"count": 0, "next": None, "previous": None, "results": []}
    for wanted in (talk, uuid4()):
        assert stranger("GET", f"chat/conversation_details/{wanted}/").json == empty
    assert stranger("GET", "chat/conversation_details/junk/").status == 404
    assert browser("GET", f"chat/conversation_details/{talk}/").status == 401


def test_a_conversation_still_has_two_people_after_one_account_is_deleted(signed_in: SignedIn, people: People) -> None:
    ola, jan = people.student(), people.tutor()
    talk = add_conversation(ola, jan)
    add_messages(talk, jan, "Do zobaczenia.")
    query("DELETE FROM users WHERE id = %s", jan.id)
    student = signed_in(ola)
    [conversation] = student("GET", "chat/conversations/").json["results"]
    [message] = student("GET", f"chat/conversation_details/{talk}/").json["results"]
    gone = conversation["users"][1]
    assert conversation["last_message"]["created_by"] == message["created_by"] == gone
    assert (gone["first_name"], gone["profile_image"].startswith(student.entry.own)) == ("", True)


UPLOAD = "chat/conversation/message/upload-file/"


def upload(browser: Browser, conversation: object, content: bytes | None = b"Hello", name: str = "plan.txt") -> Answer:
    """Send a file as the frontend's form does."""
    parts = [f'--b\r\nContent-Disposition: form-data; name="conversation"\r\n\r\n{conversation}\r\n'.encode()]
    if content is not None:
        head = f'--b\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        parts.append(head.encode() + content + b"\r\n")
    form = {"content-type": "multipart/form-data; boundary=b"}
    return browser("POST", UPLOAD, body=b"".join([*parts, b"--b--\r\n"]), headers=form)


def test_a_file_becomes_a_message_with_a_url(signed_in: SignedIn, people: People) -> None:
    ola, jan = people.student(), people.tutor()
    student, talk = signed_in(ola), add_conversation(ola, jan)
    sent = upload(student, talk)
    assert sent.status == 201
    assert sent.json.keys() == {"id", "body", "file", "created_at", "conversation", "created_by"}
    assert (sent.json["body"], sent.json["created_by"]) == ("plan.txt", str(ola.id))
    assert sent.json["file"].startswith(f"{student.entry.own}/media/chat/")
    assert sent.json["file"].endswith("/plan.txt")
    [message] = signed_in(jan)("GET", f"chat/conversation_details/{talk}/").json["results"]
    assert (message["id"], message["body"]) == (sent.json["id"], "plan.txt")
    [listed] = student("GET", "chat/conversations/").json["results"]
    for conversation in (listed, student("GET", f"chat/conversation/{talk}/").json):
        last = conversation["last_message"]
        assert (last["body"], last["file"].startswith(f"{student.entry.own}/media/chat/")) == ("plan.txt", True)
    # The recorded API names the file in the text.
    bearer = {"authorization": f"Bearer {ola.access}"}
    [older] = student("GET", "/api/chat/conversations/", headers=bearer).json
    assert older["last_message"]["body"].startswith("plan.txt /media/chat/")
    assert "attachments" not in older["last_message"]
    fetched = student("GET", sent.json["file"].removeprefix(student.entry.own))
    assert (fetched.status, fetched.body) == (200, b"Hello")


def test_a_long_file_name_is_shortened_before_its_extension(signed_in: SignedIn, people: People) -> None:
    ola = people.student()
    sent = upload(signed_in(ola), add_conversation(ola, people.tutor()), name=f"{'x' * 300}.txt")
    assert (sent.status, sent.json["body"]) == (201, f"{'x' * 96}.txt")


@pytest.mark.parametrize(("origins", "kept"), [(f"*,{FRONT}", "access-control-allow-origin"), (FRONT, "vary")])
def test_a_picture_cached_by_the_browser_can_be_read_by_a_script(
    signed_in: SignedIn, people: People, monkeypatch: pytest.MonkeyPatch, origins: str, kept: str
) -> None:
    """The page requested it without an Origin; a cached response without CORS headers is refused to scripts."""
    monkeypatch.setenv("CORS_ORIGINS", origins)
    read_settings_again()
    ola = people.student()
    student = signed_in(ola)
    address = upload(student, add_conversation(ola, people.tutor())).json["file"].removeprefix(student.entry.own)
    assert student.entry("GET", address, {}, b"").headers[kept] in {"*", "Origin"}
    assert student("HEAD", address).headers["access-control-allow-origin"] in {"*", FRONT}


def test_invalid_files_are_refused(signed_in: SignedIn, people: People) -> None:
    ola = people.student()
    student, talk = signed_in(ola), add_conversation(ola, people.tutor())
    assert upload(student, talk, None).json == {"file": ["To pole jest wymagane."]}
    assert upload(student, talk, b"").json == {"file": ["Przesłany plik jest pusty."]}
    assert list(upload(student, "junk").json) == ["conversation"]
    assert student("POST", UPLOAD, {"conversation": str(talk)}).status == 415
    assert upload(signed_in(people.student()), talk).status == 404
    assert upload(Browser(student.entry), talk).status == 401
    assert query("SELECT count(*) FROM messages") == [(0,)]
