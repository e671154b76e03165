"""The mail inbox as JSON and as HTML."""

import json
import os
import shutil
import time
import timeit
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.requests import Request

from functions.mail.account_emails import confirmation
from functions.mail.email_message import CalendarEntry, Fact, as_message
from functions.mail.transports import transport
from local import inbox
from tests.conftest import read_settings_again
from tests.local.conftest import FirstFolder
from tests.support.http_client import HttpClient
from tests.support.local_server import LocalServer, running_server
from tests.support.mail_outbox import deliver
from tests.support.people import People, query

MANY = 2_000
# To list a folder of so many mails; polling every half second then takes at most a tenth of a core.
MOST_SECONDS = 0.05


@pytest.fixture(scope="module")
def bare_server(tmp_path_factory: pytest.TempPathFactory, first_folder: FirstFolder) -> Iterator[LocalServer]:
    data = tmp_path_factory.mktemp("inbox") / "data"
    shutil.copytree(first_folder("0"), data)
    with running_server(data, DEMO="0") as started:
        yield started


@pytest.fixture
def inbox_server(bare_server: LocalServer) -> LocalServer:
    """A server that has not sent any mail."""
    shutil.rmtree(bare_server.data / "mail", ignore_errors=True)
    return bare_server


def send(folder: Path, *addresses: str) -> None:
    put = transport(f"file://{folder}")
    for number, address in enumerate(addresses):
        written = confirmation("Łucja", f"https://front.example/?token={number}", 7)
        put(as_message(written, "Korepetycje <a@example.com>", address))


def fill(folder: Path) -> None:
    """Add MANY mails, as `send` would have."""
    send(folder, "p0@example.com")
    [first] = folder.iterdir()
    text = first.read_bytes()
    for number in range(1, MANY):
        stem, _, rest = first.name.partition("-")
        path = folder / f"{int(stem) + number:020}-{rest}"
        path.write_bytes(text.replace(b"p0@example.com", f"p{number}@example.com".encode()))


def test_mails_to_an_address_come_newest_last(inbox_server: LocalServer) -> None:
    send(inbox_server.data / "mail", "ola@example.com", "jan.ola@example.com", "ola@example.com")
    mails = inbox_server.call("GET", "/_local/mail?to=OLA@example.com").json()
    assert [mail["text"].partition("token=")[2][0] for mail in mails] == ["0", "2"]
    assert {mail["to"] for mail in mails} == {"ola@example.com"}
    assert mails[0]["subject"] == "Potwierdzenie adresu email"
    assert mails[0]["text"].startswith("Cześć Łucja,")
    assert '<a href="https://front.example/?token=0"' in mails[0]["html"]


def test_a_mail_with_a_calendar_entry_is_listed_like_any_other(inbox_server: LocalServer) -> None:
    entry = CalendarEntry("REQUEST", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "zajecia.ics")
    plain = confirmation("Łucja", "https://front.example/", 7)
    written = replace(plain, facts=(Fact("Kiedy", "w środę <14:00>"),), calendar=entry)
    transport(f"file://{inbox_server.data / 'mail'}")(as_message(written, "a@example.com", "ola@example.com"))
    [mail] = inbox_server.call("GET", "/_local/mail?to=").json()
    assert "Kiedy: w środę <14:00>\n" in mail["text"]
    assert "w środę &lt;14:00&gt;</td>" in inbox_server.call("GET", f"/_local/mail/{mail['id']}").text
    assert "VCALENDAR" not in mail["text"] + mail["html"]


