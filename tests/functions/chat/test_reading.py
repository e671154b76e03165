"""What counts as read, what is unread, and who hears of it."""

import random
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest

from functions.chat.actions.mark_read import mark_read
from functions.chat.actions.unread import Gathering, tell, tell_recipients
from functions.chat.data import read_state
from functions.chat.data.read_state import Occasion
from functions.chat.domain.errors import NoConversation
from functions.chat.domain.messages import StoredMessage
from functions.chat.keep_alive_job import handler as keep_alive
from functions.tokens.handler import handler as tokens
from tests.support.chat_clients import Chat, Client, Clients
from tests.support.chat_http import call, list_conversations, list_messages
from tests.support.conversations import add_conversation, add_messages
from tests.support.lambda_client import LambdaClient
from tests.support.people import People, Person, query
from tests.support.races import at_once


def state(conversation_id: UUID, person: Person) -> tuple[int, int]:
    """Return up to which seq somebody has read, and their number of unread messages."""
    found = read_state.find_reader(conversation_id, person.id)
    assert found is not None
    return found.read_seq, found.unread


def frames(client: Client, event: str) -> list[dict[str, Any]]:
    return [frame["data"] for frame in client.frames if frame["event"] == event]


@pytest.fixture
def pair(people: People) -> tuple[Person, Person]:
    return people.student(), people.tutor()


def test_only_later_messages_of_the_other_member_are_unread(pair: tuple[Person, Person]) -> None:
    student, tutor = pair
    conversation = add_conversation(student, tutor)
    add_messages(conversation, student, "1", "2", "3")
    add_messages(conversation, tutor, "4")
    assert (state(conversation, student), state(conversation, tutor)) == ((0, 1), (0, 3))
    query("UPDATE messages SET deleted_at = now() WHERE seq = 2")
    assert state(conversation, tutor) == (0, 2)
    assert mark_read(tutor.id, conversation, 1).unread == 1
    assert state(conversation, tutor) == (1, 1)


def test_at_most_a_thousand_unread_messages_are_counted(
    people: People, pair: tuple[Person, Person], clients: Clients
) -> None:
    student, tutor = pair
    many, few = add_conversation(student, tutor), add_conversation(people.tutor(), tutor)
    add_messages(many, student, *["x"] * 1_005)
    query("UPDATE conversation_members SET read_seq = 2 WHERE user_id = %s", tutor.id)
    add_messages(few, people.student(), "1", "2", "3")
    clients.open_user_socket(tutor)
    found = read_state.find_reader(many, tutor.id)
    assert found is not None
    assert (found.unread, found.total) == (1_000, 1_001)


def test_read_up_to_never_goes_back_or_beyond_the_last_message(pair: tuple[Person, Person]) -> None:
    student, tutor = pair
    conversation = add_conversation(student, tutor)
    add_messages(conversation, student, "1", "2", "3")
    seen = [mark_read(tutor.id, conversation, seq).read_seq for seq in (2, 1, 2, 2**62, 3)]
    assert seen == [2, 2, 2, 3, 3]


def test_concurrent_reads_end_at_the_latest_message(pair: tuple[Person, Person]) -> None:
    student, tutor = pair
    conversation = add_conversation(student, tutor)
    for turn in range(10):
        add_messages(conversation, student, *"abcdefgh")
        marks = random.sample(range(turn * 8 + 1, turn * 8 + 9), 8)
        answers = at_once(*[partial(mark_read, tutor.id, conversation, seq) for seq in marks])
        assert all(answer.read_seq >= seq for answer, seq in zip(answers, marks, strict=True))
        assert state(conversation, tutor) == (turn * 8 + 8, 0)


def test_only_members_can_mark_as_read(people: People, pair: tuple[Person, Person]) -> None:
    conversation = add_conversation(*pair)
    add_messages(conversation, pair[0], "x")
    for user_id, where in ((people.student().id, conversation), (pair[1].id, uuid4())):
        with pytest.raises(NoConversation):
            mark_read(user_id, where, 1)
    assert query("SELECT DISTINCT read_seq FROM conversation_members") == [(0,)]


def test_messages_to_an_open_socket_of_protocol_1_count_as_read(clients: Clients, chat: Chat) -> None:
    chat.student_client.send_message("1")
    assert (state(chat.id, chat.tutor), state(chat.id, chat.student)) == ((1, 0), (1, 0))
    chat.tutor_client.disconnect()
    assert state(chat.id, chat.tutor) == (1, 0)
    chat.student_client.send_message("2")
    assert state(chat.id, chat.tutor) == (1, 1)
    modern = clients.open(chat.tutor, chat.id, protocol="2")
    chat.student_client.send_message("3")
    modern.disconnect()
    assert state(chat.id, chat.tutor) == (1, 2)


