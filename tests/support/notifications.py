"""Dispatching changes of bookings, and what people were notified of."""

from functions.notifications.dispatch_job import handler
from tests.support.people import Person, query


def dispatch() -> int:
    """How many changes were dispatched."""
    number: int = handler({}, None)["dispatched"]
    return number


def notified(person: Person) -> list[str]:
    """The sentences a person was notified with, oldest first."""
    return [row[0] for row in query("SELECT message FROM notifications WHERE user_id = %s ORDER BY id", person.id)]
