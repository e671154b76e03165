"""Waking the teller."""

import pytest

from shared.rules import telling
from shared.rules.telling import install_teller, wake_teller


def test_the_teller_is_woken_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling._Installed, "wake", None)
    wake_teller()
    woken: list[str] = []
    install_teller(lambda: woken.append("now"))
    wake_teller()
    assert woken == ["now"]
