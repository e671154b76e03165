"""HTTP routes of the calendar feeds."""

from typing import Annotated

from starlette.requests import Request
from starlette.responses import Response

from functions.notifications.actions import calendar_feeds
from functions.notifications.api.responses import CalendarFeed, NewCalendarFeed
from functions.notifications.domain.errors import CalendarFeedNotFound
from shared.domain.auth import User
from shared.domain.platform_settings import platform_settings
from shared.domain.timestamps import format_time
from shared.kit.http.fastapi import Path
from shared.kit.http.openapi import error_responses
from shared.kit.http.response_models import Detail
from shared.kit.http.responses import detail_response, json_response
from shared.kit.http.routing import router
from shared.kit.http.viewer import origin

calendar = router("calendar")
CALENDAR_TYPE = "text/calendar; charset=utf-8"
# A browser that saves the feed must not name the file after its secret.
FILE = 'inline; filename="calendar.ics"'
# The pattern is documented but not validated: other text is an unknown secret, not a bad request.
Token = Annotated[str, Path(json_schema_extra={"pattern": f"^{calendar_feeds.TOKEN.pattern}$"})]


@calendar.post("/api/reservation/calendar/", status_code=201, response_model=NewCalendarFeed)
def create_calendar_feed(caller: User, request: Request) -> Response:
    """Create your calendar feed, or replace its address.

    The address is shown only once. Anybody who has it can read your calendar.
    """
    token, created_at = calendar_feeds.create_feed(caller.id)
    url = f"{platform_settings().public_url or origin(request)}/api/reservation/calendar/{token}.ics"
    return json_response({"url": url, "created_at": format_time(created_at)}, 201)


@calendar.get(
    "/api/reservation/calendar/", response_model=CalendarFeed, responses=error_responses(CalendarFeedNotFound)
)
def get_calendar_feed(caller: User) -> Response:
    """Get when your calendar feed was created."""
    return json_response({"created_at": format_time(calendar_feeds.get_feed(caller.id))})


@calendar.delete("/api/reservation/calendar/", response_model=Detail, responses=error_responses(CalendarFeedNotFound))
def delete_calendar_feed(caller: User) -> Response:
    """Delete your calendar feed: its address stops working."""
    calendar_feeds.delete_feed(caller.id)
    return detail_response("Adres kalendarza już nie działa.", caller.language)


@calendar.get(
    "/api/reservation/calendar/{token}.ics/",
    response_class=Response,
    responses={
        200: {"description": "iCalendar (RFC 5545)", "content": {"text/calendar": {"schema": {"type": "string"}}}},
        304: {"description": "Unchanged since the answer whose ETag you sent in If-None-Match"},
        **error_responses(CalendarFeedNotFound),
    },
)
def read_calendar_feed(token: Token, request: Request) -> Response:
    """Read the sessions of the feed's owner, as student and tutor: the last 90 days and all upcoming ones."""
    feed = calendar_feeds.read_feed(token)
    tag = f'"{calendar_feeds.tag_of(feed)}"'
    # Weak, because a compressed answer has the same tag (RFC 9110, section 8.8.1).
    headers = {"etag": f"W/{tag}", "cache-control": "private, no-cache"}
    known = ",".join(request.headers.getlist("if-none-match"))
    if known.strip() == "*" or tag in known:
        return Response(status_code=304, headers=headers, media_type=CALENDAR_TYPE)
    return Response(
        calendar_feeds.write_feed(feed), headers={**headers, "content-disposition": FILE}, media_type=CALENDAR_TYPE
    )
