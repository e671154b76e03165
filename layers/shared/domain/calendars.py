"""Bookings as iCalendar (RFC 5545): entries mailed to people (RFC 5546, 6047), and feeds that calendars fetch.

`icalendar` is imported where it is used: few events need it.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr
from typing import TYPE_CHECKING, Literal, NamedTuple

from shared.data.bookings import Booking, Role
from shared.domain.booking_events import find_person
from shared.domain.booking_texts import full_name, kind_and_form, name_or_role
from shared.kit.settings import settings
from shared.kit.text import without_controls
from shared.texts import DEFAULT_LANGUAGE, Language, texts

if TYPE_CHECKING:
    from icalendar import Calendar, Event, vCalAddress

Method = Literal["REQUEST", "CANCEL", "PUBLISH"]
PRODUCT = "-//Korepetycje//Rezerwacje//PL"
STATUSES = {"pending": "TENTATIVE", "cancelled": "CANCELLED", "expired": "CANCELLED"}
# How often calendars that do as they are told ask for a feed.
REFRESH = timedelta(hours=1)
END = b"END:VCALENDAR\r\n"


class Entry(NamedTuple):
    """All that a calendar shows of a booking: `role` and the names are those of the other person.

    The names are empty if that account was deleted, `meeting_url` until the seat is certain.
    """

    booking_id: int
    created_at: datetime
    updated_at: datetime
    starts_at: datetime
    ends_at: datetime
    sequence: int
    state: str
    kind: str
    form: str
    location: str
    meeting_url: str
    role: Role
    first_name: str
    last_name: str

    @property
    def uid(self) -> str:
        """An id that stays the same for ever and differs between installations."""
        return f"booking-{self.booking_id}-{self.created_at.timestamp() * 1_000_000:.0f}@tutoring-platform"


def mailed_entry(booking: Booking, role: Role) -> tuple[Method, bytes]:
    """A booking's current entry for one of its two people, and its iCalendar method."""
    method: Method = "CANCEL" if booking.state in {"cancelled", "expired"} else "REQUEST"
    calendar = _calendar(method)
    event = _mailed_event(booking, role)
    # Each person sees the other's name but not the e-mail address.
    event.add("organizer", _organizer())
    event.add("attendee", _attendee(booking, role))
    calendar.add_component(event)
    return method, bytes(calendar.to_ical())


def mailed_entries(bookings: Iterable[Booking], role: Role) -> bytes:
    """Current entries of several bookings. METHOD:PUBLISH, because only published entries may differ in their ids."""
    calendar = _calendar("PUBLISH")
    for booking in bookings:
        event = _mailed_event(booking, role)
        event.add("organizer", _organizer())
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def feed(events: Iterable[bytes], language: Language) -> bytes:
    """A feed of published events; its bytes stay the same as long as they do."""
    calendar = _calendar("PUBLISH")
    calendar.add("x-wr-calname", texts(language)["calendar.name"])
    # Two names for the same: RFC 7986's, and the one that Outlook has always known.
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    return b"".join((bytes(calendar.to_ical()).removesuffix(END), *events, END))


def published_event(entry: Entry, language: Language) -> bytes:
    """A booking's entry in a feed, as lines of iCalendar."""
    return bytes(_event(entry, language).to_ical())


def _calendar(method: Method) -> "Calendar":
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    return calendar


def _mailed_event(booking: Booking, role: Role) -> "Event":
    student = booking.student_first_name, booking.student_last_name
    tutor = booking.tutor_first_name, booking.tutor_last_name
    other: tuple[Role, str, str] = ("tutor", *tutor) if role == "student" else ("student", *student)
    entry = Entry(
        booking.id,
        booking.created_at,
        booking.updated_at,
        booking.starts_at,
        booking.ends_at,
        booking.sequence,
        booking.state,
        booking.kind,
        booking.form,
        booking.location,
        booking.meeting_url,
        *other,
    )
    return _event(entry, booking.student_language if role == "student" else booking.tutor_language)


def _event(entry: Entry, language: Language) -> "Event":
    from icalendar import Event

    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", entry.updated_at.astimezone(UTC))
    event.add("last-modified", entry.updated_at.astimezone(UTC))
    event.add("dtstart", entry.starts_at.astimezone(UTC))
    event.add("dtend", entry.ends_at.astimezone(UTC))
    for name, text in _texts(entry, language).items():
        # A single control character makes strict calendars refuse the whole feed.
        if (clean := without_controls(text)).strip():
            event.add(name, clean)
    event.add("status", STATUSES.get(entry.state, "CONFIRMED"))
    event.add("transp", "OPAQUE")
    return event


def _texts(entry: Entry, language: Language) -> dict[str, str]:
    name = name_or_role(entry.first_name, entry.last_name, entry.role, language)
    return {
        "summary": texts(language)["calendar.summary"].format(name=name),
        "description": f"{kind_and_form(entry.kind, entry.form, language).capitalize()}.",
        "location": entry.meeting_url or entry.location,
        "url": entry.meeting_url,
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
