"""The compose file for production: what it leaves out, the passwords it generates, and the settings of the server."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import redis
from redis.backoff import ConstantBackoff
from redis.retry import Retry
from ruamel.yaml import YAML

from local.engines.valkey import valkey_binary
from local.options import CannotStart, read_options
from local.production import refuse_what_is_unsafe
from tests.support.local_server import ROOT, free_port

FILE = ROOT / "docker-compose.production.yml"
SERVER = ROOT / "infra" / "server"
EXAMPLE = dict(re.findall(r"^(\w+)=(.*)$", (SERVER / "compose.env").read_text(), re.MULTILINE))
REPLACED = {name: value.replace("example.com", "tutoring.internal") for name, value in EXAMPLE.items()}
REPLACED |= {"MAIL_URL": "smtps://korepetycje:x7Gq0vT4bLw2@mail.tutoring.internal:465"}
# These do their work and exit.
ONCE = {"secrets", "migrations"}


def compose() -> Any:
    return YAML(typ="safe").load(FILE.read_text())


def made(folder: Path, *shell: str) -> dict[str, str]:
    """The password files in a folder after another start."""
    command = [*(shell or ["sh"]), str(SERVER / "make-secrets.sh"), str(folder)]
    subprocess.run(command, check=True, env={"PATH": os.environ["PATH"]})
    return {path.name: path.read_text() for path in folder.iterdir()}


def expanded(text: Any, variables: dict[str, str]) -> str:
    """A value with variables replaced as by Compose, as far as the file uses that."""

    def put(found: re.Match[str]) -> str:
        name, operator, other = found.groups()
        assert variables.get(name) or operator != ":?", f"{name} {other}"
        return variables.get(name) or (expanded(other, variables) if operator == ":-" else "")

    return re.sub(r"\$\{(\w+)(?:(:[-?])((?:[^{}]|\$\{\w+\})*))?\}", put, str(text))


def environment(**settings: str) -> dict[str, str]:
    """The environment of the server, where production.env is the example with these settings."""
    variables = EXAMPLE | settings
    stated = compose()["services"]["server"]["environment"]
    return {name: expanded(value, variables) for name, value in stated.items()}


@pytest.mark.parametrize("shell", [("sh",), ("busybox", "sh")], ids=" ".join)
def test_passwords_are_generated_once_per_installation(tmp_path: Path, shell: tuple[str, ...]) -> None:
    if not shutil.which(shell[0]):
        pytest.skip(f"{shell[0]} is not installed")
    (tmp_path / "one").mkdir()
    (tmp_path / "other").mkdir()
    first = made(tmp_path / "one", *shell)
    assert made(tmp_path / "one", *shell) == first
    assert first.keys() == {"postgres", "valkey", "server.env", "valkey.conf"}
    other = made(tmp_path / "other", *shell)
    words = [files[name] for files in (first, other) for name in ("postgres", "valkey")]
    assert len(set(words)) == 4
    assert all(re.fullmatch("[0-9a-f]{64}", word) for word in words)
    assert f":{first['postgres']}@postgres/" in first["server.env"]
    assert f":{first['valkey']}@valkey:" in first["server.env"]
    assert f"requirepass {first['valkey']}\n" in first["valkey.conf"]


def test_a_lost_password_is_regenerated_and_the_others_stay(tmp_path: Path) -> None:
    """An interrupted start may leave an empty file."""
    before = made(tmp_path)
    (tmp_path / "valkey").write_text("")
    after = made(tmp_path)
    assert after["postgres"] == before["postgres"]
    assert after["valkey"] not in {"", before["valkey"]}
    assert after["valkey"] in after["server.env"]


def test_valkey_accepts_its_configuration_and_requires_the_password(tmp_path: Path) -> None:
    files = made(tmp_path)
    command = [
        valkey_binary(),
        str(tmp_path / "valkey.conf"),
        "--port",
        str(port := free_port()),
        "--bind",
        "127.0.0.1",
    ]
    server = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL)
    try:
        known = redis.Redis(port=port, password=files["valkey"], retry=Retry(ConstantBackoff(0.05), 100))
        assert known.ping()
        assert known.config_get("save") == {"save": ""}
        with pytest.raises(redis.AuthenticationError):
            redis.Redis(port=port, retry=Retry(ConstantBackoff(0), 0)).ping()
    finally:
        server.terminate()
        server.wait(10)


def test_the_server_gets_the_passwords_in_its_environment(tmp_path: Path) -> None:
    files = made(tmp_path)
    entrypoint = [part.replace("$$", "$") for part in compose()["services"]["server"]["entrypoint"]]
    script = entrypoint[2].replace("/secrets/", f"{tmp_path}/")
    command = ["sh", "-c", script, entrypoint[3], "printenv", "DATABASE_URL", "REDIS_URL"]
    seen = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert [f"{name}={value}" for name, value in zip(("DATABASE_URL", "REDIS_URL"), seen, strict=True)] == files[
        "server.env"
    ].split()


def test_the_server_accepts_its_production_settings(tmp_path: Path) -> None:
    passwords = dict(line.split("=", 1) for line in made(tmp_path)["server.env"].splitlines())
    with patch.dict(os.environ, environment(**REPLACED) | passwords, clear=True):
        refuse_what_is_unsafe(read_options())
    with (
        patch.dict(os.environ, environment() | passwords, clear=True),
        pytest.raises(CannotStart, match="the password in MAIL_URL"),
    ):
        refuse_what_is_unsafe(read_options())


def test_one_host_name_is_enough_if_the_server_serves_the_frontend() -> None:
    settings = environment(FRONT_URL="", CORS_ORIGINS="")
    assert {settings[name] for name in ("PUBLIC_URL", "FRONT_URL", "CORS_ORIGINS")} == {f"https://{EXAMPLE['DOMAIN']}"}


@pytest.mark.parametrize("setting", ["DOMAIN", "MAIL_URL", "MAIL_FROM"])
def test_settings_without_a_default_are_required(setting: str) -> None:
    with pytest.raises(AssertionError, match=f"^{setting} is "):
        environment(**{setting: ""})


def test_the_file_contains_no_demo_inbox_or_password() -> None:
    services = compose()["services"]
    assert services.keys() == {"secrets", "migrations", "server", "postgres", "valkey", "caddy"}
    for name, service in services.items():
        stated = service.get("environment", {})
        assert not [each for each in stated if "PASSWORD" in each and not each.endswith("_FILE")], name
        assert "DEMO" not in stated
        assert "MAIL_PAGE" not in stated


def test_only_caddy_is_reachable_from_outside() -> None:
    file = compose()
    assert [name for name, each in file["services"].items() if "ports" in each] == ["caddy"]
    assert file["networks"]["engines"]["internal"] is True
    assert file["services"]["caddy"]["networks"] == ["proxy"]
    assert file["services"]["postgres"]["networks"] == file["services"]["valkey"]["networks"] == ["engines"]
    trusted = file["services"]["server"]["environment"]["TRUSTED_PROXIES"]
    assert trusted == file["networks"]["proxy"]["ipam"]["config"][0]["subnet"]


def test_services_restart_have_health_checks_and_start_in_order() -> None:
    services = compose()["services"]
    for name, service in services.items():
        assert service["restart"] == ("no" if name in ONCE else "unless-stopped"), name
        assert ("build" in service) or re.search(r":\d+\.\d+(-alpine)?$", service["image"]), f"{name}: which release?"
    # The image of the server has its own health check; Caddy serves others.
    assert {name for name, each in services.items() if "test" in each.get("healthcheck", {})} == {"postgres", "valkey"}
    assert "HEALTHCHECK" in (ROOT / "local" / "Dockerfile").read_text()
    waits = {
        (name, other, condition["condition"])
        for name, each in services.items()
        for other, condition in each.get("depends_on", {}).items()
    }
    ended = "service_completed_successfully"
    assert {("postgres", "secrets", ended), ("valkey", "secrets", ended), ("server", "migrations", ended)} <= waits
    assert {("migrations", "postgres", "service_healthy"), ("caddy", "server", "service_healthy")} <= waits


def test_mounted_volumes_and_files_exist() -> None:
    file = compose()
    for service in file["services"].values():
        for source in (each.split(":")[0] for each in service.get("volumes", [])):
            assert (ROOT / source).is_file() if source.startswith("./") else source in file["volumes"]


@pytest.mark.skipif(not shutil.which("caddy"), reason="caddy is not installed")
def test_caddy_serves_the_domain_and_proxies_to_the_server(tmp_path: Path) -> None:
    stated = compose()["services"]["caddy"]["environment"]
    variables = {name: expanded(value, EXAMPLE) for name, value in stated.items()}
    command = ["caddy", "adapt", "--adapter", "caddyfile", "--config", str(SERVER / "Caddyfile")]
    home = {"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
    ran = subprocess.run(command, env={**os.environ, **home, **variables}, capture_output=True, check=True)
    text = json.dumps(json.loads(ran.stdout))
    assert f'"host": ["{EXAMPLE["DOMAIN"]}"]' in text
    assert '"dial": "server:8000"' in text


@pytest.mark.skipif(not shutil.which("docker-compose"), reason="Docker Compose is not installed")
def test_compose_accepts_the_file() -> None:
    command = ["docker-compose", "-f", str(FILE), "--env-file", str(SERVER / "compose.env"), "config", "-q"]
    subprocess.run(command, check=True, cwd=ROOT)
