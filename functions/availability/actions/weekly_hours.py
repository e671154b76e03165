"""Replace all weekly hours."""

from functions.availability.actions.materialize import materialize
from functions.availability.actions.schedule_lock import lock_schedule
from functions.availability.data.weekly_hours import set_week, set_zone
from functions.availability.domain.commands import NewWeek
from shared.domain.auth import CallingTutor
from shared.kit.db.transactions import transaction


def replace_weekly_hours(tutor: CallingTutor, week: NewWeek) -> None:
    """Replace all weekly hours; the schedule shows it at once. Raises FieldErrors or AccountGone."""
    with transaction() as db:
        lock_schedule(db, tutor)
        hours = week.checked()
        if week.time_zone:
            set_zone(db, tutor.tutor_id, week.time_zone)
        set_week(db, tutor.tutor_id, hours)
        materialize(db, [tutor.tutor_id])
