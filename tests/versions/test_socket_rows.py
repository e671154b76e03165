"""Every row of sections 5 and 6 of docs/contract-newer.md over real WebSockets: local server and cloud mode."""

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from local.engines.processes import Engine
from shared.kit.security.tokens import Claims, issue
from tests.conftest import SECRET
from tests.support.browser import FRONT, Browser
from tests.support.cloud_mode import ServedEntry, cloud_mode, emulated_entry
from tests.support.conversations import add_conversation
from tests.support.local_server import running_server
from tests.support.people import People, Person
from tests.versions import shapes
from tests.versions.shapes import mismatch
from tests.versions.test_chat import upload
from tests.versions.test_rows import slot
from tests.versions.test_sockets import FRAME

pytestmark = pytest.mark.proof
PATIENCE = 60
Talk = tuple[Person, Person, UUID]
NOTIFIED = {"id": int, "notification": {"message": str}, "created_at": str, "is_read": bool}
LISTED = {
    "id": shapes.UUID,
    "users": [shapes.USER],
    "created_by": object,
    "last_message": FRAME,
    "created_at": FRAME["created_at"],
    "updated_at": FRAME["created_at"],
}
COUNT = {"data": {"send_back_unread_notification_count": True}}
NO_BODIES: tuple[Any, ...] = ("", " \n", 5, None, {}, "x" * 20_001)
NO_MESSAGES = (
    "junk",
    "[]",
    "null",
    "{}",
    '{"data":{}}',
    *(json.dumps({"event": "chat_message", "data": {"body": each}}) for each in NO_BODIES),
    json.dumps({"event": "mark_read", "data": {"id": "x"}}),
)


