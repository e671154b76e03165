"""Messages with attachments: who gets what, what the shipped client sees, and that a file has one message only."""

import io
import json
from functools import partial
from typing import Any

import pytest
from PIL import Image
from PIL.ExifTags import IFD

from functions.accounts.handler import handler as accounts
from functions.chat import attachments_sweep_job
from functions.chat.domain.messages import MAX_ATTACHMENTS
from functions.chat.sockets import handle_messages
from functions.migrations.database_functions import FOLDER
from shared.data.unread_messages import find_unread_messages
from shared.kit.redis import client as redis
from tests.support.attachments import attach, kept_files, server
from tests.support.chat_clients import Chat, Client, Clients, message
from tests.support.chat_http import call, list_conversations, list_messages
from tests.support.lambda_client import LambdaClient
from tests.support.people import People, Person, query
from tests.support.races import at_once
from tests.support.uploads import encoded, quarters

PICTURE = encoded(quarters())


@pytest.fixture
def facts(chat: Chat, clients: Clients) -> Client:
    """The student's other device, which speaks protocol 2."""
    return clients.open(chat.student, chat.id, "2")


def ready(chat: Chat, name: str = "x.txt", content: bytes = b"text", *, person: Person | None = None) -> str:
    """Upload a file as the student and return its id."""
    answer = attach(person or chat.student, chat.id, name, content)
    assert answer.status == 200, answer
    return str(answer.json["id"])


def last(client: Client) -> Any:
    return client.frames[-1]


def addresses(body: str) -> list[str]:
    return [line.rpartition(" ")[2] for line in body.split("\n") if "/media/chat/" in line]


def test_both_members_get_the_picture_at_an_address_of_their_own(chat: Chat, clients: Clients, facts: Client) -> None:
    tutors = clients.open(chat.tutor, chat.id, "2")
    file = ready(chat, "zdjęcie.png", PICTURE)
    facts.send_message("Zadanie 3", id="1", attachments=[file])
    [mine], [theirs] = (last(each)["data"]["attachments"] for each in (facts, tutors))
    assert (mine["id"], mine["name"], mine["content_type"]) == (file, "zdjęcie.png", "image/png")
    assert last(facts)["data"]["body"] == "Zadanie 3", "the text is left alone where files are listed"
    assert mine["url"] != theirs["url"]
    for each in (mine, theirs):
        assert server.get(each["url"]).content == PICTURE
        assert server.get(each["thumbnail"]).content[:4] == b"RIFF"


def test_the_shipped_client_gets_the_same_text_in_frame_history_and_list(chat: Chat, facts: Client) -> None:
    files = [ready(chat, "zdjęcie 1.png", PICTURE), ready(chat, "b.txt")]
    facts.send_message("Zadanie", attachments=files)
    frame = last(chat.tutor_client)
    assert frame.keys() == {"id", "conversation", "body", "created_at", "created_by"}
    text, first, second = frame["body"].split("\n")
    assert text == "Zadanie"
    assert first.startswith("zdjęcie 1.png /media/chat/")
    assert first.endswith("/zdj%C4%99cie%201.png"), "clients recognize pictures by the extension"
    assert second.startswith("b.txt /media/chat/")
    for url in addresses(frame["body"]):
        assert server.get(url).status_code == 200
    for _ in range(2):
        assert [each["body"] for each in list_messages(chat.tutor, chat.id)] == [frame["body"]]
        assert list_conversations(chat.tutor)[0]["last_message"]["body"] == frame["body"]
        redis().flushdb()
    assert list_conversations(chat.tutor) == list_conversations(chat.tutor)
    assert last(chat.student_client)["body"] == list_messages(chat.student, chat.id)[0]["body"] != frame["body"]


def test_a_message_may_consist_of_attachments_only(chat: Chat, facts: Client) -> None:
    for body in ("", " ", None):
        facts.send_message(body, attachments=[ready(chat)])
        assert last(facts)["event"] == "message_stored"
        assert len(addresses(last(chat.tutor_client)["body"])) == 1
    assert chat.tutor_client.bodies[0].startswith("x.txt /media/chat/")
    facts.send_message("", attachments=[])
    assert last(facts)["data"] == {"client_id": None, "code": "bad_message"}


def test_clients_that_page_by_seq_get_attachments_as_a_list(chat: Chat, facts: Client) -> None:
    file = ready(chat)
    facts.send_message("Zadanie", attachments=[file])
    facts.send_message("bez")
    with_file, without = list_messages(chat.tutor, chat.id, "after=0")
    assert (with_file["body"], with_file["attachments"][0]["id"]) == ("Zadanie", file)
    assert server.get(with_file["attachments"][0]["url"]).content == b"text"
    assert "attachments" not in without


