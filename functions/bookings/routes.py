"""HTTP shapes of the bookings feature; those of the waitlist stand in `waitlist_routes`."""

from collections.abc import Callable

from fastapi import Request, Response

from functions.bookings import answering, booking, cancelling, lists, rescheduling
from functions.bookings.documentation import LIST_PARAMETERS, YEAR_PARAMETER, changing
from functions.bookings.idempotency import HEADER_PARAMETER, decided
from functions.bookings.refusals import SLOT_REFUSALS, HoldExpired, OwnSlot, SessionFull, StudentBusy, WrongState
from functions.bookings.schemas import Cancellation, Empty, NewBooking, NewTime
from functions.bookings.series import SeriesConflict
from functions.bookings.shown import (
    Earnings,
    Reservation,
    ReservationDetails,
    Series,
    StudentsPage,
    StudentsReservation,
    TutorsPage,
    TutorsReservation,
)
from shared.domain.auth import TutorCaller, User
from shared.kit.db.pool import PooledConnection
from shared.kit.errors import FieldErrors, NotFound
from shared.kit.http.openapi import error_responses
from shared.kit.http.responses import raw_json_response
from shared.kit.http.routing import router

PATH = "/api/reservation/reservation/"

bookings = router("bookings")
ONE = PATH + "{booking_id:int64}/"


def then_shown(booking_id: int, act: Callable[[PooledConnection], None]) -> Callable[[PooledConnection], str]:
    """A decision on a booking that answers with what has become of it."""

    def run(db: PooledConnection) -> str:
        act(db)
        return lists.get_reservation(db, booking_id)

    return run


@bookings.post(
    PATH,
    status_code=201,
    response_model=Reservation | Series,
    responses=changing(NotFound, OwnSlot, *SLOT_REFUSALS.values(), SessionFull, SeriesConflict),
    openapi_extra=HEADER_PARAMETER,
)
def book(caller: User, request: Request, new: NewBooking) -> Response:
    """Book a `schedule_item`, or a part of it from `start_time`, a time of a `tutor`, or a seat in a group's `session`.

    With `weeks` a weekly series: all of it or, with `skip_conflicts`, what is free of it.
    """
    return decided(caller, request, new, lambda db: booking.book(db, caller.id, new), 201)


@bookings.post(
    ONE + "cancel/",
    response_model=Reservation,
    responses=changing(WrongState, cancelling.TooLateToCancel),
    openapi_extra=HEADER_PARAMETER,
)
def cancel(caller: User, request: Request, booking_id: int, sent: Cancellation) -> Response:
    """Give a booking up: its student until `cancellable_until`, its tutor at any time with a `reason`."""
    act = then_shown(booking_id, lambda db: cancelling.cancel(db, caller.id, booking_id, sent.reason))
    return decided(caller, request, sent, act)


@bookings.post(
    ONE + "reschedule/",
    response_model=Reservation,
    responses=changing(
        WrongState,
        rescheduling.TooLateToReschedule,
        rescheduling.GroupCannotBeMoved,
        *SLOT_REFUSALS.values(),
        StudentBusy,
    ),
    openapi_extra=HEADER_PARAMETER,
)
def reschedule(caller: User, request: Request, booking_id: int, new: NewTime) -> Response:
    """Move a session to another time; a group with all its seats, and only by its tutor. Tutors give a `reason`.

    The time it has already changes nothing. The time a student gives up is offered to the first in its waitlist.
    """
    act = then_shown(booking_id, lambda db: rescheduling.reschedule(db, caller.id, booking_id, new))
    return decided(caller, request, new, act)


@bookings.post(
    PATH + "tutor/me/confirm/{booking_id:int64}/",
    response_model=Reservation,
    responses=changing(answering.AlreadyConfirmed, WrongState, HoldExpired),
    openapi_extra=HEADER_PARAMETER,
)
def confirm(caller: TutorCaller, request: Request, booking_id: int, sent: Empty) -> Response:
    """Accept a request, where the tutor confirms by hand."""
    act = then_shown(booking_id, lambda db: answering.confirm(db, caller.id, booking_id))
    return decided(caller, request, sent, act)


