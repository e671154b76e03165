"""The API description, generated from all routers; on AWS it is served as a file."""

import json
import sys
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from fastapi.openapi.utils import get_openapi

import shared.kit.http.versions  # noqa: F401 - its error is among the codes
from local.features import ROUTERS
from shared.kit.http.api_description import complete_schema
from shared.kit.http.fast_routes import FastRoute
from shared.kit.http.routing import ApiRoute
from shared.versions import VERSIONS

TITLE = "Tutoring platform"
PROJECT = Path(__file__).parents[1] / "pyproject.toml"
ABOUT = """\
Students find tutors, book sessions with them, rate them and chat with them in real time.

**Requests.** The trailing slash of a path is optional. Bodies are JSON; forms are accepted too. Unknown fields and
parameters are refused by name with 400 `unknown_field`; only the endpoints of the first release ignore them. Times are
ISO 8601 with an offset, in the platform's time zone (Europe/Warsaw).

**Signing in.** Send `Authorization: Bearer <access token>`; the Authorize button gets a token from your address and
password.

**Errors** have a `detail` for people and a `code` for programs (`ErrorCode`), or name the invalid fields
(`FieldErrors`). Endpoints of the first release keep their original error shapes. Rate-limited requests get 429 with
`Retry-After` in seconds.

**Lists** are paginated: by `p` and `page_size`, or by a `cursor` from the previous page's `Link` header.

**Idempotency.** Requests that change a booking accept an `Idempotency-Key` header: a retry with the same key gets the
original answer.

**Real time.** Chat messages go over the WebSocket `/ws/chat/<conversation id>/?token=<access token>`: send
`{"event": "chat_message", "data": {"body": "..."}}`, receive message objects. Notifications come over
`/ws/notification/user/?token=<access token>` as `{"event": "notification_created", "data": {...}}`.
"""
# In the order of a user's story.
TAGS = {
    "accounts": "Register, confirm your address, set a new password; export or delete your account.",
    "tokens": "Sign in and out, on several devices.",
    "profiles": "Your name and picture.",
    "tutors": "Search tutors and read about them; no sign-in needed.",
    "bookings": "Book, move, answer and cancel sessions; wait for a seat in a full group.",
    "calendar": "Your sessions as a calendar feed (iCalendar).",
    "chat": "Conversations with other people, and their messages.",
    "notifications": "What happened to your bookings.",
    "reviews": "Rate tutors, read and answer reviews.",
    "tutor settings": "As a tutor: your description, price, place and skills.",
    "availability": "As a tutor: your hours, your schedule and the terms of booking. For students: free slots.",
    "announcements": "Announcements that tutors make to everybody.",
    "issues": "Report problems with the platform to staff, and read their answers.",
    "reports": "Report messages and people; as staff: decide on them.",
    "moderation of reviews": "Report reviews; as staff: decide on them.",
    "staff": "As staff, signed in with a second factor: find and suspend people; the audit trail.",
}
SERVERS = [{"url": "/", "description": "The server that serves this description."}]
SECURITY: dict[str, dict[str, Any]] = {
    "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "An access token."},
    "password": {
        "type": "oauth2",
        "description": "Your address as the username, and your password. If you have a second factor, give an access"
        " token as `bearer`.",
        "flows": {"password": {"tokenUrl": "/api/token/oauth/", "scopes": {}}},
    },
}


@cache
def description() -> dict[str, Any]:
    # Imported so that their errors are among the codes, whether or not a version has been requested yet.
    for load in VERSIONS.values():
        load()
    routes = [route for router in ROUTERS for route in router.routes if isinstance(route, ApiRoute | FastRoute)]
    for route in routes:
        if route.is_json_stream:  # It yields its statements, not lines of a response.
            route.is_json_stream = False
    version = tomllib.loads(PROJECT.read_text())["project"]["version"]
    tags = [{"name": name, "description": text} for name, text in TAGS.items()]
    schema = get_openapi(
        title=TITLE,
        version=version,
        description=ABOUT,
        routes=routes,
        tags=tags,
        servers=SERVERS,
        license_info={"name": "MIT", "identifier": "MIT"},
    )
    return complete_schema(schema, routes, SECURITY)


if __name__ == "__main__":
    json.dump(description(), sys.stdout, ensure_ascii=False, indent=1)
