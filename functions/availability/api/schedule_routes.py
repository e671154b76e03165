"""Your schedule: the time that you offer, item by item."""

from starlette.responses import Response

from functions.availability.actions import schedule_items
from functions.availability.api.responses import Item
from functions.availability.data.schedule_items import list_items
from functions.availability.domain.commands import NewItem
from functions.availability.domain.errors import EndsBeforeStart, ItemNotFound, ItemsOverlap, NoItems
from shared.domain.auth import TutorCaller
from shared.domain.timestamps import format_time
from shared.kit.http.openapi import error_responses
from shared.kit.http.response_models import Info
from shared.kit.http.responses import json_response, raw_json_response
from shared.kit.http.routing import router

schedule = router("availability", waits=True).recorded


@schedule.get("/api/user/tutor/schedule/me/", response_model=list[Item])
def list_schedule_items(caller: TutorCaller) -> Response:
    """Get your schedule, in order of creation."""
    return raw_json_response(list_items(caller.tutor_id))


@schedule.post(
    "/api/user/tutor/schedule/me/",
    status_code=201,
    response_model=Item,
    responses=error_responses(EndsBeforeStart, ItemsOverlap),
)
def add_schedule_item(caller: TutorCaller, item: NewItem) -> Response:
    """Offer a period of time. It may touch your other items but must not overlap them."""
    item_id = schedule_items.add_schedule_item(caller, item)
    times = {"start_time": format_time(item.start_time), "end_time": format_time(item.end_time)}
    return json_response({"id": item_id, **times}, 201)


@schedule.delete("/api/user/tutor/schedule/me/", response_model=Info, responses=error_responses(NoItems))
def delete_schedule(caller: TutorCaller) -> Response:
    """Delete your whole schedule. Bookings stay."""
    schedule_items.delete_schedule(caller)
    return json_response({"Info": "All schedule items deleted successfully."})


@schedule.delete(
    "/api/user/tutor/schedule/me/{item_id:any_int}/", response_model=Info, responses=error_responses(ItemNotFound)
)
def delete_schedule_item(caller: TutorCaller, item_id: int) -> Response:
    """Delete one item of your schedule. Bookings stay."""
    schedule_items.delete_schedule_item(caller, item_id)
    return json_response({"Info": "Schedule item deleted successfully."})
