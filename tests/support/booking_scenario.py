"""The scenario's bookings: created, changed, moved, and waitlists."""

from collections.abc import Iterator
from typing import Any

from tests.support.request_step import SERIES, Step

RESERVATIONS, WAITLIST = "/api/reservation/reservation/", "/api/reservation/waitlist/"

# Ids of the proposals that are accepted: the sequences have reached them by then.
PROPOSAL, PROPOSALS = 10, [18]

EIGHT, NINE, TEN = ({"tutor": 1, "start_time": f"2035-01-10T{hour:02}:00:00Z", "length": 60} for hour in (8, 9, 10))


def bookings() -> Iterator[Step]:
    """Bookings of the tutor's sessions. Ids follow 1, which took place two hours ago.

    The student takes no part: the local server sends notifications meanwhile, which the student's export would show.
    """
    for day in (10, 17, 24):
        times = {"start_time": f"2035-01-{day}T07:00:00Z", "end_time": f"2035-01-{day}T15:00:00Z"}
        yield Step("POST", "/api/user/tutor/schedule/me/", "tutor", times)
    yield Step("POST", RESERVATIONS, "other", EIGHT)
    yield Step("PUT", "/api/user/tutor/skills/me/", "tutor", {"skills": ["Fizyka"]})
    afternoon = EIGHT | {"start_time": "2035-01-10T13:00:00Z", "weeks": 3}
    for body in (
        EIGHT,
        EIGHT,
        EIGHT | {"tutor": 99},
        {"session": 10**6},
        EIGHT | {"weeks": 3},
        afternoon,
        {"note": "x"},
    ):
        yield Step("POST", RESERVATIONS, "other", body)
    for who in ("tutor", "second"):
        yield Step("POST", RESERVATIONS, who, EIGHT)
    for body, key in ((TEN, "k"), (TEN, "k"), (EIGHT, "k"), (EIGHT, "x" * 256)):
        yield Step("POST", RESERVATIONS, "second", body, headers={"idempotency-key": key})
    for action in ("confirm/8", "decline/9"):
        yield Step("POST", f"{RESERVATIONS}tutor/me/{action}/", "student", {})
    for who in ("other", "tutor", "second"):
        for target in ("2/", "user/me/", "user/me/?p=1&page_size=1", "tutor/me/?when=upcoming", "user/me/?p=9&state=x"):
            yield Step("GET", RESERVATIONS + target, who)
        for target in ("student/me/?page_size=2", "tutor/me/?when=past", "student/me/?p=x", f"series/{SERIES}/"):
            yield Step("GET", f"/api/reservation/{target}", who)
    for query in ("", "?year=2035", "?year=x"):
        yield Step("GET", f"/api/reservation/earnings/me/{query}", "tutor")


def time_of(booking: dict[str, Any]) -> dict[str, Any]:
    return {name: booking[name] for name in ("start_time", "length")}


def leaving_a_waitlist() -> Iterator[Step]:
    """`other` leaves entry 2 by its session, joins again, and leaves entry 3 by its id."""
    for _ in range(2):
        yield Step("DELETE", WAITLIST, "other", {"session": 2})
    yield Step("POST", WAITLIST, "other", {"tutor": 1, "start_time": NINE["start_time"]})
    for who, entry in (("other", 2), ("second", 3), ("other", 3), ("other", 3)):
        yield Step("DELETE", f"{WAITLIST}{entry}/", who)
    for query in ("", "?page_size=1&p=2", "?p=9"):
        yield Step("GET", f"{WAITLIST}me/{query}", "other")


def proposals() -> Iterator[Step]:
    """The tutor proposes another time for booking 7 until `second` accepts one."""
    for answer, who in (("withdraw", "tutor"), ("decline", "second"), ("accept", "second")):
        proposed = time_of(EIGHT) | {"start_time": "2035-01-10T19:30:00Z", "reason": "x"}
        yield Step("POST", RESERVATIONS + "7/reschedule/", "tutor", proposed)
        yield Step("GET", RESERVATIONS + "7/", "second")
        for each in ("other", "second", "tutor") if answer == "accept" else ("other", who):
            body = {"proposal": PROPOSAL} if answer == "accept" else {}
            yield Step("POST", f"{RESERVATIONS}7/proposal/{answer}/", each, body)


def changes_of_bookings() -> Iterator[Step]:
    """Changes of those bookings: 2 is cancelled and its seat offered as 7 to `second`, who moves it."""
    for who in ("other", "second"):
        yield Step("POST", WAITLIST, who, {"session": 2})
        yield Step("POST", WAITLIST, who, {"tutor": 1, "start_time": EIGHT["start_time"]})
        yield Step("GET", WAITLIST, who)
    for who in ("second", "tutor", "other", "other"):
        yield Step("POST", RESERVATIONS + "2/cancel/", who, {})
    for who in ("other", "second", "second"):
        yield Step("POST", RESERVATIONS + "7/accept/", who, {})
    for who, body in (("other", NINE), ("tutor", NINE), ("second", TEN), ("second", NINE)):
        yield Step("POST", RESERVATIONS + "7/reschedule/", who, time_of(body))
    yield Step("POST", RESERVATIONS + "7/reschedule/", "second", NINE)
    yield Step("POST", WAITLIST, "other", {"tutor": 1, "start_time": NINE["start_time"]})
    yield from leaving_a_waitlist()
    yield from proposals()
    yield Step("PATCH", "/api/availability/terms/me/", "tutor", {"confirmation": "manual"})
    for hour in ("07", "12"):
        yield Step("POST", RESERVATIONS, "other", EIGHT | {"start_time": f"2035-01-10T{hour}:00:00Z"})
    for action in ("confirm/8", "confirm/8", "decline/8", "decline/9", "confirm/9", "confirm/99"):
        body = {"reason": "x"} if action.startswith("decline") else {}
        yield Step("POST", f"{RESERVATIONS}tutor/me/{action}/", "tutor", body)
    for action in ("no_show", "no_show", "completed", "cancel", "accept", "reschedule"):
        for who in ("tutor", "other"):
            yield Step("POST", f"{RESERVATIONS}1/{action}/", who, time_of(NINE) if action == "reschedule" else {})


def series() -> Iterator[Step]:
    """Series of `second` with the tutor, who by now confirms manually."""
    for more in ({}, {"weeks": 2}, {"weeks": 3, "skip_conflicts": True}):
        body = {"tutor": 1, "start_time": "2035-01-17T09:00:00Z", "length": 60, **more}
        yield Step("POST", "/api/reservation/series/", "second", body)
    for verb, who in (("withdraw", "tutor"), ("decline", "second"), ("accept", "second")):
        moved = {"start_time": "2035-01-17T10:30:00Z", "reason": "x"}
        yield Step("POST", f"/api/reservation/series/{SERIES}/reschedule/", "tutor", moved)
        for each in ("other", who):
            body = {"proposals": PROPOSALS} if verb == "accept" else {}
            yield Step("POST", f"/api/reservation/series/{SERIES}/proposal/{verb}/", each, body)
    for who in ("second", "tutor", "other", "other"):
        yield Step("POST", f"/api/reservation/series/{SERIES}/cancel/", who, {})
    for who, reason in (("other", "x"), ("tutor", ""), ("tutor", "x"), ("tutor", "x")):
        yield Step("POST", "/api/reservation/session/2/cancel/", who, {"reason": reason})
