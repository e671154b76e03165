"""Attachments from the upload ticket to the file: permissions, sizes, expiry, and the deletion of unused files."""

import base64
import json
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import unquote

import pytest

from functions.chat import attachments_sweep_job
from functions.chat.actions.attachments import attach as attach_at_once
from functions.chat.domain.attachment_names import MAX_SIZE
from shared.domain.attachments import SAME_SECONDS, Attachment, attachment_address
from shared.domain.limits import UPLOADS
from shared.kit.errors import Unavailable
from tests.conftest import read_settings_again
from tests.support.attachments import attach, complete, kept_files, request_upload, send_form, server
from tests.support.chat_http import Conversation, call
from tests.support.office_files import PDF
from tests.support.people import People, query
from tests.support.races import at_once
from tests.support.uploads import encoded, quarters

PICTURE = encoded(quarters(600, 300))


def test_a_picture_is_stored_under_its_name_with_its_size_and_a_thumbnail(conversation: Conversation) -> None:
    found = attach(conversation.student, conversation.id, "zdjęcie tablicy.png", PICTURE).json
    assert (found["name"], found["content_type"], found["size"]) == ("zdjęcie tablicy.png", "image/png", len(PICTURE))
    assert (found["width"], found["height"]) == (600, 300)
    assert unquote(found["url"]).startswith("/media/chat/")
    assert unquote(found["url"]).endswith("/zdjęcie tablicy.png")
    whole, small = server.get(found["url"]), server.get(found["thumbnail"])
    assert (whole.content, whole.headers["content-type"]) == (PICTURE, "image/png")
    assert whole.headers["content-disposition"].startswith("inline; ")
    assert (small.content[:4], small.headers["content-type"]) == (b"RIFF", "image/webp")
    assert found["thumbnail"].endswith(".webp")


def test_other_files_are_served_as_downloads_with_their_type(conversation: Conversation) -> None:
    found = attach(conversation.student, conversation.id, "zadanie.pdf", PDF).json
    assert (found["content_type"], found["width"], found["thumbnail"]) == ("application/pdf", None, None)
    answer = server.get(found["url"])
    assert answer.content == PDF
    assert answer.headers["content-disposition"] == "attachment; filename=\"zadanie.pdf\"; filename*=UTF-8''zadanie.pdf"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]


def test_only_members_get_a_ticket_and_only_its_owner_completes_it(conversation: Conversation, people: People) -> None:
    stranger = people.student()
    assert request_upload(stranger, conversation.id).status == 404
    ticket = request_upload(conversation.student, conversation.id).json
    assert complete(conversation.student, ticket["id"]).json["code"] == "upload_missing"
    assert send_form(ticket, b"cze\xc5\x9b\xc4\x87") == (204, "")
    for other in (conversation.tutor, stranger):
        assert complete(other, ticket["id"]).json["code"] == "attachment_not_found"
    first = complete(conversation.student, ticket["id"])
    assert (first.status, first.json["size"]) == (200, 7)
    again = complete(conversation.student, ticket["id"])
    assert again.json == first.json, "completing is harmless"


def test_a_blocked_person_gets_no_upload_ticket(conversation: Conversation) -> None:
    path = f"/api/chat/blocked/{conversation.student.id}/"
    assert call("POST", path, token=conversation.tutor.access).status == 200
    for each in (conversation.student, conversation.tutor):
        answer = request_upload(each, conversation.id)
        assert (answer.status, answer.json["code"]) == (403, "blocked")
    assert query("SELECT count(*) FROM attachments") == [(0,)]


def test_an_upload_must_match_the_size_and_key_of_its_ticket(conversation: Conversation) -> None:
    ticket = request_upload(conversation.student, conversation.id, size=5).json
    policy = json.loads(base64.b64decode(ticket["fields"]["policy"]))
    assert policy["most"] == 5
    status, text = send_form(ticket, b"123456")
    assert (status, "EntityTooLarge" in text) == (400, True)
    assert send_form(ticket, b"")[0] == 400
    for changed in ({"key": "files/x"}, {"signature": "0" * 64}, {"signature": "ą"}, {"policy": "e30="}):
        assert send_form(ticket, b"1", **changed)[0] == 403, changed
    assert send_form(ticket, b"x" * (MAX_SIZE + 1))[0] == 400
    assert server.post(ticket["url"], content=b"nothing").status_code == 400
    assert kept_files() == set()


BROKEN_FORMS = [
    ("multipart/form-data", b"x"),
    ("multipart/form-data; boundary=x", b"--y\r\n\r\nx"),
    ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n1'),
    ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n' * 50),
    ("multipart/form-data; boundary=x", b"x" * (MAX_SIZE + 200_000)),
    ("application/x-www-form-urlencoded", b"file=x&key=y"),
    ("application/json", b"{}"),
]


