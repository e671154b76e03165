"""A change seen through both versions is one thing: there is one platform, in two forms."""

from collections.abc import Callable
from typing import Any

from tests.support.browser import Answer, Browser
from tests.support.people import People, Person

SignedIn = Callable[[Person], Browser]


def recorded(browser: Browser, method: str, path: str, person: Person, body: Any = None) -> Answer:
    """A request of the recorded wire, by header."""
    headers = {"authorization": f"Bearer {person.access}"}
    return browser(method, f"/api/{path}", *([] if body is None else [body]), headers=headers)


def test_what_one_version_changes_the_other_shows(signed_in: SignedIn, people: People) -> None:
    tutor, ola = people.tutor(), people.student()
    of_tutor, of_student = signed_in(tutor), signed_in(ola)
    times = {"start_time": "2035-01-10T08:00:00.000Z", "end_time": "2035-01-10T09:00:00.000Z"}

    # What the newer frontend offers and sets, the older one shows, and the other way round.
    item = of_tutor("POST", "user/tutor/schedule/me/", times).json
    assert recorded(of_tutor, "GET", "user/tutor/schedule/me/", tutor).json == [
        {name: value for name, value in item.items() if name != "is_reserved"}
    ]
    recorded(of_tutor, "PATCH", "user/tutor/price/me/", tutor, {"price": 70})
    assert of_tutor("GET", "user/tutor/me/").json["price"] == 70
    of_tutor("PATCH", "user/tutor/me/", {"tutoring_location": "Rzeszów"})
    [card] = recorded(of_tutor, "GET", "user/tutor/search/", tutor).json
    assert card["tutoring_location"] == "Rzeszów"
    page = of_student("GET", "user/tutor/search/").json
    assert page["results"] == [{**card, "profile_image": of_student.entry.own + card["profile_image"]}]

    # A reservation is a booking of the slot.
    reservation = of_student("POST", "reservation/reservation/", {"schedule_item": item["id"]}).json
    [booking] = recorded(of_student, "GET", "reservation/student/me/", ola).json["results"]
    assert (booking["id"], booking["schedule_item"]["id"]) == (reservation["id"], item["id"])
    assert recorded(of_student, "GET", f"user/tutor/details/{tutor.tutor_id}/", ola).json["tutor_schedule_items"] == []
    recorded(of_student, "POST", f"reservation/reservation/{booking['id']}/cancel/", ola, {})
    assert of_student("GET", "reservation/reservation/user/me/").json == []
    [slot] = of_student("GET", f"user/tutor/schedule/{tutor.tutor_id}/").json
    assert slot["is_reserved"] is False

    # A conversation and a review are the same ones.
    talk = recorded(of_student, "POST", "chat/conversation/", ola, {"users": [{"id": str(tutor.id)}]}).json
    assert of_tutor("GET", f"chat/conversation/{talk['id']}/").json["id"] == talk["id"]
    of_student("POST", f"user/rate_tutor/{tutor.tutor_id}/", {"rating": 4, "review": "Dobrze."})
    [review] = recorded(of_student, "GET", f"user/tutor/details/{tutor.tutor_id}/", ola).json["tutor_ratings"]
    assert of_student("GET", f"user/tutor/reviews/{tutor.tutor_id}/").json["results"] == [
        {**review, "student_last_name": "N."}
    ]

    # Who signs out of one is signed out of the other.
    of_student("POST", "token/logout/")
    assert recorded(of_student, "GET", "user/profile/", ola).status == 401
