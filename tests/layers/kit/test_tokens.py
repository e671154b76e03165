"""Signed tokens."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kit.security import tokens
from shared.kit.security.signing_keys import WeakSecret, signing_key
from shared.kit.security.tokens import Claims, InvalidToken, NoIdentity, WrongTokenKind
from shared.kit.settings import settings

KEY = "0123456789abcdef0123456789abcdef"
OTHER = "fedcba9876543210fedcba9876543210"


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    set_keys(monkeypatch, KEY, "")


def set_keys(monkeypatch: pytest.MonkeyPatch, key: str, previous: str) -> None:
    monkeypatch.setenv("JWT_SECRET", key)
    monkeypatch.setenv("JWT_PREVIOUS_SECRET", previous)
    settings.cache_clear()


@pytest.fixture(autouse=True, scope="module")
def forget_settings() -> Any:
    yield
    settings.cache_clear()


def claims(kind: tokens.Kind = "access", seconds: float = 60) -> Claims:
    expires_at = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=seconds)
    return Claims(kind, uuid4(), uuid4(), expires_at)


def payload(**changes: Any) -> dict[str, Any]:
    now = int(datetime.now(UTC).timestamp())
    found = {
        "token_type": "access",
        "exp": now + 60,
        "iat": now,
        "jti": "x",
        "user_id": str(uuid4()),
        "sid": str(uuid4()),
    }
    return {name: value for name, value in (found | changes).items() if value is not None}


def part(value: Any) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


@pytest.mark.parametrize("kind", ["access", "refresh"])
def test_an_issued_token_can_be_read(kind: tokens.Kind) -> None:
    issued = claims(kind)
    token = tokens.issue(issued)
    assert tokens.read(token) == tokens.read(token, kind) == issued


def test_a_token_of_the_other_kind_is_refused(keys: None) -> None:
    with pytest.raises(WrongTokenKind):
        tokens.read(tokens.issue(claims("refresh")), "access")
    with pytest.raises(WrongTokenKind):
        tokens.read(tokens.issue(claims("access")), "refresh")


def test_an_expired_token_is_refused() -> None:
    with pytest.raises(InvalidToken):
        tokens.read(tokens.issue(claims(seconds=-1)))


def test_no_two_tokens_are_the_same() -> None:
    same = claims()
    assert len({tokens.issue(same) for _ in range(100)}) == 100


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
@pytest.mark.parametrize(
    ("key", "algorithm"), [("", "none"), (OTHER, "HS256"), (KEY, "HS384"), (KEY, "HS512"), ("x", "HS256")]
)
def test_only_our_key_and_algorithm_are_accepted(key: str, algorithm: str) -> None:
    assert tokens.read(jwt.encode(payload(), KEY, "HS256")).kind == "access"
    with pytest.raises(InvalidToken):
        tokens.read(jwt.encode(payload(), key, algorithm))


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "nOnE", "", None, 5, "RS256", "hs256", "HS256 "])
def test_the_algorithm_a_token_names_is_not_followed(algorithm: Any) -> None:
    header, body, signature = jwt.encode(payload(), KEY, "HS256").split(".")
    named = part({"alg": algorithm, "typ": "JWT"})
    for forged in (f"{named}.{body}.", f"{named}.{body}.{signature}", f"{named}.{body}"):
        with pytest.raises(InvalidToken):
            tokens.read(forged)
    assert tokens.read(f"{header}.{body}.{signature}")


@pytest.mark.parametrize("header", [{"jwk": {"kty": "oct", "k": ""}}, {"jku": "http://x"}, {"kid": "../../dev/null"}])
def test_a_key_inside_a_token_is_not_used(header: dict[str, Any]) -> None:
    with pytest.raises(InvalidToken):
        tokens.read(jwt.encode(payload(), OTHER, "HS256", headers=header))


def test_changed_claims_are_refused() -> None:
    header, _, signature = tokens.issue(claims("refresh")).split(".")
    with pytest.raises(InvalidToken):
        tokens.read(f"{header}.{part(payload())}.{signature}")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"exp": None}, InvalidToken),
        ({"exp": "x"}, InvalidToken),
        ({"exp": 0}, InvalidToken),
        ({"exp": 10**30}, NoIdentity),
        ({"exp": 10**400}, NoIdentity),
        ({"token_type": None}, InvalidToken),
        ({"user_id": None}, NoIdentity),
        ({"user_id": 7}, NoIdentity),
        ({"user_id": "x"}, NoIdentity),
        ({"user_id": []}, NoIdentity),
        ({"sid": None}, NoIdentity),
        ({"sid": 7}, NoIdentity),
        ({"sid": {}}, NoIdentity),
    ],
)
def test_a_token_must_have_account_session_and_expiry(changes: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error) as caught:
        tokens.read(jwt.encode(payload(**changes), KEY, "HS256"), "access")
    assert caught.type is error


@given(st.text(st.characters(exclude_categories=[]), max_size=60) | st.from_regex(r"[\w-]+\.[\w-]+\.[\w-]*"))
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(InvalidToken):
        tokens.read(text)


def test_during_a_rotation_both_keys_are_accepted_and_the_new_one_signs(monkeypatch: pytest.MonkeyPatch) -> None:
    old = tokens.issue(claims())
    set_keys(monkeypatch, OTHER, KEY)
    assert tokens.read(old)
    new = tokens.issue(claims())
    set_keys(monkeypatch, OTHER, "")
    assert tokens.read(new)
    with pytest.raises(InvalidToken):
        tokens.read(old)


def test_an_expired_token_of_the_previous_key_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    old = tokens.issue(claims(seconds=-1))
    set_keys(monkeypatch, OTHER, KEY)
    with pytest.raises(InvalidToken):
        tokens.read(old)


@pytest.mark.parametrize(("key", "previous"), [("", ""), ("x" * 31, ""), ("", KEY), (KEY, "x" * 31), ("ż" * 15, "")])
def test_weak_keys_are_not_used(monkeypatch: pytest.MonkeyPatch, key: str, previous: str) -> None:
    token = tokens.issue(claims())
    set_keys(monkeypatch, key, previous)
    for use in (signing_key, lambda: tokens.issue(claims()), lambda: tokens.read(token)):
        with pytest.raises(WeakSecret):
            use()
    set_keys(monkeypatch, "ż" * 16, "")
    signing_key()