def test_the_calendar_entry_of_a_mail_is_parsed(inbox_server: LocalServer) -> None:
    lines = (
        "BEGIN:VCALENDAR",
        "METHOD:CANCEL",
        "BEGIN:VEVENT",
        "SUMMARY:Fizyka",
        "DTSTART:20350110T130000Z",
        "DTEND;TZID=Europe/Warsaw:20350110T150000",
        "ORGANIZER;CN=Korepetycje:mailto:a@example.com",
        "LOCATION:https://meet.example.com/1",
        "END:VEVENT",
        "END:VCALENDAR",
    )
    raw = "".join(f"{line}\r\n" for line in lines)
    for content in (raw.encode(), b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", b"nonsense"):
        entry = CalendarEntry("CANCEL", content, "zajecia.ics")
        written = replace(confirmation("Łucja", "https://front.example/", 7), calendar=entry)
        transport(f"file://{inbox_server.data / 'mail'}")(as_message(written, "a@example.com", "ola@example.com"))
    found = [mail["invitation"] for mail in inbox_server.call("GET", "/_local/mail?to=").json()]
    assert found == [
        {
            "method": "CANCEL",
            "title": "Fizyka",
            "starts_at": "2035-01-10T13:00:00+00:00",
            "ends_at": "2035-01-10T15:00:00+01:00",
            "organizer": "Korepetycje",
            "location": "https://meet.example.com/1",
            "file_name": "zajecia.ics",
            "raw": raw,
        },
        None,
        None,
    ]


def test_the_purpose_of_a_mailed_link_is_named(inbox_server: LocalServer) -> None:
    links = ("/account/confirm-email/?token=a1", "/account/reset-password/?reset_token=b2", "/")
    for link in links:
        written = confirmation("Łucja", f"https://front.example{link}", 7)
        transport(f"file://{inbox_server.data / 'mail'}")(as_message(written, "a@example.com", "ola@example.com"))
    found = [mail["link"] for mail in inbox_server.call("GET", "/_local/mail?to=").json()]
    confirm, reset = {"purpose": "confirm_email", "token": "a1"}, {"purpose": "reset_password", "token": "b2"}
    assert found == [confirm, reset, None]


def test_the_inbox_knows_whether_a_frontend_responds(inbox_server: LocalServer) -> None:
    assert inbox_server.call("GET", "/_local/frontend").json() == {"url": "http://localhost:5173", "answers": False}
    assert inbox._answers(inbox_server.url)
    for nobody in ("http://localhost:1", "http://[", "nonsense", "http://localhost:99999"):
        assert not inbox._answers(nobody), nobody


def test_an_empty_address_means_all_mails_and_newest_limits_them(inbox_server: LocalServer) -> None:
    send(inbox_server.data / "mail", *(f"p{number}@example.com" for number in range(5)))
    everything = inbox_server.call("GET", "/_local/mail?to=").json()
    assert [mail["to"] for mail in everything] == [f"p{number}@example.com" for number in range(5)]
    assert inbox_server.call("GET", "/_local/mail?to=&newest=2").json() == everything[-2:]
    for unusable in ("many", "-1", "9" * 30):
        assert inbox_server.call("GET", f"/_local/mail?to=&newest={unusable}").json() == everything


def test_without_demo_data_the_start_page_names_no_accounts(inbox_server: LocalServer) -> None:
    about = inbox_server.call("GET", "/_local/info").json()
    assert (about["demo"], about["demo_accounts"], about["classmate"]) == (False, [], None)


def test_before_anything_was_sent_the_list_is_empty(inbox_server: LocalServer) -> None:
    assert inbox_server.call("GET", "/_local/mail?to=").json() == []


def test_a_partially_written_mail_is_not_listed(inbox_server: LocalServer) -> None:
    send(inbox_server.data / "mail", "ola@example.com")
    (inbox_server.data / "mail" / "99999999999999999999-aaaaaaaa.part").write_bytes(b"Subject: half")
    assert len(inbox_server.call("GET", "/_local/mail?to=").json()) == 1


def test_a_mail_is_shown_sandboxed_and_its_links_open_in_new_tabs(inbox_server: LocalServer) -> None:
    send(inbox_server.data / "mail", "ola@example.com")
    (mail,) = inbox_server.call("GET", "/_local/mail?to=").json()
    answer = inbox_server.call("GET", f"/_local/mail/{mail['id']}")
    assert answer.text.startswith(mail["html"])
    assert '<base target="_blank">' in answer.text
    policy = answer.headers["content-security-policy"]
    assert "sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox" in policy
    assert "default-src 'none'" in policy
    assert "allow-scripts" not in policy


@pytest.mark.parametrize("name", ["00000000000000000000-00000000", "..%2F..%2Fsecret", "%2e%2e", "index", "a" * 5000])
def test_an_unknown_mail_is_404(inbox_server: LocalServer, name: str) -> None:
    send(inbox_server.data / "mail", "ola@example.com")
    (inbox_server.data / "secret.eml").write_text("secret")
    assert inbox_server.call("GET", f"/_local/mail/{name}").status_code == 404


def test_polling_is_fast_with_many_mails_in_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIL_URL", f"file://{tmp_path}")
    read_settings_again()
    try:
        fill(tmp_path)
        assert len(inbox.list_mails("p7@example.com")) == 1
        found = inbox.list_mails("p1999@example.com")
        # The best of several, as the machine may be busy.
        elapsed = min(timeit.repeat(lambda: inbox.list_mails("p1999@example.com"), number=1, repeat=5))
        # A new mail is listed at once all the same.
        send(tmp_path, "late@example.com")
        assert len(inbox.list_mails("late@example.com")) == 1
    finally:
        read_settings_again()
    assert [mail["to"] for mail in found] == ["p1999@example.com"]
    assert elapsed < MOST_SECONDS


def test_other_sites_cannot_read_the_inbox(inbox_server: LocalServer) -> None:
    headers = {"Origin": "https://elsewhere.example"}
    inbox = httpx.get(f"{inbox_server.url}/_local/mail?to=", headers=headers)
    assert "access-control-allow-origin" not in inbox.headers
    assert (
        httpx.get(f"{inbox_server.url}/api/user/tutor/skills/", headers=headers).headers["access-control-allow-origin"]
        == "*"
    )


@pytest.mark.parametrize("host", ["rebound.example", "localhost.example", "127.0.0.1.example:8000", "", "a..b", "[::1"])
def test_the_inbox_is_not_served_under_names_that_strangers_can_own(inbox_server: LocalServer, host: str) -> None:
    for path in ("/_local/mail", "/_local/mail?to=", "/_local/mail/00000000000000000000-00000000"):
        assert HttpClient(inbox_server.url)("GET", path, headers={"host": host}).status in {400, 421}


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:8000", "127.0.0.1:8000", "[::1]:8000", "box", "box.local", "a.localhost."]
)
def test_the_inbox_is_served_under_the_machine_s_own_names(inbox_server: LocalServer, host: str) -> None:
    assert HttpClient(inbox_server.url)("GET", "/_local/mail?to=", headers={"host": host}).json == []


