"""Who is refused what, asked of the functions in this process; tests/tools/cloud asks the emulated AWS the same."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from local import uploads
from local.features import ROUTERS
from shared.kit.http.app import http_app
from tests.support.asgi_client import AsgiClient
from tests.support.attachments import send_form
from tests.support.chat_clients import Clients
from tests.support.chat_refusals import (
    FRAMES,
    REFUSED,
    TO_STRANGERS,
    Scene,
    answers,
    bad_tickets,
    blocked,
    changed_addresses,
    heard,
    scene,
    stranger,
)
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
def here(clients: Clients, people: People) -> Scene:
    return scene(Functions(clients), people)


EACH = [each if each in {stranger, blocked} else pytest.param(each, marks=pytest.mark.proof) for each in REFUSED]


@pytest.mark.parametrize("who", EACH, ids=lambda who: who.__name__)
def test_who_is_refused_what(here: Scene, who: Callable[[Scene], Person]) -> None:
    assert answers(here, who(here), REFUSED[who]) == REFUSED[who]


def test_frames_about_a_conversation_of_others_are_refused(here: Scene) -> None:
    assert heard(here, stranger(here), *FRAMES) == TO_STRANGERS


def test_frames_behind_a_block_are_refused_and_what_was_said_is_told(here: Scene) -> None:
    codes = heard(here, blocked(here), "chat_message", "edit_message", "react")
    assert codes == [*["blocked"] * 3, "message_stored", "message_stored", "synced"]


def test_a_ticket_that_is_good_for_nothing_opens_nothing(here: Scene) -> None:
    found = {name: here.entry.handshake(f"/ws/user/?ticket={each}") for name, each in bad_tickets(here).items()}
    assert found == dict.fromkeys(found, 401)


def test_addresses_of_strangers_and_changed_ones_lead_nowhere(here: Scene) -> None:
    for each in changed_addresses(here):
        assert here.entry.ask("GET", each).status_code == 404
