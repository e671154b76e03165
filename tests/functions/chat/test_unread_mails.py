"""Mails about unread messages: one per conversation, and none to people who have read them."""

import os
import re
import signal
import subprocess
import sys
from uuid import UUID

import pytest

from shared.kit.db.pool import close_pool
from tests.conftest import read_settings_again
from tests.support.conversations import add_conversation, add_messages
from tests.support.local_server import free_port
from tests.support.mail_outbox import deliver, make_all_due
from tests.support.mailbox import delivered
from tests.support.paused_transactions import gate_after, kill_the_waiting
from tests.support.people import People, Person, insert, query
from tests.support.races import at_once
from tests.support.smtp_server import HOST, smtp_server
from tests.support.unread_mails import HOUR, MINUTE, has_read, look, looks_after, time_passes

LATER = 5 * MINUTE + 1
DAY = 24 * HOUR


@pytest.fixture
def ola(people: People) -> Person:
    return people.student()


@pytest.fixture
def jan(people: People) -> Person:
    return people.tutor(first_name="Jan", last_name="Kowalski")


@pytest.fixture
def talk(ola: Person, jan: Person) -> UUID:
    return add_conversation(ola, jan)


def mails() -> list[str]:
    return [row[0] for row in query("SELECT recipient FROM mail_outbox ORDER BY id")]


def test_many_messages_lead_to_one_mail_after_five_minutes(talk: UUID, ola: Person, jan: Person) -> None:
    add_messages(talk, jan, "Cześć, mam pytanie.", "Jesteś?", "Halo!")
    assert looks_after(4 * MINUTE) == 0
    time_passes(MINUTE + 1)
    assert look() == 1
    assert mails() == [ola.email]
    [mail] = delivered()
    assert (mail.to, mail.subject) == (ola.email, "Nieprzeczytane wiadomości (3): Jan Kowalski")
    assert "Wiadomość: Cześć, mam pytanie." in mail.text
    assert f"http://localhost:5173/?conversation_id={talk}" in mail.text
    assert "Halo" not in mail.text


def test_one_message_is_announced_in_the_singular(talk: UUID, ola: Person, jan: Person) -> None:
    query("UPDATE users SET language = 'en' WHERE id = %s", ola.id)
    add_messages(talk, jan, "Hello")
    assert looks_after(LATER) == 1
    assert delivered()[0].subject == "New message: Jan Kowalski"


