"""The verbs of weekly hours and their overrides, and their refusals."""

from itertools import pairwise
from typing import Any

from functions.availability import hours_repository
from functions.availability.hours_schemas import Hours, NewHours, NewOverride
from functions.availability.offers import Weekly
from functions.availability.rule_items import make_rule_items
from functions.availability.times import time_text
from shared.domain.auth import AccountGone
from shared.kit.db.pool import PooledConnection
from shared.kit.errors import CodedError, FieldErrors, NotFound

MAX_OVERRIDES = 500
ENDS_FIRST = "Godzina rozpoczęcia musi być wcześniejsza niż godzina zakończenia."
OVERLAP = "Godziny jednego dnia nie mogą na siebie zachodzić."
LAST_DAY_FIRST = "Ostatni dzień nie może być wcześniejszy niż pierwszy."


class TooManyOverrides(CodedError):
    """The tutor has as many overrides to come as there may be."""

    status = 409
    code = "too_many_overrides"
    detail = f"Możesz mieć co najwyżej {MAX_OVERRIDES} nadchodzących wyjątków. Usuń któryś z nich."


def find_week(tutor_id: int) -> dict[str, Any]:
    """The tutor's zone and hours. Raises AccountGone."""
    week = hours_repository.find_week(tutor_id)
    if week is None:
        raise AccountGone
    time_zone, hours = week
    shown = [{"weekday": day, "start": time_text(starts), "end": time_text(ends)} for day, starts, ends in hours]
    return {"time_zone": time_zone, "hours": shown}


def replace_week(db: PooledConnection, tutor_id: int, week: NewHours) -> None:
    """Put other hours in the place of all. The tutor must be locked. Raises FieldErrors."""
    hours = read_week(week.hours)
    if week.time_zone:
        hours_repository.set_zone(db, tutor_id, week.time_zone)
    hours_repository.replace_week(db, tutor_id, hours)
    make_rule_items(db, [tutor_id])


def read_week(hours: list[Hours]) -> list[Weekly]:
    """Hours in order. Raises FieldErrors if some end before they start, or overlap others of their day."""
    week = sorted(Weekly(each.weekday, each.start, each.end) for each in hours)
    if any(each.starts >= each.ends for each in week):
        raise FieldErrors({"hours": [ENDS_FIRST]})
    if any(one.weekday == other.weekday and other.starts < one.ends for one, other in pairwise(week)):
        raise FieldErrors({"hours": [OVERLAP]})
    return week


def list_overrides(tutor_id: int) -> list[dict[str, Any]]:
    """Overrides that are not over, by their days."""
    return [_shown(each) for each in hours_repository.list_overrides(tutor_id)]


def add_override(db: PooledConnection, tutor_id: int, override: NewOverride) -> dict[str, Any]:
    """Change some days. The tutor must be locked. Raises FieldErrors or TooManyOverrides."""
    if override.start >= override.end:
        raise FieldErrors({"end": [ENDS_FIRST]})
    last_day = override.last_day or override.first_day
    if last_day < override.first_day:
        raise FieldErrors({"last_day": [LAST_DAY_FIRST]})
    if hours_repository.count_overrides(db, tutor_id) >= MAX_OVERRIDES:
        raise TooManyOverrides
    row = {
        "kind": override.kind,
        "first_day": override.first_day,
        "last_day": last_day,
        "starts": override.start,
        "ends": override.end,
        "note": override.note,
    }
    override_id = hours_repository.add_override(db, tutor_id, row)
    make_rule_items(db, [tutor_id])
    return _shown({"id": override_id, **row})


def delete_override(db: PooledConnection, tutor_id: int, override_id: int) -> None:
    """The tutor must be locked. Raises NotFound."""
    if not hours_repository.delete_override(db, tutor_id, override_id):
        raise NotFound
    make_rule_items(db, [tutor_id])


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": row["id"],
        "kind": row["kind"],
        "first_day": row["first_day"].isoformat(),
        "last_day": row["last_day"].isoformat(),
        "start": time_text(row["starts"]),
        "end": time_text(row["ends"]),
        "note": row["note"],
    }
