"""Which sessions of a tutor can be booked."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from functions.availability import terms_repository
from shared.domain.free_time import Span, Terms
from shared.domain.platform_settings import local_zone
from shared.domain.time_zones import UNKNOWN_ZONE, find_zone
from shared.kit.errors import FieldErrors, NotFound
from shared.kit.http import fields
from shared.kit.http.fields import whole_number
from shared.kit.http.query_string import parse_query

DEFAULT_SPAN, MAX_SPAN = timedelta(days=7), timedelta(days=62)
# Beyond, no calendar has been made that could be compared in every zone.
YEARS = range(2, 9998)
NOT_OFFERED = "Dostępne długości zajęć w minutach: {}."
BACKWARDS = "Koniec zakresu musi być późniejszy niż jego początek."
TOO_WIDE = f"Zakres może mieć co najwyżej {MAX_SPAN.days} dni."


@dataclass(frozen=True)
class Wanted:
    """What is asked for: a window, as the clocks of a zone show it, and maybe a length in minutes."""

    zone: ZoneInfo
    starts_at: datetime
    ends_at: datetime
    length: int | None

    @property
    def window(self) -> Span:
        return Span(self.starts_at.astimezone(UTC), self.ends_at.astimezone(UTC))


def list_slots(tutor_id: int, query: bytes) -> list[dict[str, Any]]:
    """Free slots and groups with free seats, by their start. Raises FieldErrors or NotFound."""
    wanted = read_wanted(query)
    found = terms_repository.load_slots(tutor_id, wanted.window)
    if found is None:
        raise NotFound
    calendar, groups = found
    lengths = calendar.terms.session_lengths
    length = lengths[0] if wanted.length is None else wanted.length
    if length not in lengths:
        raise FieldErrors({"length": [NOT_OFFERED.format(", ".join(map(str, lengths)))]})
    kind = _free_time(calendar.terms)
    slots: list[tuple[Span, dict[str, Any]]] = [(slot, kind) for slot in calendar.free_slots(length, wanted.window)]
    for group in groups:
        shown = {"kind": "group", "session": group.id, "free_seats": group.free_seats, "seats": group.seats}
        slots.append((Span(group.starts_at, group.ends_at), shown))
    slots.sort(key=lambda each: each[0])
    return [{**_times(span, wanted.zone), **shown} for span, shown in slots]


def _free_time(terms: Terms) -> dict[str, Any]:
    """What free time can be booked as. Who teaches groups only opens one; who has declared nothing teaches alone."""
    if terms.individual_sessions or not terms.group_sessions:
        return {"kind": "individual"}
    return {"kind": "group", "session": None, "free_seats": terms.group_seats, "seats": terms.group_seats}


def _times(span: Span, zone: ZoneInfo) -> dict[str, str]:
    return {
        "start_time": span.starts_at.astimezone(zone).isoformat(),
        "end_time": span.ends_at.astimezone(zone).isoformat(),
    }


def read_wanted(query: bytes) -> Wanted:
    """What a query string asks for; without times the next seven days. Raises FieldErrors for all that is wrong."""
    given = {name: values[0].strip() for name, values in parse_query(query).items()}
    errors: dict[str, list[str]] = {}
    zone = find_zone(given["tz"]) if given.get("tz") else local_zone()
    if zone is None:
        errors["tz"] = [UNKNOWN_ZONE]
    moments: dict[str, datetime] = {}
    for name in ("from", "to"):
        if text := given.get(name):
            try:
                moments[name] = _read_moment(text, zone or local_zone())
            except ValueError as error:
                errors[name] = [str(error)]
    length = whole_number(given["length"]) if given.get("length") else None
    if length is None and given.get("length"):
        errors["length"] = [fields.NOT_INTEGER]
    if zone is None or errors:
        raise FieldErrors(errors)
    return _checked(zone, moments, length)


def _checked(zone: ZoneInfo, moments: dict[str, datetime], length: int | None) -> Wanted:
    starts_at = moments.get("from") or datetime.now(zone)
    ends_at = moments.get("to") or starts_at + DEFAULT_SPAN
    wanted = Wanted(zone, starts_at, ends_at, length)
    if wanted.window.starts_at >= wanted.window.ends_at:
        raise FieldErrors({"to": [BACKWARDS]})
    # By the clocks of the zone, so that 62 days are 62 days whatever the clocks do in between.
    if ends_at.replace(tzinfo=None) - starts_at.replace(tzinfo=None) > MAX_SPAN:
        raise FieldErrors({"to": [TOO_WIDE]})
    return wanted


def _read_moment(text: str, zone: ZoneInfo) -> datetime:
    """A date is its midnight. Raises ValueError with a complaint."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(fields.NOT_MOMENT) from None
    if moment.year not in YEARS:
        raise ValueError(fields.MOMENT_OUT_OF_RANGE)
    return moment.replace(tzinfo=zone) if moment.tzinfo is None else moment.astimezone(zone)
