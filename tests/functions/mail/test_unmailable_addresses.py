"""Addresses that a mail header would decode into others: no mail is sent to them."""

import pytest

from functions.mail.email_message import Email, as_message
from tests.support.mailbox import delivered
from tests.support.people import People, query

DECODED = [
    "=?utf-8?q?victim?=@example.com",
    "=?utf-8?q?x=40evil.com=2C?=@prz.edu.pl",
    "=?utf-8?q?x=0D=0A?=@example.com",
]
EMAIL = Email(subject="s", greeting="g", before="b", link_text="l", link="https://example.com/", after="a")


@pytest.mark.parametrize("address", DECODED)
def test_an_older_account_with_such_an_address_gets_no_mail(people: People, address: str) -> None:
    victim = people.student(email="victim@example.com")
    people.student(email=address)
    query("INSERT INTO mail_outbox (kind, recipient) VALUES ('reset_password', %s)", address)
    assert delivered() == []
    assert query("SELECT sent_at IS NOT NULL FROM mail_outbox") == [(True,)]
    assert query("SELECT user_id FROM email_tokens WHERE user_id = %s", victim.id) == []


def test_the_headers_have_exactly_one_recipient_and_sender() -> None:
    message = as_message(EMAIL, "Żak, i spółka <poczta@example.com>", "o'nowak+x@example.com")
    assert [each.addr_spec for each in message["To"].addresses] == ["o'nowak+x@example.com"]
    [sender] = message["From"].addresses
    assert (sender.addr_spec, sender.display_name) == ("poczta@example.com", "Żak, i spółka")


def test_a_list_of_addresses_is_reduced_to_one_recipient() -> None:
    message = as_message(EMAIL, "poczta@example.com", "a@example.com, b@example.com")
    assert len(message["To"].addresses) == 1
