"""The sockets of version 2 (docs/contract-newer.md, sections 5 and 6)."""

import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from functions.chat.sockets import handler
from functions.notifications.handler import handler as notifications
from local.gateway.socket_paths import stage_query
from shared.kit.aws import websocket
from tests.conftest import read_settings_again
from tests.events.recorded import recorded
from tests.support.attachments import attach
from tests.support.booking_rows import insert_booking
from tests.support.browser import FRONT, Browser
from tests.support.chat_clients import Client, Clients
from tests.support.conversations import add_conversation
from tests.support.lambda_client import LambdaClient
from tests.support.notifications import dispatch
from tests.support.people import People, Person, query
from tests.versions.conftest import LOCAL
from tests.versions.shapes import MESSAGE, mismatch
from tests.versions.test_chat import upload
from tools.cloud.management_api import ManagementApi

OWN = "https://korepetycje.example"
USER = ["id", "first_name", "last_name", "profile_image"]
# Times in frames have six decimal places and no colon in the offset.
FRAME = {**MESSAGE, "created_at": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+0[12]00")}


@pytest.fixture
def api(platform: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[ManagementApi]:
    """The management API of the sockets; the platform has a public URL and one frontend."""
    monkeypatch.setattr(websocket._Installed, "pusher", None)
    websocket._gateway_pusher.cache_clear()
    monkeypatch.setenv("CORS_ORIGINS", f"*,{FRONT}")
    monkeypatch.setenv("PUBLIC_URL", OWN)
    from tests.functions.chat.conftest import CREDENTIALS

    with ManagementApi(CREDENTIALS, "eu-central-1") as found:
        monkeypatch.setenv("WEBSOCKET_ENDPOINT", found.endpoint)
        read_settings_again()
        yield found
        websocket._gateway_pusher.cache_clear()


def handshake(name: str, path: str, cookie: str, origin: str = FRONT, **headers: str) -> int:
    """The status of a handshake, as the gateway passes it on."""
    asked = stage_query({"path": path, "query_string": b"token=junk&version=9"})
    assert asked is not None
    event = recorded("socket_connect", connection_id=name, conversation_id="", access="")
    event["queryStringParameters"] = asked
    event["headers"] = {**event["headers"], "Cookie": cookie, "Origin": origin, **headers}
    if not origin:
        del event["headers"]["Origin"]
    return int(handler(event, None)["statusCode"])


def listen(api: ManagementApi, person: Person, path: str, name: str) -> Client:
    assert handshake(name, path, f"theme=a=b; access={person.access}; refresh={person.refresh}") == 200
    return Client(name, api)


@pytest.fixture
def talk(people: People) -> tuple[Person, Person, UUID]:
    ola, jan = people.student(first_name="Ola"), people.tutor(first_name="Jan", picture="uploads/user/x.webp")
    return ola, jan, add_conversation(ola, jan)


def test_every_socket_of_a_conversation_gets_each_message_once(
    api: ManagementApi, talk: tuple[Person, Person, UUID]
) -> None:
    ola, jan, conversation = talk
    mine, theirs = (listen(api, each, f"/v2/ws/chat/{conversation}/", f"{each.id}=") for each in (ola, jan))
    older = Clients(api).open(ola, conversation)
    theirs.send({"event": "chat_message", "data": {"body": "Dzień dobry!", "created_by": str(ola.id)}})
    [frame] = mine.frames
    assert theirs.frames == [frame]
    assert frame.keys() == {"id", "conversation", "body", "file", "created_at", "created_by"}
    assert (frame["body"], frame["conversation"], frame["file"]) == ("Dzień dobry!", str(conversation), None)
    assert list(frame["created_by"]) == USER
    assert (frame["created_by"]["id"], frame["created_by"]["first_name"]) == (str(jan.id), "Jan")
    assert frame["created_by"]["profile_image"] == f"{OWN}/static/media/uploads/user/x.webp"
    assert mismatch(frame, FRAME) == ""
    # The older frontend gets the same message in its own form.
    [same] = older.frames
    assert (same["id"], "file" in same) == (frame["id"], False)


def test_invalid_messages_are_silently_ignored(api: ManagementApi, talk: tuple[Person, Person, UUID]) -> None:
    ola, _, conversation = talk
    mine = listen(api, ola, f"/v2/ws/chat/{conversation}/", "mine=")
    for text in ("junk", "[]", "null", "{}", '{"data":{}}', '{"data":{"body":""}}', '{"data":{"body":5}}'):
        assert mine.send_text(text) == {"statusCode": 200}
    mine.send({"event": "mark_read", "data": {"id": "x"}})
    assert (mine.frames, query("SELECT count(*) FROM messages")) == ([], [(0,)])


def test_the_list_socket_gets_each_conversation_with_a_new_message(
    api: ManagementApi, talk: tuple[Person, Person, UUID]
) -> None:
    ola, jan, conversation = talk
    lists = [listen(api, each, "/v2/ws/chat/list/", f"list{number}=") for number, each in enumerate((ola, jan))]
    mine = listen(api, ola, f"/v2/ws/chat/{conversation}/", "mine=")
    mine.send({"event": "chat_message", "data": {"body": "Cześć!", "created_by": str(jan.id)}})
    [frame] = lists[0].frames
    assert lists[1].frames == [frame]
    assert frame.keys() == {"id", "last_message", "created_at", "updated_at", "users", "created_by"}
    assert [each["id"] for each in frame["users"]] == [str(ola.id), str(jan.id)]
    last = frame["last_message"]
    assert list(last)[-1] == "file"
    assert (frame["id"], last["body"], last["created_by"]["id"]) == (str(conversation), "Cześć!", str(ola.id))
    assert frame["users"][1]["profile_image"] == f"{OWN}/static/media/uploads/user/x.webp"
    assert all(time[-5:] in {"+0100", "+0200"} for time in (frame["updated_at"], last["created_at"]))
    assert (len(mine.frames), "users" in mine.frames[0]) == (1, False)


def test_the_list_socket_gets_the_name_of_a_file(api: ManagementApi, talk: tuple[Person, Person, UUID]) -> None:
    ola, jan, conversation = talk
    listed, theirs = (listen(api, jan, f"/v2/ws/chat/{path}/", f"{path}=") for path in ("list", conversation))
    file = attach(ola, conversation, "plan.txt", b"Hello").json
    Clients(api).open(ola, conversation, protocol="2").send_message("", attachments=[file["id"]])
    [[frame], [message]] = listed.frames, theirs.frames
    last = frame["last_message"]
    # The URL is signed for the reader, as in the conversation.
    assert (last["body"], last["file"]) == (message["body"], message["file"]) == ("plan.txt", message["file"])
    assert last["file"].startswith(f"{OWN}/media/chat/")


def test_a_file_sent_with_a_form_arrives_as_a_message(api: ManagementApi, talk: tuple[Person, Person, UUID]) -> None:
    ola, jan, conversation = talk
    sockets = [listen(api, each, f"/v2/ws/chat/{conversation}/", f"{each.id}=") for each in (ola, jan)]
    listed = listen(api, jan, "/v2/ws/chat/list/", "list=")
    browser = Browser(LOCAL)
    browser.cookies = {"access": ola.access}
    sent = upload(browser, conversation)
    assert sent.status == 201
    [list_frame] = listed.frames
    assert list_frame["id"] == str(conversation)
    for frame in (*(each.frames[0] for each in sockets), list_frame["last_message"]):
        assert mismatch(frame, FRAME) == ""
        assert (frame["id"], frame["body"]) == (sent.json["id"], "plan.txt")
        # Every reader gets their own URL.
        assert re.fullmatch(rf"{OWN}/media/chat/[^/]+/plan\.txt", frame["file"])
    assert [len(each.frames) for each in sockets] == [1, 1]


def test_a_message_that_is_too_long_is_ignored(api: ManagementApi, talk: tuple[Person, Person, UUID]) -> None:
    mine = listen(api, talk[0], f"/v2/ws/chat/{talk[2]}/", "mine=")
    mine.send({"event": "chat_message", "data": {"body": "x" * 20_001}})
    assert (mine.frames, query("SELECT count(*) FROM messages")) == ([], [(0,)])


def test_notifications_arrive_with_the_unread_count(api: ManagementApi, talk: tuple[Person, Person, UUID]) -> None:
    ola, jan, conversation = talk
    badge = listen(api, jan, "/v2/ws/notification/user/", "badge=")
    others = [listen(api, jan, path, f"{path}=") for path in ("/v2/ws/chat/list/", f"/v2/ws/chat/{conversation}/")]
    badge.send({"data": {"send_back_unread_notification_count": True}})
    assert badge.frames == [{"unread_notification_count": 0}]
    insert_booking(ola, jan).change("confirmed")
    dispatch()
    _, counted, added = badge.frames
    assert counted == {"unread_notification_count": 1}
    assert added.keys() == {"id", "notification", "created_at", "is_read"}
    assert added["notification"]["message"].startswith("Nowa rezerwacja: Ola Nowak")
    assert added["is_read"] is False
    # The id is that of the row: clicking the entry marks it as read, and every badge is updated.
    call = LambdaClient(notifications)
    marked = call("PATCH", f"/api/notification/is_read/{added['id']}/", token=jan.access, json_body={"is_read": True})
    assert (marked.status, badge.frames[-1]) == (200, {"unread_notification_count": 0})
    assert [each.frames for each in others] == [[], []]


@pytest.mark.parametrize("path", ["/v2/ws/chat/list/", "/v2/ws/notification/user/", "conversation"])
def test_other_sites_and_strangers_cannot_open_a_socket(
    api: ManagementApi, people: People, talk: tuple[Person, Person, UUID], path: str
) -> None:
    ola, _, conversation = talk
    path = f"/v2/ws/chat/{conversation}/" if path == "conversation" else path
    good = f"access={ola.access}"
    for origin in ("https://evil.example", "http://localhost:3001", "null", "*", f"{OWN}.evil.eu"):
        assert handshake("x=", path, good, origin) == 403
    assert handshake("x=", path, good, "", **{"Sec-Fetch-Site": "cross-site"}) == 403
    for cookie in ("", "access=junk", f"access={ola.refresh}", "access==="):
        assert handshake("x=", path, cookie) == 401
    for origin in (FRONT, OWN, ""):
        assert handshake(f"{origin}=", path, good, origin) == 200
    assert query("SELECT count(*) FROM connections") == [(3,)]


def test_only_members_open_sockets_of_a_conversation(
    api: ManagementApi, people: People, talk: tuple[Person, Person, UUID]
) -> None:
    stranger, (_, _, conversation) = people.student(), talk
    cookie = f"access={stranger.access}"
    assert handshake("x=", f"/v2/ws/chat/{conversation}/", cookie) == 403
    assert handshake("x=", "/v2/ws/chat/junk/", cookie) == 403
    assert handshake("x=", "/v2/ws/", cookie) == 404
    assert handshake("x=", "/v7/ws/chat/list/", cookie) == 404


def test_signing_out_closes_the_sockets(api: ManagementApi, people: People) -> None:
    ola = people.student()
    listen(api, ola, "/v2/ws/chat/list/", "list=")
    query("DELETE FROM sign_in_sessions")
    assert query("SELECT count(*) FROM connections") == [(0,)]


def test_a_flooding_client_gets_no_error_frame(api: ManagementApi) -> None:
    from functions.chat.api.socket_routes import flood_frame

    for asked in ({"version": "2", "notifications": "1"}, {"version": "2", "conversation": "list"}):
        assert flood_frame(asked) is None


def test_the_version_is_taken_only_from_the_path(people: People) -> None:
    found: Any = stage_query({"path": "/ws/", "query_string": b"version=2&token=t"})
    assert found == {"token": "t"}
