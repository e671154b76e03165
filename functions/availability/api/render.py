"""Convert stored rows to the response bodies of `responses`."""

from typing import Any
from zoneinfo import ZoneInfo

from functions.availability.actions.slots import BookableSlot
from functions.availability.data.overrides import StoredOverride
from functions.availability.data.weekly_hours import Week
from shared.domain.time_of_day import format_time_of_day


def render_week(week: Week) -> dict[str, Any]:
    hours = [
        {
            "weekday": each.weekday,
            "start": format_time_of_day(each.starts),
            "end": format_time_of_day(each.ends),
        }
        for each in week.hours
    ]
    return {"time_zone": week.time_zone, "hours": hours}


def render_override(override: StoredOverride) -> dict[str, Any]:
    return {
        "id": override.id,
        "kind": override.kind,
        "first_day": override.first_day.isoformat(),
        "last_day": override.last_day.isoformat(),
        "start": format_time_of_day(override.starts),
        "end": format_time_of_day(override.ends),
        "note": override.note,
    }


def render_slot(slot: BookableSlot, zone: ZoneInfo) -> dict[str, Any]:
    body: dict[str, Any] = {
        "start_time": slot.span.starts_at.astimezone(zone).isoformat(),
        "end_time": slot.span.ends_at.astimezone(zone).isoformat(),
        "kind": slot.kind.kind,
    }
    if slot.kind.kind == "group":
        body |= {"session": slot.kind.session_id, "free_seats": slot.kind.free_seats, "seats": slot.kind.seats}
    return body
