"""`MODE=production`: the settings with which a server refuses to start, and what it does not serve."""

import re
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import pytest

from local.demo.accounts import STUDENT
from local.demo.load import UNUSABLE
from local.options import CannotStart, read_options
from local.production import refuse_what_is_unsafe
from local.server import main
from local.stack import prepare
from tests.local.conftest import FirstFolder
from tests.local.test_reasons_not_to_start import reason, shell
from tests.support.local_server import ROOT, LocalServer, running_server
from tests.support.people import insert

EXAMPLE = (ROOT / "infra" / "server" / "tutoring.env").read_text()
UNCHANGED = dict(line.split("=", 1) for line in EXAMPLE.splitlines() if "=" in line)
SAFE = {name: value.replace("example.com", "tutoring.internal") for name, value in UNCHANGED.items()} | {
    "MAIL_URL": "smtps://korepetycje:x7Gq0vT4bLw2@mail.tutoring.internal:465",
    # Others may listen there.
    "METRICS_PORT": "0",
    # As the unit has it.
    "TRUSTED_PROXIES": "127.0.0.1",
}


def refused(**options: str) -> list[str]:
    """The lines that a server prints when it refuses to start."""
    with patch.dict("os.environ", {**SAFE, **options}, clear=True):
        try:
            refuse_what_is_unsafe(read_options())
        except CannotStart as reason:
            return str(reason).splitlines()
    return []


def test_safe_settings_are_accepted() -> None:
    assert refused() == []
    assert refused(JWT_SECRET="0123456789abcdef" * 3, REDIS_URL="redis://127.0.0.1/0") == []
    assert refused(HOST="0.0.0.0", TRUSTED_PROXIES="10.0.0.0/8") == refused(HOST="::", TLS="1") == []
    assert refused(DATABASE_URL="postgresql://tutoring:x7Gq0vT4bLw2@db/tutoring", DEMO="0") == []


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("MAIL_URL", ""),
        ("MAIL_URL", "FILE:///var/mail"),
        ("MAIL_URL", "file:///var/mail"),
        ("MAIL_FROM", ""),
        ("PUBLIC_URL", ""),
        ("PUBLIC_URL", "http://tutoring.internal"),
        ("PUBLIC_URL", "https://"),
        ("PUBLIC_URL", "https://[broken"),
        ("FRONT_URL", ""),
        ("FRONT_URL", "http://app.tutoring.internal"),
        ("CORS_ORIGINS", ""),
        ("CORS_ORIGINS", "https://app.tutoring.internal, *"),
        ("OIDC_ISSUER", "http://accounts.example.com"),
        ("OIDC_REDIRECT_URIS", "https://app.tutoring.internal/,http://app.tutoring.internal/"),
        ("RATE_LIMITS", "off"),
        ("DEMO", "on"),
        ("JWT_SECRET", "x7Gq0vT4bLw2"),
        ("JWT_PREVIOUS_SECRET", "x7Gq0vT4bLw2"),
        ("JWT_SECRET", "change-me-change-me-change-me-change-me"),
        ("JWT_SECRET", "1234567890123456789012345678901234567890"),
        ("ORIGIN_SECRET", "secret"),
        ("DATABASE_URL", "postgresql://tutoring:tutoring@postgres/tutoring"),
        ("REDIS_URL", "redis://:password123@valkey:6379/0"),
        ("MAIL_URL", "smtps://user:Pass%77ord@mail.tutoring.internal:465"),
        ("TRUSTED_PROXIES", ""),
        ("TRUSTED_PROXIES", "127.0.0.1,0.0.0.0/0"),
        ("PUBLIC_URL", "https://example.org"),
        ("FRONT_URL", "https://App.Example.NET/path"),
        ("CORS_ORIGINS", "https://app.tutoring.internal,https://app.example.com"),
        ("PASSKEY_DOMAIN", "example.com"),
        ("MAIL_URL", "smtps://korepetycje:x7Gq0vT4bLw2@mail.example:465"),
        ("MAIL_FROM", "Korepetycje <no-reply@example.com>"),
        ("TUTOR_EMAIL_DOMAINS", "@tutoring.internal,.example.com"),
    ],
)
def test_each_unsafe_setting_is_refused_in_one_line(setting: str, value: str) -> None:
    [line] = refused(**{setting: value})
    assert re.match(rf"MODE=production: (the password in )?{setting}\b", line)
    assert "tutoring:tutoring" not in line
    assert "x7Gq" not in line


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.4", "tutoring.internal"])
def test_a_public_host_is_refused_without_tls(host: str) -> None:
    [line] = refused(HOST=host, TRUSTED_PROXIES="")
    assert line.startswith(f"MODE=production: HOST={host} ")


def test_a_server_with_its_own_tls_needs_no_proxy() -> None:
    assert refused(TRUSTED_PROXIES="", TLS="1") == []