@bookings.post(
    PATH + "tutor/me/decline/{booking_id:int64}/",
    response_model=Reservation,
    responses=changing(WrongState),
    openapi_extra=HEADER_PARAMETER,
)
def decline(caller: TutorCaller, request: Request, booking_id: int, sent: Cancellation) -> Response:
    """Turn a request down."""
    act = then_shown(booking_id, lambda db: cancelling.decline(db, caller.id, booking_id, sent.reason))
    return decided(caller, request, sent, act)


@bookings.post(
    ONE + "accept/",
    response_model=Reservation,
    responses=changing(WrongState, HoldExpired),
    openapi_extra=HEADER_PARAMETER,
)
def accept(caller: User, request: Request, booking_id: int, sent: Empty) -> Response:
    """Accept an offer from the waitlist; where the tutor confirms by hand it becomes a request."""
    act = then_shown(booking_id, lambda db: answering.accept(db, caller.id, booking_id))
    return decided(caller, request, sent, act)


@bookings.post(
    ONE + "no_show/",
    response_model=Reservation,
    responses=changing(WrongState, answering.NotOver, answering.TooLate),
    openapi_extra=HEADER_PARAMETER,
)
def mark_missed(caller: TutorCaller, request: Request, booking_id: int, sent: Empty) -> Response:
    """Say that the student did not come; for 48 hours after the end."""
    act = then_shown(booking_id, lambda db: answering.mark_missed(db, caller.id, booking_id))
    return decided(caller, request, sent, act)


@bookings.post(
    ONE + "completed/",
    response_model=Reservation,
    responses=changing(WrongState, answering.NotOver, answering.TooLate),
    openapi_extra=HEADER_PARAMETER,
)
def mark_completed(caller: TutorCaller, request: Request, booking_id: int, sent: Empty) -> Response:
    """Say that the session took place; for 48 hours after the end."""
    act = then_shown(booking_id, lambda db: answering.mark_completed(db, caller.id, booking_id))
    return decided(caller, request, sent, act)


@bookings.get(ONE, response_model=ReservationDetails)
def get_booking(caller: User, booking_id: int) -> Response:
    """One booking with its history, for its two people."""
    return raw_json_response(lists.get_details(caller.id, booking_id))


# It reads its own query.
@bookings.recorded.get(
    PATH + "user/me/",
    response_model=list[StudentsReservation] | StudentsPage,
    responses=error_responses(FieldErrors, NotFound),
    openapi_extra=LIST_PARAMETERS,
)
def list_as_student(caller: User, request: Request) -> Response:
    """The own bookings: the newest 100 or, with `p` or `page_size`, a page."""
    wanted = lists.read_wanted(request.scope["query_string"])
    return raw_json_response(lists.list_bookings("student", caller.id, wanted, PATH + "user/me/"))


# It reads its own query.
@bookings.recorded.get(
    PATH + "tutor/me/",
    response_model=list[TutorsReservation] | TutorsPage,
    responses=error_responses(FieldErrors, NotFound),
    openapi_extra=LIST_PARAMETERS,
)
def list_as_tutor(caller: TutorCaller, request: Request) -> Response:
    """What students have booked: the newest 100 or, with `p` or `page_size`, a page."""
    wanted = lists.read_wanted(request.scope["query_string"])
    return raw_json_response(lists.list_bookings("tutor", caller.tutor_id, wanted, PATH + "tutor/me/"))


# It reads its own query.
@bookings.recorded.get(
    "/api/reservation/earnings/me/",
    response_model=Earnings,
    responses=error_responses(FieldErrors),
    openapi_extra=YEAR_PARAMETER,
)
def get_earnings(caller: TutorCaller, request: Request) -> Response:
    """What the sessions of a year brought, and will bring, by month in the tutor's zone."""
    year = lists.read_year(request.scope["query_string"])
    return raw_json_response(lists.get_earnings(caller.tutor_id, year))
