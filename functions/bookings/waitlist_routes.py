"""HTTP shapes of the line for full sessions."""

from fastapi import Request, Response

from functions.bookings import cancelling
from functions.bookings import waitlist as line
from functions.bookings.documentation import changing
from functions.bookings.idempotency import HEADER_PARAMETER, decided
from functions.bookings.refusals import OwnSlot, WrongState
from functions.bookings.schemas import Line
from functions.bookings.shown import Entry
from shared.domain.auth import User
from shared.kit.db.pool import PooledConnection
from shared.kit.errors import NotFound
from shared.kit.http.responses import raw_json_response
from shared.kit.http.routing import router

waitlist = router("bookings")
PATH = "/api/reservation/waitlist/"


@waitlist.post(
    PATH,
    status_code=201,
    response_model=Entry,
    responses=changing(NotFound, OwnSlot, line.NotFull, line.AlreadyBooked, line.AlreadyWaiting),
    openapi_extra=HEADER_PARAMETER,
)
def join(caller: User, request: Request, wanted: Line) -> Response:
    """Wait for a seat in a full session; whoever waits longest is offered the next one that becomes free."""

    def act(db: PooledConnection) -> str:
        entry_id = line.join(db, caller.id, wanted)
        return line.entries(db, caller.id, entry_id)[1:-1]

    return decided(caller, request, wanted, act, 201)


@waitlist.delete(PATH, response_model=list[Entry], responses=changing(NotFound, WrongState))
def leave(caller: User, request: Request, wanted: Line) -> Response:
    """Wait no longer; an offer that came of it is refused. Answers with the places that are left."""

    def act(db: PooledConnection) -> str:
        offer = line.leave(db, caller.id, wanted)
        if offer is not None:
            cancelling.cancel(db, caller.id, offer, "")
        return line.entries(db, caller.id)

    return decided(caller, request, wanted, act)


@waitlist.get(PATH, response_model=list[Entry])
def list_own(caller: User) -> Response:
    """The own places in lines, newest first, at most 100."""
    return raw_json_response(line.list_entries(caller.id))
