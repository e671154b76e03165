"""Bookings as iCalendar (RFC 5545): entries mailed to people (RFC 5546, 6047), and feeds that calendars fetch.

`icalendar` is imported where it is used: few events need it.
"""

from collections.abc import Iterable
from datetime import UTC
from email.utils import parseaddr
from typing import TYPE_CHECKING, Literal

from shared.data.bookings import Booking, Role
from shared.domain.booking_events import find_person
from shared.domain.booking_texts import BookingTexts, full_name
from shared.kit.settings import settings
from shared.kit.text import without_controls
from shared.texts import DEFAULT_LANGUAGE, Language, texts

if TYPE_CHECKING:
    from icalendar import Calendar, Event, vCalAddress

Method = Literal["REQUEST", "CANCEL", "PUBLISH"]
PRODUCT = "-//Korepetycje//Rezerwacje//PL"
STATUSES = {"pending": "TENTATIVE", "cancelled": "CANCELLED", "expired": "CANCELLED"}


def uid(booking: Booking) -> str:
    """An id that stays the same for ever and differs between installations."""
    return f"booking-{booking.id}-{booking.created_at.timestamp() * 1_000_000:.0f}@tutoring-platform"


def mailed_entry(booking: Booking, role: Role) -> tuple[Method, bytes]:
    """A booking's current entry for one of its two people, and its iCalendar method."""
    method: Method = "CANCEL" if booking.state in {"cancelled", "expired"} else "REQUEST"
    calendar = _calendar(method)
    event = _event(booking, role)
    # Each person sees the other's name but not the e-mail address.
    event.add("organizer", _organizer())
    event.add("attendee", _attendee(booking, role))
    calendar.add_component(event)
    return method, bytes(calendar.to_ical())


def mailed_entries(bookings: Iterable[Booking], role: Role) -> bytes:
    """Current entries of several bookings. METHOD:PUBLISH, because only published entries may differ in their ids."""
    calendar = _calendar("PUBLISH")
    for booking in bookings:
        event = _event(booking, role)
        event.add("organizer", _organizer())
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def feed(entries: Iterable[tuple[Booking, Role]], language: Language) -> bytes:
    """A feed of all of a person's bookings; its bytes stay the same as long as no booking changes."""
    calendar = _calendar("PUBLISH")
    calendar.add("x-wr-calname", texts(language)["calendar.name"])
    calendar.add("x-published-ttl", "PT1H")
    for booking, role in entries:
        calendar.add_component(_event(booking, role))
    return bytes(calendar.to_ical())


def _calendar(method: Method) -> "Calendar":
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    return calendar


def _event(booking: Booking, role: Role) -> "Event":
    from icalendar import Event

    event = Event()
    event.add("uid", uid(booking))
    event.add("sequence", booking.sequence)
    event.add("dtstamp", booking.updated_at.astimezone(UTC))
    event.add("last-modified", booking.updated_at.astimezone(UTC))
    event.add("dtstart", booking.starts_at.astimezone(UTC))
    event.add("dtend", booking.ends_at.astimezone(UTC))
    for name, text in _texts(booking, role).items():
        # A single control character makes strict calendars refuse the whole feed.
        if (clean := without_controls(text)).strip():
            event.add(name, clean)
    event.add("status", STATUSES.get(booking.state, "CONFIRMED"))
    event.add("transp", "OPAQUE")
    return event


def _texts(booking: Booking, role: Role) -> dict[str, str]:
    words = BookingTexts(booking, role)
    return {
        "summary": words.say("calendar.summary", name=words.counterpart),
        "description": f"{words.kind_and_form.capitalize()}.",
        "location": booking.meeting_url or booking.location,
        "url": booking.meeting_url,
    }


def _organizer() -> "vCalAddress":
    """The platform is the organizer: replies from calendars go to the address that all mail comes from."""
    name, address = parseaddr(settings().mail_from)
    return _address(address, name)


def _attendee(booking: Booking, role: Role) -> "vCalAddress":
    person = find_person(booking, role)
    attendee = _address(
        person.email if person else "", full_name(person, role, person.language if person else DEFAULT_LANGUAGE)
    )
    attendee.params["ROLE"] = "REQ-PARTICIPANT"
    attendee.params["PARTSTAT"] = "ACCEPTED"
    attendee.params["RSVP"] = "FALSE"
    return attendee


def _address(email: str, name: str) -> "vCalAddress":
    from icalendar import vCalAddress

    address = vCalAddress(f"mailto:{email}")
    if name:
        address.params["CN"] = without_controls(name)
    return address
