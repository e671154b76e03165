"""A tutor's own schedule."""

from datetime import UTC, datetime
from typing import Any

from shared.domain.platform_settings import local_zone
from shared.versions.endpoints import Endpoints
from shared.versions.exchange import Answer, Api, Request
from shared.versions.v2.tutors import list_own_schedule

IS_OVER = "Ten termin już minął."
SCHEDULE = "/api/user/tutor/schedule/me/"
endpoints = Endpoints()
endpoints.add("GET", SCHEDULE)(list_own_schedule)


@endpoints.add("POST", SCHEDULE)
async def add_item(request: Request, api: Api) -> Answer:
    """Add an item: it is not booked, whatever the client says, and must not have begun."""
    request = await request.read()
    if _has_begun(request.json):
        # Callers who are not tutors learn only that.
        known = await list_own_schedule(request.to(SCHEDULE, method="GET"), api)
        return known.with_json({"Error": IS_OVER}, 400) if known.status == 200 else known
    answer = await api(request)
    return answer.with_json({**answer.json, "is_reserved": False}) if answer.status == 201 else answer


def _has_begun(body: Any) -> bool:
    """Whether the item's time has begun; the API reports unreadable values."""
    try:
        starts_at = datetime.fromisoformat(body["start_time"])
        local = starts_at if starts_at.tzinfo else starts_at.replace(tzinfo=local_zone())
        return local.astimezone(UTC) <= datetime.now(UTC)
    except (KeyError, OverflowError, TypeError, ValueError):
        return False
