"""The page at /: what is running, the demo accounts, and a chat to try."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from local.demo.accounts import DEMO_ACCOUNTS
from local.options import Options
from shared.kit.settings import settings

PAGES = Path(__file__).parent / "pages"


def routes(options: Options) -> list[BaseRoute]:
    def show(_request: Request) -> FileResponse:
        return FileResponse(PAGES / "index.html")

    def tell(_request: Request) -> JSONResponse:
        """What the page shows that depends on how the server was started."""
        return JSONResponse(
            {
                "demo_accounts": [vars(account) for account in DEMO_ACCOUNTS] if options.demo else [],
                "inbox": settings().mail_url.startswith("file:"),
            }
        )

    return [
        Route("/", show),
        Route("/_local/info", tell),
        Mount("/_local/pages", StaticFiles(directory=PAGES)),
    ]
