"""Calendar entries of mails, as the inbox shows them.

`icalendar` is imported where it is used, so that the server starts without it.
"""

from dataclasses import asdict, dataclass
from datetime import date
from email.message import EmailMessage
from typing import Any


@dataclass(frozen=True)
class Invitation:
    """The first event of an iCalendar object (RFC 5545) and its method. Times are ISO 8601; missing values are ""."""

    method: str
    title: str
    starts_at: str
    ends_at: str
    organizer: str
    location: str
    file_name: str
    raw: str


def find_invitation(mail: EmailMessage) -> dict[str, Any] | None:
    """The calendar entry of a mail; None if there is no readable one."""
    for part in mail.walk():
        if part.get_content_type() in {"text/calendar", "application/ics"}:
            raw = part.get_payload(decode=True)
            if isinstance(raw, bytes) and (found := read_invitation(raw, _file_name(mail))):
                return asdict(found)
    return None


def read_invitation(raw: bytes, file_name: str) -> Invitation | None:
    from icalendar import Calendar, Event

    try:
        calendar = Calendar.from_ical(raw)
        event = next(each for each in calendar.walk() if isinstance(each, Event))
    except (ValueError, StopIteration):
        return None
    organizer = event.get("organizer")
    return Invitation(
        method=str(calendar.get("method", "")),
        title=str(event.get("summary", "")),
        starts_at=_time(event.get("dtstart")),
        ends_at=_time(event.get("dtend")),
        organizer=str(organizer.params.get("CN", organizer)) if organizer is not None else "",
        location=str(event.get("location", "")),
        file_name=file_name,
        raw=raw.decode(errors="replace"),
    )


def _file_name(mail: EmailMessage) -> str:
    """The name of the first attachment that is a calendar."""
    names = (part.get_filename() for part in mail.iter_attachments())
    return next((name for name in names if name and name.endswith(".ics")), "")


def _time(value: Any) -> str:
    """An iCalendar time or day; aware if the entry names its zone."""
    return value.dt.isoformat() if value is not None and isinstance(value.dt, date) else ""
