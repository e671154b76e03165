"""Accounts in version 2 (docs/contract-newer.md, section 4)."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from tests.conftest import read_settings_again
from tests.support.browser import FRONT, Browser
from tests.support.mailbox import delivered
from tests.support.people import PASSWORD, People, Person, query

SignedIn = Callable[[Person], Browser]
PROFILE = ["id", "email", "first_name", "last_name", "profile_image", "is_tutor", "created_at", "is_oauth2"]
NEW = {
    "email": "ola@example.com",
    "first_name": "Ola",
    "is_tutor": False,
    "last_name": "Nowak",
    "password": "Zielona!7",
}


def test_registration_and_mailed_links_report_errors(browser: Browser, people: People) -> None:
    assert browser("POST", "user/create/", NEW).status == 201
    taken = browser("POST", "user/create/", NEW)
    assert (taken.status, type(next(iter(taken.json.values())))) == (400, list)
    assert query("SELECT count(*) FROM notifications") == [(0,)]
    assert browser("POST", "user/confirm_user/", {"token": "x"}).status == 400
    assert browser("POST", "user/password_reset/", {"email": people.student().email}).status == 200
    assert browser("POST", "user/password_reset/confirm/", {"token": "x", "password": "Zielona!7"}).status == 404
    assert browser("POST", "user/password_reset/validate_token/", {"token": "x"}).status in {400, 404}


def test_mailed_links_confirm_the_address_and_set_a_password(
    browser: Browser, people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They lead to pages of the frontend, with the parameter names that it reads."""
    monkeypatch.setenv("MAIL_URL", tmp_path.as_uri())
    monkeypatch.setenv("FRONT_URL", FRONT)
    read_settings_again()
    browser("POST", "user/create/", NEW)
    token = linked(f"{FRONT}/account/confirm-email/?token=")
    assert browser("POST", "user/confirm_user/", {"token": token}).status == 200
    assert browser("POST", "user/password_reset/", {"email": NEW["email"]}).status == 200
    token = linked(f"{FRONT}/account/reset-password/?reset_token=")
    assert browser("POST", "user/password_reset/validate_token/", {"token": token}).status == 200
    assert browser("POST", "user/password_reset/confirm/", {"token": token, "password": "Czarna!Kawa8"}).status == 200
    browser.sign_in(str(NEW["email"]), "Czarna!Kawa8")


def linked(address: str) -> str:
    """What follows a URL in the newest mail."""
    found = delivered(str(NEW["email"]))[-1].text.partition(address)
    assert found[1], found
    return found[2].split()[0]


def test_the_profile_has_an_absolute_picture_url(browser: Browser, signed_in: SignedIn, people: People) -> None:
    student = signed_in(people.student(picture="uploads/user/x.webp"))
    profile = student("GET", "user/profile/").json
    assert list(profile) == PROFILE
    assert profile["profile_image"] == f"{browser.entry.own}/static/media/uploads/user/x.webp"
    assert profile["is_oauth2"] is False
    changed = student("PATCH", "user/profile/", {"first_name": "Ala"})
    assert (changed.status, changed.json) == (200, {**profile, "first_name": "Ala"})
    assert browser("GET", "user/profile/").status == 401


def test_the_password_is_checked_before_a_change_of_it_and_before_a_deletion(
    signed_in: SignedIn, people: People
) -> None:
    person = people.student()
    student = signed_in(person)
    assert student("POST", "user/check_password/", {"password": "wrong"}).json == {"password_matches": False}
    assert student("POST", "user/check_password/", {}).json.keys() == {"Error"}
    assert student("POST", "user/check_password/", {"password": PASSWORD}).json == {"password_matches": True}
    assert list(student("PATCH", "user/profile/", {"password": "x"}).json) == ["password"]
    assert student("PATCH", "user/profile/", {"password": "Zielona!Herbata7"}).status == 200
    assert list(student("DELETE", "user/delete/").json) == ["Info"]
    for path in ("token/verify/", "token/refresh/"):
        assert student("POST", path).status == 401
    assert query("SELECT count(*) FROM users") == [(0,)]


def test_a_new_picture_has_a_new_url(signed_in: SignedIn, people: People) -> None:
    student = signed_in(people.student())
    content = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(content, "PNG")
    part = b'--b\r\nContent-Disposition: form-data; name="profile_image"; filename="me.png"\r\n'
    body = part + b"Content-Type: image/png\r\n\r\n" + content.getvalue() + b"\r\n--b--\r\n"
    form = {"content-type": "multipart/form-data; boundary=b"}
    first, second = [student("PATCH", "user/profile_image/", body=body, headers=form) for _ in range(2)]
    assert (first.status, list(first.json)) == (200, ["profile_image"])
    assert first.json["profile_image"].startswith(f"{student.entry.own}/static/media/uploads/user/")
    assert (
        student("GET", "user/profile/").json["profile_image"]
        == second.json["profile_image"]
        != first.json["profile_image"]
    )
    assert list(student("PATCH", "user/profile_image/", body=b"--b--", headers=form).json) == ["profile_image"]
    assert student("PATCH", "user/profile_image/", {}).status == 415
    assert student("DELETE", "user/profile_image/").status == 200
