"""What to tell somebody of the changes of a booking that one mail is about: where they led, or nothing.

The first of them is the first that this mail waited for; of what was before, the reader was told.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from shared.data.bookings import Booking, BookingChange, Role
from shared.domain.booking_events import event_type

ENDED_STATES = frozenset({"cancelled", "expired"})
# Mails that want an answer: of no use once there is one.
QUESTIONS = frozenset({"requested", "offered", "move_proposed"})


def change_to_tell(changes: Sequence[BookingChange], last_id: int, role: Role) -> BookingChange | None:
    """The change to write about, as if it were the only one; None if the reader need not know.

    `changes` may go on after the one with `last_id`: mails of their own are about these.
    """
    told = [change for change in changes if change.id <= last_id]
    waited = len(told) > 1
    if event_type(told[-1]) == "move_withdrawn" and "move_proposed" in map(event_type, told):
        told = [change for change in told if event_type(change) not in {"move_proposed", "move_withdrawn"}]
    if not told:
        return None
    last = told[-1]
    is_answered = event_type(last) in QUESTIONS and changes[-1].id > last_id
    if is_answered or (waited and _came_to_nothing(told, role)):
        return None
    return _moved(told) if last.kind == "rescheduled" and waited else last


def _came_to_nothing(told: Sequence[BookingChange], role: Role) -> bool:
    """Whether it was made and ended while the mail waited, and the reader did not make it or ended it."""
    first, last = told[0], told[-1]
    if first.from_state is not None or last.to_state not in ENDED_STATES:
        return False
    return role == last.actor_role or role != first.actor_role


def _moved(told: Sequence[BookingChange]) -> BookingChange:
    """What was moved before anybody heard of it is new, at its new time; else it was moved from where it was first."""
    last = told[-1]
    if told[0].from_state is None:
        made = [change for change in told if change.kind != "rescheduled"][-1]
        return replace(made, starts_at=last.starts_at, superseded=last.superseded)
    first_move = next(change for change in told if change.kind == "rescheduled")
    return replace(last, old_starts_at=first_move.old_starts_at)


def sessions_to_tell(
    sessions: Sequence[tuple[BookingChange, Booking]], waited: int, role: Role
) -> list[tuple[BookingChange, Booking]]:
    """Those sessions of a series that the reader has to know of, after the mail waited so many seconds.

    Of a new series what has ended is not told; of an ended one not what was made and ended while a mail waited, but to
    the student who made it where it was the tutor who ended it.
    """
    change = sessions[0][0]
    if change.from_state is None:
        return [each for each in sessions if each[1].state not in ENDED_STATES]
    if change.to_state in ENDED_STATES and role in {change.actor_role, "tutor"}:
        return [each for each in sessions if each[1].updated_at - each[1].created_at >= timedelta(seconds=waited)]
    return list(sessions)
