"""The HTTP endpoints of reviews at the staff desk."""

from typing import Annotated

from starlette.responses import Response

from functions.reviews import queries, service
from functions.reviews.schemas import HiddenPage, ReportedPage
from shared.domain.staff_desk import Decision, DeskCaller, Justification
from shared.kit.errors import FieldErrors, NotFound
from shared.kit.http.openapi import error_responses
from shared.kit.http.page_pagination import PageQuery
from shared.kit.http.query_models import from_query
from shared.kit.http.responses import json_response, raw_json_response
from shared.kit.http.routing import router

REVIEWS = "/api/staff/reviews/"
REPORTED, HIDDEN = f"{REVIEWS}reported/", f"{REVIEWS}hidden/"
ONE = REVIEWS + "{review_id:int64}/"

reviews_desk = router("staff")


@reviews_desk.get(REPORTED, response_model=ReportedPage, responses=error_responses(FieldErrors, NotFound))
def list_reported_reviews(_caller: DeskCaller, query: Annotated[PageQuery, from_query(PageQuery)]) -> Response:
    """List reviews with open reports, by time of the first report; for staff."""
    found = queries.list_reported(query.page)
    return raw_json_response(query.page.wrap(REPORTED, found.count, found.results))


@reviews_desk.get(HIDDEN, response_model=HiddenPage, responses=error_responses(FieldErrors, NotFound))
def list_hidden_reviews(_caller: DeskCaller, query: Annotated[PageQuery, from_query(PageQuery)]) -> Response:
    """List hidden reviews with who hid them and when, most recently hidden first; for staff."""
    found = queries.list_hidden(query.page)
    return raw_json_response(query.page.wrap(HIDDEN, found.count, found.results))


@reviews_desk.post(f"{ONE}hide/", response_model=Decision, responses=error_responses(service.ReviewNotFound))
def hide_review_for(caller: DeskCaller, review_id: int, why: Justification) -> Response:
    """Hide a review, giving a reason, so that it no longer counts, and resolve its reports; for staff."""
    service.decide(caller.id, review_id, why.reason, hidden=True)
    return json_response({"id": review_id, "hidden": True})


@reviews_desk.post(f"{ONE}unhide/", response_model=Decision, responses=error_responses(service.ReviewNotFound))
def unhide_review_for(caller: DeskCaller, review_id: int, why: Justification) -> Response:
    """Show a review again or keep a reported one, giving a reason, and resolve its reports; for staff."""
    service.decide(caller.id, review_id, why.reason, hidden=False)
    return json_response({"id": review_id, "hidden": False})
