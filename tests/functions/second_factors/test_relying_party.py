"""Which domain passkeys are bound to, and which origins may use them."""

import pytest

from functions.second_factors.domain.relying_party import relying_party
from tests.conftest import read_settings_again


@pytest.mark.usefixtures("platform")
@pytest.mark.parametrize(
    ("own", "settings", "domain", "origins"),
    [
        ("http://localhost:8000", {}, "localhost", ["http://localhost:5173", "http://localhost:8000"]),
        ("http://127.0.0.1:8000", {}, "localhost", ["http://localhost:5173"]),
        ("http://[::1]:8000", {}, "localhost", ["http://localhost:5173"]),
        ("https://korepetycje.example", {}, "korepetycje.example", ["https://korepetycje.example"]),
        (
            "https://api.korepetycje.example",
            {"FRONT_URL": "https://korepetycje.example/app"},
            "korepetycje.example",
            ["https://api.korepetycje.example", "https://korepetycje.example"],
        ),
        (
            "http://10.0.0.1:8000",
            {"PUBLIC_URL": "https://korepetycje.example", "FRONT_URL": "https://app.korepetycje.example"},
            "korepetycje.example",
            ["https://app.korepetycje.example", "https://korepetycje.example"],
        ),
        (
            "https://api.korepetycje.example",
            {
                "FRONT_URL": "https://app.korepetycje.example",
                "PASSKEY_DOMAIN": "korepetycje.example",
                "CORS_ORIGINS": "*,https://new.korepetycje.example:8443,https://notkorepetycje.example",
            },
            "korepetycje.example",
            [
                "https://api.korepetycje.example",
                "https://app.korepetycje.example",
                "https://new.korepetycje.example:8443",
            ],
        ),
    ],
)
def test_the_relying_party_is_our_domain_with_the_origins_below_it(
    monkeypatch: pytest.MonkeyPatch, own: str, settings: dict[str, str], domain: str, origins: list[str]
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    read_settings_again()
    party = relying_party(own)
    assert (party.domain, party.origins) == (domain, origins)
