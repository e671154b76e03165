"""Messages for clients without a socket: sending and pages."""

from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest

from functions.chat.actions.react import react
from functions.chat.domain.messages import MessagePlace
from tests.support.chat_clients import Chat, Clients
from tests.support.chat_http import call, list_messages
from tests.support.conversations import add_conversation, add_messages, stored_messages
from tests.support.lambda_client import Answer
from tests.support.people import People, Person, query
from tests.support.races import at_once


def path(conversation_id: UUID) -> str:
    return f"/api/chat/conversations/{conversation_id}/messages/"


def post(person: Person, conversation_id: UUID, body: Any) -> Answer:
    return call("POST", path(conversation_id), token=person.access, json_body=body)


def page(person: Person, conversation_id: UUID, parameters: str = "") -> dict[str, Any]:
    answer = call("GET", path(conversation_id) + parameters, token=person.access)
    assert answer.status == 200, answer
    found: dict[str, Any] = answer.json
    return found


@pytest.fixture
def pair(people: People) -> tuple[Person, Person]:
    return people.student(), people.tutor()


def test_a_message_reaches_every_socket_as_if_sent_over_a_socket(clients: Clients, chat: Chat) -> None:
    mine = clients.open_user_socket(chat.student)
    answer = post(chat.student, chat.id, {"body": "Cześć", "id": "7"})
    assert answer.status == 201
    assert [frame["data"] for frame in mine.frames if frame["event"] == "message_stored"] == [answer.json]
    assert (answer.json["seq"], answer.json["client_id"], answer.json["body"]) == (1, "7", "Cześć")
    assert chat.tutor_client.bodies == chat.student_client.bodies == ["Cześć"]
    assert [each["body"] for each in list_messages(chat.tutor, chat.id)] == ["Cześć"]


def test_a_repeated_message_is_stored_once(clients: Clients, chat: Chat) -> None:
    first = post(chat.student, chat.id, {"body": "raz", "id": "7"})
    again = post(chat.student, chat.id, {"body": "raz, inaczej", "id": "7"})
    assert (first.status, again.status, again.json) == (201, 200, first.json)
    # Over either transport.
    clients.open(chat.student, chat.id, protocol="2").send_message("raz", id="7")
    assert post(chat.tutor, chat.id, {"body": "moje", "id": "7"}).status == 201
    assert [body for _seq, body, _author in stored_messages()] == ["raz", "moje"]
    assert chat.tutor_client.bodies == ["raz", "moje"]


def test_of_concurrent_copies_one_is_stored(chat: Chat) -> None:
    answers = at_once(*[partial(post, chat.student, chat.id, {"body": "x", "id": "7"})] * 6)
    assert sorted(answer.status for answer in answers) == [*[200] * 5, 201]
    assert len({answer.json["id"] for answer in answers}) == 1


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"body": ""},
        {"body": " \u200b"},
        {"body": "x" * 8_001},
        {"body": "ł" * 16_500},
        {"body": "a\0"},
        {"body": None},
        {"body": []},
        {"body": "x", "id": ""},
        {"body": "x", "id": "x" * 101},
        {"body": "x", "id": "a\0"},
        {"body": "x", "reply_to": 0},
        {"body": "x", "reply_to": "a"},
        {"body": "x", "attachments": []},
        {"body": "x", "attachments": ["x"]},
        {"body": "x", "attachments": "x"},
        {"body": "x", "bdy": "x"},
        [],
    ],
)
def test_malformed_messages_are_refused(pair: tuple[Person, Person], body: Any) -> None:
    assert post(pair[0], add_conversation(*pair), body).status == 400
    assert stored_messages() == []


def test_only_members_can_write(people: People, pair: tuple[Person, Person]) -> None:
    conversation = add_conversation(*pair)
    for where in (conversation, uuid4()):
        stranger = people.student()
        refused = post(stranger, where, {"body": "x", "id": "7"}), call("GET", path(where), token=stranger.access)
        assert [(answer.status, answer.json["code"]) for answer in refused] == [(404, "no_conversation")] * 2
    assert stored_messages() == []


def test_refusals_have_the_same_codes_as_on_sockets(rate_limits: None, pair: tuple[Person, Person]) -> None:
    student, tutor = pair
    conversation = add_conversation(student, tutor)
    assert post(student, conversation, {"body": "x", "reply_to": 5}).json["code"] == "message_not_found"
    unavailable = post(student, conversation, {"body": "x", "attachments": [str(uuid4())]})
    assert (unavailable.status, unavailable.json["code"]) == (409, "attachment_unavailable")
    sent = [post(student, conversation, {"body": "x", "id": f"{number}"}) for number in range(11)]
    assert [answer.status for answer in sent] == [*[201] * 10, 429]
    query("UPDATE conversations SET is_blocked = true")
    refused = post(tutor, conversation, {"body": "x"})
    assert (refused.status, refused.json["code"]) == (403, "blocked")
    assert post(student, conversation, {"body": "x", "id": "3"}).json["seq"] == 4
    assert len(stored_messages()) == 10


def test_pages_can_be_followed_in_both_directions(pair: tuple[Person, Person]) -> None:
    student, tutor = pair
    conversation = add_conversation(student, tutor)
    assert page(student, conversation) == {"next": None, "last_seq": 0, "change_seq": 0, "read_seq": 0, "results": []}
    add_messages(conversation, tutor, *"abcdefg")
    newest = page(student, conversation, "?page_size=3")
    assert ([each["body"] for each in newest["results"]], newest["last_seq"]) == (["e", "f", "g"], 7)
    seen = walk(student, newest)
    assert seen == ["b", "c", "d", "a"]
    forth = page(student, conversation, "?after=1&before=7&page_size=3")
    assert [each["body"] for each in forth["results"]] + walk(student, forth) == ["b", "c", "d", "e", "f"]
    assert page(student, conversation, "?after=7")["results"] == []
    # Pages mark nothing as read.
    assert page(student, conversation)["read_seq"] == 0


def walk(person: Person, found: dict[str, Any]) -> list[str]:
    """Return the bodies of the page and those that follow."""
    bodies: list[str] = []
    while found["next"]:
        found = call("GET", found["next"], token=person.access).json
        bodies += [each["body"] for each in found["results"]]
    return bodies


@pytest.mark.parametrize(
    "parameters", ["?before=0", "?before=x", "?after=-1", "?page_size=101", "?befor=1", f"?after={2**63}"]
)
def test_invalid_page_parameters_are_refused(pair: tuple[Person, Person], parameters: str) -> None:
    assert call("GET", path(add_conversation(*pair)) + parameters, token=pair[0].access).status == 400


def test_an_item_shows_reactions_edits_and_hiding(pair: tuple[Person, Person], clients: Clients) -> None:
    student, tutor = pair
    conversation = add_conversation(student, tutor)
    add_messages(conversation, tutor, "a", "b", "c")
    react(student.id, MessagePlace(conversation, 1), "👍", on=True)
    query("UPDATE messages SET reply_to = 1, edited_at = now() WHERE seq = 2")
    query("INSERT INTO hidden_messages VALUES (%s, %s, 3, 2)", student.id, conversation)
    first, second, third = page(student, conversation)["results"]
    assert first["reactions"] == [{"emoji": "👍", "users": [str(student.id)]}]
    assert first["change_seq"] == 1
    assert (second["reply_to"], "edited_at" in second) == (1, True)
    assert (third["body"], third["hidden"]) == ("Wiadomość usunięta", True)
    assert page(tutor, conversation)["results"][2]["body"] == "c"
