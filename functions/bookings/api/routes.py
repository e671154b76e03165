"""Booking a session, and what its student and its tutor do with the booking."""

from starlette.requests import Request
from starlette.responses import Response

from functions.bookings.actions import attendance, book, book_series, cancel, confirm, reschedule
from functions.bookings.actions import cancel_session as called_off
from functions.bookings.actions.propose_move import TooLateToReschedule
from functions.bookings.api.changes import change, change_booking, change_responses
from functions.bookings.api.responses import CancelledSession, ChangedReservation, Reservation, SeriesOfBooking
from functions.bookings.data.queries import get_seats
from functions.bookings.domain.commands import Cancellation, EmptyBody, NewBooking, NewTime, TimesRead
from functions.bookings.domain.errors import (
    SLOT_ERRORS,
    AlreadyBooked,
    Blocked,
    HoldExpired,
    OwnSlot,
    SessionFull,
    SessionMoved,
    TooManyBookings,
    WrongState,
)
from functions.bookings.domain.series import SeriesConflict
from shared.domain.auth import TutorCaller, User
from shared.kit.errors import NotFound, Throttled
from shared.kit.http.idempotency import IDEMPOTENCY_PARAMETER
from shared.kit.http.routing import router

bookings = router("bookings", waits=True)


@bookings.post(
    "/api/reservation/reservation/",
    status_code=201,
    response_model=Reservation | SeriesOfBooking,
    responses=change_responses(
        NotFound,
        OwnSlot,
        Blocked,
        *SLOT_ERRORS.values(),
        SessionFull,
        AlreadyBooked,
        SeriesConflict,
        TooManyBookings,
        Throttled,
    ),
    openapi_extra=IDEMPOTENCY_PARAMETER,
)
def book_session(caller: User, request: Request, body: NewBooking) -> Response:
    """Book a session.

    Give a `schedule_item`, or a part of it from `start_time`, or a time of a `tutor`, or the `session` of a group to
    join. The deprecated `weeks` books a weekly series and returns it: use `/api/reservation/series/` instead.
    """
    if body.weeks is not None:
        weeks = body.weeks
        return change(
            caller,
            request,
            body,
            action=lambda db: book_series.book_weeks(db, caller.id, body, weeks),
            answer=lambda _db, booked: booked.as_json("series"),
            status=201,
        )
    return change(
        caller,
        request,
        body,
        action=lambda db: book.book_session(db, caller.id, body),
        answer=lambda _db, added: added.reservation,
        status=201,
    )


@bookings.post(
    "/api/reservation/reservation/{booking_id:int64}/cancel/",
    response_model=ChangedReservation,
    responses=change_responses(WrongState, cancel.TooLateToCancel, Throttled),
    openapi_extra=IDEMPOTENCY_PARAMETER,
)
def cancel_booking(caller: User, request: Request, booking_id: int, body: Cancellation) -> Response:
    """Cancel a booking.

    A student can cancel until `cancellable_until`, a tutor at any time with a `reason`. Cancelling an offer from the
    waitlist declines it. A free seat of a group is offered to its waitlist, unless nobody else has one.
    """
    return change_booking(caller, request, booking_id, body, cancel.cancel_booking, body.reason)


@bookings.post(
    "/api/reservation/session/{session_id:int64}/cancel/",
    response_model=CancelledSession,
    responses=change_responses(NotFound, WrongState),
    openapi_extra=IDEMPOTENCY_PARAMETER,
)
def cancel_session(caller: TutorCaller, request: Request, session_id: int, body: Cancellation) -> Response:
    """Call off a session of yours with a `reason`.

    All its reservations are cancelled at once, requests and waitlist offers among them, and its waitlist is closed.
    """
    return change(
        caller,
        request,
        body,
        action=lambda db: called_off.cancel_session(db, caller.id, session_id, body.reason),
        answer=lambda db, cancelled: get_seats(db, session_id, cancelled),
    )


