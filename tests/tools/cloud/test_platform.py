"""Everything that template.yaml routes, used from outside: each path, each frame, each queue and schedule."""

import asyncio
import io
import json
import re
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

import httpx
import pytest
from _pytest.mark import ParameterSet
from PIL import Image
from websockets.sync.client import ClientConnection, connect

from functions.chat.api.socket_routes import ROUTES
from infra.generate import route_of
from shared.versions import paths_of_versions
from tests.support.conversations import add_conversation
from tests.support.people import PASSWORD, People, Person, query
from tools.cloud.edge import distribution_of
from tools.cloud.edge_cache import Copies
from tools.cloud.project import TEMPLATE
from tools.cloud.stack import Cloud
from tools.cloud.template import HttpRoute, Template

STATED = Template(TEMPLATE, {}, {})
PATIENCE = 20.0
# Values for path variables: ids that do not exist.
NO_ID = "00000000-0000-4000-8000-000000000000"
# Routes of paths that exist only in versions of the API.
ONLY_IN_VERSIONS = {route_of(path) for path in paths_of_versions()}
VARIABLES = {
    **dict.fromkeys(
        (
            "user_id",
            "device_id",
            "series_id",
            "conversation_id",
            "attachment_id",
            "issue_id",
            "person_id",
        ),
        NO_ID,
    ),
    "token": "none.ics",
}


def ask(cloud: Cloud, method: str, path: str, token: str = "", **options: Any) -> httpx.Response:
    headers = {"authorization": f"Bearer {token}"} if token else {}
    # Nothing is encrypted here, and loading the certificate authorities takes longer than the request.
    return httpx.request(method, cloud.url + path, headers=headers, timeout=60, verify=False, **options)


def eventually(found: Callable[[], Any]) -> Any:
    """Wait until a function returns something true; returns it."""
    deadline = time.monotonic() + PATIENCE
    while not (value := found()):
        assert time.monotonic() < deadline, "nothing was found in time"
        time.sleep(0.05)
    return value


def listening(cloud: Cloud, talk: UUID, person: Person) -> ClientConnection:
    """A socket as the first frontend opens it."""
    address = f"{cloud.url.replace('http', 'ws')}/ws/chat/{talk}/?token={person.access}&protocol=2"
    # Unlimited queue: like a browser, it keeps reading, or it would never see the response to its close frame.
    return connect(address, compression=None, ping_interval=None, open_timeout=60, max_queue=None)


# The first route of each function, and those that exist only in versions.
EXAMPLES = [
    *{each.function: each for each in reversed(STATED.http_routes)}.values(),
    *(each for each in STATED.http_routes if each.path in ONLY_IN_VERSIONS),
]


def tried(route: HttpRoute) -> list[ParameterSet]:
    """Both forms of a route's path; outside the proof, one path of each function is enough."""
    path = route.path.replace("/sessions/{session_id}", f"/sessions/{NO_ID}")  # of devices; others have numbers
    key, path = route.key, re.sub(r"\{(\w+)\}", lambda found: VARIABLES.get(found[1], "1"), path)
    if route.path == "$default":
        return [pytest.param(route, "/api/unknown/", id=key)]
    return [
        pytest.param(route, f"{path}/", id=f"{key}/", marks=() if route in EXAMPLES else pytest.mark.proof),
        pytest.param(route, path, id=key, marks=pytest.mark.proof),
    ]


@pytest.mark.parametrize(("route", "path"), [each for route in STATED.http_routes for each in tried(route)])
def test_every_route_leads_to_a_function_that_knows_its_path(
    cloud: Cloud, people: People, route: HttpRoute, path: str
) -> None:
    function = cloud.functions[route.function]
    before = function.invocations
    answer = ask(cloud, "GET", path, people.tutor().access)
    assert function.invocations == before + 1
    assert answer.status_code < 500, answer.text
    # The function names the methods of each path it knows.
    is_known = route.path != "$default" and route.path not in ONLY_IN_VERSIONS
    assert ("allow" in answer.headers) == is_known, answer.text


def test_every_frame_leads_to_its_function(cloud: Cloud, people: People) -> None:
    student = people.student()
    talk = add_conversation(student, people.tutor())
    assert set(STATED.socket_routes) == set(ROUTES)
    with listening(cloud, talk, student) as socket:
        assert query("SELECT count(*) FROM connections") == [(1,)]
        socket.send(json.dumps({"event": "chat_message", "data": {"body": "Cześć", "id": "1"}}))
        assert json.loads(socket.recv(PATIENCE))["data"]["body"] == "Cześć"
        socket.send(json.dumps({"data": {"body": "bez nazwy", "id": "2"}}))
        assert json.loads(socket.recv(PATIENCE))["data"]["body"] == "bez nazwy"
    eventually(lambda: query("SELECT count(*) FROM connections") == [(0,)])
    assert cloud.connections.refused == []


