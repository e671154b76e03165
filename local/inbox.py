"""The mail inbox of the local server: what was sent into its mail folder, as a page and as JSON."""

import email
import email.policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from shared.kit.settings import settings

PAGE = Path(__file__).parent / "pages" / "mail.html"
PATH = "/_local/mail"


def show(request: Request) -> Response:
    """The page; with `?to=` the mails to an address, or to all if it is empty, newest last."""
    to = request.query_params.get("to")
    return FileResponse(PAGE) if to is None else JSONResponse(list_mails(to))


def list_mails(to: str) -> list[dict[str, Any]]:
    folder = Path(urlsplit(settings().mail_url).path)
    mails = (_read(path) for path in sorted(folder.glob("*.eml")))
    return [_shape(mail) for mail in mails if to.lower() in mail["To"].lower()]


def _read(path: Path) -> EmailMessage:
    return email.message_from_bytes(path.read_bytes(), policy=email.policy.default)


def _shape(mail: EmailMessage) -> dict[str, Any]:
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    return {
        "to": mail["To"],
        "from": mail["From"],
        "date": mail["Date"],
        "subject": mail["Subject"],
        "text": text.get_content() if text else "",
        "html": html.get_content() if html else "",
    }


def routes() -> list[Route]:
    """None where mails go to a real server."""
    return [Route(PATH, show)] if settings().mail_url.startswith("file:") else []
