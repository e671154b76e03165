"""Reservations: bookings of one schedule item. Cancelled and expired bookings are left out.

Until the tutor confirms one, it is not `is_confirmed` and its slot not `is_reserved`: the frontend shows that as not
confirmed.
"""

from typing import Any

from shared.versions.endpoints import Endpoints
from shared.versions.exchange import Answer, Api, Request
from shared.versions.v2.people import NOBODY

BOOKING = "/api/reservation/reservation/"
STATES = "pending,confirmed,completed,no_show"
REQUIRED = {"schedule_item": ["To pole jest wymagane."]}
UNKNOWN = 'Błędny klucz główny "{}" - obiekt nie istnieje.'
endpoints = Endpoints()


@endpoints.add("POST", BOOKING)
async def book(request: Request, api: Api) -> Answer:
    """Book an item; errors are reported for the item, and `detail` says why it cannot be booked."""
    request = await request.read()
    body = request.json
    item = body.get("schedule_item") if isinstance(body, dict) else None
    if isinstance(body, dict):
        request = request.with_json({} if item is None else {"schedule_item": item})
    answer = await api(request)
    if answer.status == 404:
        return answer.with_json({"schedule_item": [UNKNOWN.format(item)]}, 400)
    if answer.status == 400 and item is None and "schedule_item" not in answer.json:
        return answer.with_json(REQUIRED)
    return answer


@endpoints.add("GET", "/api/reservation/reservation/{side}/me/")
async def list_reservations(request: Request, api: Api) -> Answer:
    """The newest hundred, oldest first."""
    confirmed = [each for each in request.query if each[0] == "is_confirmed"]
    answer = await api(request.with_query([("state", STATES), *confirmed]))
    if answer.status != 200:
        return answer
    found = sorted(answer.json, key=lambda each: int(each["id"]))
    other = "tutor" if request.variables["side"] == "user" else "user"
    return answer.with_json([_reservation(each, other) for each in found])


def _reservation(booking: dict[str, Any], other: str) -> dict[str, Any]:
    item = {**booking["schedule_item"], "is_reserved": booking["is_confirmed"]}
    return {**booking, "schedule_item": item, other: booking[other] or NOBODY}