@pytest.mark.parametrize(
    "attachments", ["x", [1], [""], [None], {}, ["00000000-0000-4000-8000-000000000000"] * 2, True, [[]], ["X" * 36]]
)
def test_malformed_lists_of_attachments_are_refused(chat: Chat, facts: Client, attachments: Any) -> None:
    facts.send_message("x", id="7", attachments=attachments)
    assert last(facts) == {"event": "message_refused", "data": {"client_id": "7", "code": "bad_message"}}


def test_a_message_has_at_most_ten_attachments(chat: Chat, facts: Client) -> None:
    files = [ready(chat) for _ in range(MAX_ATTACHMENTS + 1)]
    facts.send_message("x", attachments=files)
    assert last(facts)["data"]["code"] == "bad_message"
    facts.send_message("x", attachments=files[1:][::-1])
    assert [each["id"] for each in last(facts)["data"]["attachments"]] == files[1:][::-1], "in the order of the request"


def test_only_the_sender_s_own_checked_and_unused_files_of_the_conversation_are_accepted(
    chat: Chat, facts: Client, people: People, clients: Clients
) -> None:
    used, own = ready(chat), ready(chat)
    facts.send_message("x", attachments=[used])
    theirs = ready(chat, person=chat.tutor)
    removed = ready(chat)
    query("UPDATE attachments SET removed_at = now() WHERE id = %s", removed)
    unchecked = ready(chat)
    query("UPDATE attachments SET completed_at = NULL WHERE id = %s", unchecked)
    elsewhere = ready(chat)
    query("UPDATE attachments SET conversation_id = NULL WHERE id = %s", elsewhere)
    for each in (used, theirs, removed, unchecked, elsewhere, "00000000-0000-4000-8000-000000000000"):
        facts.send_message("x", id=each, attachments=[own, each])
        assert last(facts)["data"] == {"client_id": each, "code": "attachment_unavailable"}
    assert query("SELECT count(*) FROM messages") == [(1,)]
    facts.send_message("x", attachments=[own])
    assert last(facts)["data"]["seq"] == 2, "a refused message uses no number and no file"


def test_attachments_in_frames_of_protocol_1_are_ignored(chat: Chat) -> None:
    file = ready(chat)
    chat.student_client.send_message("x", attachments=[file])
    chat.student_client.send_message("", attachments=[file])
    assert chat.tutor_client.bodies == ["x"]
    assert query("SELECT message_id FROM attachments") == [(None,)]


def test_a_repeated_message_with_attachments_is_stored_once(chat: Chat, facts: Client) -> None:
    file = ready(chat)
    for _ in range(3):
        facts.send_message("x", id="1", attachments=[file])
    stored = [frame["data"] for frame in facts.frames]
    assert stored == [stored[0]] * 3
    assert stored[0]["attachments"][0]["id"] == file
    assert len(chat.tutor_client.bodies) == 1


def test_in_a_batch_only_the_message_with_a_used_file_is_refused(chat: Chat, facts: Client) -> None:
    file = ready(chat)
    frames = [facts.event(message(str(number), id=str(number), attachments=[file])) for number in range(2)]
    handle_messages([facts.event(message("a")), *frames, facts.event(message("b"))])
    assert [each["data"].get("body", each["data"].get("code")) for each in facts.frames] == [
        "attachment_unavailable",
        "a",
        "0",
        "b",
    ]


@pytest.mark.parametrize("rounds", [3, pytest.param(100, marks=pytest.mark.proof)])
def test_of_concurrent_messages_one_gets_the_file(chat: Chat, clients: Clients, rounds: int) -> None:
    devices = [clients.open(chat.student, chat.id, "2") for _ in range(4)]
    for number in range(rounds):
        file = ready(chat)
        at_once(*[partial(each.send_message, "x", attachments=[file]) for each in devices])
        assert query("SELECT count(*) FROM messages") == [(number + 1,)]
        assert query("SELECT count(message_id), count(DISTINCT message_id) FROM attachments") == [
            (number + 1, number + 1)
        ]


def test_without_the_condition_several_messages_get_the_file(chat: Chat, facts: Client) -> None:
    """The counter-test: without the condition that the file has no message yet."""
    function = (FOLDER / "bind_attachments.sql").read_text()
    unguarded = function.replace("AND message_id IS NULL", "")
    assert unguarded != function
    file = ready(chat)
    try:
        query(unguarded)
        for _ in range(2):
            facts.send_message("x", attachments=[file])
    finally:
        query(function)
    assert query("SELECT count(*) FROM messages") == [(2,)]


