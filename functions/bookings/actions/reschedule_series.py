"""Moving a weekly series, all of it or from one session on, by the same amount: all or nothing."""

from collections.abc import Collection
from uuid import UUID

from functions.bookings.actions.bookable import why_not_bookable
from functions.bookings.actions.locked_series import lock_series, sessions_from
from functions.bookings.actions.move_session import Move, move_by_student
from functions.bookings.actions.pace import check_pace
from functions.bookings.actions.propose_move import answered_until, hold, why_not_proposed
from functions.bookings.actions.reschedule import check_bounds, check_it_may_move, new_span
from functions.bookings.domain import series
from functions.bookings.domain.booking import LockedBooking
from functions.bookings.domain.commands import SeriesMove
from functions.bookings.domain.errors import WrongState
from functions.bookings.domain.series import SeriesConflict
from functions.bookings.domain.transitions import RESCHEDULABLE, Actor
from shared.domain.free_time import Calendar, Span, load_calendar
from shared.kit.db.pool import PooledConnection
from shared.kit.errors import FieldErrors, NotFound
from shared.kit.http.fields import REQUIRED


def reschedule_series(db: PooledConnection, caller_id: UUID, series_id: UUID, command: SeriesMove) -> None:
    """Move the sessions that have not begun by the same days, hours and minutes of the tutor's clock as the first.

    The student moves them within the terms of booking; the tutor proposes the move, with a reason. Raises NotFound,
    FieldErrors, WrongState, TooLateToReschedule, GroupCannotBeMoved, SeriesConflict, InThePast, TooShortNotice or
    Throttled.
    """
    bookings, role, locked = lock_series(db, series_id, caller_id)
    if role == "tutor" and not command.reason:
        raise FieldErrors({"reason": [REQUIRED]})
    wanted = sessions_from(bookings, command.from_reservation, RESCHEDULABLE)
    if not wanted:
        raise WrongState
    first = new_span(wanted[0], command)
    if first == wanted[0].span:
        return
    for each in wanted:
        check_it_may_move(each, role)
    check_pace(db, caller_id, wanted[0].student_id, wanted[0].tutor_id)
    calendar = _load_calendar(db, wanted, first)
    spans = series.shifted([each.span for each in wanted], first, calendar.terms.zone)
    for booking, span in zip(wanted, spans, strict=True):
        check_bounds(booking, span)
    actor = Actor(caller_id, role, command.reason)
    moves = [Move(booking, span, calendar.terms.busy(span)) for booking, span in zip(wanted, spans, strict=True)]
    if role == "tutor":
        _propose(db, moves, calendar, actor, locked)
    else:
        _move(db, moves, calendar, actor, locked)


def _load_calendar(db: PooledConnection, wanted: list[LockedBooking], first: Span) -> Calendar:
    """Load the calendar around the new times, without the sessions that move."""
    last = wanted[-1].span.ends_at + (first.ends_at - wanted[0].span.ends_at)
    window = Span(first.starts_at - series.LEEWAY, max(last, first.ends_at) + series.LEEWAY)
    but = [each.session_id for each in wanted]
    calendar = load_calendar(db, wanted[0].tutor_id or 0, window, but_sessions=but)
    if calendar is None:
        raise NotFound
    return calendar


def _move(db: PooledConnection, moves: list[Move], calendar: Calendar, actor: Actor, locked: Collection[UUID]) -> None:
    student_id = actor.id or UUID(int=0)
    spans, but = [each.span for each in moves], [each.booking.session_id for each in moves]
    lengths = {each.booking.length for each in moves}
    reasons = why_not_bookable(db, calendar, student_id, spans, extra_lengths=lengths, but_sessions=but)
    if conflicts := series.conflicts(spans, reasons):
        raise SeriesConflict(conflicts)
    move_by_student(db, moves, actor=actor, locked=locked, at=moves[0].booking.now)


def _propose(
    db: PooledConnection, moves: list[Move], calendar: Calendar, actor: Actor, locked: Collection[UUID]
) -> None:
    """Propose the new times; the earliest deadline of any session applies to all."""
    held_until = min(answered_until(each.booking, calendar.now, each.span) for each in moves)
    but = [each.booking.session_id for each in moves]
    reasons = [why_not_proposed(db, each, calendar, but_sessions=but) for each in moves]
    if conflicts := series.conflicts([each.span for each in moves], reasons):
        raise SeriesConflict(conflicts)
    hold(db, moves, held_until, actor=actor, locked=locked, at=moves[0].booking.now)
