"""Who is refused what by the functions in this process; tests/tools/cloud runs the same on the emulated AWS."""

from typing import Any

import httpx
import pytest

from local import uploads
from local.features import ROUTERS
from shared.kit.http.app import http_app
from tests.support.asgi_client import AsgiClient
from tests.support.attachments import send_form
from tests.support.chat_clients import Clients
from tests.support.chat_refusal_tests import Refusals
from tests.support.chat_refusals import Scene, scene
from tests.support.people import People, Person


class Functions:
    """The functions in this process."""

    def __init__(self, clients: Clients) -> None:
        self.clients = clients
        self.api = AsgiClient(http_app(*ROUTERS, others=[uploads.route]))

    def ask(self, method: str, path: str, token: str = "", json: Any = None) -> httpx.Response:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        return self.api.request(method, path, json=json, headers=headers)

    def upload(self, form: dict[str, Any], content: bytes) -> None:
        assert send_form(form, content) == (204, "")

    def handshake(self, path: str) -> int:
        where, _, query = path.partition("?")
        name, _, value = query.partition("=")
        place = {"user": "1"} if where == "/ws/user/" else {"conversation": where.split("/")[3]}
        return int(self.clients.connect(**{name: value}, **place)["statusCode"])

    def hear(self, person: Person, frames: list[dict[str, Any]]) -> list[str]:
        socket = self.clients.open_user_socket(person)
        for each in frames:
            socket.send(each)
        return [each["data"].get("code", each["event"]) for each in socket.frames]


@pytest.fixture
def place(clients: Clients, people: People) -> Scene:
    return scene(Functions(clients), people)


class TestFunctions(Refusals):
    """Runs against the functions in this process."""