def test_mails_are_deleted_after_a_month(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "mail"
    monkeypatch.setenv("MAIL_URL", f"file://{folder}")
    read_settings_again()
    send(folder, "ola@example.com", "jan@example.com")
    old, new = sorted(folder.iterdir())
    for path, age in ((old, inbox.KEPT_SECONDS + 60), (new, inbox.KEPT_SECONDS - 60)):
        os.utime(path, (time.time() - age,) * 2)
    inbox.delete_old({}, None)
    assert list(folder.iterdir()) == [new]


def waiting(method: str) -> Any:
    return json.loads(bytes(inbox.show_waiting(Request({"type": "http", "method": method})).body))


def test_waiting_mails_are_counted_and_sent_on_request(people: People) -> None:
    person = people.student()
    for wait in ("0 minutes", "5 minutes"):
        query(
            "INSERT INTO mail_outbox (kind, recipient, due_at) VALUES ('password_changed', %s, now() + %s::interval)",
            person.email,
            wait,
        )
    assert waiting("GET") == {"waiting": 1}
    assert deliver() == 1
    assert waiting("POST") == {"waiting": 0}
    assert deliver() == 1


def test_a_server_reports_how_many_mails_wait(inbox_server: LocalServer) -> None:
    assert inbox_server.call("GET", "/_local/mail/waiting").json() == {"waiting": 0}
    assert inbox_server.call("POST", "/_local/mail/waiting").json() == {"waiting": 0}