def test_deleting_the_author_s_account_deletes_files_and_keeps_texts(chat: Chat, facts: Client) -> None:
    facts.send_message("Zadanie", attachments=[ready(chat, "a.png", PICTURE)])
    facts.send_message("", attachments=[ready(chat)])
    addressed = addresses(chat.tutor_client.bodies[0])
    assert LambdaClient(accounts)("DELETE", "/api/user/delete/", token=chat.student.access).status == 200
    assert [each["body"] for each in list_messages(chat.tutor, chat.id)] == ["Zadanie", "Załącznik usunięty"]
    assert list_conversations(chat.tutor)[0]["last_message"]["body"] == "Załącznik usunięty"
    assert "attachments" not in list_messages(chat.tutor, chat.id, "after=0")[0]
    assert server.get(addressed[0]).status_code == 404
    assert attachments_sweep_job.handler({}, None) == {"deleted": 2}
    assert kept_files() == set()


def test_deleting_a_message_deletes_its_files(chat: Chat, facts: Client) -> None:
    facts.send_message("Zadanie", attachments=[ready(chat, "a.png", PICTURE)])
    [url] = addresses(chat.tutor_client.bodies[0])
    path = f"/api/chat/conversations/{chat.id}/messages/{last(facts)['data']['seq']}/"
    assert call("DELETE", path, token=chat.student.access).status == 200
    assert server.get(url).status_code == 404, "at once"
    assert [each["body"] for each in list_messages(chat.tutor, chat.id)] == ["Wiadomość usunięta"]
    assert list_conversations(chat.tutor)[0]["last_message"]["body"] == "Wiadomość usunięta"
    assert "attachments" not in list_messages(chat.tutor, chat.id, "after=0")[0]
    assert attachments_sweep_job.handler({}, None) == {"deleted": 1}
    assert kept_files() == set()


def test_files_of_a_hidden_message_stay_visible_to_the_other_member(chat: Chat, facts: Client) -> None:
    facts.send_message("", attachments=[ready(chat)])
    [url] = addresses(chat.student_client.bodies[0])
    path = f"/api/chat/conversations/{chat.id}/messages/1/"
    assert call("DELETE", path, token=chat.tutor.access).status == 200
    assert list_conversations(chat.tutor)[0]["last_message"]["body"] == "Wiadomość usunięta"
    assert [each["body"] for each in list_messages(chat.tutor, chat.id)] == ["Wiadomość usunięta"]
    assert list_messages(chat.student, chat.id)[0]["body"].endswith(url)
    assert server.get(url).content == b"text"


def test_lists_and_mails_show_the_names_of_files(chat: Chat, facts: Client) -> None:
    facts.send_message("", attachments=[ready(chat, "a.png", PICTURE), ready(chat, "b.txt")])
    own = call("GET", "/api/chat/me/conversations/", token=chat.tutor.access).json["results"]
    assert [each["last_message"]["body"] for each in own] == ["a.png, b.txt"]
    unread = find_unread_messages(chat.id, chat.student.id, 7)
    assert unread is None, "one's own messages are not unread"
    clients_gone()
    found = find_unread_messages(chat.id, chat.tutor.id, 7)
    assert found is not None
    assert found.body == "a.png, b.txt"


def clients_gone() -> None:
    """Reset what both have read, and close their sockets."""
    query("UPDATE conversation_members SET read_seq = 0")
    query("DELETE FROM connections")


def test_the_export_lists_one_s_files_with_their_addresses(chat: Chat, facts: Client) -> None:
    facts.send_message("x", attachments=[ready(chat, "a.png", PICTURE)])
    ready(chat, person=chat.tutor)
    answer = LambdaClient(accounts)("GET", "/api/user/export/", token=chat.student.access)
    [found] = answer.json["attachments"]
    assert (found["name"], found["content_type"], found["size"]) == ("a.png", "image/png", len(PICTURE))
    assert (found["conversation"], found["message"]) == (str(chat.id), last(facts)["data"]["id"])
    assert server.get(found["url"]).content == PICTURE


def test_a_conversation_with_attachments_is_the_same_alone_and_in_the_list(chat: Chat, facts: Client) -> None:
    facts.send_message("", attachments=[ready(chat)])
    path = f"/api/chat/conversation/user/{chat.student.id}/"
    assert json.loads(call("GET", path, token=chat.tutor.access).body) == list_conversations(chat.tutor)[0]


def test_the_location_of_a_picture_is_removed(chat: Chat) -> None:
    exif = Image.Exif()
    exif[IFD.GPSInfo] = {1: "N", 29: "Nalewka 5"}
    content = encoded(quarters(600, 300), "JPEG", exif=exif)
    found = attach(chat.student, chat.id, "tablica.jpg", content).json
    kept = server.get(found["url"]).content
    assert b"Nalewka 5" in content
    assert b"Nalewka 5" not in kept
    assert found["size"] == len(kept)
    assert Image.open(io.BytesIO(kept)).tobytes() == Image.open(io.BytesIO(content)).tobytes()
