"""Setting a new password with a mailed token."""

import hashlib
from typing import Any

import pytest

from functions.accounts.handler import handler
from functions.profiles.handler import handler as profiles_handler
from functions.tokens.handler import handler as tokens_handler
from shared.kit.redis import client as redis_client
from shared.kit.security.rate_limits import Limit
from tests.support.lambda_client import ANY, Answer, LambdaClient
from tests.support.mailbox import delivered
from tests.support.people import PASSWORD, People, Person, query
from tests.support.statements import statements

call, tokens, profiles = LambdaClient(handler), LambdaClient(tokens_handler), LambdaClient(profiles_handler)
NEW = "Zielona!Herbata7"
OK = {"status": "OK"}
NOT_FOUND = {"detail": "Nie znaleziono."}
USED = NOT_FOUND | {"password": ["Ten link wygasł lub został już użyty. Poproś o nowy link do zmiany hasła."]}
REQUIRED, BLANK = "To pole jest wymagane.", "To pole nie może być puste."
NULL, NOT_TEXT = "Pole nie może mieć wartości null.", "Not a valid string."
SIMILAR, SHORT = "Hasło jest zbyt podobne do {}.", "To hasło jest za krótkie. Musi zawierać co najmniej 8 znaków."
COMMON, DIGITS = "To hasło jest zbyt powszechne.", "Hasło składa się wyłącznie z cyfr."


def request(email: Any) -> Answer:
    return call("POST", "/api/user/password_reset/", json_body={"email": email})


def validate(token: Any) -> Answer:
    return call("POST", "/api/user/password_reset/validate_token/", json_body={"token": token})


def reset(token: Any, password: Any = NEW) -> Answer:
    return call("POST", "/api/user/password_reset/confirm/", json_body={"token": token, "password": password})


def signs_in(email: str, password: str) -> bool:
    answer = tokens("POST", "/api/token/", json_body={"email": email, "password": password})
    return answer.status == 200


def mailed_token(email: str) -> str:
    assert request(email).json == OK
    return delivered(email)[-1].token


def test_a_mailed_token_sets_a_new_password(people: People) -> None:
    ola = people.student()
    assert request(ola.email.upper()).json == OK
    token = delivered(ola.email)[-1].token
    assert validate(token).json == OK
    answer = reset(token)
    assert (answer.status, answer.json) == (200, OK)
    assert signs_in(ola.email, NEW)
    assert not signs_in(ola.email, PASSWORD)


def test_every_session_ends(people: People) -> None:
    ola, other = people.student(), people.student()
    assert reset(mailed_token(ola.email)).status == 200
    assert query("SELECT user_id FROM sign_in_sessions") == [(other.id,)]
    assert profiles("GET", "/api/user/profile/", token=ola.access).json["code"] == "token_not_valid"
    assert tokens("POST", "/api/token/refresh/", json_body={"refresh": ola.refresh}).status == 401


def test_an_unknown_address_gets_the_same_answer_after_the_same_work(people: People) -> None:
    known, answers, work = people.student().email, [], []
    for email in (known, "nobody@example.com"):
        with statements() as seen:
            answers.append(request(email))
        work.append(seen)
    first, second = answers
    assert (first.status, first.body, first.headers) == (second.status, second.body, second.headers)
    assert (first.status, first.json) == (200, OK)
    assert work[0] == [each.replace("nobody@example.com", known) for each in work[1]]
    assert [mail.to for mail in delivered()] == [known]


def test_earlier_tokens_stay_valid_until_one_is_used(people: People) -> None:
    ola = people.student()
    first, second, third = mailed_token(ola.email), mailed_token(ola.email), mailed_token(ola.email)
    assert len({first, second, third}) == 3
    assert [validate(token).status for token in (first, second, third)] == [200, 200, 200]
    assert reset(second).status == 200
    for token in (first, second, third):
        assert (validate(token).status, validate(token).json) == (404, NOT_FOUND)
        assert (reset(token, "Inna!Herbata77").status, reset(token).json) == (404, USED)
    assert signs_in(ola.email, NEW)


def test_a_token_works_for_thirty_minutes(people: People) -> None:
    ola = people.student()
    token = mailed_token(ola.email)
    [(minutes,)] = query("SELECT extract(epoch FROM expires_at - now()) / 60 FROM email_tokens")
    assert 29.9 < minutes <= 30
    query("UPDATE email_tokens SET expires_at = now()")
    assert (validate(token).status, reset(token).status) == (404, 404)
    assert signs_in(ola.email, PASSWORD)


def test_only_the_hash_of_a_token_is_stored(people: People) -> None:
    token = mailed_token(people.student().email)
    assert len(token) == 48
    assert query("SELECT token_hash, purpose FROM email_tokens") == [(hashlib.sha256(token.encode()).digest(), "reset")]


