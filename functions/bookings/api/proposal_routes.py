"""Answering a tutor's proposal to move a session, and withdrawing it."""

from starlette.requests import Request
from starlette.responses import Response

from functions.bookings.actions import answer_proposal
from functions.bookings.api.changes import change_booking, change_responses
from functions.bookings.api.responses import ChangedReservation
from functions.bookings.domain.commands import AcceptedProposal, Cancellation
from functions.bookings.domain.errors import HoldExpired, ProposalChanged, StudentBusy, WrongState
from shared.domain.auth import TutorCaller, User
from shared.kit.http.idempotency import IDEMPOTENCY_PARAMETER
from shared.kit.http.routing import router

move_proposals = router("bookings", waits=True)


@move_proposals.post(
    "/api/reservation/reservation/{booking_id:int64}/proposal/accept/",
    response_model=ChangedReservation,
    responses=change_responses(WrongState, HoldExpired, ProposalChanged, StudentBusy),
    openapi_extra=IDEMPOTENCY_PARAMETER,
)
def accept_proposal(caller: User, request: Request, booking_id: int, body: AcceptedProposal) -> Response:
    """Accept the time your tutor proposes. A group moves once all its students have accepted.

    Send the `proposal` you have read, so that you do not accept a newer one.
    """
    return change_booking(caller, request, booking_id, body, answer_proposal.accept_proposal, body.proposal)


@move_proposals.post(
    "/api/reservation/reservation/{booking_id:int64}/proposal/decline/",
    response_model=ChangedReservation,
    responses=change_responses(WrongState, HoldExpired),
    openapi_extra=IDEMPOTENCY_PARAMETER,
)
def decline_proposal(caller: User, request: Request, booking_id: int, body: Cancellation) -> Response:
    """Decline the time your tutor proposes: the session keeps its time. In a group you give up your seat instead."""
    return change_booking(caller, request, booking_id, body, answer_proposal.decline_proposal, body.reason)


@move_proposals.post(
    "/api/reservation/reservation/{booking_id:int64}/proposal/withdraw/",
    response_model=ChangedReservation,
    responses=change_responses(WrongState, HoldExpired),
    openapi_extra=IDEMPOTENCY_PARAMETER,
)
def withdraw_proposal(caller: TutorCaller, request: Request, booking_id: int, body: Cancellation) -> Response:
    """Withdraw the time you proposed: the session keeps its time."""
    return change_booking(caller, request, booking_id, body, answer_proposal.withdraw_proposal, body.reason)
