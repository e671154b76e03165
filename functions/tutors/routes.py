"""HTTP shapes of what everybody sees of tutors."""

from fastapi import Request, Response

from functions.tutors import repository, service
from functions.tutors.documentation import FACET_PARAMETERS, SEARCH_PARAMETERS
from functions.tutors.schemas import Details, Facets, Skill, TutorItem
from shared.kit.errors import FieldErrors, NotFound
from shared.kit.http.cursor_pagination import next_link
from shared.kit.http.openapi import error_responses
from shared.kit.http.responses import raw_json_response
from shared.kit.http.routing import router

SEARCH_PATH = "/api/user/tutor/search/"
MAX_ID = 2**31 - 1

tutors = router("tutors")


@tutors.recorded.fast_get(
    SEARCH_PATH,
    response_model=list[TutorItem],
    responses=error_responses(FieldErrors, service.UnknownSkillSearched),
    openapi_extra={"parameters": SEARCH_PARAMETERS},
)
def search_tutors(request: Request) -> Response:
    """Search tutors. A page has at most 100; the Link header leads to the next one."""
    cards, next_query = service.search(request.scope["query_string"])
    link = {"Link": next_link(SEARCH_PATH, next_query)} if next_query else None
    return raw_json_response(f"[{','.join(cards)}]", headers=link)


@tutors.recorded.fast_get(
    "/api/user/tutor/search/facets/",
    response_model=Facets,
    responses=error_responses(FieldErrors, service.UnknownSkillSearched),
    openapi_extra={"parameters": FACET_PARAMETERS},
)
def count_facets(request: Request) -> Response:
    """How many tutors the same search would find by each skill and location, whatever skills and location it names.

    Of locations there are the hundred most frequent. With a free time the five hundred best tutors are counted, and
    `complete` is false if there are more.
    """
    return raw_json_response(service.facets(request.scope["query_string"]))


@tutors.recorded.fast_get("/api/user/tutor/all/", response_model=list[TutorItem])
def list_tutors(_request: Request) -> Response:
    """The hundred best tutors."""
    cards, _next = service.search(b"")
    return raw_json_response(f"[{','.join(cards)}]")


@tutors.recorded.fast_get(
    "/api/user/tutor/details/{tutor_id:any_int}/",
    response_model=Details,
    responses=error_responses(NotFound),
)
def get_details(request: Request) -> Response:
    """A tutor's details with ratings, oldest first, and the schedule."""
    tutor_id = request.path_params["tutor_id"]
    details = repository.find_details(tutor_id) if tutor_id <= MAX_ID else None
    if details is None:
        raise NotFound
    return raw_json_response(details)


@tutors.recorded.fast_get("/api/user/tutor/skills/", response_model=list[Skill])
def list_skills(_request: Request) -> Response:
    """The skills a tutor may offer."""
    return raw_json_response(repository.list_skills())
