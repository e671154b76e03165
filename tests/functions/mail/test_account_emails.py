"""Emails about accounts, and every email as a MIME message."""

import email.policy
import re
from dataclasses import replace
from email import message_from_bytes
from html import escape

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from functions.accounts.handler import handler
from functions.mail.account_emails import confirmation, password_reset
from functions.mail.email_message import as_message
from shared.domain import outbox
from shared.kit.db.pool import connection
from tests.conftest import read_settings_again
from tests.support.lambda_client import LambdaClient
from tests.support.mailbox import delivered
from tests.support.people import PASSWORD, People, query
from tools.cloud.mail import Mail, read_mail

call = LambdaClient(handler)
LINK = "https://korepetycje.example/account/reset-password/?reset_token=abc"


def registration(**changes: str) -> Mail:
    body = {"email": "ola@example.com", "password": PASSWORD, "first_name": "Łucja", **changes}
    assert call("POST", "/api/user/create/", json_body=body).status == 201
    return delivered(body["email"])[-1]


def reset_mail(people: People) -> Mail:
    person = people.student(first_name="Żaneta", last_name="Nowak")
    assert call("POST", "/api/user/password_reset/", json_body={"email": person.email.upper()}).status == 200
    [mail] = delivered(person.email)
    return mail


def test_the_link_of_a_registration_mail_leads_to_the_confirmation(platform: None) -> None:
    mail = registration()
    assert mail.subject == "Potwierdzenie adresu email"
    assert (mail.to, mail.sender) == ("ola@example.com", "Korepetycje <no-reply@localhost>")
    link = f"http://localhost:5173/account/confirm-email/?token={mail.token}"
    assert re.fullmatch(r"[0-9a-f]{64}", mail.token)
    assert link in mail.text.splitlines()
    assert f'<a href="{link}"' in mail.html
    for text in (mail.text, mail.html):
        assert "Cześć Łucja," in text
        assert "Potwierdź swój adres e-mail" in text
        assert "7 dni" in text


def test_a_registration_mail_says_who_registered_and_when(platform: None) -> None:
    mail = registration(last_name="Żak")
    when = r"we? \w+ \d+ \w+ \d{4} o \d\d:\d\d \(Europe/Warsaw\)"
    assert re.search(rf"\nZarejestrowano jako: Łucja Żak\nKiedy: {when}\n", mail.text)
    assert "Łucja Żak</td>" in mail.html
    nameless = registration(email="jan@example.com", first_name="www.evil.example", last_name="")
    assert "Zarejestrowano" not in nameless.text


def test_a_registration_mail_offers_to_set_a_password_below_the_confirmation_link(platform: None) -> None:
    mail = registration()
    found = re.search(r"http://localhost:5173/account/reset-password/\?reset_token=([0-9a-f]{48})\n", mail.text)
    assert found
    assert found.start() > mail.text.index("confirm-email/?token=")
    assert f'<a href="{found[0].strip()}"' in mail.html
    assert mail.html.index(mail.token) < mail.html.index(found[1])
    for text in (mail.text, mail.html):
        assert "hasło tamtej osoby przestanie działać" in text


def test_the_link_of_a_reset_mail_leads_to_the_new_password(people: People) -> None:
    mail = reset_mail(people)
    assert mail.subject == "Resetowanie hasła"
    link = f"http://localhost:5173/account/reset-password/?reset_token={mail.token}"
    assert re.fullmatch(r"[0-9a-f]{48}", mail.token)
    assert link in mail.text.splitlines()
    assert f'<a href="{link}"' in mail.html
    for text in (mail.text, mail.html):
        assert "Cześć Żaneta," in text
        assert "30 minut" in text


