"""Both versions show the same changes: there is one platform with two forms."""

from collections.abc import Callable
from typing import Any

from tests.support.browser import Answer, Browser
from tests.support.conversations import add_conversation, add_messages
from tests.support.people import People, Person
from tests.versions.test_chat import upload

SignedIn = Callable[[Person], Browser]


def recorded(browser: Browser, method: str, path: str, person: Person, body: Any = None) -> Answer:
    """Send a request to the recorded API, with the token in the header."""
    headers = {"authorization": f"Bearer {person.access}"}
    return browser(method, f"/api/{path}", *([] if body is None else [body]), headers=headers)


def test_changes_through_one_version_appear_in_the_other(signed_in: SignedIn, people: People) -> None:
    tutor, ola = people.tutor(), people.student()
    of_tutor, of_student = signed_in(tutor), signed_in(ola)
    times = {"start_time": "2035-01-10T08:00:00.000Z", "end_time": "2035-01-10T09:00:00.000Z"}

    # The older frontend shows what the newer one offers and sets, and vice versa.
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

    # Conversations and reviews are the same.
    talk = recorded(of_student, "POST", "chat/conversation/", ola, {"users": [{"id": str(tutor.id)}]}).json
    assert of_tutor("GET", f"chat/conversation/{talk['id']}/").json["id"] == talk["id"]
    of_student("POST", f"user/rate_tutor/{tutor.tutor_id}/", {"rating": 4, "review": "Dobrze."})
    [review] = recorded(of_student, "GET", f"user/tutor/details/{tutor.tutor_id}/", ola).json["tutor_ratings"]
    assert of_student("GET", f"user/tutor/reviews/{tutor.tutor_id}/").json["results"] == [
        {**review, "student_last_name": "N."}
    ]

    # Signing out of one signs out of the other.
    of_student("POST", "token/logout/")
    assert recorded(of_student, "GET", "user/profile/", ola).status == 401


def test_both_versions_show_the_same_message(signed_in: SignedIn, people: People) -> None:
    tutor, ola = people.tutor(), people.student()
    student, talk = signed_in(ola), add_conversation(ola, tutor)
    add_messages(talk, ola, "Dzień dobry!")
    sent = upload(student, talk).json
    newer = student("GET", f"chat/conversation_details/{talk}/").json["results"]
    older = recorded(student, "GET", f"chat/conversation_detail/{talk}/", ola).json
    assert [each["id"] for each in newer[::-1]] == [each["id"] for each in older]
    assert [older[0]["body"], older[1]["id"]] == ["Dzień dobry!", sent["id"]]
    assert older[1]["body"] == f"plan.txt {sent['file'].removeprefix(student.entry.own)}"


def test_both_versions_show_the_same_announcement_and_issue(signed_in: SignedIn, people: People) -> None:
    tutor, ola = people.tutor(), people.student()
    of_tutor, student = signed_in(tutor), signed_in(ola)
    texts = {"title": "Kurs", "description": "Od stycznia", "tags": [{"name": "matura"}]}
    made = of_tutor("POST", "announcement/announcement/", texts).json
    [shown] = recorded(student, "GET", "announcement/announcements/", ola).json["results"]
    assert (shown["id"], shown["title"]) == (made["id"], "Kurs")
    path = f"announcement/announcement/{made['id']}/"
    assert recorded(of_tutor, "PATCH", path, tutor, {"title": "Kurs maturalny"}).status == 200
    assert student("GET", "announcement/announcements/").json["results"][0]["title"] == "Kurs maturalny"
    assert recorded(of_tutor, "DELETE", path, tutor).status < 300
    assert student("GET", "announcement/announcements/").json["count"] == 0

    issue = {"category": "violation", "title": "Spam", "description": "Od kogoś"}
    reported = student("POST", "reporting/issue/create/", issue).json
    [same] = recorded(student, "GET", "reporting/issue/list/", ola).json["results"]
    assert (same["id"], same["category"], same["status"]) == (reported["id"], "violation", "new")
    recorded(student, "POST", f"reporting/issue/respond/create/{same['id']}/", ola, {"body": "I jeszcze raz"})
    [said] = student("GET", f"reporting/issue/detail/{same['id']}/").json["responds"]
    assert said["body"] == "I jeszcze raz"
