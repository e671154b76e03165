"""Lists of bookings, a single booking with its history, and earnings."""

from typing import Annotated

from starlette.responses import Response

from functions.bookings.api.query_models import BookingsQuery, EarningsQuery, NewestBookingsQuery
from functions.bookings.api.responses import (
    Earnings,
    RecordedStudentsPage,
    RecordedTutorsPage,
    ReservationDetails,
    StudentsPage,
    StudentsReservation,
    TutorsPage,
    TutorsReservation,
)
from functions.bookings.data import earnings, queries
from shared.domain.auth import TutorCaller, User
from shared.kit.errors import FieldErrors, NotFound
from shared.kit.http.openapi import error_responses
from shared.kit.http.query_models import from_query
from shared.kit.http.responses import raw_json_response
from shared.kit.http.routing import router

booking_lists = router("bookings")


@booking_lists.get("/api/reservation/reservation/{booking_id:int64}/", response_model=ReservationDetails)
def get_booking(caller: User, booking_id: int) -> Response:
    """Get a booking of yours with its history, as its student or its tutor."""
    return raw_json_response(queries.get_details(caller.id, booking_id, caller.language))


@booking_lists.get(
    "/api/reservation/student/me/", response_model=StudentsPage, responses=error_responses(FieldErrors, NotFound)
)
def list_as_student(caller: User, query: Annotated[BookingsQuery, from_query(BookingsQuery)]) -> Response:
    """List your bookings as a student, a page at a time."""
    found = queries.list_bookings("student", caller.id, query.filter, query.page, with_proposals=True)
    return raw_json_response(query.page.wrap("/api/reservation/student/me/", found.count, found.results))


@booking_lists.get(
    "/api/reservation/tutor/me/", response_model=TutorsPage, responses=error_responses(FieldErrors, NotFound)
)
def list_as_tutor(caller: TutorCaller, query: Annotated[BookingsQuery, from_query(BookingsQuery)]) -> Response:
    """List what students have booked with you, a page at a time."""
    found = queries.list_bookings("tutor", caller.tutor_id, query.filter, query.page, with_proposals=True)
    return raw_json_response(query.page.wrap("/api/reservation/tutor/me/", found.count, found.results))


@booking_lists.recorded.get(
    "/api/reservation/reservation/user/me/",
    response_model=list[StudentsReservation] | RecordedStudentsPage,
    responses=error_responses(FieldErrors, NotFound),
    deprecated=True,
)
def list_newest_as_student(
    caller: User, query: Annotated[NewestBookingsQuery, from_query(NewestBookingsQuery)]
) -> Response:
    """List your newest 100 bookings as an array.

    With `p` or `page_size` you get a page. Use `/api/reservation/student/me/` instead, which is always paginated.
    """
    found = queries.list_bookings("student", caller.id, query.filter, query.part)
    path = "/api/reservation/reservation/user/me/"
    return raw_json_response(query.page.wrap(path, found.count, found.results) if query.page else found.results)


@booking_lists.recorded.get(
    "/api/reservation/reservation/tutor/me/",
    response_model=list[TutorsReservation] | RecordedTutorsPage,
    responses=error_responses(FieldErrors, NotFound),
    deprecated=True,
)
def list_newest_as_tutor(
    caller: TutorCaller, query: Annotated[NewestBookingsQuery, from_query(NewestBookingsQuery)]
) -> Response:
    """List the newest 100 bookings of your sessions as an array.

    With `p` or `page_size` you get a page. Use `/api/reservation/tutor/me/` instead, which is always paginated.
    """
    found = queries.list_bookings("tutor", caller.tutor_id, query.filter, query.part)
    path = "/api/reservation/reservation/tutor/me/"
    return raw_json_response(query.page.wrap(path, found.count, found.results) if query.page else found.results)


@booking_lists.get("/api/reservation/earnings/me/", response_model=Earnings, responses=error_responses(FieldErrors))
def get_earnings(caller: TutorCaller, query: Annotated[EarningsQuery, from_query(EarningsQuery)]) -> Response:
    """Get what you earned and will earn from the sessions of a year, by month in your time zone."""
    return raw_json_response(earnings.get_earnings(caller.tutor_id, query.year))
