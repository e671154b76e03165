"""The API's description, made from all routers; on AWS it is served as a file."""

import json
import sys
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from fastapi.openapi.utils import get_openapi

from local.features import ROUTERS
from shared.kit.http.api_description import complete_schema

TITLE = "Tutoring platform"
PROJECT = Path(__file__).parents[1] / "pyproject.toml"
ABOUT = """\
Students find tutors, rate them and chat with them in real time.

Every path answers with and without its last slash. Times are ISO 8601 in the platform's zone (Europe/Warsaw).
Call protected endpoints with the header `Authorization: Bearer <access token>`. Chat messages go over the
WebSocket `/ws/chat/<conversation id>/?token=<access token>`: send
`{"event": "chat_message", "data": {"body": "..."}}`, receive message objects. Notifications come over
`/ws/notification/user/?token=<access token>` as `{"event": "notification_created", "data": {...}}`.
"""


@cache
def description() -> dict[str, Any]:
    routes = [route for router in ROUTERS for route in router.routes]
    version = tomllib.loads(PROJECT.read_text())["project"]["version"]
    return complete_schema(get_openapi(title=TITLE, version=version, description=ABOUT, routes=routes), routes)


if __name__ == "__main__":
    json.dump(description(), sys.stdout, ensure_ascii=False, indent=1)
