"""Chat permissions on the emulated AWS, with the tests of tests/functions/chat; and how soon revoked sockets close."""

import json
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tests.support.chat_refusal_tests import Refusals
from tests.support.chat_refusals import OPEN, Scene, scene, ticket_of
from tests.support.people import PASSWORD, People, Person
from tests.tools.cloud.test_platform import PATIENCE, ask, listening
from tools.cloud.stack import Cloud

pytestmark = pytest.mark.proof


class Aws:
    """The emulated AWS, from outside."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud

    def ask(self, method: str, path: str, token: str = "", json: Any = None) -> httpx.Response:
        return ask(self.cloud, method, path, token, json=json)

    def upload(self, form: dict[str, Any], content: bytes) -> None:
        sent = httpx.post(form["url"], data=form["fields"], files={"file": ("blob", content)})
        assert sent.status_code in {200, 204}, sent.text

    def handshake(self, path: str) -> int:
        try:
            with self.socket(path):
                return OPEN
        except InvalidStatus as error:
            return error.response.status_code

    def hear(self, person: Person, frames: list[dict[str, Any]]) -> list[str]:
        ticket = self.ask("POST", "/api/chat/ticket/", person.access).json()["ticket"]
        heard: list[str] = []
        with self.socket(f"/ws/user/?ticket={ticket}") as socket:
            # One after the other, because frames may overtake each other.
            for each in frames:
                socket.send(json.dumps(each))
                heard.append(code_of(socket))
                while each["event"] == "sync" and heard[-1] != "synced":
                    heard.append(code_of(socket))
        return heard

    def socket(self, path: str) -> ClientConnection:
        address = f"{self.cloud.url.replace('http', 'ws')}{path}"
        return connect(address, compression=None, ping_interval=None, open_timeout=60, max_queue=None)


def code_of(socket: ClientConnection) -> str:
    frame = json.loads(socket.recv(PATIENCE))
    return str(frame["data"].get("code", frame["event"]))


@pytest.fixture
def place(cloud: Cloud, people: People) -> Scene:
    return scene(Aws(cloud), people)


class TestAws(Refusals):
    """The permission tests, on the emulated AWS."""


def sign_out(cloud: Cloud, person: Person) -> httpx.Response:
    return ask(cloud, "POST", "/api/token/logout/", person.access)


def sign_out_from_another_device(cloud: Cloud, person: Person) -> httpx.Response:
    other = ask(cloud, "POST", "/api/token/", json={"email": person.email, "password": PASSWORD}).json()["access"]
    return ask(cloud, "DELETE", f"/api/token/sessions/{person.session_id}/", other)


def delete_the_account(cloud: Cloud, person: Person) -> httpx.Response:
    return ask(cloud, "DELETE", "/api/user/delete/", person.access)


@pytest.mark.parametrize("revoke", [sign_out, sign_out_from_another_device, delete_the_account])
def test_both_kinds_of_sockets_close_within_a_second(
    cloud: Cloud, place: Scene, revoke: Callable[[Cloud, Person], httpx.Response]
) -> None:
    ticket = ticket_of(place, place.student)
    with (
        listening(cloud, place.talk, place.student) as old,
        Aws(cloud).socket(f"/ws/user/?ticket={ticket}") as own,
    ):
        answer = revoke(cloud, place.student)
        assert answer.status_code < 300, answer.text
        revoked = time.monotonic()
        for socket in (old, own):
            with pytest.raises(ConnectionClosed, match="1001"):
                hear_until(socket, revoked + 1)


def hear_until(socket: ClientConnection, end: float) -> None:
    while (left := end - time.monotonic()) > 0:
        socket.recv(left)
