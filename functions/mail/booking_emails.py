"""Emails about bookings, in Polish: what happened or is about to, the facts, and the reader's calendar entry."""

from datetime import datetime
from zoneinfo import ZoneInfo

from functions.mail import repository
from functions.mail.email_message import CalendarEntry, Email, Fact, greeting
from functions.mail.repository import Addressee
from shared.data.bookings import FIND_CHANGE, Booking, BookingChange, Role, find_bookings
from shared.domain.booking_events import BookingEventType, event_type
from shared.domain.booking_texts import (
    FORMS,
    KINDS,
    consequence,
    counterpart,
    day_and_time,
    day_time_and_zone,
    headline,
    minutes,
    zone_of,
)
from shared.domain.platform_settings import platform_settings
from shared.kit.db.pool import connection

ICS_NAME = "zajecia.ics"
OPENINGS: dict[tuple[BookingEventType, Role], str] = {
    ("requested", "tutor"): "masz nową prośbę o rezerwację.",
    ("booked", "tutor"): "masz nową rezerwację. Termin jest zajęty, nic więcej nie trzeba robić.",
    ("booked", "student"): "Twoja rezerwacja jest potwierdzona. Do zobaczenia na zajęciach!",
    ("confirmed", "student"): "Twoja prośba o rezerwację została przyjęta. Do zobaczenia na zajęciach!",
    ("confirmed", "tutor"): "rezerwacja jest potwierdzona.",
    ("declined", "student"): "korepetytor nie może przyjąć Twojej rezerwacji. Wybierz inny termin.",
    ("withdrawn", "tutor"): "prośba o rezerwację została wycofana.",
    ("cancelled", "student"): "Twoje zajęcia zostały odwołane.",
    ("cancelled", "tutor"): "zajęcia zostały odwołane.",
    ("expired", "student"): "Twoja prośba o rezerwację wygasła bez odpowiedzi korepetytora. Wybierz inny termin.",
    ("offered", "student"): "zwolniło się miejsce, na które czekasz.",
    ("offer_expired", "student"): "wolne miejsce nie zostało potwierdzone na czas i przypadło następnej osobie.",
    ("rescheduled", "student"): "zmienił się termin Twoich zajęć.",
    ("rescheduled", "tutor"): "zmienił się termin zajęć.",
}
REMINDERS: dict[str, str] = {
    "day_before": "przypominamy o zbliżających się zajęciach.",
    "hour_before": "przypominamy: zajęcia zaczynają się już wkrótce.",
    "cancellation_deadline": "zbliża się ostatnia chwila, w której można bezpłatnie odwołać zajęcia.",
}
SUBJECTS: dict[str, str] = {
    "day_before": "Przypomnienie o zajęciach",
    "hour_before": "Wkrótce zajęcia",
    "cancellation_deadline": "Ostatnia chwila na odwołanie zajęć",
}


def booking_change_email(to: Addressee, payload: dict[str, int]) -> Email | None:
    """What happened to a booking; None if the addressee is neither of its people any more."""
    with connection() as db:
        change = FIND_CHANGE.one(db, (payload["change"],))
        booking = find_bookings(db, [change.booking_id]).get(change.booking_id) if change else None
    role = _role(booking, to) if booking else None
    if change is None or booking is None or role is None:
        return None
    starts_at, zone = change.starts_at or booking.starts_at, zone_of(booking, role)
    opening = OPENINGS[event_type(change), role]
    more = consequence(change, booking, role, day_time_and_zone)
    return Email(
        subject=f"{headline(event_type(change), role)}: {counterpart(booking, role)}, {day_and_time(starts_at, zone)}",
        greeting=greeting(to.first_name),
        before=f"{opening} {more}".rstrip(),
        facts=(*_facts(booking, role, starts_at, zone), *_reason(change)),
        link_text="Otwórz platformę",
        link=f"{platform_settings().front_url}/",
        after=_closing(booking, change, role),
        calendar=_entry(booking, change, role),
    )


def reminder_email(to: Addressee, payload: dict[str, int]) -> Email | None:
    """A reminder; None if the booking was cancelled, moved or has begun meanwhile."""
    reminder = repository.find_valid_reminder(payload["reminder"], payload["due"])
    if reminder is None:
        return None
    kind, role = reminder.kind, reminder.recipient
    with connection() as db:
        booking = find_bookings(db, [reminder.booking_id])[reminder.booking_id]
    if _role(booking, to) != role:
        return None
    zone = zone_of(booking, role)
    facts = _facts(booking, role, booking.starts_at, zone)
    if kind == "cancellation_deadline":
        until = day_time_and_zone(booking.cancellable_until, zone)
        facts = (*facts, Fact("Odwołać można do", until))
    return Email(
        subject=f"{SUBJECTS[kind]}: {counterpart(booking, role)}, {day_and_time(booking.starts_at, zone)}",
        greeting=greeting(to.first_name),
        before=REMINDERS[kind],
        facts=facts,
        link_text="Dołącz do spotkania" if booking.meeting_url else "Otwórz platformę",
        link=booking.meeting_url or f"{platform_settings().front_url}/",
        after="Do zobaczenia!",
    )


def _role(booking: Booking, to: Addressee) -> Role | None:
    if booking.student_id == to.user_id:
        return "student"
    return "tutor" if booking.tutor_user_id == to.user_id else None


def _facts(booking: Booking, role: Role, starts_at: datetime, zone: ZoneInfo) -> tuple[Fact, ...]:
    facts = [
        Fact("Korepetytor" if role == "student" else "Uczeń", counterpart(booking, role)),
        Fact("Kiedy", f"{day_time_and_zone(starts_at, zone)}, {minutes(booking)}"),
        Fact("Co", f"{KINDS[booking.kind]}, {FORMS[booking.form]}"),
    ]
    if booking.meeting_url:
        facts.append(Fact("Gdzie", booking.meeting_url, is_link=True))
    elif booking.location:
        facts.append(Fact("Gdzie", booking.location))
    if role == "tutor" and booking.note:
        facts.append(Fact("Wiadomość od ucznia", booking.note))
    return (*facts, Fact("Cena", f"{booking.price:.2f} {booking.currency}".replace(".", ",")))


def _reason(change: BookingChange) -> tuple[Fact, ...]:
    return (Fact("Powód", change.reason),) if change.reason else ()


CLOSING = "Wszystkie swoje rezerwacje znajdziesz na platformie."


def _closing(booking: Booking, change: BookingChange, role: Role) -> str:
    if role != "student" or booking.state != "confirmed" or change.superseded:
        return CLOSING
    until = day_time_and_zone(booking.cancellable_until, zone_of(booking, role))
    return f"Odwołać zajęcia lub zmienić ich termin możesz najpóźniej {until}."


def _entry(booking: Booking, change: BookingChange, role: Role) -> CalendarEntry | None:
    """The booking as calendars should have it now, None for a request or an offer.

    Of several emails on their way the last one brings it, so that none undoes another.
    """
    if not change.was_confirmed or change.superseded:
        return None
    # Imported here: it reads the time zones of the world, and most mails need none of it.
    from shared.domain.calendars import mailed_entry

    method, content = mailed_entry(booking, role)
    return CalendarEntry(method, content, ICS_NAME)