def test_the_link_is_the_frontend_s(talk: UUID, ola: Person, jan: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAT_URL", "https://app.example.com/chats?conversation_id={conversation}")
    read_settings_again()
    add_messages(talk, jan, "Cześć")
    assert looks_after(LATER) == 1
    assert f"https://app.example.com/chats?conversation_id={talk}" in delivered()[0].text


def test_each_member_is_mailed_about_the_other_s_messages_only(talk: UUID, ola: Person, jan: Person) -> None:
    add_messages(talk, jan, "Cześć")
    add_messages(talk, ola, "Hej")
    assert looks_after(LATER) == 2
    assert sorted(mails()) == sorted([ola.email, jan.email])


@pytest.mark.parametrize("when", ["before it is planned", "before it is due", "a second before", "in the outbox"])
def test_messages_that_were_read_are_not_mailed(talk: UUID, ola: Person, jan: Person, when: str) -> None:
    add_messages(talk, jan, "Cześć")
    if when == "before it is planned":
        has_read(ola, 1)
    look()
    if when == "before it is due":
        has_read(ola, 1)
    time_passes(LATER - 2)
    if when == "a second before":
        has_read(ola, 1)
    time_passes(2)
    assert look() == (1 if when == "in the outbox" else 0)
    has_read(ola, 1)
    assert delivered() == []


def test_after_the_first_message_is_read_a_later_one_waits_five_minutes_again(
    talk: UUID, ola: Person, jan: Person
) -> None:
    add_messages(talk, jan, "Cześć")
    look()
    time_passes(4 * MINUTE)
    has_read(ola, 1)
    add_messages(talk, jan, "I jeszcze jedno")
    assert looks_after(MINUTE + 1) == 0
    time_passes(4 * MINUTE)
    assert look() == 1
    assert "I jeszcze jedno" in delivered()[0].text


def mailed_once(talk: UUID, jan: Person) -> None:
    add_messages(talk, jan, "Pierwsza", "Druga", "Trzecia")
    assert looks_after(LATER) == 1
    query("DELETE FROM mail_outbox")


@pytest.mark.parametrize(
    "case",
    [
        ("", 48, 0),  # someone who reads nothing gets no further mail
        ("reads the first", 25, 1),
        ("reads all", 25, 1),
        ("writes", 25, 1),
        ("reads all", 23, 0),  # at most one a day
        ("reads all, writes", 23, 0),
    ],
)
def test_the_next_mail_requires_activity_and_a_day(
    talk: UUID, ola: Person, jan: Person, case: tuple[str, int, int]
) -> None:
    signs, hours, number = case
    mailed_once(talk, jan)
    time_passes(HOUR)
    if "reads" in signs:
        has_read(ola, 3 if "all" in signs else 1)
    if "writes" in signs:
        add_messages(talk, ola, "Już odpisuję")
    add_messages(talk, jan, "Czwarta")
    looks_after((hours - 1) * HOUR)
    assert mails().count(ola.email) == number


def test_a_mailed_conversation_does_not_prevent_mails_about_others(
    talk: UUID, people: People, ola: Person, jan: Person
) -> None:
    mailed_once(talk, jan)
    other = people.student(first_name="Ewa")
    add_messages(add_conversation(ola, other), other, "Hej")
    assert looks_after(LATER) == 1


def test_an_open_socket_of_protocol_1_counts_as_reading(talk: UUID, ola: Person, jan: Person) -> None:
    socket = {"id": "abc", "conversation_id": talk, "user_id": ola.id, "session_id": ola.session_id}
    insert("connections", socket)
    add_messages(talk, jan, "Cześć")
    assert looks_after(LATER) == 0
    query("DELETE FROM connections")
    time_passes(LATER)
    assert look() == 1


def test_an_open_socket_of_protocol_2_does_not_count_as_reading(talk: UUID, ola: Person, jan: Person) -> None:
    socket = {"id": "abc", "conversation_id": talk, "user_id": ola.id, "session_id": ola.session_id, "protocol": 2}
    insert("connections", socket)
    add_messages(talk, jan, "Cześć")
    assert looks_after(LATER) == 1


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE conversation_members SET is_muted = true",
        "UPDATE conversations SET is_blocked = true",
        "UPDATE users SET suspended_at = now() WHERE is_tutor",
        "UPDATE users SET suspended_at = now() WHERE NOT is_tutor",
        "UPDATE users SET silenced = '{chat.mail}'",
        "UPDATE messages SET deleted_at = now(), body = ''",
    ],
)
@pytest.mark.parametrize("when", ["before", "in the outbox"])
def test_muting_blocking_suspension_silencing_and_deletion_prevent_the_mail(
    talk: UUID, jan: Person, change: str, when: str
) -> None:
    add_messages(talk, jan, "Cześć")
    if when == "before":
        query(change)
    assert looks_after(LATER) == int(when == "in the outbox")
    query(change)
    assert delivered() == []


@pytest.mark.parametrize(
    ("body", "quoted"),
    [
        ("Wejdź na https://evil.example/x teraz", "Wejdź na [pominięty link] teraz"),
        ("evil.example", "[pominięty link]"),
        ("pisz: ja@evil.example", "pisz: [pominięty link]"),
        ("www.evil", "[pominięty link]"),
        ("ev\u200bil.exam\u200cple", "[pominięty link]"),
        ("Dobrze. Do jutra o 15.30!", "Dobrze. Do jutra o 15.30!"),
    ],
)
def test_links_from_new_accounts_are_removed(talk: UUID, jan: Person, body: str, quoted: str) -> None:
    add_messages(talk, jan, body)
    assert looks_after(LATER) == 1
    assert f"Wiadomość: {quoted}\n" in delivered()[0].text.replace("\r\n", "\n")


