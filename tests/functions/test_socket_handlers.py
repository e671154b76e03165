"""The chat function's socket handlers answer their recorded events and push through a management API."""

import json
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import unquote
from uuid import UUID

import pytest
from botocore.credentials import ReadOnlyCredentials
from moto.apigatewaymanagementapi.models import Connection, apigatewaymanagementapi_backends
from moto.server import ThreadedMotoServer
from urllib3 import Timeout

from functions.chat.keep_alive_job import handler as keep_alive
from functions.chat.sockets import handler as sockets
from shared.kit.aws import gateway_pusher, websocket
from tests.conftest import read_settings_again
from tests.events.recorded import recorded
from tests.support.conversations import add_conversation
from tests.support.people import People, Person, query
from tools.cloud.management_api import ManagementApi

REGION, ACCOUNT = "eu-central-1", "123456789012"
CREDENTIALS = ReadOnlyCredentials("testing", "testing", "testing")
LONG_AGO = "now() - interval '1 hour'"


@pytest.fixture
def push_to(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Point the function at a management API; the pusher is cached per process: start and end without one."""

    def point(endpoint: str) -> None:
        monkeypatch.setenv("WEBSOCKET_ENDPOINT", endpoint)
        read_settings_again()

    monkeypatch.setenv("AWS_SESSION_TOKEN", str(CREDENTIALS.token))
    monkeypatch.setattr(websocket._Installed, "pusher", None)
    websocket._gateway_pusher.cache_clear()
    yield point
    websocket._gateway_pusher.cache_clear()


@pytest.fixture
def moto_connections(push_to: Callable[[str], None]) -> Iterator[Mapping[str, Connection]]:
    """Moto's management API, for which every id is an open connection; the connections by quoted id."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    push_to(f"http://{host}:{port}")
    yield apigatewaymanagementapi_backends[ACCOUNT][REGION].connections
    server.stop()
    apigatewaymanagementapi_backends.reset()


@pytest.fixture
def gateway(push_to: Callable[[str], None]) -> Iterator[ManagementApi]:
    """A management API that checks signatures and whose connections can be gone or hang."""
    with ManagementApi(CREDENTIALS, REGION) as api:
        push_to(api.endpoint)
        yield api


def test_sockets_let_a_member_in_and_forget_it_when_it_leaves(people: People) -> None:
    student, tutor = people.student(), people.tutor()
    talk = quiet_talk(student, tutor)
    known = {"connection_id": "YWJjZGVmZw==", "conversation_id": talk, "access": student.access}
    assert sockets(recorded("socket_connect", **known), None) == {"statusCode": 200}
    assert query("SELECT id, user_id FROM connections") == [("YWJjZGVmZw==", student.id)]
    assert sockets(recorded("socket_disconnect", **known), None) == {"statusCode": 200}
    assert query("SELECT id FROM connections") == []


def test_sockets_let_anybody_in_to_their_own_notifications(people: People) -> None:
    known = {"connection_id": "YWJjZGVmZw==", "access": people.student().access}
    assert sockets(recorded("socket_connect_notifications", **known), None) == {"statusCode": 200}
    assert query("SELECT id, conversation_id, protocol FROM connections") == [("YWJjZGVmZw==", None, 2)]


def test_sockets_refuse_people_who_are_not_members(people: People) -> None:
    talk = quiet_talk(people.student(), people.tutor())
    known = {"connection_id": "YWJjZGVmZw==", "conversation_id": talk}
    stranger = people.student()
    assert sockets(recorded("socket_connect", access=stranger.access, **known), None) == {"statusCode": 403}
    assert sockets(recorded("socket_connect", access="null", **known), None) == {"statusCode": 401}


@pytest.mark.parametrize(
    ("headers", "status"),
    [({}, 403), ({"X-Origin-Secret": "guessed"}, 403), ({"X-Origin-Secret": "łó"}, 403), (None, 403)]
    + [({name: "origin-secret"}, 200) for name in ("x-origin-secret", "X-Origin-Secret")],
)
def test_with_an_origin_secret_sockets_must_come_through_the_cdn(
    people: People, monkeypatch: pytest.MonkeyPatch, headers: dict[str, str] | None, status: int
) -> None:
    monkeypatch.setenv("ORIGIN_SECRET", "origin-secret")
    read_settings_again()
    event = recorded("socket_connect_notifications", connection_id="YWJjZGVmZw==", access=people.student().access)
    assert sockets({**event, "headers": headers}, None) == {"statusCode": status}


@pytest.mark.parametrize("event", ["socket_chat_message", "socket_default"])
def test_sockets_push_a_message_through_the_management_api_that_moto_emulates(
    people: People, moto_connections: Mapping[str, Connection], event: str
) -> None:
    student, tutor = people.student(), people.tutor()
    talk = quiet_talk(student, tutor)
    for listener, person in (("c3R1ZGVudA==", student), ("dHV0b3I=", tutor)):
        listen(listener, talk, person)
    sent = recorded(event, connection_id="c3R1ZGVudA==", user_id=tutor.id)

    assert sockets(sent, None) == {"statusCode": 200}

    frames = {unquote(quoted): json.loads(connection.data) for quoted, connection in moto_connections.items()}
    assert frames["c3R1ZGVudA=="] == frames["dHV0b3I="]
    assert frames["dHV0b3I="]["body"] == json.loads(sent["body"])["data"]["body"]
    # The author is the socket's user, whatever the frame says.
    assert frames["dHV0b3I="]["created_by"]["id"] == str(student.id)


def test_pushes_are_signed_with_the_roles_credentials(people: People, gateway: ManagementApi) -> None:
    student = people.student()
    listen("c3R1ZGVudA==", quiet_talk(student, people.tutor()), student)
    sockets(recorded("socket_chat_message", connection_id="c3R1ZGVudA==", user_id=student.id), None)
    [frame] = gateway.posted("c3R1ZGVudA==")
    assert json.loads(frame)["body"] == "Dzień dobry! Czy jest wolny termin w piątek?"
    assert gateway.refused == []


def test_pushes_signed_with_another_key_are_refused(
    people: People, gateway: ManagementApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "stolen")
    student = people.student()
    listen("c3R1ZGVudA==", quiet_talk(student, people.tutor()), student)
    sent = recorded("socket_chat_message", connection_id="c3R1ZGVudA==", user_id=student.id)
    assert sockets(sent, None) == {"statusCode": 200}
    assert gateway.posted("c3R1ZGVudA==") == []
    assert len(gateway.refused) == 1


def test_hung_and_gone_connections_do_not_delay_messages_to_others(
    people: People, gateway: ManagementApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Long, so that the test decides how long the hung post is held.
    monkeypatch.setattr(gateway_pusher, "TIMEOUT", Timeout(30))
    student, tutor = people.student(), people.tutor()
    talk = quiet_talk(student, tutor)
    well = [f"well-{number}" for number in range(12)]
    for listener in ("hung", "gone", *well):
        listen(listener, talk, student)
    gateway.hung, gateway.gone = {"hung"}, {"gone"}
    sent = recorded("socket_chat_message", connection_id="well-0", user_id=student.id)

    with ThreadPoolExecutor(1) as function:
        answer = function.submit(sockets, sent, None)
        for each in well:
            assert len(gateway.posted(each, timeout=10)) == 1
        assert gateway.posted("hung") == []
        gateway.release()
        assert answer.result(timeout=10) == {"statusCode": 200}

    assert len(gateway.posted("hung")) == 1
    assert query("SELECT count(*) FROM messages") == [(1,)]
    assert {row[0] for row in query("SELECT id FROM connections")} == {"hung", *well}


def test_a_function_gives_up_a_hung_post_long_before_its_own_timeout(people: People, gateway: ManagementApi) -> None:
    student = people.student()
    listen("hung", quiet_talk(student, people.tutor()), student)
    gateway.hung = {"hung"}
    sent = recorded("socket_chat_message", connection_id="hung", user_id=student.id)
    with ThreadPoolExecutor(1) as function:
        assert function.submit(sockets, sent, None).result(timeout=10) == {"statusCode": 200}
    assert query("SELECT id FROM connections") == [("hung",)]


def test_keep_alive_pings_idle_sockets_and_forgets_gone_ones(people: People, gateway: ManagementApi) -> None:
    student = people.student()
    talk = quiet_talk(student, people.tutor())
    for listener in ("idle", "gone", "busy"):
        listen(listener, talk, student)
    query("UPDATE connections SET touched_at = now() WHERE id = 'busy'")
    gateway.gone = {"gone"}

    assert keep_alive(recorded("schedule_keep_alive"), None) == {"pinged": 1, "gone": 1}
    assert keep_alive(recorded("schedule_keep_alive"), None) == {"pinged": 0, "gone": 0}

    assert (gateway.posted("idle"), gateway.posted("busy")) == ([b"[]"], [])
    assert {row[0] for row in query("SELECT id FROM connections")} == {"idle", "busy"}


def quiet_talk(one: Person, other: Person) -> UUID:
    """Make a conversation of two people that has been idle for an hour."""
    talk = add_conversation(one, other)
    query(f"UPDATE conversations SET updated_at = {LONG_AGO}")
    return talk


def listen(connection_id: str, talk: UUID, person: Person) -> None:
    """Register a socket that was opened an hour ago."""
    query(
        "INSERT INTO connections (id, conversation_id, user_id, session_id, connected_at, touched_at)"
        f" VALUES (%s, %s, %s, %s, {LONG_AGO}, {LONG_AGO})",
        connection_id,
        talk,
        person.id,
        person.session_id,
    )
