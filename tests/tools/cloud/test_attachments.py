"""Attachments on the emulated AWS: the form for S3, the function that checks, and the download through CloudFront."""

import json
from urllib.parse import urlsplit

import httpx
import pytest

from functions.chat.domain.attachment_names import MAX_SIZE
from tests.support.conversations import add_conversation
from tests.support.people import People, query
from tests.support.uploads import encoded, quarters
from tests.tools.cloud.test_platform import PATIENCE, ask, listening
from tools.cloud.stack import Cloud


@pytest.mark.proof
def test_a_picture_goes_to_s3_and_both_members_fetch_it_through_cloudfront(cloud: Cloud, people: People) -> None:
    student, tutor = people.student(), people.tutor()
    talk = add_conversation(student, tutor)
    picture = encoded(quarters())
    ticket = ask(
        cloud,
        "POST",
        f"/api/chat/conversations/{talk}/attachments/",
        student.access,
        json={"name": "zdjęcie 1.png", "size": len(picture)},
    ).json()
    sent = httpx.post(ticket["url"], data=ticket["fields"], files={"file": ("blob", picture)})
    assert sent.status_code in {200, 204}, sent.text
    checked = ask(cloud, "POST", f"/api/chat/attachments/{ticket['id']}/complete/", student.access)
    assert checked.status_code == 200, checked.text
    with listening(cloud, talk, student) as mine, listening(cloud, talk, tutor) as theirs:
        mine.send(json.dumps({"event": "chat_message", "data": {"body": "", "attachments": [ticket["id"]]}}))
        frames = [json.loads(each.recv(PATIENCE))["data"] for each in (mine, theirs)]
    for frame in frames:
        [attachment] = frame["attachments"]
        assert attachment["url"].endswith("/zdj%C4%99cie%201.png")
        led = ask(cloud, "GET", urlsplit(attachment["url"]).path)
        assert led.status_code == 302, led.text
        assert httpx.get(led.headers["location"]).content == picture
    query("DELETE FROM conversation_members")
    assert ask(cloud, "GET", urlsplit(frames[0]["attachments"][0]["url"]).path).status_code == 404


def test_a_file_that_is_too_large_gets_no_upload_form(cloud: Cloud, people: People) -> None:
    student = people.student()
    talk = add_conversation(student, people.tutor())
    path = f"/api/chat/conversations/{talk}/attachments/"
    assert ask(cloud, "POST", path, student.access, json={"name": "x", "size": MAX_SIZE + 1}).status_code == 413
