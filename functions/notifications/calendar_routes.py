"""HTTP shapes of the calendar feeds."""

import hashlib
from typing import Annotated

from fastapi import Path, Request, Response

from functions.notifications import feeds
from functions.notifications.schemas import Detail, Feed, NewFeed
from shared.domain.auth import User
from shared.domain.platform_settings import platform_settings
from shared.domain.timestamps import format_time
from shared.kit.http.openapi import error_responses
from shared.kit.http.responses import json_response
from shared.kit.http.routing import router

calendar = router("calendar")
PATH = "/api/reservation/calendar/"
CALENDAR_TYPE = "text/calendar; charset=utf-8"
# Only described here: any other text is an unknown secret, no bad request.
Token = Annotated[str, Path(json_schema_extra={"pattern": f"^{feeds.TOKEN.pattern}$"})]


@calendar.post(PATH, status_code=201, response_model=NewFeed)
def make_feed(caller: User, request: Request) -> Response:
    """Make the own calendar feed, or replace its address: it is told this once, whoever has it reads the calendar."""
    token, created_at = feeds.make_feed(caller.id)
    origin = platform_settings().public_url or str(request.base_url).rstrip("/")
    return json_response({"url": f"{origin}{PATH}{token}.ics", "created_at": format_time(created_at)}, 201)


@calendar.get(PATH, response_model=Feed, responses=error_responses(feeds.NoFeed))
def get_feed(caller: User) -> Response:
    """Since when there is an own feed."""
    return json_response({"created_at": format_time(feeds.get_feed(caller.id))})


@calendar.delete(PATH, response_model=Detail, responses=error_responses(feeds.NoFeed))
def delete_feed(caller: User) -> Response:
    """Delete the own feed: its address leads nowhere from now on."""
    feeds.delete_feed(caller.id)
    return json_response({"detail": "Adres kalendarza już nie działa."})


@calendar.get(
    PATH + "{token}.ics/",
    response_class=Response,
    responses={
        200: {"description": "iCalendar (RFC 5545)", "content": {"text/calendar": {"schema": {"type": "string"}}}},
        304: {"description": "As the If-None-Match header knows it"},
        **error_responses(feeds.NoFeed),
    },
)
def read_feed(token: Token, request: Request) -> Response:
    """The sessions of whoever made the feed, as student and tutor: the last 90 days and all that lie ahead."""
    content = feeds.read_feed(token)
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"etag": tag, "cache-control": "private, no-cache"}
    known = request.headers.get("if-none-match", "")
    if known == "*" or tag in known:
        return Response(status_code=304, headers=headers, media_type=CALENDAR_TYPE)
    return Response(content, headers=headers, media_type=CALENDAR_TYPE)