@bookings.post(
    "/api/reservation/reservation/{booking_id:int64}/reschedule/",
    response_model=ChangedReservation,
    responses=change_responses(
        WrongState,
        TooLateToReschedule,
        reschedule.GroupCannotBeMoved,
        *SLOT_ERRORS.values(),
        Throttled,
    ),
    openapi_extra=IDEMPOTENCY_PARAMETER,
)
def reschedule_booking(caller: User, request: Request, booking_id: int, body: NewTime) -> Response:
    """Move a session to another time as its student, or propose a new time as its tutor.

    A student's move takes effect at once, and the vacated time is offered to the first on its waitlist. A tutor gives a
    `reason`; the session keeps its time and gets a `proposal`, for which the new time is held for up to 48 hours, but
    only until two hours before the earlier of the two times. A new proposal replaces an open one. A group moves as a
    whole once all its students have accepted. Asking for the time it already has changes nothing.
    """
    return change_booking(caller, request, booking_id, body, reschedule.reschedule_booking, body)


@bookings.post(
    "/api/reservation/reservation/tutor/me/confirm/{booking_id:int64}/",
    response_model=ChangedReservation,
    responses=change_responses(confirm.AlreadyConfirmed, WrongState, HoldExpired, SessionMoved),
    openapi_extra=IDEMPOTENCY_PARAMETER,
)
def confirm_request(caller: TutorCaller, request: Request, booking_id: int, body: TimesRead) -> Response:
    """Confirm a student's request, if you confirm by hand.

    The student may move it until then: send the `start_time` and `end_time` you have read to confirm only those.
    """
    return change_booking(caller, request, booking_id, body, confirm.confirm_request, body)


@bookings.post(
    "/api/reservation/reservation/tutor/me/decline/{booking_id:int64}/",
    response_model=ChangedReservation,
    responses=change_responses(WrongState),
    openapi_extra=IDEMPOTENCY_PARAMETER,
)
def decline_request(caller: TutorCaller, request: Request, booking_id: int, body: Cancellation) -> Response:
    """Decline a student's request."""
    return change_booking(caller, request, booking_id, body, cancel.decline_request, body.reason)


@bookings.post(
    "/api/reservation/reservation/{booking_id:int64}/accept/",
    response_model=ChangedReservation,
    responses=change_responses(WrongState, HoldExpired, SessionMoved, Blocked),
    openapi_extra=IDEMPOTENCY_PARAMETER,
)
def accept_offer(caller: User, request: Request, booking_id: int, body: TimesRead) -> Response:
    """Accept an offer from the waitlist. If the tutor confirms by hand, it becomes a request.

    An offer moves when its group does. Send the `start_time` and `end_time` you have read, so that you accept no
    others; an offer that was moved cannot be accepted without them.
    """
    return change_booking(caller, request, booking_id, body, confirm.accept_offer, body)


@bookings.post(
    "/api/reservation/reservation/{booking_id:int64}/no_show/",
    response_model=ChangedReservation,
    responses=change_responses(WrongState, attendance.NotOver, attendance.TooLate),
    openapi_extra=IDEMPOTENCY_PARAMETER,
)
def mark_no_show(caller: TutorCaller, request: Request, booking_id: int, body: EmptyBody) -> Response:
    """Record that your student did not come, up to 48 hours after the end."""
    return change_booking(caller, request, booking_id, body, attendance.mark_no_show)


@bookings.post(
    "/api/reservation/reservation/{booking_id:int64}/completed/",
    response_model=ChangedReservation,
    responses=change_responses(WrongState, attendance.NotOver, attendance.TooLate),
    openapi_extra=IDEMPOTENCY_PARAMETER,
)
def mark_completed(caller: TutorCaller, request: Request, booking_id: int, body: EmptyBody) -> Response:
    """Record that the session took place, up to 48 hours after the end."""
    return change_booking(caller, request, booking_id, body, attendance.mark_completed)
