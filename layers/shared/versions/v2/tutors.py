"""Public details of tutors, and their own settings."""

from typing import Any

from shared.versions.endpoints import Endpoints
from shared.versions.exchange import Answer, Api, Request
from shared.versions.pages import ask_for_page

SETTINGS = (
    "description",
    "price",
    "online_sessions_available",
    "in_person_sessions_available",
    "tutoring_location",
    "individual_sessions_available",
    "group_sessions_available",
)
FILTERS = frozenset(
    {
        "search_by_full_name",
        "tutoring_location",
        "skills",
        "price__gte",
        "price__gt",
        "price__lte",
        "price__lt",
        "avg_rating__gte",
        "avg_rating__gt",
        "avg_rating__lte",
        "avg_rating__lt",
        "online_sessions_available",
        "in_person_sessions_available",
        "individual_sessions_available",
        "group_sessions_available",
        "sorting_by_average_rating",
        "sorting_by_hourly_rate",
    }
)
TEXTS = {"Price cannot be more than 1000000.": "Price cannot be more than 1000000"}
REVIEW = ("rating", "review", "created_at", "student_first_name", "student_last_name")
endpoints = Endpoints()


@endpoints.add("GET", "/api/user/tutor/search/")
async def search(request: Request, api: Api) -> Answer:
    """Numbered pages, with the total."""
    return await ask_for_page(request, api, "/api/user/tutor/search/pages/", names=FILTERS)


@endpoints.add("GET", "/api/user/tutor/details/{tutor_id}/")
async def get_details(request: Request, api: Api) -> Answer:
    """Without reviews, and with a schedule that marks taken items."""
    return await api(request.to(f"/api/user/tutor/overview/{request.variables['tutor_id']}/").with_query([]))


@endpoints.add(
    "GET", "/api/user/tutor/schedule/{tutor_id}/", served_by="/api/availability/tutors/{tutor_id:int32}/schedule/"
)
async def list_schedule(request: Request, api: Api) -> Answer:
    """The schedule as a list; empty for unknown tutors."""
    answer = await api(request.to(f"/api/availability/tutors/{request.variables['tutor_id']}/schedule/").with_query([]))
    return answer.with_json([], 200) if answer.status == 404 else answer


async def list_own_schedule(request: Request, api: Api) -> Answer:
    """Your own schedule, with taken items marked."""
    return await api(request.to("/api/availability/schedule/me/").with_query([]))


# Digits only: the API has other lists with names there.
@endpoints.add("GET", "/api/user/tutor/reviews/{tutor_id:int}/")
async def list_reviews(request: Request, api: Api) -> Answer:
    """The average is a number, and comes last."""
    answer = await ask_for_page(request, api)
    if answer.status != 200:
        return answer
    page = answer.json
    average = float(page.pop("avg_rating"))
    page["results"] = [_named(each, REVIEW) for each in page["results"]]
    return answer.with_json({**_named(page, ("count", "next", "previous", "results")), "avg_rating": average})


@endpoints.add("GET", "/api/user/ratings/best/")
async def list_best_reviews(request: Request, api: Api) -> Answer:
    """With the authors' names; public, so even an invalid token is accepted."""
    wanted = dict(request.query).get("number_of_ratings", "")
    query = [("number_of_reviews", _at_most(wanted, 100))] if wanted else []
    answer = await api(request.to("/api/user/tutor/reviews/best/").with_query(query))
    if answer.status == 200:
        return answer.with_json([_named(each, REVIEW) for each in answer.json])
    if answer.status == 400:
        return answer.with_json({"number_of_ratings": answer.json["number_of_reviews"]})
    return answer


@endpoints.add("GET", "/api/user/tutor/me/")
async def get_settings(request: Request, api: Api) -> Answer:
    return _settings(await api(request))


@endpoints.add("PATCH", "/api/user/tutor/me/")
async def change_settings(request: Request, api: Api) -> Answer:
    """Errors are reported for their fields; a null place means none."""
    request = await request.read()
    body = request.json
    if isinstance(body, dict) and "tutoring_location" in body:
        request = request.with_json({**body, "tutoring_location": body["tutoring_location"] or ""})
    answer = await api(request)
    complaints = answer.json.get("non_field_errors") if answer.status == 400 else None
    if isinstance(complaints, list):
        field = "price" if str(complaints[0]).startswith("Price") else "tutoring_location"
        return answer.with_json({field: [TEXTS.get(each, each) for each in complaints]})
    return _settings(answer)


def _settings(answer: Answer) -> Answer:
    return answer.with_json(_named(answer.json, SETTINGS)) if answer.status == 200 else answer


def _named(value: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: value.get(name) for name in names}


def _at_most(text: str, most: int) -> str:
    return str(most) if text.isascii() and text.isdecimal() and int(text[:9]) > most else text
