"""Redis, PostgreSQL or the mail server fails: at most one mail per conversation, and unread counts stay right."""

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import psycopg
import pytest

from local.engines.processes import Engine
from shared.kit.redis import client as redis_client
from tests.conftest import read_settings_again
from tests.functions.chat.conftest import OwnRedis
from tests.support.chat_clients import Clients
from tests.support.chat_http import Conversation, call
from tests.support.conversations import add_conversation, add_messages
from tests.support.local_server import free_port
from tests.support.mail_outbox import deliver, make_all_due
from tests.support.people import People, Person, query
from tests.support.smtp_server import HOST, Postbox, smtp_server
from tests.support.unread_mails import HOUR, MINUTE, look, looks_after, time_passes

LATER = 5 * MINUTE + 1
SENT, UNKNOWN = 1, 0


@pytest.fixture
def smtp_port(platform: None, monkeypatch: pytest.MonkeyPatch) -> int:
    port = free_port()
    monkeypatch.setenv("MAIL_URL", f"smtp://{HOST}:{port}")
    read_settings_again()
    return port


@pytest.fixture
def ola(people: People) -> Person:
    return people.student()


@pytest.fixture
def jan(people: People) -> Person:
    return people.tutor()


def unread(person: Person) -> int:
    answer = call("GET", "/api/chat/me/conversations/", token=person.access)
    assert answer.status == 200, answer
    return sum(each["unread"] for each in answer.json["results"])


def nothing_more_is_mailed() -> None:
    make_all_due()
    assert deliver() == 0
    assert looks_after(HOUR) == 0
    make_all_due()
    assert deliver() == 0


DOWN: dict[str, tuple[dict[str, str], int]] = {
    "no sender": ({"MAIL": "451 try again later"}, SENT),
    "no recipient": ({"RCPT": "450 mailbox busy"}, SENT),
    "shutting down": ({"RCPT": "421 closing"}, SENT),
    "no room": ({"DATA": "452 insufficient storage"}, SENT),
    "an error": ({"DATA": "554 transaction failed"}, SENT),
    # It may or may not have the mail: better none than two.
    "breaks off": ({}, UNKNOWN),
}


EACH = [each if each in {"no room", "breaks off"} else pytest.param(each, marks=pytest.mark.proof) for each in DOWN]


@pytest.mark.parametrize("how", EACH)
def test_a_mail_server_that_fails_for_hours_gets_one_mail_afterwards(
    smtp_port: int, ola: Person, jan: Person, how: str
) -> None:
    talk, postbox = add_conversation(ola, jan), Postbox()
    add_messages(talk, jan, "Cześć")
    assert looks_after(LATER) == 1
    postbox.replies, expected = DOWN[how]
    postbox.breaks_off = expected == UNKNOWN
    with smtp_server(smtp_port, postbox):
        for _ in range(3):
            make_all_due()
            assert deliver() == 0
            add_messages(talk, jan, "Jesteś?")
            assert looks_after(HOUR) == 0
        postbox.replies, postbox.breaks_off = {}, False
        make_all_due()
        assert deliver() == expected
        nothing_more_is_mailed()
    assert postbox.recipients == [ola.email] * expected
    assert unread(ola) == 4


def killed(redis: OwnRedis) -> Callable[[], None]:
    redis.kill()
    return redis.start


def paused(redis: OwnRedis) -> Callable[[], None]:
    redis.engine.process.send_signal(signal.SIGSTOP)
    return lambda: redis.engine.process.send_signal(signal.SIGCONT)


def flushed(_redis: OwnRedis) -> Callable[[], None]:
    redis_client().flushall()
    return lambda: None


@pytest.mark.parametrize(
    "fault", [flushed, *(pytest.param(each, marks=pytest.mark.proof) for each in (killed, paused))]
)
def test_redis_fails_between_messages_and_their_mail(
    smtp_port: int,
    conversation: Conversation,
    clients: Clients,
    own_redis: OwnRedis,
    fault: Callable[[OwnRedis], Callable[[], None]],
) -> None:
    student, postbox = conversation.student, Postbox()
    socket = clients.open(conversation.tutor, conversation.id)
    socket.send_message("przed")
    come_back = fault(own_redis)
    with smtp_server(smtp_port, postbox):
        socket.send_message("podczas")
        assert unread(student) == 2
        assert looks_after(LATER) == 1
        come_back()
        socket.send_message("po")
        assert deliver() == 1
        nothing_more_is_mailed()
    assert postbox.recipients == [student.email]
    assert unread(student) == 3
    path = f"/api/chat/conversations/{conversation.id}/read/"
    assert call("POST", path, token=student.access, json_body={"seq": 3}).status == 200
    assert unread(student) == 0


class Jobs:
    """Runs both jobs repeatedly in several threads, and counts the runs that fail."""

    def __init__(self) -> None:
        self.over = threading.Event()
        self.failures = 0

    def run(self) -> None:
        while not self.over.is_set():
            try:
                look()
                make_all_due()
                deliver()
            except psycopg.Error:
                self.failures += 1
            time.sleep(0.02)


def kill(postgres: Engine, seconds: float) -> None:
    os.kill(postgres.process.pid, signal.SIGKILL)
    postgres.process.wait()
    time.sleep(seconds)
    postgres.process = postgres._start()


def talks(people: People, jan: Person, number: int) -> dict[UUID, Person]:
    """Make conversations, each with two unread messages whose mail is due."""
    found = {add_conversation(each, jan): each for each in [people.student() for _ in range(number)]}
    for talk in found:
        add_messages(talk, jan, "Cześć", "Jesteś?")
    look()
    time_passes(LATER)
    return found


@pytest.mark.proof
def test_postgresql_is_killed_while_mails_are_planned_and_sent(
    mortal_postgres: Engine, smtp_port: int, people: People
) -> None:
    students, postbox, jobs = talks(people, people.tutor(), 60), Postbox(), Jobs()
    postbox.seconds = 0.03
    with smtp_server(smtp_port, postbox), ThreadPoolExecutor(2) as threads:
        running = [threads.submit(jobs.run) for _ in range(2)]
        try:
            # While the first mail is being sent, and twice in the middle.
            for number, away in ((0, 5.0), (10, 0.5), (30, 0.5)):
                wait_for(lambda: postbox.receiving.is_set() and len(postbox.recipients) >= number)  # noqa: B023 - waited for here
                kill(mortal_postgres, away)
            wait_for(lambda: open_mails() == 0)
        finally:
            jobs.over.set()
        for each in running:
            each.result(60)
        nothing_more_is_mailed()
    received = Counter(postbox.recipients)
    assert jobs.failures > 0, "no run failed"
    assert set(received.values()) == {1}, "one was mailed twice"
    uncertain = {row[0] for row in query("SELECT recipient FROM mail_outbox WHERE uncertain_at IS NOT NULL")}
    everybody = {each.email for each in students.values()}
    assert received.keys() | uncertain == everybody
    # At most what the two workers were sending at each kill.
    assert len(everybody - received.keys()) <= 3 * 2
    assert {unread(each) for each in students.values()} == {2}


def open_mails() -> int:
    waiting = query("SELECT count(*) FROM conversation_members WHERE mail_due_at IS NOT NULL")[0][0]
    unsent = query("SELECT count(*) FROM mail_outbox WHERE sent_at IS NULL AND uncertain_at IS NULL")[0][0]
    return int(waiting + unsent)


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)
