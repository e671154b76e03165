"""Attachments of reported messages: staff may open them, and the audit trail records it."""

from typing import Any
from uuid import UUID

import pytest

from tests.support.attachments import attach, server
from tests.support.chat_http import Conversation, call
from tests.support.lambda_client import Answer
from tests.support.people import People, Person, query

TEXT = b"Groza"


@pytest.fixture
def boss(people: People) -> Person:
    return people.staff()


@pytest.fixture
def sent(conversation: Conversation) -> dict[str, Any]:
    """Attach a file to the first message, sent by the tutor."""
    found = attach(conversation.tutor, conversation.id, "groźba.txt", TEXT).json
    post_message(conversation, "Zobacz", found["id"])
    return dict(found)


def post_message(conversation: Conversation, body: str, *attachments: str) -> None:
    path = f"/api/chat/conversations/{conversation.id}/messages/"
    message = {"body": body, "attachments": list(attachments)} if attachments else {"body": body}
    assert call("POST", path, token=conversation.tutor.access, json_body=message).status == 201


def report(conversation: Conversation, seq: int) -> int:
    body = {"conversation": str(conversation.id), "seq": seq, "reason": "Grozi"}
    assert call("POST", "/api/report/message/", token=conversation.student.access, json_body=body).status == 201
    return int(query("SELECT max(id) FROM reports")[0][0])


def see(staff: Person, number: int) -> Any:
    return call("GET", f"/api/staff/reports/{number}/", token=staff.access).json


def open_(staff: Person, number: int, attachment: str | UUID, reason: str = "Sprawdzam") -> Answer:
    path = f"/api/staff/reports/{number}/attachments/{attachment}/open/"
    return call("POST", path, token=staff.access, json_body={"reason": reason})


def test_staff_can_open_reported_attachments_and_it_is_recorded(
    conversation: Conversation, boss: Person, people: People, sent: dict[str, Any]
) -> None:
    number = report(conversation, 1)
    [listed] = see(boss, number)["attachments"]
    assert listed == {name: sent[name] for name in ("id", "name", "content_type", "size")}
    assert query("SELECT count(*) FROM staff_actions") == [(0,)]
    opened = open_(boss, number, sent["id"])
    assert (opened.status, opened.json["name"]) == (200, "groźba.txt")
    assert server.get(opened.json["url"]).content == TEXT
    kept = [("open_attachment", boss.id, conversation.tutor.id, f"attachment {sent['id']}", "Sprawdzam")]
    assert query("SELECT action, actor_id, user_id, subject, reason FROM staff_actions") == kept
    query("UPDATE staff_actions SET at = now() - interval '61 minutes'")
    assert server.get(opened.json["url"]).status_code == 404
    assert open_(boss, number, sent["id"], "Znowu").json["url"] == opened.json["url"]
    assert server.get(opened.json["url"]).status_code == 200
    query("UPDATE users SET is_staff = false WHERE id = %s", boss.id)
    assert server.get(opened.json["url"]).status_code == 404
    assert open_(people.student(), number, sent["id"]).status == 403


def test_attachments_of_other_messages_cannot_be_opened(
    conversation: Conversation, boss: Person, sent: dict[str, Any]
) -> None:
    post_message(conversation, "Obok")
    beside = report(conversation, 2)
    assert see(boss, beside)["attachments"] == []
    for number, attachment in ((beside, sent["id"]), (99, sent["id"]), (beside, UUID(int=9, version=4))):
        refused = open_(boss, number, attachment)
        assert (refused.status, refused.json["code"]) == (404, "attachment_not_found")
    assert query("SELECT count(*) FROM staff_actions") == [(0,)]


def test_nothing_is_opened_without_a_reason_or_after_the_message_is_hidden(
    conversation: Conversation, boss: Person, sent: dict[str, Any]
) -> None:
    number = report(conversation, 1)
    assert open_(boss, number, sent["id"], " ").status == 400
    url = open_(boss, number, sent["id"]).json["url"]
    decision = {"decision": "hide_message", "reason": "Groźba"}
    decide = f"/api/staff/reports/{number}/decide/"
    assert call("POST", decide, token=boss.access, json_body=decision).status == 200
    assert (see(boss, number)["attachments"], open_(boss, number, sent["id"]).status) == ([], 404)
    assert server.get(url).status_code == 404
