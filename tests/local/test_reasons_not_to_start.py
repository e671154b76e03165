"""What keeps the local server from starting: each reason is given in one line."""

import io
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from pathlib import Path
from unittest.mock import patch

import pytest

from local.engines.processes import last_line
from local.server import main
from tests.conftest import read_settings_again
from tests.support.local_server import ROOT, LocalServer, environment, free_port

PROVIDER = {
    "OIDC_ISSUER": "https://accounts.google.com",
    "OIDC_CLIENT_ID": "us",
    "OIDC_REDIRECT_URIS": "https://app.example.com/",
}


@contextmanager
def shell(data: Path, options: dict[str, str]) -> Iterator[None]:
    """Set the environment as a shell would have before it starts the server."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        with patch.dict(os.environ, environment(DATA=str(data), **{"PORT": str(free_port()), **options}), clear=True):
            read_settings_again()
            yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        read_settings_again()


def reason(data: Path, *, status: int = 1, **options: str) -> str:
    """Start a server in this process, which must exit with this status; returns what it prints."""
    started = patch("local.server.serve", side_effect=AssertionError("it has started"))
    said = io.StringIO()
    with shell(data, options), started, redirect_stderr(said), pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == status
    assert len(said.getvalue().splitlines()) == 1
    return said.getvalue()


def test_a_second_server_on_the_same_folder_gives_up_in_one_line(server: LocalServer) -> None:
    command = [sys.executable, "-m", "local"]
    options = environment(DATA=str(server.data), PORT=str(free_port()))
    ended = subprocess.run(command, cwd=ROOT, env=options, capture_output=True, text=True, timeout=60, check=False)
    reason = f"Another server is running on the data folder {server.data}.\n"
    assert (ended.returncode, ended.stdout, ended.stderr) == (1, "", reason)


def test_a_server_does_not_start_on_a_port_in_use(server: LocalServer, tmp_path: Path) -> None:
    port = server.url.rpartition(":")[2]
    assert f"Port {port} on 127.0.0.1 cannot be used" in reason(tmp_path / "data", PORT=port)
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"PORT": "0"}, "PORT=0 is not a port number."),
        ({"PORT": "many"}, "PORT=many is not a whole number."),
        ({"PORT": "65536"}, "PORT=65536 is not a port number."),
        ({"METRICS_PORT": "-1"}, "METRICS_PORT=-1 is not a port number."),
        ({"WORKERS": "0"}, "at least one process"),
        ({"WORKERS": "1000"}, "WORKERS=1000: at least one process is needed, and at most 64."),
        ({"WORKERS": " "}, "WORKERS=  is not a whole number."),
        ({"WORKERS": "9" * 5000}, "is not a whole number."),
        (
            {"COUNTRY_HEADER": "Państwo", "TRUSTED_PROXIES": "127.0.0.1"},
            "COUNTRY_HEADER=Państwo is no name of a header.",
        ),
        ({"HOST": "ż" * 70}, "is no name of a host."),
        ({"TLS": "perhaps"}, "TLS=perhaps is neither on nor off."),
        ({"FRONTEND2": "localhost:3000"}, "FRONTEND2=localhost:3000 is no origin, such as http://localhost:3000."),
        ({"FRONTEND2": "http://localhost:3000/x"}, "is no origin"),
        ({"FRONTEND": "/nowhere"}, "FRONTEND=/nowhere has no index.html."),
        ({"JWT_SECRET": "short"}, "must have at least 32 bytes."),
        ({"JWT_SECRET_ARN": "arn:aws:x"}, "JWT_SECRET_ARN requires AWS_REGION, the region of the secret."),
        ({"JWT_SECRET_ARN": "arn:aws:x", "AWS_REGION": "eu-central-1"}, "JWT_SECRET_ARN requires credentials"),
        ({"TIME_ZONE": "Europe/Nowhere"}, "TIME_ZONE"),
        ({"MEETING_URL": "http://meet.example.com"}, "MEETING_URL=http://meet.example.com is no https address."),
        ({"CURRENCY": "złoty"}, "CURRENCY=ZŁOTY is no code of three letters."),
        ({"CORS_ORIGINS": "foo"}, "CORS_ORIGINS: foo is no origin, such as https://app.example.com."),
        ({"CORS_ORIGINS": "http://localhost:3000,https://app.example.com/"}, "https://app.example.com/ is no origin"),
        ({"METRICS_PORT": "8123", "PORT": "8123"}, "METRICS_PORT=8123 is that of the server itself"),
        (
            {"TUTOR_EMAIL_DOMAINS": "@prz.edu.pl,agh.edu.pl"},
            "TUTOR_EMAIL_DOMAINS: agh.edu.pl must begin with @ or a dot",
        ),
        ({"CHAT_URL": "app.example.com/chat"}, "CHAT_URL=app.example.com/chat is no http address."),
        (
            {"PASSKEY_DOMAIN": "https://example.com"},
            "PASSKEY_DOMAIN=https://example.com is no domain, such as example.com.",
        ),
        ({"FRONT_URL": "localhost:5173"}, "FRONT_URL=localhost:5173 is no http address."),
        ({"SCAN_URL": "127.0.0.1:3310"}, "SCAN_URL=127.0.0.1:3310 is no address of a scanner"),
        ({"SCAN_URL": "tcp://scanner:port"}, "SCAN_URL=tcp://scanner:port is no address of a scanner"),
        ({**PROVIDER, "OIDC_ISSUER": "accounts.google.com"}, "OIDC_ISSUER=accounts.google.com is no address"),
        ({**PROVIDER, "OIDC_REDIRECT_URIS": "app.example.com"}, "OIDC_REDIRECT_URIS: app.example.com is no address"),
        ({"VAPID_SECRET": "short"}, "VAPID_SECRET must have at least 32 bytes."),
        ({"SECOND_FACTOR_SECRET": "short"}, "SECOND_FACTOR_SECRET must have at least 32 bytes."),
        ({"POWERTOOLS_LOG_LEVEL": "LOUD"}, "POWERTOOLS_LOG_LEVEL=LOUD is no level"),
        ({"MAIL_FROM": "Korepetycje"}, "MAIL_FROM=Korepetycje is no sender"),
        ({"OIDC_ISSUER": "https://accounts.google.com", "OIDC_CLIENT_ID": "us"}, "OIDC_REDIRECT_URIS is missing"),
        ({"MAIL_URL": "pigeon://loft"}, "MAIL_URL"),
        ({"MAIL_URL": "smtp://127.0.0.1:notaport"}, "MAIL_URL"),
        ({"MAIL_URL": "smtp://"}, "MAIL_URL"),
        ({"MAIL_URL": "file://relative/folder"}, "MAIL_URL"),
        ({"DATABASE_URL": "mysql://ola:tajne@db/x"}, "DATABASE_URL is no address of a PostgreSQL database."),
        ({"DATABASE_URL": "postgresql://ola:tajne@local host/x"}, "DATABASE_URL is no address"),
        ({"REDIS_URL": "nonsense"}, "REDIS_URL cannot be used"),
        ({"DATABASE_POOL": "0"}, "DATABASE_POOL=0 must be at least 1."),
        ({"BOOKING_MAIL_MINUTES": "-1"}, "BOOKING_MAIL_MINUTES=-1 must be at least 0."),
        ({"SESSION_DAYS": "1000001"}, "SESSION_DAYS=1000001 must be at most 1000000."),
        ({"ACCESS_TOKEN_MINUTES": "-5"}, "ACCESS_TOKEN_MINUTES=-5 must be at least 1."),
    ],
)
def test_a_server_does_not_start_with_an_invalid_setting(
    tmp_path: Path, options: dict[str, str], complaint: str
) -> None:
    assert complaint in reason(tmp_path / "data", status=2, **options)
    assert not (tmp_path / "data" / "postgres").exists()


def test_a_server_does_not_start_if_its_folder_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    assert "cannot be used: File exists" in reason(tmp_path / "data")


@pytest.mark.parametrize("name", ["postgres", "valkey", "media"])
def test_a_server_does_not_start_if_a_file_is_in_place_of_a_subfolder(tmp_path: Path, name: str) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / name).write_text("")
    assert name in reason(tmp_path / "data")


def test_a_server_does_not_start_with_an_empty_signing_key(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "secret.key").write_text("")
    assert "secret.key holds no signing key." in reason(tmp_path / "data")


def test_a_server_does_not_start_with_a_broken_database_folder(tmp_path: Path) -> None:
    postgres = tmp_path / "data" / "postgres"
    postgres.mkdir(parents=True)
    (postgres / "PG_VERSION").write_text("18\n")
    assert "PostgreSQL did not start" in reason(tmp_path / "data")


def test_a_server_does_not_start_on_data_of_another_postgresql_and_names_both_versions(tmp_path: Path) -> None:
    log = tmp_path / "postgres.log"
    log.write_text(
        "2026-11-29 UTC [7] FATAL:  database files are incompatible with server\n"
        "2026-11-29 UTC [7] DETAIL:  The data directory was initialized by PostgreSQL version 15, not 18.\n"
    )
    assert last_line(log).endswith(
        "incompatible with server: The data directory was initialized by PostgreSQL version 15, not 18."
    )


def test_a_server_does_not_start_if_the_database_does_not_respond(tmp_path: Path) -> None:
    url = f"postgresql://nobody@127.0.0.1:{free_port()}/nothing"
    said = reason(tmp_path / "data", DATABASE_URL=url)
    assert said.startswith("The database of DATABASE_URL cannot be brought up to date: connection ")
