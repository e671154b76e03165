"""HTTP shapes of what everybody sees of tutors."""

from fastapi import Request, Response

from functions.tutors import repository, service
from functions.tutors.documentation import FACET_PARAMETERS, SEARCH_PARAMETERS
from functions.tutors.schemas import Details, Facets, Skill, TutorItem
from shared.kit.answers import json_response
from shared.kit.direct import direct
from shared.kit.documentation import path_id, refusals
from shared.kit.errors import FieldErrors, NotFound
from shared.kit.http import router
from shared.kit.paging import next_link

tutors = router("tutors")
SEARCH_PATH = "/api/user/tutor/search/"
MAX_ID = 2**31 - 1


@tutors.get(
    SEARCH_PATH,
    response_model=list[TutorItem],
    responses=refusals(FieldErrors, service.UnknownSkillSearched),
    openapi_extra={"parameters": SEARCH_PARAMETERS},
)
@direct
def search_tutors(request: Request) -> Response:
    """Search tutors. A page has at most 100; the Link header leads to the next one."""
    cards, next_query = service.search(request.scope["query_string"])
    link = {"Link": next_link(SEARCH_PATH, next_query)} if next_query else None
    return json_response(f"[{','.join(cards)}]", headers=link)


@tutors.get(
    "/api/user/tutor/search/facets/",
    response_model=Facets,
    responses=refusals(FieldErrors, service.UnknownSkillSearched),
    openapi_extra={"parameters": FACET_PARAMETERS},
)
@direct
def count_facets(request: Request) -> Response:
    """How many tutors the same search would find by each skill and location, whatever skills and location it names.

    Of locations there are the hundred most frequent. With a free time the five hundred best tutors are counted, and
    `complete` is false if there are more.
    """
    return json_response(service.facets(request.scope["query_string"]))


@tutors.get("/api/user/tutor/all/", response_model=list[TutorItem])
@direct
def list_tutors(_request: Request) -> Response:
    """The hundred best tutors."""
    cards, _next = service.search(b"")
    return json_response(f"[{','.join(cards)}]")


@tutors.get(
    "/api/user/tutor/details/{tutor_id:int}/",
    response_model=Details,
    responses=refusals(NotFound),
    openapi_extra=path_id("tutor_id"),
)
@direct
def get_details(request: Request) -> Response:
    """A tutor's details with ratings, oldest first, and the schedule."""
    tutor_id = request.path_params["tutor_id"]
    details = repository.find_details(tutor_id) if tutor_id <= MAX_ID else None
    if details is None:
        raise NotFound
    return json_response(details)


@tutors.get("/api/user/tutor/skills/", response_model=list[Skill])
@direct
def list_skills(_request: Request) -> Response:
    """The skills a tutor may offer."""
    return json_response(repository.list_skills())
