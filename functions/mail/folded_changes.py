"""What one folded mail says about several changes of a booking: their net result, or nothing.

The first change is the first that this mail waited for; the reader was already told about earlier ones.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.data.bookings import Booking, BookingChange, Role

ENDED_STATES = frozenset({"cancelled", "expired"})
# The kinds of change that create a booking for its student and tutor, and who is mailed about each.
MADE: dict[str, tuple[Role, ...]] = {
    "requested": ("tutor",),
    "offered": ("student",),
    "confirmed": ("student", "tutor"),
}


@dataclass(frozen=True)
class ChangeToTell:
    """The change to write about, as if it were the only one, and a proposal the student has to answer besides."""

    change: BookingChange
    proposal: BookingChange | None = None


def change_to_tell(changes: Sequence[BookingChange], last_id: int, role: Role) -> ChangeToTell | None:
    """What the reader needs to be told, None if nothing.

    `changes` may include later ones than `last_id`, which have their own mails or need none.
    """
    told = [change for change in changes if change.id <= last_id]
    question = _open_proposal(changes) if role == "student" else None
    found = _ending(told, role) if told[-1].to_state in ENDED_STATES else _made(told, role) or _moved(told)
    if found is None or (found is not question and changes[-1].id > last_id and _is_overtaken(found)):
        return None
    return ChangeToTell(found, question if question in told and question is not found else None)


def _open_proposal(changes: Sequence[BookingChange]) -> BookingChange | None:
    """The open proposal of another time that the student can still respond to."""
    about_time = [change for change in changes if change.kind.startswith("move_") or change.kind == "rescheduled"]
    is_open = bool(about_time) and about_time[-1].kind == "move_proposed" and changes[-1].to_state not in ENDED_STATES
    return about_time[-1] if is_open else None


def _is_overtaken(change: BookingChange) -> bool:
    """Whether any later change makes this one obsolete: it awaits a response, or is about a proposal or an old time."""
    is_about_time = change.kind == "rescheduled" and change.superseded
    return change.to_state == "pending" or change.kind.startswith("move_") or is_about_time


def _ending(told: Sequence[BookingChange], role: Role) -> BookingChange | None:
    """The end of a booking. If the reader never heard of it, only if they made it and the other side ended it."""
    first, last = told[0], told[-1]
    is_accepted_offer = role == "tutor" and first.was_offer and first.kind in MADE
    if first.from_state is not None and not is_accepted_offer:
        return last
    made_it = any(change.kind in MADE and change.actor_role == role for change in told)
    return last if made_it and role != last.actor_role else None


def _made(told: Sequence[BookingChange], role: Role) -> BookingChange | None:
    """The confirmation or request that the reader has not been told of, at its current time."""
    made = [change for change in told if change.kind in MADE]
    if (
        not made
        or role not in MADE[made[-1].kind]
        or (made[-1].to_state, told[-1].to_state) == ("confirmed", "pending")
    ):
        return None
    return made[-1]._replace(starts_at=None, superseded=told[-1].superseded)


def _moved(told: Sequence[BookingChange]) -> BookingChange | None:
    """The move from the time the reader knows to the latest; else the outcome of a proposal the reader knows."""
    moves, last = [change for change in told if change.kind == "rescheduled"], told[-1]
    if moves:
        # The student accepted the offer before any mail was sent, so the reader knows no earlier time.
        is_new = any(change.kind in MADE for change in told)
        return moves[-1]._replace(old_starts_at=None if is_new else moves[0].old_starts_at)
    if last.kind in MADE:
        return None
    is_news = last.kind != "move_withdrawn" or told[0].kind == "move_withdrawn"
    return last if is_news else None


@dataclass(frozen=True, slots=True)
class Untold:
    """The first change of a booking's time that the reader has not been told of, and the time before it."""

    booking_id: int
    kind: str
    old_starts_at: datetime | None


def sessions_to_tell(
    sessions: Sequence[tuple[BookingChange, Booking]], latest: Collection[int], untold: Mapping[int, Untold]
) -> list[tuple[BookingChange, Booking]]:
    """The sessions whose change still holds: new ones at their current time, moved ones from the time the reader knows.

    `latest` are the ids of each booking's last change that concerns its time or a proposal. A withdrawn proposal is
    left out if the reader has not heard of the proposal.
    """
    return [
        (_as_told(change, untold.get(booking.id)), booking)
        for change, booking in sessions
        if _holds(change, booking, latest) and _is_news(change, untold.get(booking.id))
    ]


def _as_told(change: BookingChange, untold: Untold | None) -> BookingChange:
    if change.kind in MADE:
        return change._replace(starts_at=None, superseded=False)
    if change.kind == "rescheduled" and untold and untold.old_starts_at:
        return change._replace(old_starts_at=untold.old_starts_at)
    return change


def _is_news(change: BookingChange, untold: Untold | None) -> bool:
    return change.kind != "move_withdrawn" or untold is None or untold.kind == "move_withdrawn"


def _holds(change: BookingChange, booking: Booking, latest: Collection[int]) -> bool:
    if change.kind in MADE:
        return booking.state not in ENDED_STATES and (booking.state == "pending") == (change.to_state == "pending")
    if change.kind == "rescheduled":
        return not change.superseded
    return change.id in latest or not change.kind.startswith("move_")
