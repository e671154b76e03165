"""The lock that every change of a tutor's time takes."""

from collections.abc import Collection
from uuid import UUID

from functions.availability.data.schedule_items import lock_tutor
from shared.data.locking import lock_people
from shared.domain.auth import AccountGone, CallingTutor
from shared.kit.db.pool import PooledConnection


def lock_schedule(db: PooledConnection, tutor: CallingTutor, students: Collection[UUID] = ()) -> None:
    """Lock the tutor's schedule, and some students, against changes and bookings until the transaction ends.

    Raises AccountGone.
    """
    lock_people(db, tutor.id, *students)
    if not lock_tutor(db, tutor.tutor_id):
        raise AccountGone
