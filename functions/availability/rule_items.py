"""Rules become items of the schedule, for the days ahead that can be booked.

So every client sees one kind of thing, and whoever books asks one table.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from functions.availability import rules_repository
from functions.availability.offers import Override, Rules, Weekly, difference
from functions.availability.wall_clock import DAY, instant
from shared.domain.free_time import Span
from shared.kit.db.pool import PooledConnection


@dataclass(frozen=True)
class Plan:
    """The days, the last one included, that are to be made for a tutor."""

    tutor_id: int
    rules: Rules
    first: date
    last: date
    now: datetime

    @property
    def begins_at(self) -> datetime:
        return instant(self.first, 0, self.rules.zone)

    def offered(self) -> list[Span]:
        """What the rules offer on these days."""
        return list(self.rules.offered(self.first, self.last))


def make_rule_items(db: PooledConnection, tutor_ids: Sequence[int], *, only_new_days: bool = False) -> int:
    """Bring schedules in line with the rules, or only add the days that have come into reach.

    Items that are right already keep their ids, past ones stay. Returns for how many tutors there was something to
    look at. They must be locked (`shared.data.locking`).
    """
    plans = load_plans(db, tutor_ids, only_new_days=only_new_days)
    if not plans:
        return 0
    stored = rules_repository.list_stored(db, {plan.tutor_id: plan.begins_at for plan in plans})
    gone: list[int] = []
    new: list[tuple[int, Span]] = []
    for plan in plans:
        removed, added = difference(plan.offered(), stored[plan.tutor_id], max(plan.now, plan.begins_at))
        gone += removed
        new += [(plan.tutor_id, span) for span in added]
    rules_repository.remove_rule_items(db, gone)
    rules_repository.add_rule_items(db, new)
    rules_repository.set_horizon(db, {plan.tutor_id: plan.last for plan in plans})
    return len(plans)


def load_plans(db: PooledConnection, tutor_ids: Sequence[int], *, only_new_days: bool = False) -> list[Plan]:
    """Plans for those of some tutors who have days to be made."""
    rows = rules_repository.load_rules(db, tutor_ids)
    plans = [_plan(row, only_new_days=only_new_days) for row in rows]
    return [plan for plan in plans if plan.first <= plan.last]


def _plan(row: dict[str, Any], *, only_new_days: bool) -> Plan:
    now, zone = row["now"].astimezone(UTC), ZoneInfo(row["time_zone"])
    first = now.astimezone(zone).date()
    if only_new_days and row["horizon"] is not None:
        first = max(first, row["horizon"] + DAY)
    overrides = [
        Override(kind, date.fromisoformat(first_day), date.fromisoformat(last_day), starts, ends)
        for kind, first_day, last_day, starts, ends in row["overrides"]
    ]
    rules = Rules(zone, [Weekly(*each) for each in row["weekly"]], overrides)
    return Plan(row["tutor_id"], rules, first, last_day_made(now, row["booking_window"]), now)


def last_day_made(now: datetime, booking_window: int) -> date:
    """A day more than can be booked; counted in UTC, so that the database can tell who is behind."""
    return now.date() + timedelta(days=booking_window + 1)