def test_a_message_to_a_gone_socket_does_not_count_as_read(clients: Clients, chat: Chat) -> None:
    chat.student_client.send_message("1")
    query("UPDATE connections SET connected_at = now() - interval '1 minute'")
    clients.api.gone = {chat.tutor_client.id}
    chat.student_client.send_message("2")
    assert query("SELECT id FROM connections") == [(chat.student_client.id,)]
    assert state(chat.id, chat.tutor) == (1, 1)


def test_a_socket_closed_with_its_session_keeps_what_it_has_read(clients: Clients, chat: Chat) -> None:
    chat.student_client.send_message("1")
    assert LambdaClient(tokens)("POST", "/api/token/logout/", token=chat.tutor.access).status == 200
    chat.student_client.send_message("2")
    assert state(chat.id, chat.tutor) == (1, 1)


def test_sockets_beyond_the_limit_and_gone_sockets_keep_what_they_have_read(clients: Clients, chat: Chat) -> None:
    chat.student_client.send_message("1")
    for _ in range(20):
        clients.open_user_socket(chat.tutor)
    query("UPDATE connections SET touched_at = now() - interval '1 hour', connected_at = now() - interval '1 hour'")
    query("UPDATE conversations SET updated_at = now() - interval '1 hour'")
    clients.api.gone = {chat.student_client.id}
    keep_alive({}, None)
    assert query("SELECT id FROM connections WHERE protocol = 1") == []
    assert query("SELECT DISTINCT read_seq FROM conversation_members") == [(1,)]


def test_concurrent_closing_and_reading_never_go_back(clients: Clients, chat: Chat) -> None:
    chat.student_client.send_message("0")
    for _ in range(5):
        closing = [clients.open(chat.tutor, chat.id) for _ in range(3)]
        chat.student_client.send_message("x")
        at_once(*[client.disconnect for client in closing], partial(mark_read, chat.tutor.id, chat.id, 1))
        last = query("SELECT last_seq FROM conversations")[0][0]
        assert state(chat.id, chat.tutor) == (last, 0)


def test_fetching_the_history_marks_as_read_but_listing_does_not(pair: tuple[Person, Person]) -> None:
    student, tutor = pair
    conversation = add_conversation(student, tutor)
    add_messages(conversation, student, *"12345")
    list_conversations(tutor)
    list_messages(student, conversation)
    assert state(conversation, tutor) == (0, 5)
    list_messages(tutor, conversation, "after=1&before=4")
    assert state(conversation, tutor) == (3, 2)
    list_messages(tutor, conversation, "before=2")
    assert state(conversation, tutor) == (3, 2)
    list_messages(tutor, conversation, "number_of_last_messages=1")
    assert state(conversation, tutor) == (5, 0)


def test_devices_hear_what_is_unread_and_senders_what_is_read(
    people: People, clients: Clients, pair: tuple[Person, Person]
) -> None:
    student, tutor = pair
    conversation, other = add_conversation(student, tutor), add_conversation(people.student(), tutor)
    query("UPDATE conversations SET last_seq = 1 WHERE id = %s", other)
    query("INSERT INTO messages (conversation_id, seq, created_by, body) VALUES (%s, 1, %s, 'x')", other, uuid4())
    mine, theirs, again = clients.open_user_socket(student), *[clients.open_user_socket(tutor) for _ in range(2)]
    clients.open(student, conversation, protocol="2").send_message("1")
    assert frames(mine, "unread_changed") == []
    unread = {"conversation": str(conversation), "read_seq": 0, "unread": 1, "total": 2}
    assert frames(theirs, "unread_changed") == frames(again, "unread_changed") == [unread]
    mark_read(tutor.id, conversation, 1)
    read = {"conversation": str(conversation), "user": str(tutor.id), "seq": 1}
    assert [frames(each, "read_up_to") for each in (mine, theirs, again)] == [[read]] * 3
    assert frames(again, "unread_changed")[1:] == [{**unread, "read_seq": 1, "unread": 0, "total": 1}]
    assert frames(mine, "unread_changed") == []
    mark_read(tutor.id, conversation, 1)
    assert [frames(each, "read_up_to") for each in (mine, theirs)] == [[read]] * 2


