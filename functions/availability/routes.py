"""HTTP shapes of a tutor's schedule."""

from fastapi import Response

from functions.availability import repository, service
from functions.availability.schemas import Info, Item, NewItem
from shared.domain.auth import TutorCaller
from shared.kit.db.transactions import transaction
from shared.kit.http.openapi import error_responses
from shared.kit.http.responses import json_response, raw_json_response
from shared.kit.http.routing import router

availability = router("availability").recorded


@availability.get("/api/user/tutor/schedule/me/", response_model=list[Item])
def list_items(caller: TutorCaller) -> Response:
    """The own schedule in order of creation."""
    return raw_json_response(repository.list_items(caller.tutor_id))


@availability.post(
    "/api/user/tutor/schedule/me/",
    status_code=201,
    response_model=Item,
    responses=error_responses(service.EndsBeforeStart, service.Overlapping),
)
def add_item(caller: TutorCaller, item: NewItem) -> Response:
    """Offer a stretch of time. It may touch other items but not overlap them."""
    with transaction() as db:
        service.lock(db, caller)
        added = service.add_item(db, caller.tutor_id, item)
    return json_response(added, 201)


@availability.delete("/api/user/tutor/schedule/me/", response_model=Info, responses=error_responses(service.NoItems))
def delete_all_items(caller: TutorCaller) -> Response:
    """Delete the whole schedule."""
    with transaction() as db:
        service.lock(db, caller)
        service.delete_all_items(db, caller.tutor_id)
    return json_response({"Info": "All schedule items deleted successfully."})


@availability.delete(
    "/api/user/tutor/schedule/me/{item_id:any_int}/", response_model=Info, responses=error_responses(service.NoSuchItem)
)
def delete_item(caller: TutorCaller, item_id: int) -> Response:
    """Delete one item of the schedule."""
    with transaction() as db:
        service.lock(db, caller)
        service.delete_item(db, caller.tutor_id, item_id)
    return json_response({"Info": "Schedule item deleted successfully."})
