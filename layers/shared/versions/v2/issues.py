"""Issues: categories and states as words, and one's own as a list."""

from typing import Any

from shared.versions.endpoints import Endpoints
from shared.versions.exchange import Answer, Api, Request, only

CATEGORIES = {
    "violation": "Naruszenie regulaminu",
    "technical_issue": "Problem techniczny",
    "help_request": "Prośba o pomoc",
}
STATES = {"new": "Nowe", "in_progress": "W trakcie", "resolved": "Rozwiązane", "closed": "Zamknięte"}
NO_CHOICE = '"{}" nie jest poprawnym wyborem.'
# The limit on open issues is lower; of closed ones the newest are listed.
MOST = "100"
endpoints = Endpoints()


@endpoints.add("POST", "/api/reporting/issue/create/")
async def report(request: Request, api: Api) -> Answer:
    request = await only(request, "category", "title", "description")
    answer = await api(request)
    if answer.status == 201:
        return answer.with_json(_issue(answer.json))
    category = request.json.get("category") if isinstance(request.json, dict) else None
    if answer.status == 400 and "category" in answer.json and category is not None:
        return answer.with_json({**answer.json, "category": [NO_CHOICE.format(category)]})
    return answer


@endpoints.add("GET", "/api/reporting/issue/list/")
async def list_own(request: Request, api: Api) -> Answer:
    """Oldest first."""
    answer = await api(request.with_query([("page_size", MOST)]))
    return answer.with_json([_issue(each) for each in answer.json["results"][::-1]]) if answer.status == 200 else answer


@endpoints.add("GET", "/api/reporting/issue/detail/{issue_id}/")
async def get_issue(request: Request, api: Api) -> Answer:
    answer = await api(request)
    if answer.status != 200:
        return answer
    issue = answer.json
    return answer.with_json({**_issue(issue), "responds": issue["answers"]})


@endpoints.add("POST", "/api/reporting/issue/respond/create/{issue_id}/")
async def respond(request: Request, api: Api) -> Answer:
    return await api(await only(request, "body"))


def _issue(issue: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in issue.items() if name != "answers"}
    return {**kept, "category": CATEGORIES[issue["category"]], "status": STATES[issue["status"]]}
