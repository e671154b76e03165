"""A mail server that may be away, and the two people of a booking."""

import pytest

from tests.conftest import read_settings_again
from tests.support.people import People, Person
from tests.support.smtp_server import HOST, free_port


@pytest.fixture
def smtp_port(platform: None, monkeypatch: pytest.MonkeyPatch) -> int:
    """Mails go to an SMTP server on this port, once there is one."""
    port = free_port()
    monkeypatch.setenv("MAIL_URL", f"smtp://{HOST}:{port}")
    read_settings_again()
    return port


@pytest.fixture
def pair(people: People) -> tuple[Person, Person]:
    return people.student(), people.tutor(first_name="Jan", last_name="Kowalski")


@pytest.fixture
def mails_wait(platform: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mails about bookings wait, as an operator has it who sets nothing."""
    monkeypatch.delenv("BOOKING_MAIL_MINUTES")
    read_settings_again()
