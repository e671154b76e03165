"""A mail server that may be down, and the student and tutor of a booking."""

import pytest

from tests.conftest import read_settings_again
from tests.support.local_server import free_port
from tests.support.people import People, Person
from tests.support.smtp_server import HOST


@pytest.fixture
def smtp_port(platform: None, monkeypatch: pytest.MonkeyPatch) -> int:
    """Send mails to an SMTP server on this port, which a test may start."""
    port = free_port()
    monkeypatch.setenv("MAIL_URL", f"smtp://{HOST}:{port}")
    read_settings_again()
    return port


@pytest.fixture
def pair(people: People) -> tuple[Person, Person]:
    return people.student(), people.tutor(first_name="Jan", last_name="Kowalski")


@pytest.fixture
def mails_wait(platform: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Delay mails about bookings, as in the default configuration."""
    monkeypatch.delenv("BOOKING_MAIL_MINUTES")
    read_settings_again()
