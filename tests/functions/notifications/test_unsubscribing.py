"""The link in mails that turns off mails about a topic, without signing in."""

from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from functions.mail.email_change_emails import EMAIL_CHANGE_EMAILS
from functions.mail.service import EMAILS, TOPICS
from functions.notifications.handler import handler
from shared.kit.settings import settings
from tests.conftest import read_settings_again
from tests.support.booking_rows import FAR, insert_booking
from tests.support.lambda_client import Answer, LambdaClient
from tests.support.mail_outbox import queue
from tests.support.notifications import dispatch
from tests.support.people import People, Person, query
from tests.support.reminders import booked_in, remind, time_passes
from tests.support.sent_emails import read, sent, sent_to

call = LambdaClient(handler)
FORM = {"content-type": "application/x-www-form-urlencoded"}
ONE_CLICK = b"List-Unsubscribe=One-Click"


@pytest.fixture(autouse=True)
def public_address(platform: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PUBLIC_URL", "https://tutoring.example.com")
    read_settings_again()


def book(pair: tuple[Person, Person], starts_at: datetime = FAR) -> None:
    insert_booking(*pair, starts_at).change("confirmed")
    dispatch()


def link(mail: EmailMessage) -> str:
    """Return the URL in the header, without its host."""
    address = str(mail["List-Unsubscribe"])
    assert address.startswith("<https://tutoring.example.com/api/")
    assert address.endswith(">")
    return urlsplit(address.strip("<>")).path


def click(path: str, body: bytes = ONE_CLICK) -> Answer:
    return call("POST", path, body=body, headers=FORM)


def test_mails_about_a_topic_have_the_headers_and_the_link(pair: tuple[Person, Person]) -> None:
    book(pair)
    [mail] = sent_to(pair[0])
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = link(mail)
    found = read(mail)
    assert f"https://tutoring.example.com{path}\n" in found.text.replace("\r\n", "\n")
    assert f'href="https://tutoring.example.com{path}"' in found.html
    assert "rezerwacje" in found.text


def test_the_header_is_one_line_on_the_wire(pair: tuple[Person, Person]) -> None:
    """If it were folded like other headers it would become an encoded word, which mail programs do not follow."""
    book(pair)
    [mail] = sent_to(pair[0])
    files = Path(urlsplit(settings().mail_url).path).glob("*.eml")
    raw = b"".join(path.read_bytes() for path in files)
    assert f"\nList-Unsubscribe: <https://tutoring.example.com{link(mail)}>\n".encode() in raw


def test_reading_the_page_changes_nothing_and_one_click_turns_off_the_mails(pair: tuple[Person, Person]) -> None:
    book(pair)
    path = link(sent_to(pair[0])[0])
    page = call("GET", path)
    assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "rezerwacje" in page.body.decode()
    assert 'method="post"' in page.body.decode()
    assert "no-store" in page.headers["cache-control"]
    assert query("SELECT silenced FROM users WHERE id = %s", pair[0].id) == [([],)]
    for _ in range(2):
        assert click(path).status == 200
    assert query("SELECT silenced FROM users WHERE id = %s", pair[0].id) == [(["bookings.mail"],)]
    assert query("SELECT silenced FROM users WHERE id = %s", pair[1].id) == [([],)]
    book(pair, FAR + timedelta(days=1))
    assert (len(sent_to(pair[0])), len(sent_to(pair[1]))) == (1, 2)


def test_the_page_is_in_the_language_of_the_account(pair: tuple[Person, Person]) -> None:
    query("UPDATE users SET language = 'en'")
    book(pair)
    path = link(sent_to(pair[0])[0])
    assert "Do you want to stop e-mails about this: bookings?" in call("GET", path).body.decode()
    assert "You will get no more e-mails about this: bookings." in click(path).body.decode()


@pytest.mark.parametrize("body", [b"", ONE_CLICK, b"List-Unsubscribe=%FF"])
def test_the_body_of_a_click_does_not_matter(pair: tuple[Person, Person], body: bytes) -> None:
    book(pair)
    assert click(link(sent_to(pair[0])[0]), body).status == 200


def test_a_multipart_click_is_accepted_too(pair: tuple[Person, Person]) -> None:
    """RFC 8058 leaves the format of the body to the sender."""
    book(pair)
    body = b'--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n'
    path = link(sent_to(pair[0])[0])
    assert call("POST", path, body=body, headers={"content-type": "multipart/form-data; boundary=x"}).status == 200
    assert query("SELECT silenced FROM users WHERE id = %s", pair[0].id) == [(["bookings.mail"],)]


def test_a_modified_link_does_nothing(pair: tuple[Person, Person]) -> None:
    book(pair)
    path = link(sent_to(pair[0])[0])
    others = [
        path.replace(pair[0].id.hex, pair[1].id.hex),
        path.replace("bookings", "chat"),
        path.replace("bookings", "account"),
        path[:-2] + ("0" if path[-2] != "0" else "1") + "/",
        "/api/notification/unsubscribe/x/",
        "/api/notification/unsubscribe/%C5%BC-chat-%C5%BC/",
    ]
    for other in others:
        for answer in (call("GET", other), click(other)):
            assert (answer.status, answer.json["code"]) == (404, "unsubscribe_link_void")
    assert query("SELECT DISTINCT silenced FROM users") == [([],)]


def test_a_link_survives_one_rotation_of_the_key(pair: tuple[Person, Person], monkeypatch: pytest.MonkeyPatch) -> None:
    book(pair)
    path = link(sent_to(pair[0])[0])
    monkeypatch.setenv("JWT_PREVIOUS_SECRET", "a secret of at least thirty-two bytes, for tests")
    monkeypatch.setenv("JWT_SECRET", "another secret of at least thirty-two bytes")
    read_settings_again()
    assert click(path).status == 200
    monkeypatch.delenv("JWT_PREVIOUS_SECRET")
    read_settings_again()
    assert click(path).status == 404


@pytest.mark.parametrize(
    ("language", "text"), [("pl", "Ten link już nie działa."), ("en", "This link no longer works.")]
)
@pytest.mark.usefixtures("people")
def test_a_browser_gets_a_page_that_says_the_link_is_void(language: str, text: str) -> None:
    path, browser = "/api/notification/unsubscribe/x/", {"accept": "text/html,*/*", "accept-language": language}
    for answer in (call("GET", path, headers=browser), call("POST", path, body=ONE_CLICK, headers=FORM | browser)):
        assert (answer.status, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
        assert answer.headers["content-language"] == language
        assert f"<p>{text}" in answer.body.decode()


def test_a_link_of_a_deleted_account_is_void(pair: tuple[Person, Person]) -> None:
    book(pair)
    path = link(sent_to(pair[1])[0])
    query("DELETE FROM users WHERE id = %s", pair[1].id)
    assert [call("GET", path).status, click(path).status] == [404, 404]


def test_reminders_are_a_topic_of_their_own(people: People) -> None:
    booked = booked_in(people, 25)
    query("UPDATE users SET silenced = '{reminders.mail}' WHERE id = %s", booked.student.id)
    time_passes(2)
    assert remind() == 2
    assert [mail["To"] for mail in sent()] == [booked.tutor.email]
    assert query("SELECT count(*) FROM notifications") == [(2,)]


def test_mails_about_the_account_cannot_be_turned_off(platform: None) -> None:
    queue("ola@example.com")
    query("UPDATE users SET silenced = '{chat.mail,bookings.mail,reviews.mail,reminders.mail}'")
    [mail] = sent()
    assert (mail["List-Unsubscribe"], mail["List-Unsubscribe-Post"]) == (None, None)


def test_only_mails_about_the_account_have_no_topic() -> None:
    account = {
        "confirm_email",
        "reset_password",
        "password_changed",
        "new_device",
        "identity_linked",
        "tutor_incomplete",
    }
    factors = {"authenticator_app_added", "second_factor_turned_off", "recovery_codes_replaced", "recovery_code_used"}
    factors |= {"passkey_added", "passkey_removed"}
    account |= {"account_suspended", "suspension_lifted", *factors, *EMAIL_CHANGE_EMAILS}
    assert EMAILS.keys() - TOPICS.keys() == account