def test_frames_of_one_sender_may_overtake_each_other_and_seq_gives_the_order(cloud: Cloud, people: People) -> None:
    student, tutor = people.student(), people.tutor()
    talk = add_conversation(student, tutor)
    with listening(cloud, talk, student) as sender, listening(cloud, talk, tutor) as reader:
        # Somebody who has never answered may be sent only ten messages.
        reader.send(json.dumps({"event": "chat_message", "data": {"body": "Słucham", "id": "0"}}))
        for socket in (sender, reader):
            assert json.loads(socket.recv(PATIENCE))["data"]["body"] == "Słucham"
        for number in range(20):
            sender.send(json.dumps({"event": "chat_message", "data": {"body": str(number), "id": str(number)}}))
        got = [json.loads(reader.recv(PATIENCE))["data"] for _ in range(20)]
    assert sorted(each["seq"] for each in got) == list(range(2, 22))
    in_order = [each["body"] for each in sorted(got, key=lambda each: each["seq"])]
    assert in_order != [str(number) for number in range(20)], "no frame overtook another, so this test proves nothing"
    history = ask(cloud, "GET", f"/api/chat/conversation_detail/{talk}/", tutor.access).json()
    assert [each["body"] for each in history] == ["Słucham", *in_order]


def test_a_ticket_opens_its_user_socket_once_and_signing_out_closes_it(cloud: Cloud, people: People) -> None:
    student = people.student()
    talk = add_conversation(student, people.tutor())
    ticket = ask(cloud, "POST", "/api/chat/ticket/", student.access).json()["ticket"]
    address = f"{cloud.url.replace('http', 'ws')}/ws/user/?ticket={ticket}"
    with connect(address, compression=None, ping_interval=None, open_timeout=60, max_queue=None) as socket:
        message = {"conversation": str(talk), "body": "Cześć"}
        socket.send(json.dumps({"event": "chat_message", "data": message}))
        assert json.loads(socket.recv(PATIENCE))["data"]["body"] == "Cześć"
        with pytest.raises(Exception, match="401"):
            connect(address, compression=None, open_timeout=60).close()
        assert ask(cloud, "POST", "/api/token/logout/", student.access).status_code < 300
        with pytest.raises(Exception, match="1001"):
            socket.recv(PATIENCE)


def test_signing_a_session_out_closes_its_sockets(cloud: Cloud, people: People) -> None:
    student = people.student()
    with listening(cloud, add_conversation(student, people.tutor()), student) as socket:
        answer = ask(cloud, "POST", "/api/token/logout/", student.access)
        assert answer.status_code < 300, answer.text
        with pytest.raises(Exception, match="1001"):
            socket.recv(PATIENCE)


def test_the_sockets_of_a_suspended_account_close_within_a_second(cloud: Cloud, people: People) -> None:
    student, tutor, boss = people.student(), people.tutor(), people.student(is_staff=True)
    talk = add_conversation(student, tutor)

    def post(path: str, caller: Person, body: dict[str, str]) -> None:
        assert ask(cloud, "POST", path, caller.access, json=body).status_code in {200, 201}

    with listening(cloud, talk, student) as socket:
        post("/api/report/person/", tutor, {"person": str(student.id), "reason": "Spam"})
        [report] = ask(cloud, "GET", "/api/staff/reports/", boss.access).json()["results"]
        post(f"/api/staff/reports/{report['id']}/decide/", boss, {"decision": "suspend", "reason": "Spam"})
        with pytest.raises(Exception, match="1001"):
            socket.recv(1)
    assert ask(cloud, "GET", "/api/user/me/", student.access).status_code == 401


def test_a_refused_handshake_gets_its_status(cloud: Cloud, people: People) -> None:
    stranger = people.student()
    talk = add_conversation(people.student(), people.tutor())
    with pytest.raises(Exception, match="403"):
        listening(cloud, talk, stranger)


def test_a_picture_is_stored_in_the_bucket_and_served_from_there(cloud: Cloud, people: People) -> None:
    tutor, picture = people.tutor(), io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(picture, "PNG")
    files = {"profile_image": ("ja.png", picture.getvalue(), "image/png")}
    answer = ask(cloud, "PATCH", "/api/user/profile_image/", tutor.access, files=files)
    assert answer.status_code == 200, answer.text
    path = ask(cloud, "GET", "/api/user/profile/", tutor.access).json()["profile_image"]
    served = httpx.get(cloud.url + path)
    assert (served.status_code, served.headers["content-type"]) == (200, "image/webp")
    assert "immutable" in served.headers["cache-control"]
    assert httpx.get(f"{cloud.url}/static/media/uploads/user/none.webp").status_code == 403


def test_a_mail_goes_through_queue_and_ses_and_its_link_works(cloud: Cloud, platform: None) -> None:
    address = "ola@prz.edu.pl"
    account = {"email": address, "password": PASSWORD, "is_tutor": True}
    assert ask(cloud, "POST", "/api/user/create/", json=account).status_code == 201
    [mail] = eventually(lambda: cloud.aws.mails(address))
    assert ask(cloud, "POST", "/api/user/confirm_user/", json={"token": mail.token}).status_code == 200
    assert ask(cloud, "POST", "/api/token/", json=account).status_code == 200


