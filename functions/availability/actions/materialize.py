"""Materialize schedule items from the rules, for the days ahead that can be booked.

This way every client sees one kind of item, and a booking queries one table.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from functions.availability.data import rules
from functions.availability.data.rules import TutorRules
from functions.availability.domain.recurrence import Rules
from functions.availability.domain.schedule_diff import diff_schedule
from functions.availability.domain.wall_clock import DAY, instant
from shared.domain.free_time import Span
from shared.kit.db.pool import PooledConnection


class Plan(NamedTuple):
    """The days, the last one included, to materialize for a tutor."""

    tutor_id: int
    rules: Rules
    first: date
    last: date
    now: datetime

    @property
    def begins_at(self) -> datetime:
        return instant(self.first, 0, self.rules.zone)

    def offered(self) -> list[Span]:
        """What the rules offer on the days of the plan."""
        return list(self.rules.offered(self.first, self.last))


def materialize(db: PooledConnection, tutor_ids: Sequence[int], *, only_new_days: bool = False) -> int:
    """Bring schedules in line with the rules, or only add the days that the booking window has newly reached.

    Items that already match keep their ids; past items stay. Returns the number of tutors with days to process. The
    tutors must be locked (`shared.data.locking`).
    """
    plans = load_plans(db, tutor_ids, only_new_days=only_new_days)
    if not plans:
        return 0
    stored = rules.list_stored(db, {plan.tutor_id: plan.begins_at for plan in plans})
    removed: list[int] = []
    added: list[tuple[int, Span]] = []
    for plan in plans:
        diff = diff_schedule(plan.offered(), stored[plan.tutor_id], max(plan.now, plan.begins_at))
        removed += diff.removed
        added += [(plan.tutor_id, span) for span in diff.added]
    rules.remove_rule_items(db, removed)
    rules.add_rule_items(db, added)
    rules.set_horizon(db, {plan.tutor_id: plan.last for plan in plans})
    return len(plans)


def load_plans(db: PooledConnection, tutor_ids: Sequence[int], *, only_new_days: bool = False) -> list[Plan]:
    """Plans for those of the given tutors who have days to materialize."""
    plans = [_plan(each, only_new_days=only_new_days) for each in rules.load_rules(db, tutor_ids)]
    return [plan for plan in plans if plan.first <= plan.last]


def _plan(found: TutorRules, *, only_new_days: bool) -> Plan:
    first = found.now.astimezone(found.rules.zone).date()
    if only_new_days and found.horizon is not None:
        first = max(first, found.horizon + DAY)
    return Plan(found.tutor_id, found.rules, first, last_day_made(found.now, found.booking_window), found.now)


def last_day_made(now: datetime, booking_window: int) -> date:
    """One day more than can be booked; in UTC, so that SQL can compare horizons without time zones."""
    return now.date() + timedelta(days=booking_window + 1)
