"""The same rows in cloud mode: through CloudFront's function, the gateway's routes and each function's own process."""

import json
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from local.engines import Engine
from tests.support.browser import FRONT, EntryPoint
from tests.support.cloud_mode import EmulatedEntry, cloud_mode
from tests.support.conversations import add_conversation
from tests.support.openid_provider import CLIENT, REDIRECT, SECRET, OpenIdProvider, rsa_key, serve
from tests.support.people import People, Person
from tests.versions import (
    test_accounts,
    test_boards,
    test_chat,
    test_cross_site,
    test_google,
    test_own_settings,
    test_reservations,
    test_rows,
    test_same_data,
    test_sessions,
    test_tutors,
)
from tests.versions.shapes import mismatch
from tests.versions.test_sockets import FRAME

pytestmark = pytest.mark.proof
ROWS: tuple[ModuleType, ...] = (
    test_accounts,
    test_boards,
    test_chat,
    test_cross_site,
    test_google,
    test_own_settings,
    test_reservations,
    test_rows,
    test_same_data,
    test_sessions,
    test_tutors,
)
# What cloud mode answers otherwise (413, docs/contract-newer.md, section 10), or is no matter of it: there the operator
# names origins and a provider when deploying, and failures are this process's own.
OTHERWISE = {
    "test_a_failure_of_ours_can_be_read_as_well",
    "test_the_frontend_may_repeat_itself_four_thousand_times",
    "test_a_picture_that_the_browser_has_kept_may_be_saved_by_a_script",
    "test_a_frontend_on_another_site_gets_cookies_that_cross_sites",
    "test_without_a_provider_there_is_nothing",
}
TESTS = {name: each for module in ROWS for name, each in vars(module).items() if name.startswith("test_")}
globals().update({name: each for name, each in TESTS.items() if name not in OTHERWISE})


def test_what_is_left_out_is_there() -> None:
    assert TESTS.keys() >= OTHERWISE


@pytest.fixture(scope="module")
def provider() -> Iterator[OpenIdProvider]:
    found = OpenIdProvider({"first": rsa_key()})
    server = serve(found)
    yield found
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def emulated(engines: dict[str, Engine], provider: OpenIdProvider) -> Iterator[EmulatedEntry]:
    deployed = {"OidcIssuer": provider.issuer, "OidcClientId": CLIENT, "OidcRedirectUris": REDIRECT}
    with (
        cloud_mode(
            event_sources=False, secrets={"OidcSecretArn": SECRET}, CorsOrigins=f"*,{FRONT}", **deployed
        ) as cloud,
        httpx.Client() as client,
    ):
        yield EmulatedEntry(cloud, client)


@pytest.fixture
def entry(emulated: EmulatedEntry, platform: None) -> EntryPoint:
    """In place of the two entry points that the tests know."""
    return emulated


@pytest.fixture
def people(platform: None, production_hashes: None) -> People:
    """The functions, in processes of their own, hash as in production."""
    return People()


def test_sockets_open_by_cookie_and_hear_what_is_said(emulated: EmulatedEntry, people: People) -> None:
    ola, jan = people.student(), people.tutor()
    talk = add_conversation(ola, jan)

    def listen(person: Person, path: str, origin: str = FRONT) -> ClientConnection:
        headers = {"Cookie": f"theme=a=b; access={person.access}"}
        address = f"{emulated.url.replace('http', 'ws')}/v2/ws/{path}/"
        return connect(address, additional_headers=headers, origin=Origin(origin), compression=None, open_timeout=60)

    def heard(socket: ClientConnection) -> Any:
        return json.loads(socket.recv(60))

    with listen(ola, f"chat/{talk}") as mine, listen(jan, f"chat/{talk}") as theirs, listen(jan, "chat/list") as listed:
        mine.send(json.dumps({"event": "chat_message", "data": {"body": "Cześć!", "created_by": str(jan.id)}}))
        frames = [heard(each) for each in (mine, theirs)]
        assert frames[0] == frames[1]
        assert mismatch(frames[0], FRAME) == ""
        assert heard(listed)["last_message"]["id"] == frames[0]["id"]
    with listen(jan, "notification/user") as badge:
        badge.send(json.dumps({"data": {"send_back_unread_notification_count": True}}))
        assert heard(badge) == {"unread_notification_count": 0}
    with pytest.raises(InvalidStatus, match="403"):
        listen(ola, f"chat/{talk}", "https://evil.example")