def test_every_host_name_of_the_example_must_be_replaced() -> None:
    lines = refused(**UNCHANGED)
    named = [name for name, value in UNCHANGED.items() if "example.com" in value]
    assert len(named) == 7
    assert sorted(line.split()[1] for line in lines if "still has the example's example.com" in line) == sorted(named)


def test_names_that_only_resemble_the_example_are_accepted() -> None:
    assert refused(PUBLIC_URL="https://myexample.com", FRONT_URL="https://example.com.pl") == []


def examples_in_the_tree() -> Iterator[tuple[str, str]]:
    """Every password in a URL in our documentation and compose files, with its setting."""
    for path in (
        *ROOT.glob("docs/*.md"),
        *ROOT.glob("*.md"),
        *ROOT.glob("docker-compose*.yml"),
        *ROOT.glob("infra/server/*"),
    ):
        for scheme, password in re.findall(r"\b([a-z]+)://[\w.-]*:([\w.-]+)@", path.read_text()):
            yield {"postgresql": "DATABASE_URL", "redis": "REDIS_URL"}.get(scheme, "MAIL_URL"), password


def test_passwords_from_our_examples_are_refused() -> None:
    found = set(examples_in_the_tree())
    assert len(found) > 1
    accepted = [each for each in found if not refused(**{each[0]: f"smtps://x:{each[1]}@mail.tutoring.internal"})]
    assert accepted == []


def test_all_unsafe_settings_are_reported_together(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    unsafe = {"HOST": "0.0.0.0", "DEMO": "1", "RATE_LIMITS": "off", "JWT_SECRET": "short"}
    with shell(tmp_path / "data", {"MODE": "production", **unsafe}), pytest.raises(SystemExit) as ended:
        main()
    settings = [
        "DEMO",
        "HOST",
        "MAIL_URL",
        "MAIL_FROM",
        "PUBLIC_URL",
        "FRONT_URL",
        "CORS_ORIGINS",
        "RATE_LIMITS",
        "JWT_SECRET",
    ]
    assert ended.value.code == 2
    lines = capsys.readouterr().err.splitlines()
    assert [line.removeprefix("MODE=production: ").split("=")[0].split()[0] for line in lines] == settings
    assert not (tmp_path / "data").exists()


def test_an_invalid_mail_server_url_is_refused_in_production_too(tmp_path: Path) -> None:
    safe = {name: value for name, value in SAFE.items() if name != "DATA"}
    assert reason(tmp_path / "data", status=2, **{**safe, "MAIL_URL": "smtp://["}).startswith("MAIL_URL ")


def test_an_unknown_mode_is_refused(tmp_path: Path) -> None:
    with (
        patch.dict("os.environ", {"MODE": "prod"}, clear=True),
        pytest.raises(CannotStart, match="MODE=prod is neither"),
    ):
        read_options()


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory, first_folder: FirstFolder) -> Iterator[LocalServer]:
    """A server with the settings of the example."""
    data = tmp_path_factory.mktemp("production") / "data"
    shutil.copytree(first_folder("0"), data)
    with running_server(data, **SAFE) as server:
        yield server


def test_the_example_s_settings_start_a_server_that_only_reports_that_it_runs(production: LocalServer) -> None:
    assert production.call("GET", "/").text == "The tutoring platform is running.\n"
    assert production.call("GET", "/api/swagger/docs/").status_code == 200
    assert production.call("GET", "/_local/pages/icon.svg").status_code == 200
    assert STUDENT.email not in production.output
    assert "/_local/mail" not in production.output


@pytest.mark.parametrize(
    "path",
    [
        "/_local/account",
        "/_local/mail",
        "/_local/mail?to=",
        "/_local/frontend",
        "/_local/info",
        "/_local/full_groups/1",
        "/_local/pages/index.html",
        "/_local/pages/mail.html",
        "/_local/pages/start.js",
        "/@connections/x",
    ],
)
def test_development_pages_are_not_served(production: LocalServer, path: str) -> None:
    assert production.call("GET", path).status_code == 404


def test_there_are_no_demo_accounts(production: LocalServer) -> None:
    body = {"email": STUDENT.email, "password": STUDENT.password}
    assert production.call("POST", "/api/token/", json=body).status_code == 401


@pytest.mark.parametrize(
    ("password_hash", "refused"),
    [(UNUSABLE, pytest.raises(CannotStart, match="holds the demo accounts")), ("a stranger's", nullcontext())],
)
def test_a_database_with_demo_accounts_is_refused(
    platform: None, tmp_path: Path, password_hash: str, refused: AbstractContextManager[object]
) -> None:
    insert("users", {"email": "tutor1@demo.example", "password_hash": password_hash})
    with patch.dict("os.environ", SAFE), refused:
        prepare(replace(read_options(), data=str(tmp_path)))
