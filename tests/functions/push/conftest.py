"""A push service that the platform may call although it has a local address."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import read_settings_again
from tests.support.push_service import PushService, push_service


@pytest.fixture
def service(platform: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PushService]:
    with push_service(tmp_path) as running:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
        monkeypatch.setenv("PUSH_PRIVATE_ADDRESSES", "on")
        monkeypatch.setenv("MAIL_FROM", "Korepetycje <no-reply@example.com>")
        read_settings_again()
        yield running