def test_links_and_sender_follow_the_settings(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FRONT_URL", "https://korepetycje.example/")
    monkeypatch.setenv("MAIL_FROM", "Żak i spółka <poczta@korepetycje.example>")
    monkeypatch.setenv("RESET_TOKEN_MINUTES", "5")
    read_settings_again()
    mail = reset_mail(people)
    assert f"https://korepetycje.example/account/reset-password/?reset_token={mail.token}" in mail.text
    assert "5 minut" in mail.text
    assert mail.sender == "Żak i spółka <poczta@korepetycje.example>"
    [(minutes,)] = query("SELECT round(extract(epoch FROM expires_at - now()) / 60) FROM email_tokens")
    assert minutes == 5


@pytest.mark.parametrize(
    "name",
    ["Jan", "Anna Maria", "Jean-Paul", "O'Neil", "D’Arc", "Łukasz", "李", "Zoë", "علی\u200cرضا", "श्री", "ශ්\u200dරී"],
)
def test_the_greeting_contains_the_name(name: str) -> None:
    assert password_reset(name, LINK, 30).greeting == f"Cześć {name},"


@pytest.mark.parametrize(
    "name",
    [
        "",
        "https://evil.example/wygrana",
        "evil.example",
        "Wygrałeś 1000 zł! Kliknij",
        "a\nb",
        "Jan\r\n\r\nKliknij",
        "<b>Jan</b>",
        "x" * 41,
        "Jan ",
        "jan@example.com",
        "Jan\u200b",
        "J\u200dan",
        # A symbol is no name: a stranger can register it with somebody else's address.
        "🙂",
        "👩\u200d🔬",
        "Ola 🌸",
        "\u202eJan",
    ],
)
def test_text_that_is_not_a_name_is_left_out_of_the_greeting(name: str) -> None:
    assert password_reset(name, LINK, 30).greeting == "Cześć,"


def test_a_registration_with_a_stranger_s_address_cannot_send_them_text(platform: None) -> None:
    mail = registration(first_name="Wygrana czeka: http://evil.example", last_name="evil.example")
    assert "evil" not in mail.text + mail.html
    assert "Cześć,\n" in mail.text


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=255))
def test_a_mail_with_any_name_is_readable(name: str) -> None:
    written = password_reset(name, LINK, 30)
    raw = as_message(written, "Korepetycje <no-reply@example.com>", "ola@example.com").as_bytes()
    mail = read_mail(raw)
    assert (mail.to, mail.subject) == ("ola@example.com", "Resetowanie hasła")
    assert mail.text.splitlines()[0] == written.greeting
    assert escape(written.greeting) in mail.html
    assert LINK in mail.text.splitlines()


def test_markup_in_an_email_is_escaped() -> None:
    written = replace(password_reset("O'Neil", f"{LINK}&more", 30), before='<b>"x"</b> & y')
    mail = read_mail(as_message(written, "no-reply@example.com", "ola@example.com").as_bytes())
    assert '<b>"x"</b> & y' in mail.text
    for escaped in ("&lt;b&gt;&quot;x&quot;&lt;/b&gt; &amp; y", "O&#x27;Neil", f'href="{LINK}&amp;more"'):
        assert escaped in mail.html


WORDS = st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=40)


@given(st.lists(WORDS, min_size=1, max_size=20).map(" ".join))
@example("Przypomnienie o zajęciach: Jan Kowalski, w środę 10 stycznia 2035 o 14:00")
@example("Rezerwacja potwierdzona: Jan Kowalski-Nowakowski, w poniedziałek 10 stycznia 2035 o 14:00")
@example('Rezerwacja potwierdzona: Dr. "Jan" Bcc: x Kot; MSc, x=y:z & Co, w środę 10 stycznia 2035 o 14:00')
@example("x" * 100)
def test_a_subject_starts_on_its_first_line_and_is_decoded_unchanged(subject: str) -> None:
    written = replace(password_reset("Ola", LINK, 30), subject=subject)
    raw = as_message(written, "no-reply@example.com", "ola@example.com").as_bytes()
    found = re.match(rb"Subject: [!-~].*(?:\n [!-~].*)*\n(?=From: )", raw)
    assert found, raw[:200]
    assert message_from_bytes(raw, policy=email.policy.default)["Subject"] == subject
    assert read_mail(raw).subject == subject


def test_a_mail_is_multipart_and_seven_bit_with_the_headers_mail_servers_expect() -> None:
    written = confirmation("Łucja", LINK, 7)
    raw = as_message(written, "Łódź <no-reply@example.com>", "ola@example.com").as_bytes()
    assert raw.isascii()
    assert max(map(len, raw.splitlines())) < 998, "RFC 5322 section 2.1.1"
    message = message_from_bytes(raw, policy=email.policy.default)
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert [part.get_content_charset() for part in message.iter_parts()] == ["utf-8", "utf-8"]
    assert message["Message-ID"].endswith("@example.com>")
    assert message["Date"].datetime
    assert message["MIME-Version"] == "1.0"
    assert message["Auto-Submitted"] == "auto-generated", "RFC 3834: no out-of-office program answers"


def test_an_incomplete_tutor_s_mail_says_what_is_missing_when_it_is_sent(people: People) -> None:
    tutor = people.tutor(first_name="Jan", tutor={"price": 0, "skills": []})
    complete = people.tutor()
    for person in (tutor, complete):
        with connection() as db:
            outbox.queue_mails(db, [outbox.Mail("tutor_incomplete", person.email, {"tutor_id": person.tutor_id})])
    [mail] = delivered(tutor.email)
    assert mail.subject == "Uzupełnij swoją ofertę"
    assert "Cena" in mail.text
    assert "Przedmiot" in mail.text
    assert "Forma" not in mail.text
    assert delivered(complete.email) == []
