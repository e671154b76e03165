"""An OpenID provider, and a client that signs in with it."""

from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from functions.sign_in.handler import handler
from functions.sign_in.provider import forget_provider
from tests.conftest import read_settings_again
from tests.support.lambda_client import Answer, LambdaClient
from tests.support.openid_provider import CLIENT, REDIRECT, SECRET, Key, OpenIdProvider, rsa_key, serve

call = LambdaClient(handler)
BEGIN, COMPLETE = "/api/token/oidc/begin/", "/api/token/oidc/"


class Client:
    """Signs in with the provider, whose answers tests can change."""

    def __init__(self, provider: OpenIdProvider) -> None:
        self.provider = provider

    def begin(self, redirect_uri: str = REDIRECT) -> Answer:
        return call("POST", BEGIN, json_body={"redirect_uri": redirect_uri})

    def complete(self, state: str, code: str, binding: str, **more: Any) -> Answer:
        return call("POST", COMPLETE, json_body={"state": state, "code": code, "binding": binding, **more})

    def __call__(self, token: Any = None, **claims: Any) -> Answer:
        begun = self.begin().json
        state, code = self.provider.give_code(begun["authorization_url"], token, **claims)
        return self.complete(state, code, begun["binding"])


@pytest.fixture(scope="session")
def keys() -> dict[str, Key]:
    return {"first": rsa_key(), "second": ec.generate_private_key(ec.SECP256R1())}


@pytest.fixture
def provider(platform: None, keys: dict[str, Key], monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenIdProvider]:
    """The configured provider."""
    found = OpenIdProvider(dict(keys))
    server = serve(found)
    configure(monkeypatch, found.issuer)
    yield found
    server.shutdown()
    server.server_close()
    forget_provider()


def configure(monkeypatch: pytest.MonkeyPatch, issuer: str) -> None:
    monkeypatch.setenv("OIDC_ISSUER", issuer)
    monkeypatch.setenv("OIDC_CLIENT_ID", CLIENT)
    monkeypatch.setenv("OIDC_CLIENT_SECRET", SECRET)
    monkeypatch.setenv("OIDC_REDIRECT_URIS", f"http://other.example/,{REDIRECT}")
    read_settings_again()
    forget_provider()


@pytest.fixture
def sign_in(provider: OpenIdProvider) -> Client:
    return Client(provider)
