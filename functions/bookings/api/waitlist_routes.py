"""The waitlists of full sessions."""

from typing import Annotated

from starlette.requests import Request
from starlette.responses import Response

from functions.bookings.actions import join_waitlist as join
from functions.bookings.actions import leave_waitlist as leave
from functions.bookings.api.changes import change, change_responses
from functions.bookings.api.responses import WaitlistEntry, WaitlistPage
from functions.bookings.data import waitlist_queries
from functions.bookings.data.queries import NEWEST
from functions.bookings.domain.commands import EmptyBody, FullSession
from functions.bookings.domain.errors import AlreadyBooked, Blocked, OwnSlot, WrongState
from shared.domain.auth import User
from shared.kit.db.pool import connection
from shared.kit.errors import FieldErrors, NotFound
from shared.kit.http.idempotency import IDEMPOTENCY_PARAMETER
from shared.kit.http.openapi import error_responses
from shared.kit.http.page_pagination import PageQuery
from shared.kit.http.query_models import from_query
from shared.kit.http.responses import raw_json_response
from shared.kit.http.routing import router

waitlist = router("bookings", waits=True)


@waitlist.post(
    "/api/reservation/waitlist/",
    status_code=201,
    response_model=WaitlistEntry,
    responses=change_responses(NotFound, OwnSlot, Blocked, join.NotFull, AlreadyBooked, join.AlreadyWaiting),
    openapi_extra=IDEMPOTENCY_PARAMETER,
)
def join_waitlist(caller: User, request: Request, body: FullSession) -> Response:
    """Join the waitlist of a full session. The student who has waited longest is offered the next free seat."""
    return change(
        caller,
        request,
        body,
        action=lambda db: join.join_waitlist(db, caller.id, body),
        answer=waitlist_queries.get_entry,
        status=201,
    )


@waitlist.delete(
    "/api/reservation/waitlist/{entry_id:int64}/",
    response_model=WaitlistEntry,
    responses=change_responses(NotFound, WrongState),
    openapi_extra=IDEMPOTENCY_PARAMETER,
)
def leave_waitlist(caller: User, request: Request, entry_id: int) -> Response:
    """Leave a waitlist. An offer you got from it is declined."""
    return change(
        caller,
        request,
        EmptyBody(),
        action=lambda db: leave.leave_waitlist(db, caller.id, entry_id),
        answer=lambda db, _: waitlist_queries.get_entry(db, entry_id),
    )


@waitlist.get(
    "/api/reservation/waitlist/me/",
    response_model=WaitlistPage,
    responses=error_responses(FieldErrors, NotFound),
)
def list_waitlist_entries(caller: User, query: Annotated[PageQuery, from_query(PageQuery)]) -> Response:
    """List your places on waitlists, newest first, a page at a time."""
    with connection() as db:
        found = waitlist_queries.list_entries(db, caller.id, query.page)
    return raw_json_response(query.page.wrap("/api/reservation/waitlist/me/", found.count, found.results))


@waitlist.delete(
    "/api/reservation/waitlist/",
    response_model=list[WaitlistEntry],
    responses=change_responses(NotFound, WrongState),
    deprecated=True,
)
def leave_waitlist_of_session(caller: User, request: Request, body: FullSession) -> Response:
    """Leave the waitlist of a session, and list your other places.

    Use `/api/reservation/waitlist/{entry_id}/` instead.
    """
    return change(
        caller,
        request,
        body,
        action=lambda db: leave.leave_waitlist_of(db, caller.id, body),
        answer=lambda db, _: waitlist_queries.list_entries(db, caller.id, NEWEST).results,
    )


@waitlist.get("/api/reservation/waitlist/", response_model=list[WaitlistEntry], deprecated=True)
def list_newest_waitlist_entries(caller: User) -> Response:
    """List your newest 100 places on waitlists. Use `/api/reservation/waitlist/me/` instead."""
    with connection() as db:
        found = waitlist_queries.list_entries(db, caller.id, NEWEST)
    return raw_json_response(found.results)