def test_a_token_resets_only_its_owner_s_password(people: People) -> None:
    ola, ewa = people.student(), people.student()
    mailed_token(ewa.email)
    assert reset(mailed_token(ola.email)).status == 200
    assert signs_in(ewa.email, PASSWORD)
    assert query("SELECT count(*) FROM email_tokens") == [(1,)]


def test_a_reset_confirms_the_account_because_the_mail_proves_the_address(people: People) -> None:
    tutor = people.tutor(confirmed_at=None)
    assert query("SELECT listed FROM tutors") == [(False,)]
    assert reset(mailed_token(tutor.email)).status == 200
    assert signs_in(tutor.email, NEW)
    assert query("SELECT listed FROM tutors") == [(False,)], "there is no profile to show yet"
    query("UPDATE users SET first_name = 'Ola'")
    assert query("SELECT listed FROM tutors") == [(True,)]


def test_a_reset_keeps_the_time_of_an_earlier_confirmation(people: People) -> None:
    ola = people.student()
    before = query("SELECT confirmed_at FROM users")
    assert reset(mailed_token(ola.email)).status == 200
    assert query("SELECT confirmed_at FROM users") == before


def change_in_the_profile(ola: Person, password: str) -> None:
    body = {"password": password}
    assert profiles("PATCH", "/api/user/profile/", token=ola.access, json_body=body).status == 200


def test_a_link_becomes_void_when_the_password_is_changed_in_the_profile(people: People) -> None:
    ola, ewa = people.student(), people.student()
    tokens_before, foreign = [mailed_token(ola.email), mailed_token(ola.email)], mailed_token(ewa.email)
    change_in_the_profile(ola, "Inna!Herbata77")
    assert [validate(token).status for token in tokens_before] == [404, 404]
    assert [reset(token).status for token in tokens_before] == [404, 404]
    assert signs_in(ola.email, "Inna!Herbata77")
    assert validate(foreign).status == 200


def test_a_link_still_to_be_mailed_when_the_password_changes_is_not_mailed(people: People) -> None:
    ola, ewa = people.student(), people.student()
    assert (request(ola.email.upper()).status, request(ewa.email).status) == (200, 200)
    change_in_the_profile(ola, "Inna!Herbata77")
    delivered()
    assert query("SELECT user_id FROM email_tokens") == [(ewa.id,)]


def test_a_reset_ends_sessions_calendar_feeds_and_links_of_the_account(people: People) -> None:
    ola, ewa = people.student(confirmed_at=None), people.student()
    for person in (ola, ewa):
        query("INSERT INTO calendar_feeds (user_id, token_hash) VALUES (%s, sha256(%s))", person.id, person.id.bytes)
    call("POST", "/api/user/confirm_user/resend/", json_body={"email": ola.email})
    confirmation, token = delivered(ola.email)[-1].token, mailed_token(ola.email)
    request(ola.email)
    call("POST", "/api/user/confirm_user/resend/", json_body={"email": ola.email})
    assert reset(token).status == 200
    assert query("SELECT user_id FROM calendar_feeds") == query("SELECT user_id FROM sign_in_sessions") == [(ewa.id,)]
    assert query("SELECT count(*) FROM email_tokens") == [(0,)]
    assert call("POST", "/api/user/confirm_user/", json_body={"token": confirmation}).status == 400
    delivered()
    assert query("SELECT count(*) FROM email_tokens") == [(0,)], "no waiting link is mailed"


def test_a_confirmation_token_resets_nothing(people: People) -> None:
    email = people.student(confirmed_at=None).email
    call("POST", "/api/user/confirm_user/resend/", json_body={"email": email})
    token = delivered(email)[-1].token
    assert (validate(token).status, reset(token).status) == (404, 404)


@pytest.mark.parametrize(
    ("password", "complaints"),
    [
        ("Aleksandra", [SIMILAR.format("first name"), COMMON]),
        ("Brzęczyszczykiewicz", [SIMILAR.format("last name")]),
        ("ola.nowak@example.com", [SIMILAR.format("email")]),
        ("Ab!1", [SHORT]),
        ("iloveyou", [COMMON]),
        ("837162549", [DIGITS]),
        ("123456", [SHORT, COMMON, DIGITS]),
        ("ola", [SIMILAR.format("email"), SHORT]),
        (12345678, [COMMON, DIGITS]),
    ],
)
def test_violated_password_rules_are_listed_in_order(people: People, password: Any, complaints: list[str]) -> None:
    names = {"first_name": "Aleksandra", "last_name": "Brzęczyszczykiewicz"}
    ola = people.student(email="ola.nowak@example.com", **names)
    token = mailed_token(ola.email)
    answer = reset(token, password)
    assert (answer.status, answer.json) == (400, {"password": complaints})
    assert signs_in(ola.email, PASSWORD)
    assert reset(token).status == 200, "a refused password does not use the token up"


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, {"token": [REQUIRED], "password": [REQUIRED]}),
        ({"token": "x"}, {"password": [REQUIRED]}),
        ({"token": "", "password": " "}, {"token": [BLANK], "password": [BLANK]}),
        ({"token": None, "password": None}, {"token": [NULL], "password": [NULL]}),
        ({"token": [], "password": {}}, {"token": [NOT_TEXT], "password": [NOT_TEXT]}),
        ({"token": "x", "password": "a\0b"}, {"password": ["Znaki null są niedozwolone."]}),
    ],
)
def test_invalid_fields_are_reported_before_an_invalid_token(platform: None, body: Any, errors: Any) -> None:
    answer = call("POST", "/api/user/password_reset/confirm/", json_body=body)
    assert (answer.status, answer.json) == (400, errors)


