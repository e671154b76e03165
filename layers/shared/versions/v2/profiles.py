"""One's own profile."""

from shared.versions.endpoints import Endpoints
from shared.versions.exchange import Answer, Api, Request

endpoints = Endpoints()


@endpoints.add("GET PATCH PUT", "/api/user/profile/")
async def profile(request: Request, api: Api) -> Answer:
    """Adds whether the account's password cannot be changed, which is false for all accounts here."""
    answer = await api(request)
    return answer.with_json({**answer.json, "is_oauth2": False}) if answer.status == 200 else answer
