"""What can be booked: which times, in which form, and the resulting session."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from uuid import UUID

from functions.bookings.actions.requested_slot import RequestedSlot
from functions.bookings.actions.seats import new_room
from functions.bookings.data import lookups
from functions.bookings.data.repository import SessionForm, SessionTime
from functions.bookings.domain.commands import SlotCommand
from functions.bookings.domain.errors import SlotConflict
from shared.domain.free_time import Calendar, Span, Terms
from shared.kit.db.pool import PooledConnection
from shared.kit.errors import FieldErrors

NOT_THIS_FORM = "Korepetytor nie prowadzi zajęć w tej formie."
NOT_THIS_KIND = "Korepetytor nie prowadzi takich zajęć."


def why_not_bookable(
    db: PooledConnection,
    calendar: Calendar,
    student_id: UUID,
    spans: Sequence[Span],
    *,
    extra_lengths: Collection[timedelta],
    but_sessions: Sequence[int] = (),
    is_student_free: bool = False,
) -> list[SlotConflict | None]:
    """Why each of these spans cannot be booked; None for a span that can.

    A span must last as long as the terms or `extra_lengths` allow. With `is_student_free` the caller already knows
    that the student has no other session then.
    """
    reasons: list[SlotConflict | None] = [why_not(calendar, span, extra_lengths) for span in spans]
    if None in reasons and not is_student_free:
        for place in lookups.find_busy(db, [student_id], spans, but_sessions=but_sessions):
            reasons[place] = reasons[place] or "student_busy"
    return reasons


def why_not(calendar: Calendar, span: Span, extra_lengths: Collection[timedelta]) -> SlotConflict | None:
    """Why the tutor cannot be booked for a span; None if they can."""
    length = span.ends_at - span.starts_at
    if length in extra_lengths or length in (timedelta(minutes=each) for each in calendar.terms.session_lengths):
        return calendar.why_not(span)
    return "not_offered"


def session_form(terms: Terms, command: SlotCommand) -> SessionForm:
    """The form of the session, online unless the tutor does not teach online.

    Raises FieldErrors for a kind or form that the tutor does not offer.
    """
    group = command.kind == "group"
    if not (terms.group_sessions if group else terms.individual_sessions):
        raise FieldErrors({"kind": [NOT_THIS_KIND]})
    form = command.form or ("online" if terms.online_sessions else "in_person")
    if not (terms.online_sessions if form == "online" else terms.in_person_sessions):
        raise FieldErrors({"form": [NOT_THIS_FORM]})
    seats, location = terms.group_seats if group else 1, terms.location if form == "in_person" else ""
    return SessionForm(terms.tutor_id, command.kind, form, seats, location)


def session_times(terms: Terms, form: SessionForm, slot: RequestedSlot, spans: Sequence[Span]) -> list[SessionTime]:
    """The times of the sessions, each with its own room; the one at the requested time refers to the schedule item."""
    return [
        SessionTime(
            span,
            terms.busy(span),
            slot.item_id if span == slot.span else None,
            (terms.meeting_url or new_room()) if form.form == "online" else "",
        )
        for span in spans
    ]
