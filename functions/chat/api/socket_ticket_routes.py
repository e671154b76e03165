"""The HTTP route of tickets for sockets."""

from starlette.responses import Response

from functions.chat.actions import tickets
from functions.chat.api.responses import Ticket
from shared.domain.auth import BadAccessToken, User
from shared.domain.timestamps import format_time
from shared.kit.errors import Throttled
from shared.kit.http.openapi import error_responses
from shared.kit.http.responses import json_response
from shared.kit.http.routing import router

socket_tickets = router("chat")


@socket_tickets.post("/api/chat/ticket/", status_code=201, response_model=Ticket, responses=error_responses(Throttled))
def create_ticket(caller: User) -> Response:
    """Create a ticket that opens your socket, `wss://<host>/ws/user/?ticket=<ticket>`, once within 30 seconds.

    The socket closes when the sign-in session that requested it ends.
    """
    created = tickets.create_ticket(caller.id, caller.session_id)
    if created is None:
        raise BadAccessToken
    ticket, expires_at = created
    return json_response({"ticket": ticket, "expires_at": format_time(expires_at)}, 201)
