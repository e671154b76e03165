"""One's own profile."""

from shared.versions.endpoints import Endpoints
from shared.versions.exchange import Answer, Api, Request

endpoints = Endpoints()


@endpoints.add("GET PATCH PUT", "/api/user/profile/")
async def profile(request: Request, api: Api) -> Answer:
    """It says whether the account is one whose password cannot be changed, which there is none of here."""
    answer = await api(request)
    return answer.with_json({**answer.json, "is_oauth2": False}) if answer.status == 200 else answer
