"""The HTTP endpoints of the staff desk."""

from typing import Annotated
from uuid import UUID

from starlette.responses import Response

from functions.staff import repository, service
from functions.staff.schemas import ActionsQuery, PeoplePage, PeopleQuery, PersonDetails, StaffActionPage
from shared.domain.staff_desk import DeskCaller, Justification
from shared.domain.suspension import StaffAccount
from shared.kit.errors import FieldErrors, NotFound
from shared.kit.http.openapi import error_responses
from shared.kit.http.query_models import from_query
from shared.kit.http.responses import raw_json_response
from shared.kit.http.routing import router

PEOPLE = "/api/staff/people/"
PERSON = PEOPLE + "{person_id:lower_uuid}/"
ACTIONS = "/api/staff/actions/"

staff = router("staff")


@staff.get(PEOPLE, response_model=PeoplePage, responses=error_responses(FieldErrors, NotFound))
def find_people(_caller: DeskCaller, query: Annotated[PeopleQuery, from_query(PeopleQuery)]) -> Response:
    """Find people by part of their name or address, newest first; for staff."""
    found = repository.list_people(query)
    return raw_json_response(query.page.wrap(PEOPLE, found.count, found.results))


@staff.get(PERSON, response_model=PersonDetails, responses=error_responses(NotFound))
def get_person(_caller: DeskCaller, person_id: UUID) -> Response:
    """Get a person's account; for staff."""
    return raw_json_response(service.get_person(person_id))


@staff.post(f"{PERSON}suspend/", response_model=PersonDetails, responses=error_responses(NotFound, StaffAccount))
def suspend_person(caller: DeskCaller, person_id: UUID, why: Justification) -> Response:
    """Suspend a person: they are signed out and hidden, and their upcoming sessions are cancelled; for staff."""
    return raw_json_response(service.suspend(caller.id, person_id, why.reason))


@staff.post(f"{PERSON}lift/", response_model=PersonDetails, responses=error_responses(NotFound, StaffAccount))
def lift_suspension(caller: DeskCaller, person_id: UUID, why: Justification) -> Response:
    """Lift a suspension. Cancelled sessions stay cancelled; for staff."""
    return raw_json_response(service.lift(caller.id, person_id, why.reason))


@staff.post(f"{PERSON}revoke_sessions/", response_model=PersonDetails, responses=error_responses(NotFound))
def revoke_sessions(caller: DeskCaller, person_id: UUID, why: Justification) -> Response:
    """Sign a person out of all devices; they can sign in again at once. For staff."""
    return raw_json_response(service.revoke_sessions(caller.id, person_id, why.reason))


@staff.get(ACTIONS, response_model=StaffActionPage, responses=error_responses(FieldErrors, NotFound))
def list_staff_actions(_caller: DeskCaller, query: Annotated[ActionsQuery, from_query(ActionsQuery)]) -> Response:
    """List what staff and the operator did, newest first; for staff."""
    found = repository.list_actions(query)
    return raw_json_response(query.page.wrap(ACTIONS, found.count, found.results))
