"""Connections with the credentials in a secret, while its password changes."""

import json
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from local.engines.processes import Engine
from shared.kit.aws import clients, signed_calls
from shared.kit.db import login
from shared.kit.db.login import forget
from shared.kit.db.pool import close_pool, connection
from shared.kit.settings import settings
from tests.support.moto_aws import emulated_aws

ROLE = "rotating"
ARN_VARIABLE = "DATABASE_SECRET_ARN"


@pytest.fixture
def secret(engines: dict[str, Engine], monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The ARN of a secret with the password of a role that PostgreSQL authenticates by password."""
    owner = engines["postgres"].url
    with psycopg.connect(owner, autocommit=True) as db, emulated_aws(monkeypatch):
        rules = Path(str(db.execute("SHOW hba_file").fetchall()[0][0]))
        before = rules.read_text()
        rules.write_text(f"local all {ROLE} scram-sha-256\n{before}")
        db.execute("SELECT pg_reload_conf()")
        db.execute(f"CREATE ROLE {ROLE} LOGIN PASSWORD 'first'")
        arn = clients.secretsmanager().create_secret(Name="database", SecretString=login_secret("first"))["ARN"]
        monkeypatch.setenv(ARN_VARIABLE, arn)
        monkeypatch.setenv("DATABASE_POOL", "1")
        monkeypatch.setattr(signed_calls, "PAUSE", 0.0)
        start_anew()
        yield arn
        monkeypatch.undo()
        start_anew()
        db.execute(f"DROP ROLE {ROLE}")
        rules.write_text(before)
        db.execute("SELECT pg_reload_conf()")


def start_anew() -> None:
    close_pool()
    forget()
    settings.cache_clear()


def login_secret(password: str) -> str:
    return json.dumps({"engine": "postgres", "username": ROLE, "password": password, "host": "ignored"})


def change_password(engines: dict[str, Engine], password: str) -> None:
    with psycopg.connect(engines["postgres"].url, autocommit=True) as db:
        db.execute(f"ALTER ROLE {ROLE} PASSWORD '{password}'")


def user() -> str:
    with connection() as db:
        return str(db.execute("SELECT current_user").fetchall()[0][0])


def test_the_login_comes_from_the_secret(secret: str) -> None:
    assert user() == ROLE


def test_a_changed_password_is_read_again_when_a_connection_needs_it(secret: str, engines: dict[str, Engine]) -> None:
    assert user() == ROLE
    change_password(engines, "second")
    assert user() == ROLE, "an open connection keeps working"
    clients.secretsmanager().put_secret_value(SecretId=secret, SecretString=login_secret("second"))
    close_pool()
    assert user() == ROLE
    assert login._Known.login == {"user": ROLE, "password": "second"}


@pytest.mark.parametrize("known_before", [True, False])
def test_between_the_steps_of_a_rotation_the_pending_password_works(
    secret: str, engines: dict[str, Engine], *, known_before: bool
) -> None:
    """The database already has the new password, but not the secret's current version."""
    if known_before:
        user()
    clients.secretsmanager().put_secret_value(
        SecretId=secret,
        ClientRequestToken=str(uuid4()),
        SecretString=login_secret("second"),
        VersionStages=["AWSPENDING"],
    )
    change_password(engines, "second")
    close_pool()
    assert user() == ROLE


def test_until_the_database_has_a_new_password_the_previous_one_works(secret: str) -> None:
    clients.secretsmanager().put_secret_value(SecretId=secret, SecretString=login_secret("second"))
    assert user() == ROLE


def test_secrets_manager_is_not_asked_while_the_known_password_works(
    secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    user()
    close_pool()
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    assert user() == ROLE


def test_a_wrong_password_is_an_operational_error(
    secret: str, engines: dict[str, Engine], monkeypatch: pytest.MonkeyPatch
) -> None:
    change_password(engines, "another")
    monkeypatch.setattr("shared.kit.db.pool.BORROW_TIMEOUT", 0.3)
    with pytest.raises(psycopg.OperationalError):
        user()
