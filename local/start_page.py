"""The page at /: what is running, the demo accounts, and a chat, a booking and a search to try."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from local import web_pages
from local.demo.accounts import DEMO_ACCOUNTS
from local.inbox import page_address
from local.options import Options
from shared.kit.db.pool import connection

FIND_IDS = """
SELECT u.email, u.id::text, t.id FROM users u LEFT JOIN tutors t ON t.user_id = u.id WHERE lower(u.email) = ANY(%s)
"""


def routes(options: Options) -> list[BaseRoute]:
    def show(_request: Request) -> Response:
        return web_pages.page("index.html")

    def tell(_request: Request) -> JSONResponse:
        """What the page shows that depends on how the server was started."""
        accounts = demo_accounts() if options.demo else []
        return JSONResponse({"demo": options.demo, "demo_accounts": accounts, "inbox": page_address(options)})

    return [Route("/", show), Route("/_local/info", tell)]


def demo_accounts() -> list[dict[str, Any]]:
    """The demo accounts as far as they are still there: anybody may delete them. Students have no `tutor_id`."""
    with connection() as db:
        rows = db.execute(FIND_IDS, ([account.email for account in DEMO_ACCOUNTS],)).fetchall()
    ids = {email: {"id": user_id, "tutor_id": tutor_id} for email, user_id, tutor_id in rows}
    return [{**ids[account.email], **vars(account)} for account in DEMO_ACCOUNTS if account.email in ids]
