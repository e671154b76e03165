"""Dispatching booking changes, and the resulting notifications."""

from functions.notifications.dispatch_job import handler
from tests.support.people import Person, query


def dispatch() -> int:
    """Dispatch changes; returns how many there were."""
    number: int = handler({}, None)["dispatched"]
    return number


def notified(person: Person) -> list[str]:
    """The messages of a person's notifications, oldest first."""
    return [row[0] for row in query("SELECT message FROM notifications WHERE user_id = %s ORDER BY id", person.id)]
