"""The outbox: a mail stands or falls with the transaction of what it tells of."""

from contextlib import suppress

import pytest

from shared.kit.transactions import transaction
from shared.rules import outbox
from shared.rules.outbox import Mail, install_waker, queue_mail, queue_mails, wake_mailer
from tests.people import query


class Undone(Exception):
    pass


@pytest.fixture(autouse=True)
def no_waker_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox._Installed, "wake", None)


def test_a_mail_is_due_at_once_and_holds_its_kind_and_addressee_only(platform: None) -> None:
    with transaction() as db:
        queue_mail(db, "confirm_email", "ola@example.com")
    assert query("SELECT kind, recipient, attempts, sent_at, due_at <= now() FROM outbox") == [
        ("confirm_email", "ola@example.com", 0, None, True)
    ]
    columns = query("SELECT column_name FROM information_schema.columns WHERE table_name = 'outbox'")
    assert {row[0] for row in columns} == {
        *("id", "kind", "recipient", "payload", "once"),
        *("created_at", "due_at", "attempts", "sent_at", "uncertain_at"),
    }


def test_several_mails_say_what_they_tell_of(platform: None) -> None:
    with transaction() as db:
        queue_mails(db, [])
        queue_mails(db, [Mail("booking_change", "ola@example.com", {"change": 7})])
        queue_mails(db, [Mail("booking_reminder", "jan@example.com", {"reminder": 1, "due": 5}, once=True)])
    assert query("SELECT recipient, payload, once FROM outbox ORDER BY id") == [
        ("ola@example.com", {"change": 7}, False),
        ("jan@example.com", {"reminder": 1, "due": 5}, True),
    ]


def test_what_is_undone_is_mailed_to_nobody(platform: None) -> None:
    with suppress(Undone), transaction() as db:
        queue_mail(db, "confirm_email", "ola@example.com")
        raise Undone
    assert query("SELECT count(*) FROM outbox") == [(0,)]


def test_the_mailer_is_woken_where_there_is_one() -> None:
    wake_mailer()
    woken: list[str] = []
    install_waker(lambda: woken.append("now"))
    wake_mailer()
    assert woken == ["now"]
