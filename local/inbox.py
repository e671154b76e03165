"""The mail inbox of the local server: the mails in its mail folder, as a page and as JSON."""

import email.policy
import os
import re
import socket
import time
from email.headerregistry import HeaderRegistry
from email.parser import BytesHeaderParser, BytesParser
from functools import cache, lru_cache
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from functions.mail import repository
from local import web_pages
from local.host_check import local_hosts_only
from local.invitations import find_invitation
from local.options import Options
from shared.domain.outbox import trigger_mailer
from shared.domain.platform_settings import platform_settings
from shared.kit.settings import settings

PATH = "/_local/mail"
# How many mails' texts are cached.
READ_MAILS = 4096
KEPT_SECONDS = 30 * 86_400.0
NUMBER = re.compile(r"\d{1,6}", re.ASCII)
# The file names of mails, as functions.mail.transports makes them.
MAIL_ID = re.compile(r"\d{20}-[0-9a-f]{8}", re.ASCII)
# Mails have their own styles and run no scripts; their links open in tabs without these restrictions. Same origin as
# the page, which has to read the frame's height: without scripts the mail gains nothing from that.
MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'self'; sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox"
)
# Links in mails for which the API has an equivalent, as functions.mail.service makes them.
ACTIONS = {
    "confirm_email": re.compile(r"/account/confirm-email/\?token=([\w.~-]+)", re.ASCII),
    "reset_password": re.compile(r"/account/reset-password/\?reset_token=([\w.~-]+)", re.ASCII),
}
FRONTEND_TIMEOUT = 0.5
# A base element counts wherever it stands (html.spec.whatwg.org, "get an element's target").
LINKS_OPEN_IN_NEW_TABS = '\n<base target="_blank">'


def show(request: Request) -> Response:
    """The page; with `?to=`, the mails to that address (empty: to all), newest last.

    `containing=` matches a part of the address instead; `newest=` limits the number of mails.
    """
    query = request.query_params
    if not {"to", "containing"} & query.keys():
        return web_pages.page("mail.html")
    newest = query.get("newest", "")
    most = int(newest) if NUMBER.fullmatch(newest) else None
    return JSONResponse(list_mails(query.get("to", ""), query.get("containing", ""), most))


def show_html(request: Request) -> Response:
    """The HTML of one mail, for the page's frame."""
    mail_id = request.path_params["mail_id"]
    path = _folder() / f"{mail_id}.eml"
    if not MAIL_ID.fullmatch(mail_id) or not path.is_file():
        return Response("There is no such mail.", 404, media_type="text/plain")
    headers = {**web_pages.HEADERS, "Content-Security-Policy": MAIL_POLICY}
    return HTMLResponse(_read(str(path))["html"] + LINKS_OPEN_IN_NEW_TABS, headers=headers)


def show_waiting(request: Request) -> Response:
    """How many mails about bookings wait for further changes; a POST sends them first."""
    if request.method == "POST":
        repository.end_waiting()
        trigger_mailer()
    return JSONResponse({"waiting": repository.count_waiting()})


def list_mails(to: str, containing: str = "", newest: int | None = None) -> list[dict[str, Any]]:
    address, part = to.lower(), containing.lower()

    def matches(recipients: frozenset[str]) -> bool:
        return address in recipients if address else any(part in each for each in recipients)

    found = (path for path in _newest_first() if matches(_recipients(path)))
    return [_read(path) for path in islice(found, newest)][::-1]


def _folder() -> Path:
    return Path(urlsplit(settings().mail_url).path)


def _newest_first() -> list[str]:
    """The paths of all mails; sorting by name sorts by time."""
    try:
        with os.scandir(_folder()) as entries:
            return sorted((entry.path for entry in entries if entry.name.endswith(".eml")), reverse=True)
    except FileNotFoundError:  # nothing was sent yet
        return []


# The parser parses a header anew at each access.
POLICY = email.policy.default.clone(header_factory=lru_cache(1024)(HeaderRegistry()))


# A mail's file never changes, so each is read once: pages poll the inbox.
@cache
def _recipients(path: str) -> frozenset[str]:
    with Path(path).open("rb") as file:
        to = BytesHeaderParser(policy=POLICY).parse(file)["To"]
    return frozenset(address.addr_spec.lower() for address in to.addresses)


@lru_cache(READ_MAILS)
def _read(path: str) -> dict[str, Any]:
    with Path(path).open("rb") as file:
        mail = BytesParser(policy=POLICY).parse(file)
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    content = text.get_content() if text else ""
    return {
        "id": Path(path).stem,
        "to": mail["To"],
        "from": mail["From"],
        "date": mail["Date"],
        "subject": mail["Subject"],
        "text": content,
        "html": html.get_content() if html else "",
        "link": _find_action(content),
        "invitation": find_invitation(mail),
    }


def _find_action(text: str) -> dict[str, str] | None:
    """The action behind a mail's link; None for other mails."""
    for purpose, link in ACTIONS.items():
        if found := link.search(text):
            return {"purpose": purpose, "token": found[1]}
    return None


def show_frontend(_request: Request) -> JSONResponse:
    """Whether a server runs at the address that the links of mails point to."""
    url = platform_settings().front_url
    return JSONResponse({"url": url, "answers": _answers(url)})


def _answers(url: str) -> bool:
    try:
        parts = urlsplit(url)
        address = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        socket.create_connection(address, FRONTEND_TIMEOUT).close()
    except (OSError, ValueError):  # no server there, or a malformed address
        return False
    return True


def delete_old(_event: object, _context: object) -> None:
    """Delete mails older than a month; called by the scheduler."""
    for path in reversed(_newest_first()):
        if time.time() - Path(path).stat().st_mtime < KEPT_SECONDS:
            return
        Path(path).unlink(missing_ok=True)


def page_address(options: Options) -> str:
    """Where mails can be read: this inbox, or the page of the server they are sent to; empty if unknown."""
    return PATH if is_ours() else options.mail_page


def is_ours() -> bool:
    return settings().mail_url.startswith("file:")


def routes() -> list[Route]:
    """No routes if mails go to a real server."""
    if not is_ours():
        return []
    return [
        *web_pages.both_forms(PATH, local_hosts_only(show)),
        Route(f"{PATH}/waiting", local_hosts_only(show_waiting), methods=["GET", "POST"]),
        Route(f"{PATH}/{{mail_id}}", local_hosts_only(show_html)),
        Route("/_local/frontend", local_hosts_only(show_frontend)),
    ]