# Starlette leaves the file of a truncated form to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(("content_type", "body"), BROKEN_FORMS, ids=[str(number) for number in range(7)])
def test_malformed_forms_are_refused(people: People, content_type: str, body: bytes) -> None:
    answer = server.post("/media/upload/", content=body, headers={"content-type": content_type})
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/xml")
    assert kept_files() == set()


def test_upload_tickets_are_rate_limited(rate_limits: None, conversation: Conversation) -> None:
    statuses = [request_upload(conversation.student, conversation.id).status for _ in range(UPLOADS.count + 1)]
    assert statuses == [201] * UPLOADS.count + [429]
    assert request_upload(conversation.tutor, conversation.id).status == 201


@pytest.mark.parametrize("size", [MAX_SIZE + 1, 2**31 - 1])
def test_a_file_that_is_too_large_gets_no_ticket(conversation: Conversation, size: int) -> None:
    answer = request_upload(conversation.student, conversation.id, size=size)
    assert (answer.status, answer.json["code"]) == (413, "attachment_too_large")


@pytest.mark.parametrize(
    "body", [{}, {"name": "x"}, {"name": "x", "size": 0}, {"name": "\u200b", "size": 1}, {"name": "x", "size": "y"}]
)
def test_a_ticket_needs_a_name_and_a_size(conversation: Conversation, body: dict[str, Any]) -> None:
    path = f"/api/chat/conversations/{conversation.id}/attachments/"
    headers = {"authorization": f"Bearer {conversation.student.access}"}
    assert server.post(path, json=body, headers=headers).status_code == 400


