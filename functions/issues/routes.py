"""The HTTP endpoints of issues."""

from typing import Annotated
from uuid import UUID

from starlette.responses import Response

from functions.issues import repository, service
from functions.issues.schemas import (
    Answer,
    Issue,
    IssueChange,
    IssuePage,
    IssueWithAnswers,
    NewAnswer,
    NewIssue,
    StaffQuery,
)
from shared.domain.auth import StaffCaller, User
from shared.kit.errors import FieldErrors, NotFound, Throttled
from shared.kit.http.openapi import error_responses
from shared.kit.http.page_pagination import PageQuery
from shared.kit.http.query_models import from_query
from shared.kit.http.responses import raw_json_response
from shared.kit.http.routing import router

OWN = "/api/reporting/issue/list/"
FOR_STAFF = "/api/staff/issues/"

issues = router("issues")


@issues.post(
    "/api/reporting/issue/create/",
    status_code=201,
    response_model=Issue,
    responses=error_responses(service.TooManyIssues, Throttled),
)
def report_issue(caller: User, new: NewIssue) -> Response:
    """Report a problem or a breach of the rules to staff, or ask them for help."""
    return raw_json_response(service.report_issue(caller.id, new), 201)


@issues.get(OWN, response_model=IssuePage, responses=error_responses(FieldErrors, NotFound))
def list_own_issues(caller: User, query: Annotated[PageQuery, from_query(PageQuery)]) -> Response:
    """List the issues you reported, newest first."""
    found = repository.list_own(caller.id, query.page)
    return raw_json_response(query.page.wrap(OWN, found.count, found.results))


@issues.get(
    "/api/reporting/issue/detail/{issue_id:lower_uuid}/",
    response_model=IssueWithAnswers,
    responses=error_responses(service.IssueNotFound),
)
def get_issue(caller: User, issue_id: UUID) -> Response:
    """Get an issue of yours with its answers; staff can get any issue."""
    found = repository.find_issue(issue_id, caller.id, is_staff=caller.is_staff)
    if found is None:
        raise service.IssueNotFound
    return raw_json_response(found)


@issues.post(
    "/api/reporting/issue/respond/create/{issue_id:lower_uuid}/",
    status_code=201,
    response_model=Answer,
    responses=error_responses(service.IssueNotFound, service.IssueClosed, Throttled),
)
def answer_issue(caller: User, issue_id: UUID, new: NewAnswer) -> Response:
    """Add to an issue of yours, or answer one as staff; the reporter is notified of staff's answers."""
    return raw_json_response(service.answer_issue(caller, issue_id, new.body), 201)


@issues.get(FOR_STAFF, response_model=IssuePage, responses=error_responses(FieldErrors, NotFound))
def list_issues(_caller: StaffCaller, query: Annotated[StaffQuery, from_query(StaffQuery)]) -> Response:
    """List issues that people reported, oldest first; for staff.

    From the next release on, this requires a second factor.
    """
    found = repository.list_for_staff(query.status, query.page)
    return raw_json_response(query.page.wrap(FOR_STAFF, found.count, found.results))


@issues.patch(
    "/api/staff/issues/{issue_id:lower_uuid}/",
    response_model=Issue,
    responses=error_responses(service.IssueNotFound),
)
def change_issue(caller: StaffCaller, issue_id: UUID, change: IssueChange) -> Response:
    """Change the status of an issue; for staff. From the next release on, this requires a second factor."""
    return raw_json_response(service.set_status(caller.id, issue_id, change.status, change.reason or ""))
