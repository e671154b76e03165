"""Emails about bookings: what happened or will happen, the facts, and a calendar entry for the reader."""

from datetime import datetime

from functions.mail import queries
from functions.mail.email_message import CalendarEntry, Email, Fact
from functions.mail.folded_changes import ChangeToTell, change_to_tell
from functions.mail.greetings import greeting
from functions.mail.new_accounts import mailable
from functions.mail.repository import Addressee
from shared.data.bookings import LIST_CHANGES_SINCE, Booking, BookingChange, Role, find_bookings
from shared.domain.booking_events import event_type
from shared.domain.booking_texts import BookingTexts
from shared.domain.platform_settings import platform_settings
from shared.kit.db.pool import connection


def booking_change_email(to: Addressee, payload: dict[str, int]) -> Email | None:
    """What happened to a booking; None if the addressee is no longer its student or tutor, or need not know."""
    with connection() as db:
        changes = LIST_CHANGES_SINCE.all(db, {"since": payload.get("since", payload["change"])})
        booking = find_bookings(db, [changes[0].booking_id]).get(changes[0].booking_id) if changes else None
    role = _role(booking, to) if booking else None
    if booking is None or role is None:
        return None
    # A mail that did not wait is about its own change, whatever happened since.
    told = change_to_tell(changes, payload["change"], role) if "since" in payload else ChangeToTell(changes[0])
    return email_of_change(to, BookingTexts(booking, role), told) if told else None


def email_of_change(to: Addressee, words: BookingTexts, told: ChangeToTell) -> Email:
    """The mail about a change, and about an open proposal that the student must respond to."""
    change = told.change
    starts_at, event = change.starts_at or words.booking.starts_at, event_type(change)
    parts = [words.consequence(each, words.moment_and_zone) for each in (change, told.proposal) if each]
    more = " ".join(filter(None, parts))
    return Email(
        subject=f"{words.headline(event)}: {words.counterpart}, {words.moment(starts_at)}",
        greeting=greeting(to.first_name, words.language),
        before=f"{words.say(f'opening.{event}.{words.role}')} {more}".rstrip(),
        facts=(*_facts(words, starts_at), *_reason(words, told.proposal or change)),
        link_text=words.say("open_platform"),
        link=f"{platform_settings().front_url}/",
        after=_closing(words, change),
        calendar=_entry(words, change),
        language=words.language,
    )


def reminder_email(to: Addressee, payload: dict[str, int]) -> Email | None:
    """A reminder; None if the booking was cancelled or moved or has begun meanwhile."""
    reminder = queries.find_valid_reminder(payload["reminder"], payload["due"])
    if reminder is None:
        return None
    kind, role = reminder.kind, reminder.recipient
    with connection() as db:
        booking = find_bookings(db, [reminder.booking_id])[reminder.booking_id]
    if _role(booking, to) != role:
        return None
    words = BookingTexts(booking, role)
    facts = _facts(words, booking.starts_at)
    if kind == "cancellation_deadline":
        until = words.moment_and_zone(booking.cancellable_until)
        facts = (*facts, Fact(words.say("fact.cancellable_until"), until))
    return Email(
        subject=f"{words.say(f'headline.{kind}')}: {words.counterpart}, {words.moment(booking.starts_at)}",
        greeting=greeting(to.first_name, words.language),
        before=words.say(f"opening.{kind}"),
        facts=facts,
        link_text=words.say("join_meeting" if booking.meeting_url else "open_platform"),
        link=booking.meeting_url or f"{platform_settings().front_url}/",
        after=words.say("closing.reminder"),
        language=words.language,
    )


def _role(booking: Booking, to: Addressee) -> Role | None:
    if booking.student_id == to.user_id:
        return "student"
    return "tutor" if booking.tutor_user_id == to.user_id else None


def _facts(words: BookingTexts, starts_at: datetime) -> tuple[Fact, ...]:
    booking, other = words.booking, "tutor" if words.role == "student" else "student"
    facts = [
        Fact(words.say(f"fact.{other}"), words.counterpart),
        Fact(words.say("fact.when"), f"{words.moment_and_zone(starts_at)}, {words.minutes}"),
        Fact(words.say("fact.what"), words.kind_and_form),
    ]
    if place := booking.meeting_url or booking.location:
        facts.append(Fact(words.say("fact.where"), place, is_link=bool(booking.meeting_url)))
    if words.role == "tutor" and booking.note:
        note = mailable(booking.student_id, booking.note, words.language)
        facts.append(Fact(words.say("fact.note"), note))
    return (*facts, Fact(words.say("fact.price"), words.price))


def _reason(words: BookingTexts, change: BookingChange) -> tuple[Fact, ...]:
    reason = mailable(change.actor_id, words.reason(change), words.language)
    return (Fact(words.say("fact.reason"), reason),) if reason else ()


def _closing(words: BookingTexts, change: BookingChange) -> str:
    if words.role != "student" or words.booking.state != "confirmed" or change.superseded:
        return words.say("closing.bookings")
    return words.say("closing.change_until", moment=words.moment_and_zone(words.booking.cancellable_until))


def _entry(words: BookingTexts, change: BookingChange) -> CalendarEntry | None:
    """The booking's current calendar entry; None for a request or an offer.

    If several emails are on their way, only the last one contains it, so that none overwrites a newer one.
    """
    if not change.is_for_calendars:
        return None
    # Imported here, because it loads all time zones, which most mails do not need.
    from shared.domain.calendars import mailed_entry

    method, content = mailed_entry(words.booking, words.role)
    return CalendarEntry(method, content, words.say("calendar.file"))
