"""The public endpoints of tutors."""

from starlette.requests import Request
from starlette.responses import Response

from functions.tutors.actions import search
from functions.tutors.api.responses import Details, Facets, Skill, TutorItem
from functions.tutors.data import queries
from functions.tutors.data.queries import TutorDetails
from functions.tutors.domain.errors import UnknownSkillSearched
from functions.tutors.domain.read_filters import asks_for_free_time
from functions.tutors.domain.search_query import FacetQuery, SearchQuery
from shared.kit.db.integers import MAX_INT32
from shared.kit.db.steps import Steps
from shared.kit.errors import NotFound
from shared.kit.http.cursor_pagination import next_link
from shared.kit.http.fast_routes import always
from shared.kit.http.openapi import LEADS_ON, error_responses
from shared.kit.http.query_models import refuse_unknown
from shared.kit.http.responses import raw_json_response
from shared.kit.http.routing import router

tutors = router("tutors")


@tutors.recorded.fast_get(
    "/api/user/tutor/search/",
    query=SearchQuery,
    takes_long=asks_for_free_time,
    response_model=list[TutorItem],
    responses=LEADS_ON | error_responses(UnknownSkillSearched),
)
def search_tutors(request: Request) -> Steps[Response]:
    """Search tutors. A page has at most 100; the Link header links to the next page."""
    page = yield from search.search_tutors(request.scope["query_string"])
    link = {"Link": next_link("/api/user/tutor/search/", page.next_query)} if page.next_query else None
    return raw_json_response(b"[%b]" % b",".join(page.cards), headers=link)


@tutors.fast_get(
    "/api/user/tutor/search/facets/",
    query=FacetQuery,
    takes_long=always,
    response_model=Facets,
    responses=error_responses(UnknownSkillSearched),
)
def count_search_facets(request: Request) -> Response:
    """Count the tutors a search would find, by skill and by location.

    Skill counts ignore the skill filter, location counts the location filter.

    Only the hundred most frequent locations are listed. With a free-time filter only the five hundred best tutors are
    counted, and `complete` is false if there are more.
    """
    # Parameters that only order or paginate the search are accepted, too: clients send the same query to both.
    refuse_unknown(request.scope["query_string"], SearchQuery)
    return raw_json_response(search.count_facets(request.scope["query_string"]))


@tutors.recorded.fast_get("/api/user/tutor/all/", response_model=list[TutorItem])
def list_tutors(_request: Request) -> Steps[Response]:
    """List the hundred best tutors."""
    page = yield from search.search_tutors(b"")
    return raw_json_response(b"[%b]" % b",".join(page.cards))


@tutors.recorded.fast_get(
    "/api/user/tutor/details/{tutor_id:any_int}/",
    response_model=Details,
    responses=LEADS_ON | error_responses(NotFound),
)
def get_tutor_details(request: Request) -> Steps[Response]:
    """Get a tutor's details, ratings (oldest first) and schedule.

    If the ratings are too many or too long, only the newest are included; the Link header links to all of them.
    """
    tutor_id = request.path_params["tutor_id"]
    found = (yield from queries.find_public_details(tutor_id)) if tutor_id <= MAX_INT32 else None
    if found is None:
        raise NotFound
    return details_response(tutor_id, found)


def details_response(tutor_id: int, found: TutorDetails) -> Response:
    link = {"Link": f'</api/user/tutor/reviews/{tutor_id}/>; rel="next"'} if found.has_more_reviews else None
    return raw_json_response(found.details, headers=link)


@tutors.recorded.fast_get("/api/user/tutor/skills/", response_model=list[Skill])
def list_skills(_request: Request) -> Steps[Response]:
    """List the skills that tutors may offer."""
    return raw_json_response((yield from queries.list_skills()))
