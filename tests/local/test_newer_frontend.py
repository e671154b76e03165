"""The newer frontend with a local server: cookies, pictures and sockets, over the wire."""

import json
from collections.abc import Callable

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

from local.announcements import how_to_start
from local.demo.accounts import STUDENT
from local.options import Options
from tests.support.local_server import LocalServer

FRONT = "http://localhost:3000"


def test_the_commands_that_build_the_newer_frontend_are_printed() -> None:
    commands = [line.split() for line in how_to_start(Options(frontend2=FRONT)).splitlines() if line.startswith("  ")]
    assert [command[:2] for command in commands] == [
        ["npm", "ci"],
        ["export", "NEXT_PUBLIC_HOST=http://localhost:8000/v2"],
        ["export", f"NEXT_PUBLIC_REDIRECT_URL={FRONT}"],
        ["echo", "'module.exports"],
        ["export", "NEXT_FONT_GOOGLE_MOCKED_RESPONSES=$PWD/fonts.cjs"],
        ["npm", "run"],
    ]


@pytest.mark.proof
def test_the_newer_frontend_signs_in_and_opens_sockets(start_server: Callable[..., LocalServer]) -> None:
    server = start_server(FRONTEND2=f"{FRONT}/")
    url = server.url.replace("127.0.0.1", "localhost")
    assert f"NEXT_PUBLIC_HOST={url}/v2 NEXT_PUBLIC_WS_HOST={url.replace('http', 'ws')}/v2" in server.output
    with httpx.Client(base_url=f"{server.url}/v2/api/", headers={"Origin": FRONT, "Host": url[7:]}) as browser:
        answer = browser.post("token/", json={"email": STUDENT.email, "password": STUDENT.password})
        assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, FRONT)
        cookies = "; ".join(each.partition(";")[0] for each in answer.headers.get_list("set-cookie"))
        profile = browser.get("user/profile/", headers={"Cookie": cookies}).json()
        assert profile["email"] == STUDENT.email
        assert browser.get(profile["profile_image"]).headers["content-type"].startswith("image/")
        page = browser.get("user/tutor/search/?&page_size=15").json()
        assert page["next"] == f"{url}/v2/api/user/tutor/search/?p=2&page_size=15"
        assert browser.get(f"{server.url}/v3/api/user/tutor/search/").json()["code"] == "unknown_version"
        # Without a version in the path, any origin may read public responses.
        assert browser.get(f"{server.url}/api/user/tutor/skills/").headers["access-control-allow-origin"] == "*"
    address = f"{server.url.replace('http', 'ws')}/v2/ws/notification/user/"
    with connect(address, origin=Origin(FRONT), additional_headers={"Cookie": cookies}) as socket:
        socket.send(json.dumps({"data": {"send_back_unread_notification_count": True}}))
        assert json.loads(socket.recv(10)).keys() == {"unread_notification_count"}
    for origin, sent, status in (("https://evil.example", cookies, 403), (FRONT, "", 401)):
        with pytest.raises(InvalidStatus) as refused:
            connect(address, origin=Origin(origin), additional_headers={"Cookie": sent})
        assert refused.value.response.status_code == status