@pytest.mark.parametrize("token", ["unknown", "x" * 5000, 12, "źle"])
def test_an_unknown_token_is_not_found(platform: None, token: Any) -> None:
    assert (validate(token).status, validate(token).json) == (404, NOT_FOUND)
    assert (reset(token).status, reset(token).json) == (404, USED)


@pytest.mark.parametrize(("token", "complaint"), [(ANY, REQUIRED), (None, NULL), ("", BLANK), ([], NOT_TEXT)])
def test_validation_requires_a_token(platform: None, token: Any, complaint: str) -> None:
    body = {} if token is ANY else {"token": token}
    answer = call("POST", "/api/user/password_reset/validate_token/", json_body=body)
    assert (answer.status, answer.json) == (400, {"token": [complaint]})


def test_the_new_password_is_trimmed(people: People) -> None:
    ola = people.student()
    assert reset(mailed_token(ola.email), f"  {NEW} ").status == 200
    assert signs_in(ola.email, NEW)


def test_links_are_limited_to_five_per_account_and_twenty_per_ip_address_an_hour(
    people: People, rate_limits: None
) -> None:
    ola = people.student()
    assert [request(ola.email).json for _ in range(6)] == [OK] * 6
    answer = call("POST", "/api/user/password_reset/", json_body={"email": ola.email.upper()}, source_ip="198.51.100.1")
    assert (answer.status, answer.json) == (200, OK)
    mails = delivered(ola.email)
    assert len(mails) == 5
    # A request refused because of the account does not count for the IP address.
    assert [request(f"nobody{n}@example.com").json for n in range(16)] == [OK] * 16
    assert query("SELECT count(*) FROM mail_outbox") == [(20,)]
    assert call("POST", "/api/user/confirm_user/resend/", json_body={"email": "x@example.com"}).json == OK
    assert query("SELECT count(*) FROM mail_outbox") == [(20,)]
    assert reset(mails[0].token).status == 200, "the links mailed before still work"


def test_strangers_cannot_use_up_the_owner_s_links(people: People, rate_limits: None) -> None:
    ola = people.student()
    for number in range(30):
        source = f"198.51.100.{number}"
        for path in ("confirm_user/resend", "password_reset"):
            body = {"email": ola.email}
            assert call("POST", f"/api/user/{path}/", json_body=body, source_ip=source).json == OK
    links = [mail.token for mail in delivered(ola.email)]
    assert len(links) == 5, "requests for the other kind of mail have their own limit"
    query("UPDATE email_tokens SET expires_at = now()")
    life = Limit("mail-life", 1, 30 * 60)
    assert 29 * 60 < redis_client().ttl(life.key(f"reset_password {ola.email}")) <= 30 * 60
    redis_client().delete(life.key(f"reset_password {ola.email}"))
    for _ in range(3):
        assert request(ola.email).json == OK
    [*_, link] = [mail.token for mail in delivered(ola.email)]
    assert query("SELECT count(*) FROM mail_outbox WHERE kind = 'reset_password'") == [(6,)]
    assert reset(link).status == 200


def test_an_address_that_a_mail_header_decodes_is_refused(people: People) -> None:
    people.student(email="victim@example.com")
    answer = request("=?utf-8?q?victim?=@example.com")
    assert (answer.status, answer.json) == (400, {"email": ["Podaj poprawny adres e-mail."]})


def test_the_owner_is_mailed_about_the_new_password(people: People) -> None:
    ola = people.student()
    assert reset(mailed_token(ola.email)).status == 200
    assert [mail.subject for mail in delivered()] == ["Resetowanie hasła", "Zmiana hasła"]


def test_the_owner_s_first_password_is_not_mailed_as_a_change(people: People) -> None:
    ola = people.student(confirmed_at=None)
    assert reset(mailed_token(ola.email)).status == 200
    assert [mail.subject for mail in delivered()] == ["Resetowanie hasła"]
