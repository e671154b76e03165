"""One-time passwords, by the test vectors of the RFCs."""

import base64
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from functions.second_factors.domain.totp import (
    STEP_SECONDS,
    as_base32,
    matching_step,
    new_seed,
    otpauth_uri,
    password_at,
    secret_of,
)
from shared.kit.errors import Unavailable
from tests.conftest import read_settings_again

RFC_SECRET = b"12345678901234567890"
NOW = 1_700_000_000.0
STEP = int(NOW // STEP_SECONDS)


@pytest.mark.parametrize(
    ("moment", "password"),
    [
        (59, "94287082"),
        (1_111_111_109, "07081804"),
        (1_111_111_111, "14050471"),
        (1_234_567_890, "89005924"),
        (2_000_000_000, "69279037"),
        (20_000_000_000, "65353130"),
    ],
)
def test_passwords_match_rfc_6238(moment: int, password: str) -> None:
    step = moment // STEP_SECONDS
    assert password_at(RFC_SECRET, step, digits=8) == password
    assert password_at(RFC_SECRET, step) == password[2:]


def test_passwords_match_rfc_4226() -> None:
    expected = "755224 287082 359152 969429 338314 254676 287922 162583 399871 520489"
    assert " ".join(password_at(RFC_SECRET, counter) for counter in range(10)) == expected


@pytest.mark.parametrize(("off", "accepted"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_password_is_valid_one_step_before_and_after_its_own(off: int, *, accepted: bool) -> None:
    step = matching_step(RFC_SECRET, password_at(RFC_SECRET, STEP + off), NOW, after=0)
    assert step == (STEP + off if accepted else None)


def test_a_password_from_before_the_last_one_used_is_wrong() -> None:
    passwords = {off: password_at(RFC_SECRET, STEP + off) for off in (-1, 0, 1)}
    found = {off: matching_step(RFC_SECRET, each, NOW, after=STEP) for off, each in passwords.items()}
    assert found == {-1: None, 0: None, 1: STEP + 1}


@pytest.mark.parametrize("password", ["", "1", "28708", "2870822", "abcdef"])
def test_a_malformed_password_is_wrong(password: str) -> None:
    assert matching_step(RFC_SECRET, password, NOW, after=0) is None


def test_secrets_depend_on_the_setting_and_the_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    def made(key: str, seed: bytes) -> bytes:
        monkeypatch.setenv("SECOND_FACTOR_SECRET", key)
        read_settings_again()
        return secret_of(seed)

    seed, other = new_seed(), new_seed()
    assert len(made("k" * 32, seed)) == 20
    assert made("k" * 32, seed) == made("k" * 32, seed)
    assert len({made("k" * 32, seed), made("l" * 32, seed), made("k" * 32, other)}) == 3


@pytest.mark.parametrize("key", ["", "k" * 31])
def test_secrets_require_a_long_enough_setting(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    monkeypatch.setenv("SECOND_FACTOR_SECRET", key)
    read_settings_again()
    with pytest.raises(Unavailable):
        secret_of(b"seed")


@pytest.fixture(autouse=True)
def _other_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIL_FROM", '"Korepetycje: PRz" <no-reply@example.com>')
    read_settings_again()


def test_apps_can_read_the_uri_of_the_qr_code() -> None:
    uri = urlsplit(otpauth_uri(RFC_SECRET, "ola+nauka@example.com"))
    assert (uri.scheme, uri.netloc) == ("otpauth", "totp")
    assert unquote(uri.path) == "/Korepetycje PRz:ola+nauka@example.com"
    assert parse_qs(uri.query) == {
        "secret": [base64.b32encode(RFC_SECRET).decode()],
        "issuer": ["Korepetycje PRz"],
        "algorithm": ["SHA1"],
        "digits": ["6"],
        "period": ["30"],
    }
    assert "+" not in uri.query
    assert as_base32(b"\x00" * 19) == "A" * 31
