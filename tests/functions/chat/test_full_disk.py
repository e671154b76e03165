"""The chat while a disk is full: that of the database, or that of the local server's files."""

import errno
import shutil
from pathlib import Path
from typing import IO, Any, NoReturn
from urllib.parse import urlsplit

import psycopg
import pytest

from functions.chat.actions.attachments import attach as attach_at_once
from functions.chat.api.socket_routes import ROUTES
from functions.chat.sockets import handler
from local import uploads
from shared.kit.errors import Unavailable
from shared.kit.settings import settings
from tests.events.recorded import recorded
from tests.support.attachments import complete, request_upload, send_form, server
from tests.support.chat_http import Conversation

FULL = OSError(errno.ENOSPC, "No space left on device")


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the first byte of each file fits."""

    def copy(source: IO[bytes], target: IO[bytes]) -> NoReturn:
        target.write(source.read(1))
        raise FULL

    monkeypatch.setattr(shutil, "copyfileobj", copy)


def kept_parts() -> list[Path]:
    return [*(Path(settings().media_folder) / "attachments").rglob("*.part")]


def send(ticket: dict[str, Any], content: bytes) -> tuple[int, str | None, bool]:
    """Return the status, Retry-After and whether the body is S3's error for being unavailable."""
    files = {"file": ("blob", content)}
    answer = server.post(urlsplit(ticket["url"]).path, data=ticket["fields"], files=files)
    said = "<Code>ServiceUnavailable</Code>" in answer.text
    return answer.status_code, answer.headers.get("retry-after"), said


@pytest.mark.usefixtures("full_disk")
def test_an_upload_is_refused_with_503_and_leaves_nothing(conversation: Conversation) -> None:
    """It was an unhandled error, and the part that fitted stayed: up to 10 MB on a full disk."""
    ticket = request_upload(conversation.student, conversation.id, size=4).json
    assert send(ticket, b"text") == (503, "5", True)
    assert kept_parts() == []


def test_an_upload_that_cannot_be_buffered_is_refused_with_503(
    conversation: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def read(_request: object) -> NoReturn:
        raise FULL

    ticket = request_upload(conversation.student, conversation.id, size=4).json
    with monkeypatch.context() as patches:
        patches.setattr(uploads, "_read", read)
        assert send(ticket, b"text") == (503, "5", True)
    assert send_form(ticket, b"text") == (204, "")
    assert complete(conversation.student, ticket["id"]).status == 200


@pytest.mark.usefixtures("full_disk")
def test_a_file_attached_without_a_ticket_leaves_nothing(conversation: Conversation) -> None:
    with pytest.raises(Unavailable):
        attach_at_once(conversation.student.id, conversation.id, "x.txt", b"text")
    assert kept_parts() == []


def test_a_socket_is_refused_with_503(monkeypatch: pytest.MonkeyPatch) -> None:
    """As requests are; 500 would tell the client that retrying is useless."""

    def connect(_event: object) -> NoReturn:
        raise psycopg.errors.DiskFull

    monkeypatch.setitem(ROUTES, "$connect", connect)
    assert handler(recorded("socket_connect", connection_id="c=", conversation_id="", access=""), None) == {
        "statusCode": 503
    }