def test_a_ticket_expires(conversation: Conversation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("functions.chat.actions.attachments.TICKET_SECONDS", -1)
    assert send_form(request_upload(conversation.student, conversation.id).json, b"x")[0] == 403


def test_a_checked_file_cannot_be_overwritten(conversation: Conversation) -> None:
    ticket = request_upload(conversation.student, conversation.id).json
    send_form(ticket, b"harmless")
    url = complete(conversation.student, ticket["id"]).json["url"]
    assert send_form(ticket, b"MZ\0\0evil") == (204, ""), "the ticket is still valid"
    complete(conversation.student, ticket["id"])
    assert server.get(url).content == b"harmless"


@pytest.mark.parametrize("rounds", [3, pytest.param(100, marks=pytest.mark.proof)])
def test_concurrent_completions_get_one_answer_and_leave_one_file(conversation: Conversation, rounds: int) -> None:
    for number in range(rounds):
        ticket = request_upload(conversation.student, conversation.id).json
        send_form(ticket, b"text")
        answers = at_once(*[partial(complete, conversation.student, ticket["id"])] * 8)
        assert [answer.status for answer in answers] == [200] * 8
        [kept] = {answer.json["url"] for answer in answers}
        assert server.get(kept).content == b"text"
        assert len(kept_files()) == number + 1


def test_a_refused_file_can_be_replaced(conversation: Conversation) -> None:
    ticket = request_upload(conversation.student, conversation.id).json
    send_form(ticket, b"MZ\0\0")
    refused = complete(conversation.student, ticket["id"])
    assert (refused.status, refused.json["code"]) == (400, "unsupported_attachment")
    send_form(ticket, b"text")
    assert complete(conversation.student, ticket["id"]).status == 200


def test_only_its_author_sees_a_file_before_a_message_refers_to_it(conversation: Conversation) -> None:
    found = attach(conversation.student, conversation.id, "x.txt", b"text").json
    facts = Attachment(*query(FACTS, found["id"])[0][0])
    others = attachment_address(facts, conversation.tutor.id)
    assert server.get(others).status_code == 404
    query("UPDATE attachments SET message_id = gen_random_uuid(), place = 1")
    assert server.get(others).content == b"text"


FACTS = (
    "SELECT json_build_array(id, name, content_type, size, width, height, has_thumbnail,"
    " floor(extract(epoch FROM created_at))::bigint) FROM attachments WHERE id = %s"
)


def test_an_address_works_only_for_its_viewer_and_only_while_they_are_a_member(
    conversation: Conversation, people: People
) -> None:
    found = attach(conversation.student, conversation.id, "x.txt", b"text").json
    query("UPDATE attachments SET message_id = gen_random_uuid(), place = 1")
    facts = Attachment(*query(FACTS, found["id"])[0][0])
    assert server.get(attachment_address(facts, people.student().id)).status_code == 404
    tutors = attachment_address(facts, conversation.tutor.id)
    assert server.get(tutors).status_code == 200
    query("UPDATE users SET suspended_at = now() WHERE id = %s", conversation.tutor.id)
    assert server.get(tutors).status_code == 404
    query("UPDATE users SET suspended_at = NULL")
    assert server.get(tutors).status_code == 200
    query("DELETE FROM conversation_members WHERE user_id = %s", conversation.tutor.id)
    assert server.get(tutors).json()["code"] == "attachment_not_found"
    assert server.get(found["url"]).status_code == 200


def test_a_modified_address_is_not_found(conversation: Conversation) -> None:
    url = attach(conversation.student, conversation.id, "x.txt", b"text").json["url"]
    *folder, signed, name = url.split("/")
    for changed in ("x", "", "ą", signed[:-2], signed[4:], signed.swapcase(), "A" * len(signed)):
        answer = server.get("/".join([*folder, changed, name]))
        assert answer.status_code == 404, changed
    assert server.get("/".join([*folder, signed, "other.html"])).headers["content-type"].startswith("text/plain")
    assert server.get(f"/static/media/attachments/{next(iter(kept_files()))}").status_code == 404


def test_an_address_stays_the_same_for_a_day_and_works_for_another(
    conversation: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = attach(conversation.student, conversation.id, "x.txt", b"text").json["url"]
    facts = Attachment(*query(FACTS, url and query("SELECT id FROM attachments")[0][0])[0][0])
    begun, viewer = facts.created_at, conversation.student.id
    of_the_day = {attachment_address(facts, viewer, now=begun + second) for second in range(0, SAME_SECONDS, 997)}
    assert of_the_day == {url}
    assert attachment_address(facts, viewer, now=begun + SAME_SECONDS) != url
    for after, status in ((2 * SAME_SECONDS - 1, 200), (2 * SAME_SECONDS + 1, 404)):
        monkeypatch.setattr("shared.domain.attachments.time.time", lambda after=after: begun + after)
        assert server.get(url).status_code == status


def test_addresses_are_absolute_if_the_public_url_is_known(
    conversation: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PUBLIC_URL", "https://korepetycje.example/")
    read_settings_again()
    ticket = request_upload(conversation.student, conversation.id).json
    assert ticket["url"] == "https://korepetycje.example/media/upload/"
    send_form(ticket, b"text")
    url = complete(conversation.student, ticket["id"]).json["url"]
    assert url.startswith("https://korepetycje.example/media/chat/")


def test_a_file_attached_without_a_ticket_is_checked_too(conversation: Conversation) -> None:
    kept = attach_at_once(conversation.student.id, conversation.id, "C:\\docs\\x.pdf", PDF)
    assert (kept.name, kept.content_type, kept.size) == ("x.pdf", "application/pdf", len(PDF))
    assert server.get(attachment_address(kept, conversation.student.id)).content == PDF


def sweep() -> int:
    deleted: int = attachments_sweep_job.handler({}, None)["deleted"]
    return deleted


def test_a_file_that_no_message_refers_to_is_deleted_after_a_day(conversation: Conversation) -> None:
    attach(conversation.student, conversation.id, "x.png", PICTURE)
    ticket = request_upload(conversation.student, conversation.id).json
    send_form(ticket, b"never completed")
    used = attach(conversation.student, conversation.id, "y.txt", b"text").json
    query("UPDATE attachments SET message_id = gen_random_uuid(), place = 1 WHERE id = %s", used["id"])
    assert len(kept_files()) == 4
    assert sweep() == 0
    query("UPDATE attachments SET created_at = created_at - %s", timedelta(days=1))
    assert sweep() == 2
    assert [str(row[0]) for row in query("SELECT id FROM attachments")] == [used["id"]]
    assert len(kept_files()) == 1


@pytest.mark.parametrize(
    "ending",
    [
        "UPDATE attachments SET removed_at = now()",
        "DELETE FROM conversations",
        "DELETE FROM users WHERE id = (SELECT created_by FROM attachments LIMIT 1)",
    ],
)
def test_files_are_deleted_with_their_message_conversation_or_author(conversation: Conversation, ending: str) -> None:
    found = attach(conversation.student, conversation.id, "x.png", PICTURE).json
    query("UPDATE attachments SET message_id = gen_random_uuid(), place = 1")
    query(ending)
    assert server.get(found["url"]).status_code == 404, "at once"
    assert sweep() == 1
    assert (kept_files(), query("SELECT count(*) FROM attachments")) == (set(), [(0,)])


def test_the_deletion_of_files_is_retried(conversation: Conversation, monkeypatch: pytest.MonkeyPatch) -> None:
    attach(conversation.student, conversation.id, "x.txt", b"text")
    query("UPDATE attachments SET removed_at = now()")
    with monkeypatch.context() as broken:
        broken.setattr("pathlib.Path.unlink", refuse)
        with pytest.raises(Unavailable):
            sweep()
    assert query("SELECT count(*) FROM attachments") == [(1,)]
    assert sweep() == 1


def refuse(*_arguments: object, **_options: object) -> None:
    raise PermissionError