def test_links_from_older_accounts_are_kept(talk: UUID, jan: Person) -> None:
    query("UPDATE users SET created_at = now() - interval '8 days'")
    add_messages(talk, jan, "https://example.com/zadanie")
    assert looks_after(LATER) == 1
    assert "Wiadomość: https://example.com/zadanie" in delivered()[0].text


def test_a_long_message_is_quoted_by_its_beginning_on_one_line(talk: UUID, jan: Person) -> None:
    add_messages(talk, jan, "Zadanie:\r\n\r\nhttp: nic\u2028" + "bardzo " * 1000)
    assert looks_after(LATER) == 1
    [line] = re.findall(r"Wiadomość: (.*)", delivered()[0].text)
    assert line.startswith("Zadanie: http: nic bardzo bardzo")
    assert (line.rstrip("\r")[-1], len(line) < 210) == ("…", True)


def test_an_author_with_a_deleted_account_has_no_name(talk: UUID, ola: Person, jan: Person) -> None:
    add_messages(talk, jan, "Cześć")
    query("DELETE FROM users WHERE id = %s", jan.id)
    assert looks_after(LATER) == 1
    assert delivered()[0].subject == "Nowa wiadomość: użytkownik platformy"


def test_messages_written_while_no_job_ran_are_mailed(talk: UUID, ola: Person, jan: Person) -> None:
    look()
    add_messages(talk, jan, "Cześć")
    time_passes(5 * HOUR)
    assert look() == 1


def test_five_concurrent_runs_queue_one_mail_per_conversation(people: People, jan: Person) -> None:
    students = [people.student() for _ in range(10)]
    for student in students:
        add_messages(add_conversation(student, jan), jan, "Cześć")
    look()
    time_passes(LATER)
    at_once(*[look] * 5)
    look()
    assert sorted(mails()) == sorted(student.email for student in students)


@pytest.mark.parametrize("step", ["UPDATE ON conversation_members", "INSERT ON mail_outbox"])
def test_a_killed_run_does_nothing_and_the_next_does_everything(
    talk: UUID, ola: Person, jan: Person, step: str
) -> None:
    add_messages(talk, jan, "Cześć")
    look()
    time_passes(LATER)
    command = [sys.executable, "-c", "from functions.chat.unread_mail_job import handler; handler({}, None)"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    with gate_after(step):
        worker = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        kill_the_waiting()
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    close_pool()
    assert mails() == []
    assert look() == 1
    assert mails() == [ola.email]


def test_while_no_mail_can_be_sent_at_most_one_is_queued(
    talk: UUID, ola: Person, jan: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    monkeypatch.setenv("MAIL_URL", f"smtp://{HOST}:{port}")
    read_settings_again()
    add_messages(talk, jan, "Cześć")
    assert looks_after(LATER) == 1
    for _ in range(3):
        assert deliver() == 0
        add_messages(talk, jan, "Jesteś?")
        time_passes(HOUR)
        assert look() == 0
    with smtp_server(port) as postbox:
        make_all_due()
        at_once(*[deliver] * 3)
    assert postbox.recipients == [ola.email]


@pytest.mark.proof
def test_an_hour_of_messages_to_somebody_who_is_away_leads_to_one_mail(talk: UUID, ola: Person, jan: Person) -> None:
    """7,200 messages in an hour and a run every minute; the recipient has written before."""
    add_messages(talk, ola, "Napisz, kiedy masz czas")
    has_read(jan, 1)
    for _ in range(60):
        add_messages(talk, jan, *["Jesteś?"] * 120)
        look()
        time_passes(MINUTE)
    assert (look(), mails()) == (0, [ola.email])
    assert [mail.subject for mail in delivered()] == ["Nieprzeczytane wiadomości (100): Jan Kowalski"]
