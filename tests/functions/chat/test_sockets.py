"""Who may open a socket, and what ends it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import jwt
import pytest

from functions.accounts.handler import handler as accounts
from functions.tokens.handler import handler as tokens_handler
from shared.kit.security.tokens import Claims, issue
from shared.kit.settings import settings
from tests.support.chat_clients import Clients
from tests.support.chat_http import open_conversation
from tests.support.lambda_client import LambdaClient
from tests.support.people import PASSWORD, People, Person, insert, query

OK, UNAUTHORIZED, FORBIDDEN = {"statusCode": 200}, {"statusCode": 401}, {"statusCode": 403}


@pytest.fixture
def conversation(people: People) -> tuple[Person, Person, UUID]:
    """A student, a tutor and their conversation."""
    student, tutor = people.student(), people.tutor()
    return student, tutor, open_conversation(student, tutor)


def test_both_members_may_open_sockets(clients: Clients, conversation: tuple[Person, Person, UUID]) -> None:
    student, tutor, conversation_id = conversation
    opened = [clients.open(person, conversation_id) for person in (student, tutor, student)]
    listening = query(
        "SELECT id, user_id, conversation_id, session_id, protocol FROM connections ORDER BY connected_at"
    )
    assert listening == [
        (client.id, person.id, conversation_id, person.session_id, 1)
        for client, person in zip(opened, (student, tutor, student), strict=True)
    ]
    # Nothing is posted inside $connect: the gateway would not know the connection yet.
    assert all(client.frames == [] for client in opened)


def expired(person: Person) -> str:
    return issue(Claims("access", person.id, person.session_id, datetime.now(UTC) - timedelta(seconds=1)))


def signed_by_others(person: Person) -> str:
    claims = jwt.decode(person.access, options={"verify_signature": False})
    return jwt.encode(claims, "another secret of at least thirty-two bytes", "HS256")


def unsigned(person: Person) -> str:
    return jwt.encode(jwt.decode(person.access, options={"verify_signature": False}), "", "none")


def of_another_session(person: Person) -> str:
    return issue(Claims("access", person.id, uuid4(), datetime.now(UTC) + timedelta(hours=1)))


def nameless(_person: Person) -> str:
    claims = {"token_type": "access", "exp": datetime.now(UTC) + timedelta(hours=1)}
    return jwt.encode(claims, settings().jwt_secret, "HS256")


@pytest.mark.parametrize(
    ("make", "answer"),
    [
        (lambda _: "", UNAUTHORIZED),
        (lambda _: "null", UNAUTHORIZED),
        (lambda _: "garbage", UNAUTHORIZED),
        (lambda _: "a.b.c", UNAUTHORIZED),
        (lambda _: "ż\0\ud800", UNAUTHORIZED),
        (lambda _: "x" * 50_000, UNAUTHORIZED),
        (lambda person: person.refresh, UNAUTHORIZED),
        (expired, UNAUTHORIZED),
        (signed_by_others, UNAUTHORIZED),
        (unsigned, UNAUTHORIZED),
        (nameless, UNAUTHORIZED),
        (of_another_session, FORBIDDEN),
    ],
)
def test_a_bad_token_is_refused(
    clients: Clients, conversation: tuple[Person, Person, UUID], make: Any, answer: dict[str, int]
) -> None:
    student, _tutor, conversation_id = conversation
    assert clients.connect(token=make(student), conversation=str(conversation_id)) == answer
    assert query("SELECT * FROM connections") == []


def test_people_who_are_not_members_are_refused(
    people: People, clients: Clients, conversation: tuple[Person, Person, UUID]
) -> None:
    _student, tutor, conversation_id = conversation
    for stranger in (people.student(), people.tutor()):
        assert clients.connect(token=stranger.access, conversation=str(conversation_id)) == FORBIDDEN
    other = open_conversation(tutor, people.student())
    assert clients.connect(token=conversation[0].access, conversation=str(other)) == FORBIDDEN
    assert clients.connect(token=conversation[0].access, conversation=str(uuid4())) == FORBIDDEN


@pytest.mark.parametrize(
    "change",
    [
        str.upper,
        lambda text: text.replace("-", ""),
        lambda text: f"{{{text}}}",
        lambda text: f"urn:uuid:{text}",
        lambda text: text[:-1],
        lambda text: f"{text}/",
        lambda text: f" {text}",
        lambda _: "abc",
        lambda _: "",
        lambda _: "\0",
        lambda _: "٣" * 32,
    ],
)
def test_an_id_that_is_not_a_lower_case_uuid_is_refused(
    clients: Clients, conversation: tuple[Person, Person, UUID], change: Any
) -> None:
    student, _tutor, conversation_id = conversation
    assert clients.connect(token=student.access, conversation=change(f"{conversation_id}")) == FORBIDDEN
    assert query("SELECT * FROM connections") == []


def test_a_handshake_without_a_query_is_refused(clients: Clients) -> None:
    assert clients.connect() == UNAUTHORIZED


@pytest.mark.parametrize(("parameter", "protocol"), [("", 1), ("1", 1), ("2", 2), ("3", 1), ("two", 1), ("2.0", 1)])
def test_a_client_that_asks_for_it_gets_the_second_protocol(
    clients: Clients, conversation: tuple[Person, Person, UUID], parameter: str, protocol: int
) -> None:
    clients.open(conversation[0], conversation[2], protocol=parameter)
    assert query("SELECT protocol FROM connections") == [(protocol,)]


def test_only_the_socket_that_closes_is_forgotten(clients: Clients, conversation: tuple[Person, Person, UUID]) -> None:
    student, tutor, conversation_id = conversation
    leaving, staying = clients.open(student, conversation_id), clients.open(tutor, conversation_id)
    assert leaving.disconnect() == OK
    assert leaving.disconnect() == OK
    assert query("SELECT id FROM connections") == [(staying.id,)]


def test_a_closed_or_unknown_socket_sends_nothing(clients: Clients, conversation: tuple[Person, Person, UUID]) -> None:
    student, tutor, conversation_id = conversation
    leaving, staying = clients.open(student, conversation_id), clients.open(tutor, conversation_id)
    leaving.disconnect()
    leaving.send_message("spóźniona")
    assert query("SELECT * FROM messages") == []
    assert staying.frames == []


LOGOUT, RESET = "/api/token/logout/", "/api/user/password_reset/confirm/"


def test_logout_closes_the_sockets_of_its_session(clients: Clients, conversation: tuple[Person, Person, UUID]) -> None:
    student, tutor, conversation_id = conversation
    closing, other = clients.open(student, conversation_id), clients.open(tutor, conversation_id)
    answer = LambdaClient(tokens_handler)("POST", LOGOUT, token=student.access, json_body={"refresh": student.refresh})
    assert answer.status == 200, answer
    assert clients.api.closed == [closing.id]
    assert query("SELECT id FROM connections") == [(other.id,)]
    assert clients.connect(token=student.access, conversation=str(conversation_id)) == FORBIDDEN
    closing.send_message("po wylogowaniu")
    assert query("SELECT * FROM messages") == []


def test_a_password_change_closes_the_sockets_of_the_other_sessions(
    clients: Clients, conversation: tuple[Person, Person, UUID]
) -> None:
    student, _tutor, conversation_id = conversation
    here = clients.open(student, conversation_id)
    until = datetime.now(UTC) + timedelta(days=7)
    elsewhere_id = insert("sign_in_sessions", {"user_id": student.id, "expires_at": until})
    elsewhere = Person(
        student.id, student.email, elsewhere_id, issue(Claims("access", student.id, elsewhere_id, until)), ""
    )
    there = clients.open(elsewhere, conversation_id)
    from functions.profiles.handler import handler as profiles

    change = {"password": "Nowe2!trudne-haslo"}
    answer = LambdaClient(profiles)("PATCH", "/api/user/profile/", token=student.access, json_body=change)
    assert answer.status == 200, answer
    assert clients.api.closed == [there.id]
    assert query("SELECT id FROM connections") == [(here.id,)]


def test_deleting_the_account_closes_all_its_sockets(
    clients: Clients, conversation: tuple[Person, Person, UUID]
) -> None:
    student, tutor, conversation_id = conversation
    closing = [clients.open(student, conversation_id) for _ in range(2)]
    staying = clients.open(tutor, conversation_id)
    answer = LambdaClient(accounts)("DELETE", "/api/user/delete/", token=student.access)
    assert answer.status == 200, answer
    assert sorted(clients.api.closed) == sorted(client.id for client in closing)
    staying.send_message("sam")
    assert (len(staying.frames), [client.frames for client in closing]) == (1, [[], []])


def test_an_expired_token_closes_no_socket(clients: Clients, conversation: tuple[Person, Person, UUID]) -> None:
    student, tutor, conversation_id = conversation
    soon = issue(Claims("access", student.id, student.session_id, datetime.now(UTC) + timedelta(seconds=2)))
    assert clients.connect("old=", token=soon, conversation=str(conversation_id)) == OK
    other = clients.open(tutor, conversation_id)
    query("UPDATE sign_in_sessions SET expires_at = now() WHERE id = %s", student.session_id)
    other.send_message("jesteś?")
    assert len(clients.api.posted("old=")) == 1
    assert clients.connect(token=soon, conversation=str(conversation_id)) == FORBIDDEN


def test_a_fresh_sign_in_may_open_a_socket(clients: Clients, conversation: tuple[Person, Person, UUID]) -> None:
    student, _tutor, conversation_id = conversation
    body = {"email": student.email, "password": PASSWORD}
    pair = LambdaClient(tokens_handler)("POST", "/api/token/", json_body=body).json
    assert clients.connect(token=pair["access"], conversation=str(conversation_id)) == OK
