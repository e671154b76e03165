"""The HTTP endpoints of reporting reviews and deciding on them."""

from typing import Annotated
from uuid import UUID

from starlette.responses import Response

from functions.reviews import queries, service
from functions.reviews.schemas import HiddenPage, NewReport, ReportedPage
from shared.domain.auth import StaffCaller, User
from shared.domain.dispatcher import trigger_dispatch
from shared.domain.staff_desk import Decision
from shared.kit.db.transactions import transaction
from shared.kit.errors import FieldErrors, NotFound
from shared.kit.http.openapi import error_responses
from shared.kit.http.page_pagination import PageQuery
from shared.kit.http.query_models import from_query
from shared.kit.http.response_models import Info
from shared.kit.http.responses import json_response, raw_json_response
from shared.kit.http.routing import router

review_moderation = router("moderation of reviews")


@review_moderation.post(
    "/api/user/tutor/reviews/{review_id:int64}/report/",
    status_code=201,
    response_model=Info,
    responses=error_responses(service.ReviewNotFound, service.OwnReview),
)
def report_review(caller: User, review_id: int, report: NewReport) -> Response:
    """Report to staff that a review breaks the rules. Reporting it again changes nothing."""
    with transaction() as db:
        service.report_review(db, caller.id, review_id, report.reason)
    trigger_dispatch()
    return json_response({"Info": "Review reported."}, 201)


@review_moderation.get(
    "/api/user/tutor/reviews/reported/",
    response_model=ReportedPage,
    responses=error_responses(FieldErrors, NotFound),
    deprecated=True,
)
def list_reported(_caller: StaffCaller, query: Annotated[PageQuery, from_query(PageQuery)]) -> Response:
    """List reviews with open reports, by time of the first report; for staff.

    Use GET /api/staff/reviews/reported/.
    """
    found = queries.list_reported(query.page)
    return raw_json_response(query.page.wrap("/api/user/tutor/reviews/reported/", found.count, found.results))


@review_moderation.get(
    "/api/user/tutor/reviews/hidden/",
    response_model=HiddenPage,
    responses=error_responses(FieldErrors, NotFound),
    deprecated=True,
)
def list_hidden(_caller: StaffCaller, query: Annotated[PageQuery, from_query(PageQuery)]) -> Response:
    """List hidden reviews with who hid them and when, most recently hidden first; for staff.

    Use GET /api/staff/reviews/hidden/.
    """
    found = queries.list_hidden(query.page)
    return raw_json_response(query.page.wrap("/api/user/tutor/reviews/hidden/", found.count, found.results))


@review_moderation.post(
    "/api/user/tutor/reviews/{review_id:int64}/hide/",
    response_model=Decision,
    responses=error_responses(service.ReviewNotFound),
    deprecated=True,
)
def hide_review(caller: StaffCaller, review_id: int) -> Response:
    """Hide a review, so that it no longer counts, and resolve its reports; for staff.

    Use POST /api/staff/reviews/<id>/hide/.
    """
    return _decide(caller.id, review_id, hidden=True)


@review_moderation.post(
    "/api/user/tutor/reviews/{review_id:int64}/unhide/",
    response_model=Decision,
    responses=error_responses(service.ReviewNotFound),
    deprecated=True,
)
def unhide_review(caller: StaffCaller, review_id: int) -> Response:
    """Show a review again, or keep a reported one, and resolve its reports; for staff.

    Use POST /api/staff/reviews/<id>/unhide/.
    """
    return _decide(caller.id, review_id, hidden=False)


def _decide(staff_id: UUID, review_id: int, *, hidden: bool) -> Response:
    service.decide(staff_id, review_id, hidden=hidden)
    return json_response({"id": review_id, "hidden": hidden})
