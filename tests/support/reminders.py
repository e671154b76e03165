"""Bookings with planned reminders, and runs of the reminders function."""

from datetime import UTC, datetime, timedelta
from typing import Any

from functions.reminders.handler import handler
from tests.events.recorded import recorded
from tests.support.booking_rows import BookingRow, insert_booking
from tests.support.notifications import dispatch
from tests.support.people import People, query

HOUR = timedelta(hours=1)
ALL = [
    ("cancellation_deadline", "student"),
    ("day_before", "student"),
    ("day_before", "tutor"),
    ("hour_before", "student"),
    ("hour_before", "tutor"),
]


def remind() -> int:
    sent: int = handler(recorded("schedule_reminders"), None)["sent"]
    return sent


def in_hours(hours: float) -> datetime:
    return datetime.now(UTC).replace(microsecond=0) + hours * HOUR


def booked_in(people: People, hours: float, **columns: Any) -> BookingRow:
    """Add a confirmed booking some hours ahead, and dispatch its change."""
    made = insert_booking(
        people.student(), people.tutor(first_name="Jan", last_name="Kowalski"), in_hours(hours), **columns
    )
    made.change("confirmed")
    dispatch()
    query("DELETE FROM mail_outbox")
    query("DELETE FROM notifications")
    return made


def reminders(state: str = "planned") -> list[tuple[str, str]]:
    rows = query("SELECT kind, recipient FROM reminders WHERE state = %s ORDER BY kind, recipient", state)
    return [(row[0], row[1]) for row in rows]


def time_passes(hours: float) -> None:
    """Let time pass: move all bookings and reminders closer."""
    shift = "- make_interval(secs => %(seconds)s)"
    for table, columns in (
        ("bookings", ("starts_at", "ends_at")),
        ("tutoring_sessions", ("starts_at", "ends_at", "busy_from", "busy_until")),
        ("reminders", ("due_at",)),
    ):
        moved = ", ".join(f"{column} = {column} {shift}".replace("%(seconds)s", "%s") for column in columns)
        query(f"UPDATE {table} SET {moved}", *[hours * 3600] * len(columns))
    nearer = "jsonb_set(payload, '{due}', to_jsonb((payload->>'due')::bigint - %s))"
    query(f"UPDATE mail_outbox SET payload = {nearer} WHERE kind = 'booking_reminder'", round(hours * 3600))


def due(kind: str, recipient: str = "student") -> timedelta:
    """How long before the start a reminder is sent."""
    rows = query(
        "SELECT b.starts_at - r.due_at FROM reminders r JOIN bookings b ON b.id = r.booking_id"
        " WHERE r.kind = %s AND r.recipient = %s",
        kind,
        recipient,
    )
    found: timedelta = rows[0][0]
    return found
