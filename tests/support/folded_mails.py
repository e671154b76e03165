"""Mails about bookings, which are delayed to combine them with further changes."""

from datetime import timedelta

from tests.support.booking_rows import FAR, BookingRow, insert_booking
from tests.support.mail_outbox import deliver, make_all_due
from tests.support.notifications import dispatch
from tests.support.people import Person, query
from tests.support.sent_emails import read, sent, sent_to


def minutes_later() -> None:
    dispatch()
    assert sent() == []
    make_all_due()


def subjects(person: Person) -> list[str]:
    return [read(mail).subject.partition(":")[0] for mail in sent_to(person)]


def booked(pair: tuple[Person, Person]) -> BookingRow:
    """A booking about which student and tutor have been mailed."""
    made = insert_booking(*pair)
    made.change("confirmed")
    dispatch()
    make_all_due()
    deliver()
    query("UPDATE mail_outbox SET created_at = now()")
    return made


def move(booking: BookingRow, days: int, actor: str = "student") -> None:
    before = booking.move(FAR + timedelta(days=days))
    booking.change("rescheduled", actor, from_state="confirmed", old_starts_at=before)


def propose(booking: BookingRow, kind: str, actor: str, state: str = "confirmed") -> None:
    times = {"proposed_starts_at": FAR + timedelta(days=2), "proposed_ends_at": FAR + timedelta(days=2, hours=1)}
    booking.change(kind, actor, from_state=state, to_state=state, **times)
    dispatch()
