"""HTTP routes of reporting messages and people, and of the staff's queue of reports."""

from typing import Annotated
from uuid import UUID

from starlette.responses import Response

from functions.chat.actions import report
from functions.chat.actions.open_attachment import open_attachment
from functions.chat.api.report_responses import QueuedReportPage, QueuedReportWithMessages
from functions.chat.api.responses import Attachment
from functions.chat.data import reports
from functions.chat.domain.attachment_errors import AttachmentNotFound
from functions.chat.domain.errors import (
    AlreadyDecided,
    MessageNotFound,
    NothingToHide,
    OwnAccount,
    OwnMessage,
)
from functions.chat.domain.messages import MessagePlace
from functions.chat.domain.report_commands import ReportDecision, ReportedMessage, ReportedPerson, ReportsQuery
from shared.domain.attachments import attachment_item
from shared.domain.auth import StaffCaller, User
from shared.domain.staff_desk import DeskCaller, Justification
from shared.domain.suspension import StaffAccount
from shared.kit.errors import FieldErrors, NotFound, Throttled, Unavailable
from shared.kit.http.openapi import error_responses
from shared.kit.http.query_models import from_query
from shared.kit.http.response_models import Detail
from shared.kit.http.responses import detail_response, json_response, raw_json_response
from shared.kit.http.routing import router

reporting = router("reports")
QUEUE = "/api/staff/reports/"


@reporting.post(
    "/api/report/message/",
    status_code=201,
    response_model=Detail,
    responses=error_responses(FieldErrors, MessageNotFound, OwnMessage, Throttled),
)
def report_message(caller: User, reported: ReportedMessage) -> Response:
    """Report a message to staff, who get a copy of it and of the messages around it.

    Reporting it again before staff have decided changes nothing.
    """
    report.report_message(caller.id, MessagePlace(reported.conversation, reported.seq), reported.reason)
    return detail_response("Zgłoszono.", caller.language, status=201)


@reporting.post(
    "/api/report/person/",
    status_code=201,
    response_model=Detail,
    responses=error_responses(FieldErrors, NotFound, OwnAccount, Throttled),
)
def report_person(caller: User, reported: ReportedPerson) -> Response:
    """Report a person to staff, who get a copy of the last messages between you.

    Reporting them again before staff have decided changes nothing.
    """
    report.report_person(caller.id, reported.person, reported.reason)
    return detail_response("Zgłoszono.", caller.language, status=201)


@reporting.get(QUEUE, response_model=QueuedReportPage, responses=error_responses(FieldErrors, NotFound))
def list_reports(_caller: StaffCaller, query: Annotated[ReportsQuery, from_query(ReportsQuery)]) -> Response:
    """List reports of messages, people, reviews and issues, oldest first; for staff.

    From the next release on, this requires a second factor.
    """
    found = reports.list_reports(query.page, query.kind, is_open=query.state == "open")
    return raw_json_response(query.page.wrap(QUEUE, found.count, found.results))


@reporting.get(
    "/api/staff/reports/{report_id:int64}/",
    response_model=QueuedReportWithMessages,
    responses=error_responses(NotFound),
)
def get_report(_caller: StaffCaller, report_id: int) -> Response:
    """Get a report of a message or a person with the messages that were copied; for staff.

    From the next release on, this requires a second factor.
    """
    found = reports.find_report(report_id)
    if found is None:
        raise NotFound
    return raw_json_response(found)


@reporting.post(
    "/api/staff/reports/{report_id:int64}/decide/",
    response_model=QueuedReportWithMessages,
    responses=error_responses(FieldErrors, NotFound, AlreadyDecided, NothingToHide, StaffAccount),
)
def decide_report(caller: StaffCaller, report_id: int, decision: ReportDecision) -> Response:
    """Decide on a report and on all other open ones about the same message or person; for staff.

    From the next release on, this requires a second factor.
    """
    report.decide(caller.id, report_id, decision)
    return get_report(caller, report_id)


@reporting.post(
    "/api/staff/reports/{report_id:int64}/attachments/{attachment_id:lower_uuid}/open/",
    response_model=Attachment,
    responses=error_responses(AttachmentNotFound, Unavailable),
)
def open_reported_attachment(caller: DeskCaller, report_id: int, attachment_id: UUID, why: Justification) -> Response:
    """Open an attachment of a reported message; its address works for an hour and for you only. For staff."""
    opened = open_attachment(caller.id, report_id, attachment_id, why.reason)
    return json_response(attachment_item(opened, caller.id))
