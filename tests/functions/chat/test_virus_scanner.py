"""The virus scanner for attachments, if there is one: nothing is accepted without its approval."""

import socket
from collections.abc import Iterator

import pytest

from tests.conftest import read_settings_again
from tests.support.attachments import attach, kept_files
from tests.support.chat_http import Conversation
from tests.support.clamd import EICAR, Clamd, running_clamd
from tests.support.people import query


@pytest.fixture
def clamd(conversation: Conversation, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clamd]:
    with running_clamd() as running:
        monkeypatch.setenv("SCAN_URL", running.url)
        read_settings_again()
        yield running


def test_a_clean_file_is_scanned_completely_and_accepted(conversation: Conversation, clamd: Clamd) -> None:
    content = b"text " * 30_000
    assert attach(conversation.student, conversation.id, "x.txt", content).status == 200
    assert clamd.scanned == [content]


def test_a_virus_is_refused_and_deleted(conversation: Conversation, clamd: Clamd) -> None:
    answer = attach(conversation.student, conversation.id, "x.txt", b"so: " + EICAR)
    assert (answer.status, answer.json["code"]) == (400, "infected_attachment")
    assert [name.partition("/")[0] for name in kept_files()] == ["uploads"]
    assert query("SELECT completed_at FROM attachments") == [(None,)]


@pytest.mark.parametrize("answer", [b"INSTREAM size limit exceeded. ERROR", b"stream: ", b"x" * 9000, b"\xff"])
def test_other_answers_of_the_scanner_refuse_the_file(conversation: Conversation, clamd: Clamd, answer: bytes) -> None:
    clamd.says = answer
    refused = attach(conversation.student, conversation.id, "x.txt", b"text")
    assert (refused.status, refused.json["code"]) == (503, "unavailable")
    assert query("SELECT completed_at FROM attachments") == [(None,)]


@pytest.mark.parametrize("url", ["", "nonsense", "tcp://", "tcp://127.0.0.1:99999", "a port without a listener"])
def test_without_an_answer_the_file_is_refused(
    conversation: Conversation, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    if url.startswith("a port"):
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            url = f"tcp://127.0.0.1:{unused.getsockname()[1]}"
    monkeypatch.setenv("SCAN_URL", url)
    read_settings_again()
    answer = attach(conversation.student, conversation.id, "x.txt", b"text")
    assert answer.status == (503 if url else 200)
