"""Tutors for clients with numbered pages: the search, and a tutor without reviews, which are paginated, too."""

from starlette.requests import Request
from starlette.responses import Response

from functions.tutors.actions.search_pages import search_page
from functions.tutors.api.responses import Overview, TutorPage
from functions.tutors.data.overview import find_overview
from functions.tutors.domain.errors import UnknownSkillSearched
from functions.tutors.domain.search_query import PageSearchQuery
from shared.kit.errors import FieldErrors, NotFound
from shared.kit.http.fast_routes import always
from shared.kit.http.openapi import error_responses
from shared.kit.http.query_models import refuse_unknown
from shared.kit.http.responses import raw_json_response
from shared.kit.http.routing import router

tutor_pages = router("tutors")
SEARCH = "/api/user/tutor/search/pages/"


@tutor_pages.fast_get(
    SEARCH,
    query=PageSearchQuery,
    takes_long=always,
    response_model=TutorPage,
    responses=error_responses(FieldErrors, NotFound, UnknownSkillSearched),
)
def search_tutor_pages(request: Request) -> Response:
    """Search tutors, a numbered page at a time.

    To go through many pages, follow the links of `/api/user/tutor/search/` instead: each page costs the same, and it
    can filter by free time.
    """
    query = request.scope["query_string"]
    refuse_unknown(query, PageSearchQuery)
    return raw_json_response(search_page(query, PageSearchQuery.read(query).page, SEARCH))


@tutor_pages.fast_get(
    "/api/user/tutor/overview/{tutor_id:int32}/", response_model=Overview, responses=error_responses(NotFound)
)
def get_tutor_overview(request: Request) -> Response:
    """Get a tutor's details with the newest 1000 schedule items; reviews have their own endpoint."""
    found = find_overview(request.path_params["tutor_id"])
    if found is None:
        raise NotFound
    return raw_json_response(found)
