"""Booking: an item, a part of it, a slot of a tutor's time or a seat in a group."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from functions.bookings import groups, repository, series
from functions.bookings.refusals import SLOT_REFUSALS, OwnSlot
from functions.bookings.schemas import NewBooking
from functions.bookings.seats import new_room, students_seat
from functions.bookings.wanted import Wanted, find_wanted
from shared.data.locking import lock_people
from shared.domain.free_time import Calendar, Span, Terms, load_calendar
from shared.kit.db.pool import PooledConnection
from shared.kit.errors import FieldErrors, NotFound

NOT_THIS_FORM = "Korepetytor nie prowadzi zajęć w tej formie."
NOT_THIS_KIND = "Korepetytor nie prowadzi takich zajęć."


@dataclass(frozen=True)
class Order:
    """What a student has asked for, of whom, and what the tutor's calendar says."""

    student_id: UUID
    new: NewBooking
    wanted: Wanted
    calendar: Calendar

    @property
    def odd_length(self) -> set[timedelta]:
        """An item entered by hand can be booked as a whole, however long it is."""
        whole = self.wanted.is_whole_item and self.calendar.entered_by_hand(self.wanted.span)
        return {self.wanted.span.ends_at - self.wanted.span.starts_at} if whole else set()


def book(db: PooledConnection, student_id: UUID, new: NewBooking) -> str:
    """Book what is wanted; the reservation, or the series, as JSON text.

    Raises FieldErrors, NotFound, OwnSlot, one of SLOT_REFUSALS, SessionFull or SeriesConflict.
    """
    if new.session is not None:
        return groups.join(db, student_id, new, new.session)
    wanted = find_wanted(db, new)
    if wanted.tutor_user_id == student_id:
        raise OwnSlot
    lock_people(db, wanted.tutor_user_id, student_id)
    calendar = load_calendar(db, wanted.tutor_id, series.window(wanted.span, new.weeks))
    if calendar is None:
        raise NotFound
    order = Order(student_id, new, wanted, calendar)
    return _book_one(db, order) if new.weeks is None else _book_series(db, order, new.weeks)


def _book_one(db: PooledConnection, order: Order) -> str:
    session = _session(order.calendar.terms, order.new)
    [reason] = why_not(db, order.calendar, order.student_id, [order.wanted.span], also=order.odd_length)
    if reason == "taken" and order.new.kind == "group":
        return groups.join_at(db, order.student_id, order.new, order.wanted)
    if reason:
        raise SLOT_REFUSALS[reason]
    [reservation] = _add(db, order, session, [order.wanted.span])
    return reservation


def _book_series(db: PooledConnection, order: Order, weeks: int) -> str:
    session = _session(order.calendar.terms, order.new)
    spans = series.occurrences(order.wanted.span, weeks, order.calendar.terms.zone)
    reasons = why_not(db, order.calendar, order.student_id, spans, also=order.odd_length)
    skipped = series.conflicts(spans, reasons)
    free = [span for span, reason in zip(spans, reasons, strict=True) if reason is None]
    if skipped and not (order.new.skip_conflicts and free):
        raise series.SeriesConflict(skipped)
    series_id = uuid4()
    return series.as_json(series_id, _add(db, order, session, free, series_id), skipped)


def why_not(
    db: PooledConnection,
    calendar: Calendar,
    student_id: UUID,
    spans: Sequence[Span],
    *,
    also: Collection[timedelta],
    but_session: int | None = None,
) -> list[str | None]:
    """Why each of some stretches of time cannot be booked; None for those that can.

    They last as long as sessions do by the terms, or as `also` is allowed.
    """
    lengths = {timedelta(minutes=each) for each in calendar.terms.session_lengths}.union(also)
    reasons: list[str | None] = [
        calendar.why_not(span) if span.ends_at - span.starts_at in lengths else "not_offered" for span in spans
    ]
    if None in reasons:
        for place in repository.find_busy(db, [student_id], spans, but_session=but_session):
            reasons[place] = reasons[place] or "student_busy"
    return reasons


def _session(terms: Terms, new: NewBooking) -> dict[str, Any]:
    """What kind of session it is. A tutor who has declared nothing teaches single students online.

    Raises FieldErrors for what the tutor does not offer.
    """
    group = new.kind == "group"
    if not (terms.group_sessions if group else terms.individual_sessions or not terms.group_sessions):
        raise FieldErrors({"kind": [NOT_THIS_KIND]})
    online = terms.online_sessions or not terms.in_person_sessions
    form = new.form or ("online" if online else "in_person")
    if not (online if form == "online" else terms.in_person_sessions):
        raise FieldErrors({"form": [NOT_THIS_FORM]})
    return {
        "tutor_id": terms.tutor_id,
        "kind": new.kind,
        "form": form,
        "seats": terms.group_seats if group else 1,
        "location": terms.location if form == "in_person" else "",
    }


def _add(
    db: PooledConnection,
    order: Order,
    session: dict[str, Any],
    spans: Sequence[Span],
    series_id: UUID | None = None,
) -> list[str]:
    """Make the sessions and the bookings of their first seats."""
    terms, wanted = order.calendar.terms, order.wanted
    busy = [terms.busy(span) for span in spans]
    online = session["form"] == "online"
    places = {
        "items": [wanted.item_id if span == wanted.span else None for span in spans],
        "starts": [span.starts_at for span in spans],
        "ends": [span.ends_at for span in spans],
        "busy_from": [span.starts_at for span in busy],
        "busy_until": [span.ends_at for span in busy],
        "rooms": [(terms.meeting_url or new_room()) if online else "" for _span in spans],
    }
    seat = students_seat(order.student_id, terms.confirmation, order.new.note, series_id=series_id)
    return repository.add_sessions(db, seat, {**session, **places})