def test_behind_a_block_no_reading_is_reported_to_the_other_member(
    clients: Clients, pair: tuple[Person, Person]
) -> None:
    student, tutor = pair
    conversation = add_conversation(student, tutor)
    mine, theirs, again = clients.open_user_socket(student), *[clients.open_user_socket(tutor) for _ in range(2)]
    modern = clients.open(student, conversation, protocol="2")
    modern.send_message("1")
    assert call("POST", f"/api/chat/blocked/{student.id}/", token=tutor.access).status == 200
    mark_read(tutor.id, conversation, 1)
    read = {"conversation": str(conversation), "user": str(tutor.id), "seq": 1}
    assert [frames(each, "read_up_to") for each in (mine, modern, theirs, again)] == [[], [], [read], [read]]
    [listed] = call("GET", "/api/chat/me/conversations/", token=student.access).json["results"]
    assert listed["partner_read_seq"] is None


def test_a_sender_hears_that_a_socket_of_protocol_1_shows_the_message(clients: Clients, chat: Chat) -> None:
    mine, theirs = clients.open_user_socket(chat.student), clients.open_user_socket(chat.tutor)
    mine.send_message("1", conversation=str(chat.id))
    read = {"conversation": str(chat.id), "user": str(chat.tutor.id), "seq": 1}
    assert frames(mine, "read_up_to") == frames(theirs, "read_up_to") == [read]
    assert frames(theirs, "unread_changed") == []
    # The socket of protocol 1 itself gets the message and nothing else.
    assert len(chat.tutor_client.frames) == len(chat.student_client.frames) == 1


def test_gathered_messages_lead_to_one_event_with_the_final_counts(
    clients: Clients, chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, theirs = clients.open_user_socket(chat.student), clients.open_user_socket(chat.tutor)
    gathered: dict[Occasion, StoredMessage | None] = {}
    monkeypatch.setattr(Gathering, "installed", gathered.update)
    for client in (chat.student_client, chat.tutor_client, chat.student_client):
        client.send_message("x")
    assert [frame["event"] for frame in mine.frames] == ["message_stored"] * 3
    tell(gathered)
    told = {(data["user"], data["seq"]) for data in frames(mine, "read_up_to")}
    assert told == {(str(chat.student.id), 3), (str(chat.tutor.id), 3)}
    chat.tutor_client.disconnect()
    for _ in range(2):
        chat.student_client.send_message("x")
    tell(gathered)
    counts = {"conversation": str(chat.id), "read_seq": 3, "unread": 2, "total": 2}
    assert frames(theirs, "unread_changed") == [counts]


def test_gathered_reads_lead_to_one_event_with_the_final_counts(
    clients: Clients, pair: tuple[Person, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    student, tutor = pair
    conversation = add_conversation(student, tutor)
    mine, theirs = clients.open_user_socket(student), clients.open_user_socket(tutor)
    gathered: dict[Occasion, StoredMessage | None] = {}
    monkeypatch.setattr(Gathering, "installed", gathered.update)
    for turn in range(1, 4):
        mine.send_message("x", conversation=str(conversation))
        theirs.send({"event": "mark_read", "data": {"conversation": str(conversation), "seq": turn}})
    mine.send_message("x", conversation=str(conversation))
    assert [frame["event"] for frame in theirs.frames] == ["message_stored"] * 4
    tell(gathered)
    read = {"conversation": str(conversation), "user": str(tutor.id), "seq": 3}
    assert frames(mine, "read_up_to") == frames(theirs, "read_up_to") == [read]
    counts = {"conversation": str(conversation), "read_seq": 3, "unread": 1, "total": 1}
    assert (frames(mine, "unread_changed"), frames(theirs, "unread_changed")) == ([], [counts])


def test_nothing_is_counted_for_a_member_without_sockets(clients: Clients, pair: tuple[Person, Person]) -> None:
    student, tutor = pair
    conversation = add_conversation(student, tutor)
    clients.open_user_socket(student).send_message("x", conversation=str(conversation))
    [away] = read_state.list_readers([Occasion(str(conversation), author=str(student.id))])
    assert (away.user_id, away.sockets, away.unread, away.total) == (str(tutor.id), [], 0, 0)
    assert state(conversation, tutor) == (0, 1)


def test_without_a_user_socket_nothing_is_queried_or_sent(
    clients: Clients, chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    modern = clients.open(chat.tutor, chat.id, protocol="2")
    asked: list[object] = []
    monkeypatch.setattr(read_state, "list_readers", asked.append)
    chat.student_client.send_message("x")
    assert asked == []
    assert [frame["event"] for frame in modern.frames] == ["message_stored"]
    tell_recipients([])
