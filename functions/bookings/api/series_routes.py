"""Weekly series."""

from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from functions.bookings.actions import answer_proposal
from functions.bookings.actions import book_series as action
from functions.bookings.actions import cancel_series as cancel
from functions.bookings.actions import reschedule_series as move
from functions.bookings.actions.cancel import TooLateToCancel
from functions.bookings.actions.propose_move import TooLateToReschedule
from functions.bookings.actions.reschedule import GroupCannotBeMoved
from functions.bookings.api.changes import change, change_responses, change_series
from functions.bookings.api.responses import BookedSeries, Series
from functions.bookings.data import queries
from functions.bookings.domain.commands import (
    AcceptedProposals,
    Cancellation,
    NewSeries,
    SeriesCancellation,
    SeriesMove,
)
from functions.bookings.domain.errors import (
    BeyondWindow,
    Blocked,
    HoldExpired,
    InThePast,
    OwnSlot,
    ProposalChanged,
    SlotNotOffered,
    SlotTaken,
    StudentBusy,
    TooManyBookings,
    TooShortNotice,
    WrongState,
)
from functions.bookings.domain.series import SeriesConflict
from shared.domain.auth import TutorCaller, User
from shared.kit.errors import NotFound, Throttled
from shared.kit.http.idempotency import IDEMPOTENCY_PARAMETER
from shared.kit.http.responses import raw_json_response
from shared.kit.http.routing import router

series = router("bookings", waits=True)


@series.post(
    "/api/reservation/series/",
    status_code=201,
    response_model=BookedSeries,
    responses=change_responses(
        NotFound, OwnSlot, Blocked, InThePast, SlotNotOffered, BeyondWindow, SeriesConflict, TooManyBookings, Throttled
    ),
    openapi_extra=IDEMPOTENCY_PARAMETER,
)
def book_series(caller: User, request: Request, body: NewSeries) -> Response:
    """Book a weekly series: all of it or, with `skip_conflicts`, the weeks that are free."""
    return change(
        caller,
        request,
        body,
        action=lambda db: action.book_series(db, caller.id, body, body.weeks, skip_conflicts=body.skip_conflicts),
        answer=lambda _db, booked: booked.as_json("id"),
        status=201,
    )


@series.post(
    "/api/reservation/series/{series_id:lower_uuid}/cancel/",
    response_model=Series,
    responses=change_responses(NotFound, WrongState, TooLateToCancel, Throttled),
    openapi_extra=IDEMPOTENCY_PARAMETER,
)
def cancel_series(caller: User, request: Request, series_id: UUID, body: SeriesCancellation) -> Response:
    """Cancel a weekly series, all of it or from one session on.

    Sessions that have begun stay. A student can cancel until the `cancellable_until` of every session concerned, a
    tutor at any time with a `reason`. Either all of them are cancelled or none.
    """
    return change_series(caller, request, series_id, body, cancel.cancel_series, body)


@series.post(
    "/api/reservation/series/{series_id:lower_uuid}/reschedule/",
    response_model=Series,
    responses=change_responses(
        NotFound,
        WrongState,
        TooLateToReschedule,
        GroupCannotBeMoved,
        SeriesConflict,
        InThePast,
        TooShortNotice,
        SlotTaken,
        Throttled,
    ),
    openapi_extra=IDEMPOTENCY_PARAMETER,
)
def reschedule_series(caller: User, request: Request, series_id: UUID, body: SeriesMove) -> Response:
    """Move a weekly series, all of it or from one session on, or propose that as its tutor.

    `start_time` is the new start of the first session; the others move by as many days, hours and minutes. Either all
    of them move or none, and the answer lists the conflicts.
    """
    return change_series(caller, request, series_id, body, move.reschedule_series, body)


@series.post(
    "/api/reservation/series/{series_id:lower_uuid}/proposal/accept/",
    response_model=Series,
    responses=change_responses(NotFound, WrongState, HoldExpired, ProposalChanged, StudentBusy),
    openapi_extra=IDEMPOTENCY_PARAMETER,
)
def accept_series_proposal(caller: User, request: Request, series_id: UUID, body: AcceptedProposals) -> Response:
    """Accept all times that your tutor proposes for a series.

    Send all the `proposals` you have read, so that you do not accept newer ones.
    """
    return change_series(caller, request, series_id, body, answer_proposal.accept_series_proposal, body.proposals)


@series.post(
    "/api/reservation/series/{series_id:lower_uuid}/proposal/decline/",
    response_model=Series,
    responses=change_responses(NotFound, WrongState, HoldExpired),
    openapi_extra=IDEMPOTENCY_PARAMETER,
)
def decline_series_proposal(caller: User, request: Request, series_id: UUID, body: Cancellation) -> Response:
    """Decline all times that your tutor proposes for a series: the sessions keep their times."""
    return change_series(caller, request, series_id, body, answer_proposal.decline_proposal, body.reason)


@series.post(
    "/api/reservation/series/{series_id:lower_uuid}/proposal/withdraw/",
    response_model=Series,
    responses=change_responses(NotFound, WrongState, HoldExpired),
    openapi_extra=IDEMPOTENCY_PARAMETER,
)
def withdraw_series_proposal(caller: TutorCaller, request: Request, series_id: UUID, body: Cancellation) -> Response:
    """Withdraw all times that you propose for a series: the sessions keep their times."""
    return change_series(caller, request, series_id, body, answer_proposal.withdraw_proposal, body.reason)


@series.get("/api/reservation/series/{series_id:lower_uuid}/", response_model=Series)
def get_series(caller: User, series_id: UUID) -> Response:
    """Get a weekly series of yours, as its student or its tutor."""
    return raw_json_response(queries.get_series(caller.id, series_id))