def test_schedules_call_their_functions(cloud: Cloud, platform: None) -> None:
    # Rarer schedules would take minutes even here; tests of the template check that they exist.
    often = {each.function for each in STATED.schedules if each.seconds < 3600}
    assert often >= {
        "BookingsSweepFunction",
        "KeepAliveFunction",
        "UnreadMailFunction",
        "PushSendFunction",
        "MailFunction",
        "RemindersFunction",
        "DispatchFunction",
    }
    calls = {name: cloud.functions[name].invocations for name in often}
    eventually(lambda: all(cloud.functions[name].invocations > before for name, before in calls.items()))


def test_the_viewers_address_and_country_are_trusted_only_from_cloudfront(cloud: Cloud, platform: None) -> None:
    """Rate limits are per address; a forged header must not change the address."""
    seen = []
    function = cloud.functions["TokensFunction"]
    invoke = function.invoke
    function.invoke = lambda event: seen.append(event) or invoke(event)  # type: ignore[method-assign,func-returns-value]
    try:
        names = ("x-viewer-address", "x-viewer-host", "x-origin-secret", "cloudfront-viewer-country")
        forged = dict.fromkeys(names, "guessed")
        httpx.post(f"{cloud.url}/api/token/verify/", json={"token": "x"}, headers=forged, timeout=60)
    finally:
        function.invoke = invoke  # type: ignore[method-assign]
    [event] = seen
    assert event["rawPath"] == "/api/token/verify"
    found = [event["headers"][name] for name in names]
    assert found == ["127.0.0.1", cloud.url.removeprefix("http://"), function.environment["ORIGIN_SECRET"], "PL"]


def test_functions_log_in_as_their_role_and_migrations_as_the_owner(cloud: Cloud, platform: None) -> None:
    assert ask(cloud, "GET", "/api/user/tutor/skills/").status_code == 200
    assert query("SELECT DISTINCT usename FROM pg_stat_activity WHERE application_name = 'TutorsFunction'") == [
        ("functions",)
    ]
    owner = json.loads(cloud.aws.secrets[cloud.functions["MigrationsFunction"].environment["DATABASE_SECRET_ARN"]])
    assert owner["username"] == "postgres"


def test_cloudfront_refuses_a_long_url(cloud: Cloud) -> None:
    answer = ask(cloud, "GET", f"/api/user/tutor/search/?search_by_full_name={'x' * 8192}")
    assert answer.status_code == 413


def test_a_crashed_function_returns_500_and_the_next_request_gets_a_new_process(cloud: Cloud, platform: None) -> None:
    assert ask(cloud, "GET", "/api/user/tutor/skills/").status_code == 200
    function = cloud.functions["TutorsFunction"]
    for process in function.processes:
        process.process.kill()
    answer = ask(cloud, "GET", "/api/user/tutor/skills/")
    assert (answer.status_code, answer.json()) == (500, {"message": "Internal Server Error"})
    assert ask(cloud, "GET", "/api/user/tutor/skills/").status_code == 200


def test_copies_of_public_reads_live_five_seconds_and_are_not_served_to_signed_in_users(
    cloud: Cloud, people: People
) -> None:
    """Uses a second edge in front of the same functions, because the tests' edge keeps no copies."""
    tutor, clock = people.tutor(), [0.0]
    edge = distribution_of(cloud.aws.stacks["Edge"], cloud.origins(), Copies(lambda: clock[0]))
    details = f"/api/user/tutor/details/{tutor.tutor_id}/"

    def ask_edge(**headers: str) -> httpx.Response:
        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(edge, client=("198.51.100.7", 1))
            async with httpx.AsyncClient(transport=transport, base_url=cloud.url) as client:
                return await client.get(details, headers=headers)

        with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
            return runner.run(asked())

    def prices(**headers: str) -> tuple[int, int]:
        return ask_edge(**headers).json()["price"], ask_edge(authorization=f"Bearer {tutor.access}").json()["price"]

    try:
        assert prices() == (100, 100)
        changed = ask(cloud, "PATCH", "/api/user/tutor/price/me/", tutor.access, json={"price": 77})
        assert changed.status_code == 200, changed.text
        assert prices() == (100, 77)
        assert prices(cookie="theme=dark") == (77, 77)
        clock[0] = 5.0
        assert prices() == (77, 77)
        assert ask_edge(authorization=f"Bearer {tutor.access}").headers["cache-control"] == "no-store"
        assert "access-control-allow-origin" not in ask_edge().headers
        assert ask_edge(origin="https://a.example").headers["access-control-allow-origin"] == "*"
        assert ask_edge(origin="https://a.example").headers["x-cache"] == "Hit from cloudfront"
    finally:
        edge.close()
