"""The page at /: what is running, the demo accounts, a search, bookings and a chat to try, and your own account."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from local import web_pages
from local.demo.accounts import CLASSMATE, DEMO_ACCOUNTS
from local.inbox import page_address
from local.options import Options
from shared.domain.timestamps import format_time
from shared.kit.db.pool import connection
from shared.kit.db.query import Query


@dataclass(frozen=True, slots=True)
class AccountIds:
    """Students have no `tutor_id`."""

    email: str
    id: str
    tutor_id: int | None


@dataclass(frozen=True, slots=True)
class FullGroup:
    session: int
    start_time: datetime
    end_time: datetime
    seats: int


FIND_IDS = Query(
    AccountIds,
    """
SELECT u.email, u.id::text AS id, t.id AS tutor_id
FROM users u LEFT JOIN tutors t ON t.user_id = u.id WHERE lower(u.email) = ANY(%s)
""",
)
LIST_FULL_GROUPS = Query(
    FullGroup,
    """
SELECT s.id AS session, s.starts_at AS start_time, s.ends_at AS end_time, s.seats
FROM tutoring_sessions s JOIN bookings b ON b.session_id = s.id AND b.state IN ('pending', 'confirmed')
WHERE s.tutor_id = %s AND s.kind = 'group' AND s.taken AND s.starts_at > now()
GROUP BY s.id HAVING count(*) = s.seats ORDER BY s.starts_at LIMIT 10
""",
)


def routes(options: Options) -> list[BaseRoute]:
    def show(_request: Request) -> Response:
        return web_pages.page("index.html")

    def show_account(_request: Request) -> Response:
        return web_pages.page("account.html")

    def describe(_request: Request) -> JSONResponse:
        """Answer what the page shows about the server's options."""
        accounts = demo_accounts() if options.demo else []
        classmate = vars(CLASSMATE) if accounts else None
        about = {"demo": options.demo, "demo_accounts": accounts, "classmate": classmate}
        return JSONResponse({**about, "inbox": page_address(options)})

    return [
        Route("/", show),
        *web_pages.both_forms("/_local/account", show_account),
        Route("/_local/info", describe),
        Route("/_local/full_groups/{tutor_id:int64}", show_full_groups),
    ]


def demo_accounts() -> list[dict[str, Any]]:
    """The demo accounts that still exist: anybody can delete them."""
    with connection() as db:
        found = FIND_IDS.all(db, ([account.email for account in DEMO_ACCOUNTS],))
    ids = {each.email: {"id": each.id, "tutor_id": each.tutor_id} for each in found}
    return [{**ids[account.email], **vars(account)} for account in DEMO_ACCOUNTS if account.email in ids]


def show_full_groups(request: Request) -> JSONResponse:
    """A tutor's groups without a free seat: the API lists only bookable ones, but these have a waitlist."""
    with connection() as db:
        found = LIST_FULL_GROUPS.all(db, (request.path_params["tutor_id"],))
    return JSONResponse(
        [
            {
                "session": group.session,
                "start_time": format_time(group.start_time),
                "end_time": format_time(group.end_time),
                "seats": group.seats,
            }
            for group in found
        ]
    )
