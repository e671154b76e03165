"""Polish words for people, times and sessions, in notifications and mails alike."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from shared.data.bookings import Booking, BookingChange, Role
from shared.domain.booking_events import BookingEventType, Person, event_type, find_person
from shared.domain.names import presentable
from shared.domain.platform_settings import local_zone

WriteTime = Callable[[datetime, ZoneInfo], str]
ON_DAYS = ("w poniedziałek", "we wtorek", "w środę", "w czwartek", "w piątek", "w sobotę", "w niedzielę")
OF_MONTHS = (
    "stycznia",
    "lutego",
    "marca",
    "kwietnia",
    "maja",
    "czerwca",
    "lipca",
    "sierpnia",
    "września",
    "października",
    "listopada",
    "grudnia",
)
NAMELESS: dict[Role, str] = {"student": "uczeń", "tutor": "korepetytor"}
KINDS = {"individual": "zajęcia indywidualne", "group": "zajęcia grupowe"}
FORMS = {"online": "online", "in_person": "stacjonarnie"}


def full_name(person: Person | None, role: Role) -> str:
    """The name of a person, or what that person is to the other."""
    names = (presentable(person.first_name), presentable(person.last_name)) if person else ()
    return " ".join(filter(None, names)) or NAMELESS[role]


def day_and_time(moment: datetime, zone: ZoneInfo) -> str:
    """Such as "w środę 10 stycznia 2035 o 14:00"; the zone is named where it is not the platform's."""
    return _by_the_clock(moment, zone) if zone.key == local_zone().key else day_time_and_zone(moment, zone)


def day_time_and_zone(moment: datetime, zone: ZoneInfo) -> str:
    """Such as "w środę 10 stycznia 2035 o 14:00 (Europe/Warsaw)": for mails, which are read anywhere."""
    return f"{_by_the_clock(moment, zone)} ({zone.key})"


def _by_the_clock(moment: datetime, zone: ZoneInfo) -> str:
    local = moment.astimezone(zone)
    day = f"{ON_DAYS[local.weekday()]} {local.day} {OF_MONTHS[local.month - 1]} {local.year}"
    return f"{day} o {local:%H:%M}"


def describe(booking: Booking) -> str:
    """Such as "zajęcia indywidualne, online, 60 min"."""
    return f"{KINDS[booking.kind]}, {FORMS[booking.form]}, {minutes(booking)}"


def minutes(booking: Booking) -> str:
    """Such as "60 min"."""
    return f"{round(booking.length.total_seconds() / 60)} min"


HEADLINES: dict[BookingEventType, str] = {
    "requested": "Prośba o rezerwację",
    "booked": "Nowa rezerwacja",
    "confirmed": "Rezerwacja potwierdzona",
    "declined": "Prośba o rezerwację odrzucona",
    "withdrawn": "Prośba o rezerwację wycofana",
    "cancelled": "Zajęcia odwołane",
    "expired": "Prośba o rezerwację wygasła",
    "offered": "Zwolniło się miejsce",
    "offer_declined": "Miejsce odrzucone",
    "offer_expired": "Miejsce z listy oczekujących przepadło",
    "rescheduled": "Zmiana terminu zajęć",
    "completed": "Zajęcia zakończone",
    "no_show": "Nieobecność na zajęciach",
}


def headline(event: BookingEventType, role: Role) -> str:
    """What happened, in a few words for one of the two people."""
    if event == "booked" and role == "student":
        return HEADLINES["confirmed"]
    return HEADLINES[event]


def sentence(change: BookingChange, booking: Booking, role: Role) -> str:
    """What happened: with whom, when by the reader's clock, and what; and what the reader can do about it."""
    starts_at = change.starts_at or booking.starts_at
    who, when = counterpart(booking, role), day_and_time(starts_at, zone_of(booking, role))
    fact = f"{headline(event_type(change), role)}: {who}, {when} ({describe(booking)})."
    return f"{fact} {consequence(change, booking, role)}".rstrip()


def counterpart(booking: Booking, role: Role) -> str:
    """The other one of the two, to the one who reads."""
    other: Role = "tutor" if role == "student" else "student"
    return full_name(find_person(booking, other), other)


def zone_of(booking: Booking, role: Role) -> ZoneInfo:
    reader = find_person(booking, role)
    return reader.zone if reader else local_zone()


def consequence(change: BookingChange, booking: Booking, role: Role, write_time: WriteTime = day_and_time) -> str:
    """What follows for the reader, "" if nothing does."""
    zone = zone_of(booking, role)
    until = f" najpóźniej {write_time(booking.expires_at, zone)}" if booking.expires_at else ""
    match event_type(change), role:
        case "requested", "tutor":
            return f"Odpowiedz{until}."
        case "offered", "student":
            return f"Potwierdź swój udział{until}."
        case "rescheduled", _:
            before = _previously(change, booking, lambda moment: write_time(moment, zone))
            waits = {"tutor": " Potwierdź nowy termin.", "student": " Nowy termin czeka na potwierdzenie."}[role]
            return before + (waits if change.to_state == "pending" else "")
        case "withdrawn" | "cancelled", "tutor" if not booking.taken:
            return "Termin jest znów wolny."
        case "completed", "student":
            return "Możesz wystawić ocenę."
    return ""


def _previously(change: BookingChange, booking: Booking, write_time: Callable[[datetime], str]) -> str:
    """When it was to start before it was moved; where only its length changed, how long it is now."""
    if change.old_starts_at is None:
        return ""
    if change.old_starts_at == (change.starts_at or booking.starts_at):
        return f"Zaczynają się o tej samej porze, trwają teraz {minutes(booking)}."
    return f"Poprzednio {write_time(change.old_starts_at)}."
