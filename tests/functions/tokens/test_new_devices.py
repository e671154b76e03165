"""Mails about sign-ins from new devices."""

import re
from functools import partial
from typing import Any

import pytest

from functions.accounts.handler import handler as accounts_handler
from functions.mail.device_names import device_name
from functions.tokens.handler import handler
from shared.kit.redis import client as redis_client
from tests.support.lambda_client import Answer, LambdaClient
from tests.support.mailbox import delivered
from tests.support.people import PASSWORD, People, Person, query
from tests.support.races import at_once
from tools.cloud.mail import Mail

call, accounts = LambdaClient(handler), LambdaClient(accounts_handler)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


def sign_in(person: Person, agent: str = FIREFOX, **fields: Any) -> Answer:
    body = {"email": person.email, "password": PASSWORD, **fields}
    return call("POST", "/api/token/", json_body=body, headers={"user-agent": agent})


def mails(person: Person) -> list[Mail]:
    return [mail for mail in delivered(person.email) if mail.subject in {"Nowe logowanie", "New sign-in"}]


@pytest.fixture
def ola(people: People) -> Person:
    """An account that has been signed in to before."""
    person = people.student()
    assert sign_in(person).status == 200
    assert mails(person) == []
    return person


def test_the_first_sign_in_of_an_account_is_not_mailed(people: People) -> None:
    ola = people.student()
    answers = at_once(*[partial(sign_in, ola)] * 3)
    assert [answer.status for answer in answers] == [200] * 3
    assert len(mails(ola)) == 2, "one of them was the first"


def test_a_sign_in_from_a_new_device_is_mailed_to_the_owner(ola: Person) -> None:
    assert sign_in(ola).status == 200
    [mail] = mails(ola)
    assert re.search(r"\nKiedy: w .* o \d\d:\d\d \(Europe/Warsaw\)\nUrządzenie: Firefox, Linux\n", mail.text)
    assert "Adres IP: " in mail.text
    assert "ustaw od razu nowe hasło" in mail.text


def test_the_mail_names_the_country_if_it_is_known(ola: Person) -> None:
    sign_in(ola)
    query("UPDATE sign_in_sessions SET address = '198.51.100.9', country = 'DE'")
    [mail] = mails(ola)
    assert "\nAdres IP: 198.51.100.9 (DE)\n" in mail.text


def test_the_mail_is_in_the_language_and_zone_of_the_account(ola: Person) -> None:
    query("UPDATE users SET language = 'en', time_zone = 'America/New_York'")
    sign_in(ola, "curl/8")
    [mail] = mails(ola)
    assert mail.subject == "New sign-in"
    assert "(America/New_York)" in mail.text
    assert "Device" not in mail.text, "nothing but our own words"


def test_a_known_device_causes_no_mail(ola: Person, people: People) -> None:
    tokens = sign_in(ola, refresh=ola.refresh).json
    assert mails(ola) == []
    query("DELETE FROM sign_in_sessions WHERE user_id = %s", ola.id)
    assert sign_in(ola, refresh=tokens["refresh"]).status == 200
    assert mails(ola) == [], "it was signed out, but is still known"
    for other in (people.student().refresh, tokens["access"], "x", None):
        assert sign_in(ola, refresh=other).status == 200
    assert len(mails(ola)) == 4


def test_a_failed_sign_in_is_not_mailed(ola: Person) -> None:
    assert sign_in(ola, password="Wrong1!haslo").status == 401
    query("UPDATE users SET confirmed_at = NULL")
    assert sign_in(ola).status == 400
    assert mails(ola) == []


def test_a_device_that_signs_out_at_once_is_mailed_about_too(ola: Person) -> None:
    access = sign_in(ola).json["access"]
    assert call("POST", "/api/token/logout/", token=access).status == 200
    [mail] = mails(ola)
    assert "Kiedy: " in mail.text
    assert "Urządzenie" not in mail.text


def test_at_most_five_mails_an_hour_are_sent_about_sign_ins(ola: Person, rate_limits: None) -> None:
    for _ in range(7):
        assert sign_in(ola).status == 200
    assert len(mails(ola)) == 5
    redis_client().flushdb()
    sign_in(ola)
    assert len(mails(ola)) == 6


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (FIREFOX, "Firefox, Linux"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/126.0 Safari/537.36 Edg/126.0", "Edge, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Mobile Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36", "Chrome, Android"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) Chrome/126.0 Safari/537.36", "Chrome, macOS"),
        ("curl/8.5 https://evil.example", ""),
        ("", ""),
    ],
)
def test_a_device_is_described_in_our_own_words(user_agent: str, name: str) -> None:
    assert device_name(user_agent) == name