class Listener:
    """A socket as the frontend opens it."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    def hear(self) -> Any:
        """The next frame."""
        return json.loads(self.socket.recv(PATIENCE))

    def send(self, frame: Any) -> None:
        self.socket.send(json.dumps(frame))

    def say(self, body: str, as_if: Person) -> None:
        """Send a message as the frontend does, which may name anybody as its author."""
        self.send({"event": "chat_message", "data": {"body": body, "created_by": str(as_if.id)}})


class Sockets:
    """Opens sockets of the version, and of the recorded API."""

    def __init__(self, entry: ServedEntry, stack: ExitStack) -> None:
        self.entry, self.stack = entry, stack

    def open(self, path: str, person: Person) -> Listener:
        return self.ask(f"/v2/ws/{path}/", Cookie=f"theme=a=b; access={person.access}; refresh={person.refresh}")

    def ask(self, path: str, origin: str = FRONT, **headers: str) -> Listener:
        """Raises InvalidStatus if the handshake is refused."""
        opening = connect(
            self.entry.url.replace("http", "ws") + path,
            additional_headers={name.replace("_", "-"): value for name, value in headers.items()},
            origin=Origin(origin) if origin else None,
            compression=None,
            open_timeout=PATIENCE,
        )
        return Listener(self.stack.enter_context(opening))

    def refusal(self, path: str, origin: str = FRONT, **headers: str) -> int:
        with pytest.raises(InvalidStatus) as refused:
            self.ask(path, origin, **headers)
        return refused.value.response.status_code

    def browser(self, person: Person) -> Browser:
        found = Browser(self.entry)
        found.cookies = {"access": person.access, "refresh": person.refresh}
        return found


@pytest.fixture(scope="module", params=["local", "cloud"])
def entry(
    request: pytest.FixtureRequest, engines: dict[str, Engine], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServedEntry]:
    with ExitStack() as stack:
        client = stack.enter_context(httpx.Client())
        if request.param == "cloud":
            cloud = stack.enter_context(cloud_mode(event_sources=True, CorsOrigins=f"*,{FRONT}"))
            yield emulated_entry(cloud, client)
            return
        shared = {"DATABASE_URL": engines["postgres"].url, "REDIS_URL": engines["valkey"].url, "JWT_SECRET": SECRET}
        data = tmp_path_factory.mktemp("rows") / "data"
        server = stack.enter_context(running_server(data, DEMO="0", FRONTEND2=FRONT, **shared))
        yield ServedEntry(server.url, server.url, client)


@pytest.fixture
def sockets(entry: ServedEntry, platform: None) -> Iterator[Sockets]:
    with ExitStack() as stack:
        yield Sockets(entry, stack)


@pytest.fixture
def talk(people: People) -> Talk:
    ola, jan = people.student(first_name="Ola"), people.tutor(first_name="Jan")
    return ola, jan, add_conversation(ola, jan)


def test_every_socket_of_a_conversation_gets_each_message_once(sockets: Sockets, talk: Talk) -> None:
    ola, jan, conversation = talk
    heard = [sockets.open(f"chat/{conversation}", each) for each in (ola, ola, jan)]
    for body in ("Dzień dobry!", "Drugie"):
        heard[2].say(body, as_if=ola)
        frame, *others = [each.hear() for each in heard]
        assert others == [frame, frame]
        assert mismatch(frame, FRAME) == ""
        assert (frame["body"], frame["conversation"], frame["file"]) == (body, str(conversation), None)
        assert (frame["created_by"]["id"], frame["created_by"]["first_name"]) == (str(jan.id), "Jan")
        assert frame["created_by"]["profile_image"].startswith(f"{sockets.entry.public}/")


def test_invalid_messages_are_silently_ignored(sockets: Sockets, talk: Talk) -> None:
    ola, jan, conversation = talk
    mine, theirs = (sockets.open(f"chat/{conversation}", each) for each in (ola, jan))
    for text in NO_MESSAGES:
        mine.socket.send(text)
    mine.say("Jestem", as_if=jan)
    assert [each.hear()["body"] for each in (mine, theirs)] == ["Jestem", "Jestem"]


def test_the_frontend_gets_no_frames_about_events_of_newer_clients(sockets: Sockets, talk: Talk) -> None:
    ola, jan, conversation = talk
    drawn, listed = sockets.open(f"chat/{conversation}", jan), sockets.open("chat/list", jan)
    newer = sockets.ask(f"/ws/chat/{conversation}/?token={ola.access}&protocol=2")
    message = {"event": "chat_message", "data": {"body": "Raz", "id": "1"}}
    newer.send(message)
    while newer.hear()["event"] != "message_stored":
        pass
    for event, data in (
        ("typing", {}),
        ("react", {"seq": 1, "emoji": "👍", "on": True}),
        ("edit_message", {"seq": 1, "body": "Zmienione"}),
        ("mark_read", {"seq": 1}),
    ):
        newer.send({"event": event, "data": data})
    newer.send({**message, "data": {"body": "Dwa", "id": "2"}})
    assert [drawn.hear()["body"] for _ in range(2)] == ["Raz", "Dwa"]
    assert [listed.hear()["last_message"]["body"] for _ in range(2)] == ["Raz", "Dwa"]


def test_the_list_socket_gets_each_message_own_or_received(sockets: Sockets, talk: Talk) -> None:
    ola, jan, conversation = talk
    lists = [sockets.open("chat/list", each) for each in (ola, jan)]
    mine, theirs = (sockets.open(f"chat/{conversation}", each) for each in (ola, jan))
    for author, other, socket in ((ola, jan, mine), (jan, ola, theirs)):
        socket.say("Cześć!", as_if=other)
        stored = mine.hear()
        frame, same = (each.hear() for each in lists)
        assert frame == same
        assert mismatch(frame, LISTED) == ""
        assert (frame["id"], frame["last_message"]) == (str(conversation), stored)
        assert [each["id"] for each in frame["users"]] == [str(author.id), str(other.id)]
        assert all(each["profile_image"].startswith(f"{sockets.entry.public}/") for each in frame["users"])


def test_a_file_sent_with_a_form_arrives_as_a_message(sockets: Sockets, talk: Talk) -> None:
    ola, jan, conversation = talk
    heard = [sockets.open(f"chat/{conversation}", each) for each in (ola, jan)]
    listed = sockets.open("chat/list", jan)
    sent = upload(sockets.browser(ola), conversation)
    assert sent.status == 201
    for frame in (*(each.hear() for each in heard), listed.hear()["last_message"]):
        assert mismatch(frame, FRAME) == ""
        assert (frame["id"], frame["body"]) == (sent.json["id"], "plan.txt")
        assert re.fullmatch(rf"{sockets.entry.own}/media/chat/[^/]+/plan\.txt", frame["file"])
        read = sockets.browser(jan)("GET", frame["file"].removeprefix(sockets.entry.own))
        assert (read.status, read.body) == (200, b"Hello")


def test_a_notification_of_a_reservation_has_the_unread_count(sockets: Sockets, talk: Talk) -> None:
    ola, jan, conversation = talk
    tutor, student = sockets.browser(jan), sockets.browser(ola)
    badges = [sockets.open("notification/user", jan) for _ in range(2)]
    others = [sockets.open(path, jan) for path in ("chat/list", f"chat/{conversation}")]
    for badge in badges:
        badge.send(COUNT)
        assert badge.hear() == {"unread_notification_count": 0}
    item = tutor("POST", "user/tutor/schedule/me/", slot(3)).json
    assert student("POST", "reservation/reservation/", {"schedule_item": item["id"]}).status == 201
    heard = [sorted((badge.hear() for _ in range(2)), key=len) for badge in badges]
    assert heard[0] == heard[1]
    counted, added = heard[0]
    assert counted == {"unread_notification_count": 1}
    assert mismatch(added, NOTIFIED) == ""
    assert added["notification"]["message"].startswith("Nowa rezerwacja: Ola Nowak")
    assert added["is_read"] is False
    path = f"notification/is_read/{added['id']}/"
    assert student("PATCH", path, {"is_read": True}).status == 404
    assert tutor("PATCH", path, {"is_read": True}).status == 200
    assert [badge.hear() for badge in badges] == [{"unread_notification_count": 0}] * 2
    # Nothing else arrived, neither here nor on other sockets.
    badges[0].send(COUNT)
    assert badges[0].hear() == {"unread_notification_count": 0}
    others[1].say("Koniec", as_if=ola)
    assert others[0].hear()["last_message"]["body"] == others[1].hear()["body"] == "Koniec"


def test_messages_of_an_open_conversation_count_as_read(sockets: Sockets, talk: Talk) -> None:
    ola, jan, conversation = talk
    mine = sockets.open(f"chat/{conversation}", ola)
    mine.say("Jest tu kto?", as_if=jan)
    mine.hear()

    def unread() -> int:
        bearer = {"authorization": f"Bearer {jan.access}"}
        [found] = Browser(sockets.entry)("GET", "/api/chat/me/conversations/", headers=bearer).json["results"]
        return int(found["unread"])

    assert unread() == 1
    sockets.open(f"chat/{conversation}", jan)
    assert unread() == 0


@pytest.mark.parametrize("path", ["chat/list", "notification/user", "chat/{talk}"])
def test_other_sites_and_strangers_cannot_open_a_socket(sockets: Sockets, talk: Talk, path: str) -> None:
    ola, _, conversation = talk
    path = f"/v2/ws/{path.format(talk=conversation)}/"
    good = f"access={ola.access}"
    own = sockets.entry.public
    host = own.partition("://")[2]
    for origin in (
        *("https://evil.example", "http://localhost:3001", "http://localhost", "https://localhost:3000", "null", "*"),
        *(
            f"{FRONT}.evil.example",
            f"{FRONT}/",
            "http://localhost.:3000",
            "http://app.localhost:3000",
            f"{own}.evil.eu",
        ),
        *("HTTP://LOCALHOST:3000", f"http://{host}:1", "file://", "chrome-extension://abcdefgh", f"{FRONT},{own}"),
    ):
        assert sockets.refusal(path, origin, Cookie=good) == 403, origin
    for site in ("cross-site", "same-site"):
        assert sockets.refusal(path, "", Cookie=good, Sec_Fetch_Site=site) == 403
    past = issue(Claims("access", ola.id, ola.session_id, datetime.now(UTC) - timedelta(seconds=5)))
    for cookie in (
        "theme=dark",
        "access=junk",
        f"access={ola.refresh}",
        "access===",
        f"access={past}",
        f"ACCESS={good}",
    ):
        assert sockets.refusal(path, Cookie=cookie) == 401, cookie
    assert sockets.refusal(f"{path}?token={ola.access}") == 401
    for origin in (FRONT, own, ""):
        sockets.ask(path, origin, Cookie=good)


def test_only_members_open_sockets_of_a_conversation(sockets: Sockets, people: People, talk: Talk) -> None:
    stranger = f"access={people.student().access}"
    for unknown in (talk[2], uuid4(), "junk"):
        assert sockets.refusal(f"/v2/ws/chat/{unknown}/", Cookie=stranger) == 403
    for nowhere in ("/v2/ws/", "/v7/ws/chat/list/"):
        assert sockets.refusal(nowhere, Cookie=stranger) == 404


@pytest.mark.parametrize("path", ["chat/list", "notification/user", "chat/{talk}"])
def test_signing_out_closes_the_sockets(sockets: Sockets, talk: Talk, path: str) -> None:
    ola, _, conversation = talk
    socket = sockets.open(path.format(talk=conversation), ola)
    assert sockets.browser(ola)("POST", "token/logout/").status == 204
    with pytest.raises(ConnectionClosed):
        socket.hear()
    assert sockets.refusal(f"/v2/ws/{path.format(talk=conversation)}/", Cookie=f"access={ola.access}") == 403
