"""Answers of a provider that are forged, stale or meant for somebody else: none is accepted."""

import base64
import hmac
import json
import random
import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest

from functions.sign_in import provider as provider_module
from tests.functions.sign_in.conftest import Client
from tests.support.openid_provider import CLIENT, OpenIdProvider, jwk, rsa_key
from tests.support.people import People, query

FORGER = rsa_key()
Forge = Callable[[OpenIdProvider, str], Any]


def encoded(part: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


def by_claims(**changes: Any) -> Forge:
    return lambda provider, nonce: provider.sign(provider.claims(nonce, **changes))


def by_header(**header: Any) -> Forge:
    """Return the provider's claims, signed by somebody else."""
    return lambda provider, nonce: jwt.encode(
        provider.claims(nonce), FORGER, "RS256", headers={"kid": "first", **header}
    )


def with_public_key_as_secret(provider: OpenIdProvider, nonce: str) -> str:
    head, secret = {"alg": "HS256", "typ": "JWT", "kid": "first"}, json.dumps(jwk(provider.keys["first"], "first"))
    signed = f"{encoded(head)}.{encoded(provider.claims(nonce))}"
    signature = hmac.digest(secret.encode(), signed.encode(), "sha256")
    return f"{signed}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


def with_key_of_another_type(provider: OpenIdProvider, nonce: str) -> str:
    return f"{encoded({'alg': 'RS256', 'kid': ['first']})}.{encoded(provider.claims(nonce))}.x"


def unsigned(algorithm: str) -> Forge:
    header = {"alg": algorithm, "typ": "JWT", "kid": "first"}
    return lambda provider, nonce: f"{encoded(header)}.{encoded(provider.claims(nonce))}."


def with_other_claims(provider: OpenIdProvider, nonce: str) -> str:
    """Return a token with the signature of other claims."""
    head, _, signature = provider.sign(provider.claims(nonce)).split(".")
    return f"{head}.{encoded(provider.claims(nonce, sub='root'))}.{signature}"


def with_broken_signature(provider: OpenIdProvider, nonce: str) -> str:
    token = provider.sign(provider.claims(nonce))
    return token[:-20] + ("A" if token[-20] != "A" else "B") + token[-19:]


NOW = int(time.time())
FORGERIES: dict[str, Forge] = {
    "other issuer": by_claims(iss="https://accounts.google.com.evil.example"),
    "issuer with a slash": lambda provider, nonce: provider.sign(provider.claims(nonce, iss=f"{provider.issuer}/")),
    "no issuer": by_claims(iss=...),
    "other audience": by_claims(aud="somebody else"),
    "audience of another case": by_claims(aud=CLIENT.upper()),
    "audience with others": by_claims(aud=[CLIENT, "somebody else"], azp=CLIENT),
    "no audience": by_claims(aud=...),
    "empty audience": by_claims(aud=[]),
    "other authorized party": by_claims(azp="somebody else"),
    "authorized party of another type": by_claims(azp=[CLIENT]),
    "expired": by_claims(iat=NOW - 500, exp=NOW - 120),
    "never expires": by_claims(exp=...),
    "expiry of another type": by_claims(exp="tomorrow"),
    "old": by_claims(iat=NOW - 3600),
    "of the future": by_claims(iat=NOW + 3600, exp=NOW + 7200),
    "not yet": by_claims(nbf=NOW + 3600),
    "no time": by_claims(iat=...),
    "time of another type": by_claims(iat=True),
    "other nonce": by_claims(nonce="x" * 43),
    "empty nonce": by_claims(nonce=""),
    "no nonce": by_claims(nonce=...),
    "nonce of another type": by_claims(nonce=["x"]),
    "no subject": by_claims(sub=...),
    "empty subject": by_claims(sub=""),
    "long subject": by_claims(sub="1" * 256),
    "subject that cannot be kept": by_claims(sub="1\x00"),
    "other key": by_header(),
    "unknown key": by_header(kid="third"),
    "key of its own": by_header(kid="own", jwk=jwk(FORGER, "own")),
    "key elsewhere": by_header(kid="own", jku="https://evil.example/jwks"),
    "key of the other kind": by_header(kid="second"),
    "key of another type": with_key_of_another_type,
    "critical header": lambda provider, nonce: jwt.encode(
        provider.claims(nonce),
        provider.keys["first"],
        "RS256",
        headers={"kid": "first", "crit": ["b64"], "b64": True},
    ),
    "public key as a secret": with_public_key_as_secret,
    "unsigned": unsigned("none"),
    "unsigned, in capitals": unsigned("None"),
    "unsigned, said to be signed": unsigned("RS256"),
    "another algorithm of the key": lambda provider, nonce: provider.sign(provider.claims(nonce), algorithm="RS512"),
    "claims changed": with_other_claims,
    "signature changed": with_broken_signature,
    "no token": lambda _provider, _nonce: "x",
    "token of another type": lambda _provider, _nonce: 7,
    "long token": lambda provider, nonce: provider.sign(provider.claims(nonce, padding="x" * 20_000)),
}


def assert_no_sign_in() -> None:
    for table in ("sign_in_sessions", "identities", "users"):
        assert query(f"SELECT count(*) FROM {table}") == [(0,)], table


# One of each kind; the proofs send all of them.
SOME = {"other issuer", "other audience", "expired", "other nonce", "public key as a secret", "unsigned", "other key"}


@pytest.mark.parametrize(
    "forge",
    [
        pytest.param(forge, id=name, marks=() if name in SOME else pytest.mark.proof)
        for name, forge in FORGERIES.items()
    ],
)
def test_a_forged_answer_is_refused(sign_in: Client, forge: Forge) -> None:
    answer = sign_in(lambda nonce: forge(sign_in.provider, nonce))
    assert (answer.status, answer.json["code"]) == (400, "sign_in_refused")
    assert_no_sign_in()


@pytest.mark.parametrize(
    "claims",
    [{}, {"aud": [CLIENT]}, {"azp": CLIENT}, {"iat": NOW - 300}, {"exp": NOW + 3600.5}, {"nbf": NOW - 9}],
)
def test_valid_variants_of_claims_are_accepted(sign_in: Client, claims: dict[str, Any]) -> None:
    assert sign_in(**claims).status == 200


def test_both_types_of_keys_are_accepted(sign_in: Client) -> None:
    provider = sign_in.provider
    assert sign_in(lambda nonce: provider.sign(provider.claims(nonce), "second", "ES256")).status == 200


def test_only_algorithms_that_the_provider_names_are_accepted(sign_in: Client) -> None:
    provider = sign_in.provider
    provider.algorithms = ["RS256"]
    answer = sign_in(lambda nonce: provider.sign(provider.claims(nonce), "second", "ES256"))
    assert (answer.status, answer.json["code"]) == (400, "sign_in_refused")


@pytest.mark.parametrize(
    "change", [{"alg": "RS512"}, {"use": "enc"}, {"kty": "oct", "k": "eA"}, {"n": "eA"}, {"n": 7}, {"n": "_" * 100_000}]
)
def test_unusable_keys_are_skipped(sign_in: Client, change: dict[str, Any]) -> None:
    """One has a modulus of one byte, which is too short."""
    right = jwk(sign_in.provider.keys["first"], "first")
    sign_in.provider.published = [{**right, **change}, "x", {}]
    assert sign_in().json["code"] == "sign_in_refused"


@pytest.mark.parametrize("change", ["state", "binding", "both of another", "binding of another"])
def test_an_answer_works_only_in_the_browser_that_started_the_sign_in(sign_in: Client, change: str) -> None:
    mine, other = sign_in.begin().json, sign_in.begin().json
    state, code = sign_in.provider.give_code(mine["authorization_url"])
    sent = {
        "state": ("x" * 43, code, mine["binding"]),
        "binding": (state, code, "x" * 43),
        "binding of another": (state, code, other["binding"]),
        "both of another": (other["state"], code, other["binding"]),
    }[change]
    answer = sign_in.complete(*sent)
    expected = "sign_in_refused" if change == "both of another" else "sign_in_expired"
    assert (answer.status, answer.json["code"]) == (400, expected)
    assert_no_sign_in()


def test_an_answer_works_once(sign_in: Client) -> None:
    begun = sign_in.begin().json
    answer = (*sign_in.provider.give_code(begun["authorization_url"]), begun["binding"])
    assert [sign_in.complete(*answer).status for _ in range(3)] == [200, 400, 400]


def test_an_answer_works_for_ten_minutes(sign_in: Client) -> None:
    begun = sign_in.begin().json
    answer = (*sign_in.provider.give_code(begun["authorization_url"]), begun["binding"])
    query("UPDATE sign_in_requests SET expires_at = expires_at - interval '10 min'")
    assert sign_in.complete(*answer).json["code"] == "sign_in_expired"
    sign_in.begin()
    assert query("SELECT count(*) FROM sign_in_requests") == [(1,)]


def test_new_keys_are_fetched_at_most_once_a_minute(sign_in: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    provider = sign_in.provider
    assert sign_in().status == 200
    provider.keys = {"new": rsa_key()}

    def by_new_key(nonce: str) -> str:
        return provider.sign(provider.claims(nonce), "new")

    assert [sign_in(by_new_key).status for _ in range(3)] == [400, 400, 400]
    assert provider.asked.count("/jwks") == 1
    monkeypatch.setattr(provider_module, "REFETCH_SECONDS", 0.0)
    assert sign_in(by_new_key).status == 200


@pytest.mark.parametrize(
    "said",
    [
        {"issuer": "https://other.example"},
        {"issuer": ...},
        {"token_endpoint": None},
        {"jwks_uri": "file:///etc/passwd"},
        {"jwks_uri": "http://169.254.169.254/"},
        {"token_endpoint": "https://127.0.0.1/"},
        {"token_endpoint": "http://localhost:1/"},
        {"id_token_signing_alg_values_supported": ["HS256", "none"]},
    ],
)
def test_a_provider_that_points_to_other_hosts_is_not_followed(sign_in: Client, said: dict[str, Any]) -> None:
    sign_in.provider.said = said
    begun = sign_in.begin()
    if begun.status == 200:
        state, code = sign_in.provider.give_code(begun.json["authorization_url"])
        begun = sign_in.complete(state, code, begun.json["binding"])
    assert (begun.status, begun.json["code"]) == (503, "unavailable")
    assert_no_sign_in()


@pytest.mark.proof
def test_two_hundred_forged_and_stale_answers_for_an_account_are_refused(sign_in: Client, people: People) -> None:
    """Random forgeries of all kinds, while one account is linked and another could be."""
    assert sign_in().status == 200
    people.student()
    before = query("SELECT count(*) FROM sign_in_sessions"), query("SELECT * FROM identities"), query("TABLE users")
    chance, accepted, used = random.Random(7), 0, [sign_in.begin().json for _ in range(2)]
    for _ in range(200):
        begun, forge = sign_in.begin().json, chance.choice(list(FORGERIES.values()))
        right = chance.random() < 0.3
        state, code = sign_in.provider.give_code(
            begun["authorization_url"], None if right else lambda nonce, forge=forge: forge(sign_in.provider, nonce)
        )
        if right:
            how = chance.choice(["stale", "other browser", "other state"])
            if how == "stale":
                query("UPDATE sign_in_requests SET expires_at = now() - interval '1 s'")
            state = used[0]["state"] if how == "other state" else state
            binding = used[1]["binding"] if how == "other browser" else begun["binding"]
        else:
            binding = begun["binding"]
        accepted += sign_in.complete(state, code, binding).status == 200
    assert accepted == 0
    after = query("SELECT count(*) FROM sign_in_sessions"), query("SELECT * FROM identities"), query("TABLE users")
    assert after == before
