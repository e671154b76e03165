"""Files for your own server, checked by the programs that read them; proxies also run in tests/local."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "infra" / "server"
# What systemd calls "OK"; without hardening a service has 9.6.
MOST_EXPOSED = 25


def run(*command: str, **options: str) -> str:
    """The output of a command, which must succeed."""
    ended = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=60, env={**os.environ, **options}
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout + ended.stderr


@pytest.mark.skipif(not shutil.which("caddy"), reason="caddy is not installed")
def test_the_caddyfile_is_valid(tmp_path: Path) -> None:
    caddyfile = str(FOLDER / "Caddyfile")
    options = {"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
    assert "Valid configuration" in run("caddy", "validate", "--adapter", "caddyfile", "--config", caddyfile, **options)
    assert run("caddy", "fmt", caddyfile, **options) == Path(caddyfile).read_text()


@pytest.fixture
def installed_unit(tmp_path: Path) -> Path:
    """The unit as on a machine where its program exists."""
    unit = tmp_path / "tutoring.service"
    text = (FOLDER / "tutoring.service").read_text()
    assert "ExecStart=/opt/tutoring/.venv/bin/python -m local\n" in text
    program, guide = "/opt/tutoring/.venv/bin/python", "file:///opt/tutoring/docs/deploy-server.md"
    assert (ROOT / guide.removeprefix("file:///opt/tutoring/")).exists()
    assert guide in text
    unit.write_text(text.replace(program, str(shutil.which("true"))))
    return unit


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_systemd_understands_every_line_of_the_unit(installed_unit: Path) -> None:
    """It only warns about unknown options."""
    assert run("systemd-analyze", "verify", "--man=no", str(installed_unit)) == ""


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_the_unit_has_few_unneeded_privileges(installed_unit: Path) -> None:
    threshold = f"--threshold={MOST_EXPOSED}"
    said = run("systemd-analyze", "security", "--offline=true", "--no-pager", threshold, str(installed_unit))
    assert re.search(r"Overall exposure level for tutoring\.service: [012]\.\d", said), said[-300:]
