"""User sockets, which receive all conversations of their user, and the tickets that open them."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from functions.chat.actions import deliver, tickets
from functions.chat.actions.deliver import deliver_to_conversation, deliver_to_user
from functions.chat.data import user_sockets
from functions.chat.sockets import handle_messages
from functions.tokens.handler import handler as tokens
from shared.domain.notifications import NotificationDraft, add_notifications, push_notifications
from shared.kit.db.pool import connection
from shared.kit.security.rate_limits import Limit
from tests.support.chat_clients import PROCESSES, Chat, Client, Clients, message
from tests.support.chat_http import call, create_ticket, open_conversation
from tests.support.conversations import stored_messages
from tests.support.lambda_client import Answer, LambdaClient
from tests.support.people import People, query
from tests.support.races import at_once

OK, UNAUTHORIZED = {"statusCode": 200}, {"statusCode": 401}
UNKNOWN = "00000000-0000-4000-8000-000000000000"


def test_a_ticket_opens_one_socket_within_thirty_seconds(people: People, clients: Clients) -> None:
    person = people.student()
    answer = call("POST", "/api/chat/ticket/", token=person.access)
    assert answer.status == 201
    assert answer.json.keys() == {"ticket", "expires_at"}
    lasts = datetime.fromisoformat(answer.json["expires_at"]) - datetime.now(UTC)
    assert timedelta(seconds=25) < lasts <= timedelta(seconds=30)
    assert [clients.connect(user="1", ticket=answer.json["ticket"]) for _ in range(2)] == [OK, UNAUTHORIZED]
    late = create_ticket(person)
    query("UPDATE socket_tickets SET expires_at = now()")
    assert clients.connect(user="1", ticket=late) == UNAUTHORIZED
    assert query("SELECT user_id, conversation_id, protocol FROM connections") == [(person.id, None, 3)]
    create_ticket(person)
    assert query("SELECT count(*) FROM socket_tickets") == [(1,)]


def test_a_ticket_used_many_times_at_once_opens_one_socket(people: People, clients: Clients) -> None:
    for _ in range(5):
        ticket = create_ticket(people.student())
        answers = at_once(*[partial(clients.connect, user="1", ticket=ticket)] * 6)
        assert sorted(answer["statusCode"] for answer in answers) == [200, *[401] * 5]


@pytest.mark.parametrize("ticket", ["", "x", "\ud800", "x" * 100_000])
def test_malformed_tickets_open_nothing(people: People, clients: Clients, ticket: str) -> None:
    create_ticket(people.student())
    assert clients.connect(user="1", ticket=ticket) == UNAUTHORIZED
    assert query("SELECT * FROM connections") == []


@pytest.mark.parametrize("path", [{}, {"notifications": "1"}, {"conversation": UNKNOWN}, {"user": "0"}])
def test_a_ticket_opens_no_other_socket(people: People, clients: Clients, path: dict[str, str]) -> None:
    ticket = create_ticket(people.student())
    assert clients.connect(ticket=ticket, token=ticket, **path) == UNAUTHORIZED
    assert clients.connect(user="1", ticket=ticket) == OK


def test_an_access_token_is_no_ticket(people: People, clients: Clients) -> None:
    person = people.student()
    assert clients.connect(user="1", token=person.access) == UNAUTHORIZED
    assert clients.connect(user="1", ticket=person.access) == UNAUTHORIZED


def test_signing_out_voids_tickets_and_closes_the_socket(people: People, clients: Clients) -> None:
    person, other = people.student(), people.student()
    ticket, open_socket = create_ticket(person), clients.open_user_socket(person)
    staying = clients.open_user_socket(other)
    assert LambdaClient(tokens)("POST", "/api/token/logout/", token=person.access).status == 200
    assert clients.connect(user="1", ticket=ticket) == UNAUTHORIZED
    assert clients.api.closed == [open_socket.id]
    assert query("SELECT id FROM connections") == [(staying.id,)]
    assert query("SELECT * FROM socket_tickets") == []


def test_signing_out_while_a_ticket_is_used_leaves_no_socket(people: People, clients: Clients) -> None:
    sign_out = LambdaClient(tokens)
    for _ in range(5):
        person = people.student()
        use: Callable[[], object] = partial(clients.connect, user="1", ticket=create_ticket(person))
        [used, left] = at_once(use, partial(sign_out, "POST", "/api/token/logout/", token=person.access))
        assert used in (OK, UNAUTHORIZED)
        assert isinstance(left, Answer)
        assert left.status == 200
        assert query("SELECT * FROM connections WHERE user_id = %s", person.id) == []


def test_tickets_have_the_same_limit_as_new_sockets(
    rate_limits: None, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tickets, "CONNECTS", Limit("connects", 3, 3600))
    person, other = people.student(), people.student()
    assert [call("POST", "/api/chat/ticket/", token=person.access).status for _ in range(4)] == [201] * 3 + [429]
    assert call("POST", "/api/chat/ticket/", token=other.access).status == 201


def test_of_more_than_twenty_sockets_the_oldest_is_closed(people: People, clients: Clients) -> None:
    person = people.student()
    opened = [clients.open_user_socket(person).id for _ in range(21)]
    assert clients.api.closed == opened[:1]


def test_it_receives_every_conversation_of_its_user_and_no_other(people: People, clients: Clients) -> None:
    student, first, second = people.student(), people.tutor(), people.tutor()
    mine = clients.open_user_socket(student)
    one, two = open_conversation(student, first), open_conversation(student, second)
    strangers = open_conversation(first, second)
    clients.open(first, one).send_message("jeden", id="a")
    clients.open(second, two, protocol="2").send_message("dwa")
    clients.open(first, strangers).send_message("nie dla ucznia")
    heard = [(frame["data"]["body"], frame["data"]["conversation"]) for frame in stored(mine)]
    assert heard == [("jeden", str(one)), ("dwa", str(two))]


def stored(client: Client) -> list[dict[str, Any]]:
    return [frame for frame in client.frames if frame["event"] == "message_stored"]


def send(client: Client, conversation: object, body: str, **more: Any) -> None:
    client.send_message(body, conversation=conversation, **more)


def test_a_message_names_its_conversation(clients: Clients, chat: Chat) -> None:
    mine, theirs = clients.open_user_socket(chat.student), clients.open_user_socket(chat.tutor)
    modern = clients.open(chat.tutor, chat.id, protocol="2")
    send(mine, str(chat.id), "Cześć", id="7")
    assert stored(mine) == stored(theirs) == stored(modern)
    [frame] = stored(mine)
    assert frame["data"]["client_id"] == "7"
    # The shipped client gets the message object and nothing else.
    assert chat.tutor_client.bodies == ["Cześć"]
    assert "event" not in chat.tutor_client.frames[0]
    send(mine, str(chat.id), "Cześć, znowu", id="7")
    assert stored(mine) == [frame, frame]
    assert [body for _seq, body, _author in stored_messages()] == ["Cześć"]


@pytest.mark.parametrize("forget", PROCESSES)
@pytest.mark.parametrize("named", [None, 5, "", "x", UNKNOWN, "stranger", "UPPER"])
def test_a_message_to_a_conversation_of_others_is_refused(
    people: People, clients: Clients, chat: Chat, named: Any, forget: Any
) -> None:
    if named == "stranger":
        named = str(open_conversation(chat.tutor, people.student()))
    elif named == "UPPER":
        named = str(chat.id).upper()
    mine = clients.open_user_socket(chat.student)
    forget()
    send(mine, named, "x", id="7")
    assert mine.frames == [{"event": "message_refused", "data": {"client_id": "7", "code": "no_conversation"}}]
    assert stored_messages() == []


def test_a_conversation_socket_sends_to_its_conversation_whatever_the_frame_names(
    people: People, clients: Clients, chat: Chat
) -> None:
    other = open_conversation(chat.student, people.tutor())
    for client in (chat.student_client, clients.open(chat.student, chat.id, protocol="2")):
        send(client, str(other), "tu")
    assert query("SELECT DISTINCT conversation_id FROM messages") == [(chat.id,)]


def test_in_a_batch_messages_without_a_conversation_are_refused(clients: Clients, chat: Chat) -> None:
    mine = clients.open_user_socket(chat.student)
    where = [str(chat.id), str(uuid4()), str(chat.id), None]
    handle_messages([mine.event(message("x", id=f"{at}", conversation=named)) for at, named in enumerate(where)])
    acknowledged = [frame for frame in mine.frames if frame["event"].startswith("message_")]
    assert sorted((frame["event"], frame["data"]["client_id"]) for frame in acknowledged) == [
        ("message_refused", "1"),
        ("message_refused", "3"),
        ("message_stored", "0"),
        ("message_stored", "2"),
    ]


def test_it_receives_notifications(people: People, clients: Clients) -> None:
    person = people.student()
    mine, notes = clients.open_user_socket(person), Client("notes=", clients.api)
    assert clients.connect(notes.id, token=person.access, notifications="1") == OK
    with connection() as db:
        push_notifications(add_notifications(db, [NotificationDraft(str(person.id), "x", "Cześć", {})]))
    assert mine.frames == notes.frames
    assert [frame["event"] for frame in mine.frames] == ["notification_created"]


def test_an_event_reaches_the_sockets_that_understand_it(people: People, clients: Clients, chat: Chat) -> None:
    modern = clients.open(chat.student, chat.id, protocol="2")
    mine, theirs = clients.open_user_socket(chat.student), clients.open_user_socket(chat.tutor)
    notes, stranger = Client("notes=", clients.api), clients.open_user_socket(people.student())
    clients.connect(notes.id, token=chat.student.access, notifications="1")
    said = {"conversation": str(chat.id), "user": str(chat.tutor.id)}
    deliver_to_conversation(chat.id, "typing", said)
    frame = {"event": "typing", "data": said}
    heard = [modern, mine, theirs]
    assert [each.frames for each in heard] == [[frame]] * 3
    counts = {"conversation": str(chat.id), "read_seq": 0, "unread": 2, "total": 2}
    deliver_to_user(chat.student.id, "unread_changed", counts)
    assert mine.frames == [frame, {"event": "unread_changed", "data": counts}]
    assert modern.frames == theirs.frames == [frame]
    for each in (notes, stranger, chat.student_client, chat.tutor_client):
        assert each.frames == []


def test_a_gone_socket_is_forgotten_when_an_event_is_sent(clients: Clients, chat: Chat) -> None:
    gone, here = clients.open_user_socket(chat.student), clients.open_user_socket(chat.student)
    query("UPDATE connections SET connected_at = now() - interval '1 minute'")
    clients.api.gone = {gone.id}
    deliver_to_user(chat.student.id, "typing", {"conversation": str(chat.id), "user": str(chat.tutor.id)})
    assert len(here.frames) == 1
    assert query("SELECT id FROM connections WHERE protocol = 3") == [(here.id,)]


def test_a_socket_opens_after_the_messages_that_are_being_stored(clients: Clients, chat: Chat) -> None:
    """They are not sent to it, so they must be in the history when it opens."""
    ticket = create_ticket(chat.tutor)
    opened = threading.Event()

    def open_socket() -> None:
        assert user_sockets.open_by_ticket("late=", tickets.hash_ticket(ticket)) == chat.tutor.id
        opened.set()

    opener = threading.Thread(target=open_socket)
    with connection() as db, db.transaction():
        db.execute("SELECT FROM conversations WHERE id = %s FOR NO KEY UPDATE", (chat.id,))
        opener.start()
        assert not opened.wait(0.2)
    assert opened.wait(5)
    opener.join()
    chat.student_client.send_message("x")
    assert len(stored(Client("late=", clients.api))) == 1


def test_an_event_that_cannot_be_delivered_causes_no_error(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[object] = []
    monkeypatch.setattr(deliver, "deliver_to_sockets", lambda sockets, *_: sent.extend(sockets))

    def fail(_id: object) -> list[str]:
        raise psycopg.OperationalError

    monkeypatch.setattr(user_sockets, "list_listeners", fail)
    monkeypatch.setattr(user_sockets, "list_user_sockets", fail)
    deliver_to_conversation(chat.id, "typing", {})
    deliver_to_user(chat.student.id, "typing", {})
    assert sent == []
