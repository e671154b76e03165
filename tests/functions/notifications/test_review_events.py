"""Notifications and mails about reviews: to the tutor, to the author, and to staff."""

from typing import Any

import pytest

from functions.notifications.handler import handler as notifications
from functions.reviews.handler import handler as reviews
from tests.functions.mail.test_languages import assert_english
from tests.support.lambda_client import ANY, LambdaClient
from tests.support.mailbox import delivered
from tests.support.notifications import dispatch, notified
from tests.support.people import People, Person, query
from tests.support.races import at_once

call = LambdaClient(reviews)


@pytest.fixture
def staff(people: People) -> Person:
    return people.student(first_name="Ewa", is_staff=True)


def change(person: Person, method: str, path: str, body: Any = ANY) -> None:
    answer = call(method, path, token=person.access, json_body=body)
    assert answer.status in {200, 201}, answer


def rate(pair: tuple[Person, Person], review: str = "Świetnie tłumaczy.") -> int:
    change(pair[0], "POST", f"/api/user/rate_tutor/{pair[1].tutor_id}/", {"rating": 5, "review": review})
    number: int = query("SELECT id FROM ratings WHERE student_id = %s", pair[0].id)[0][0]
    return number


def forget() -> None:
    dispatch()
    query("DELETE FROM notifications")
    query("DELETE FROM mail_outbox")


def test_a_tutor_is_notified_of_a_new_review(pair: tuple[Person, Person]) -> None:
    number = rate(pair)
    assert dispatch() == 1
    assert notified(pair[1]) == ["Nowa opinia o Tobie: Ola N., 5/5."]
    assert notified(pair[0]) == []
    [mail] = delivered()
    assert (mail.to, mail.subject) == (pair[1].email, "Nowa opinia: Ola N.")
    assert "Opinia: Świetnie tłumaczy." in mail.text
    [listed] = LambdaClient(notifications)("GET", "/api/notification/list/", token=pair[1].access).json["results"]
    assert (listed["kind"], listed["data"]) == ("review_added", {"review": number, "tutor": pair[1].tutor_id})
    assert dispatch() == 0


def test_the_author_is_notified_of_a_new_reply_only(pair: tuple[Person, Person]) -> None:
    reply = f"/api/user/tutor/reviews/{rate(pair)}/reply/"
    forget()
    change(pair[1], "PUT", reply, {"reply": "Dziękuję!"})
    change(pair[1], "PUT", reply, {"reply": "Dziękuję!"})
    assert dispatch() == 1
    assert notified(pair[0]) == ["Odpowiedź na Twoją opinię: Jan K."]
    [mail] = delivered()
    assert (mail.to, mail.subject) == (pair[0].email, "Odpowiedź na Twoją opinię: Jan K.")
    assert "Odpowiedź: Dziękuję!" in mail.text


def test_the_author_is_notified_once_that_it_was_hidden(pair: tuple[Person, Person], staff: Person) -> None:
    hide = f"/api/user/tutor/reviews/{rate(pair)}/hide/"
    forget()
    change(staff, "POST", hide)
    change(staff, "POST", hide)
    assert dispatch() == 1
    assert notified(pair[0]) == ["Twoja opinia została ukryta przez obsługę: Jan K."]
    assert [(mail.to, mail.subject) for mail in delivered()] == [(pair[0].email, "Twoja opinia została ukryta: Jan K.")]


def test_all_staff_are_notified_of_a_report_and_mailed_once_an_hour(
    people: People, pair: tuple[Person, Person], staff: Person
) -> None:
    other, colleague = people.student(), people.student(is_staff=True)
    numbers = [rate(pair), rate((other, pair[1]))]
    forget()
    for number in numbers:
        for reporter in (pair[1], people.student()):
            change(reporter, "POST", f"/api/user/tutor/reviews/{number}/report/", {"reason": "Obraża."})
    assert dispatch() == 2
    for each in (staff, colleague):
        assert notified(each) == ["Zgłoszono opinię o korepetytorze: Jan K."] * 2
    assert notified(pair[1]) == []
    assert sorted(mail.to for mail in delivered()) == sorted([staff.email, colleague.email])
    query("UPDATE mail_outbox SET created_at = now() - interval '2 hours'")
    query("UPDATE notification_events SET created_at = now() - interval '25 hours'")
    change(people.student(), "POST", f"/api/user/tutor/reviews/{numbers[0]}/report/", {"reason": "Kłamie."})
    dispatch()
    assert len(delivered(staff.email)) == 2


def test_repeated_reviews_are_reported_once_a_day(pair: tuple[Person, Person]) -> None:
    for _ in range(3):
        rate(pair)
        change(pair[0], "DELETE", f"/api/user/rate_tutor/{pair[1].tutor_id}/")
    last = rate(pair)
    dispatch()
    assert query("SELECT data->>'review' FROM notifications") == [(str(last),)]
    for hours, told in ((0, 1), (25, 2)):
        query("UPDATE notification_events SET created_at = created_at - make_interval(hours => %s)", hours)
        change(pair[0], "DELETE", f"/api/user/rate_tutor/{pair[1].tutor_id}/")
        rate(pair)
        dispatch()
        assert len(notified(pair[1])) == told


@pytest.mark.parametrize(
    "change_meanwhile",
    ["DELETE FROM ratings", "UPDATE ratings SET hidden_at = now()", "UPDATE users SET silenced = '{reviews.mail}'"],
)
def test_an_obsolete_event_is_not_mailed(pair: tuple[Person, Person], change_meanwhile: str) -> None:
    rate(pair)
    dispatch()
    query(change_meanwhile)
    assert delivered() == []
    assert len(notified(pair[1])) == 1


def test_former_staff_are_not_mailed(pair: tuple[Person, Person], staff: Person) -> None:
    number = rate(pair)
    forget()
    change(pair[1], "POST", f"/api/user/tutor/reviews/{number}/report/", {"reason": "Obraża."})
    dispatch()
    query("UPDATE users SET is_staff = false")
    assert delivered() == []
    assert len(notified(staff)) == 1


def test_a_refused_rating_sends_no_notification(pair: tuple[Person, Person]) -> None:
    rate(pair)
    forget()
    again = call(
        "POST",
        f"/api/user/rate_tutor/{pair[1].tutor_id}/",
        token=pair[0].access,
        json_body={"rating": 1, "review": "x"},
    )
    assert again.status == 400
    assert query("SELECT count(*) FROM notification_events WHERE dispatched_at IS NULL") == [(0,)]


def test_five_concurrent_dispatchers_notify_once(people: People, pair: tuple[Person, Person]) -> None:
    for _ in range(10):
        rate((people.student(), pair[1]))
    at_once(*[dispatch] * 5)
    dispatch()
    assert len(notified(pair[1])) == 10
    assert query("SELECT count(*), count(DISTINCT payload) FROM mail_outbox") == [(10, 10)]


def test_old_events_are_deleted(pair: tuple[Person, Person]) -> None:
    rate(pair)
    dispatch()
    query("UPDATE notification_events SET created_at = now() - interval '3 days'")
    change(pair[0], "DELETE", f"/api/user/rate_tutor/{pair[1].tutor_id}/")
    rate(pair)
    dispatch()
    assert query("SELECT count(*) FROM notification_events") == [(1,)]


def test_notifications_and_mails_are_available_in_english(pair: tuple[Person, Person], staff: Person) -> None:
    query("UPDATE users SET language = 'en'")
    number = rate(pair, "Great")
    dispatch()
    mails = delivered()
    change(pair[1], "PUT", f"/api/user/tutor/reviews/{number}/reply/", {"reply": "Thank you"})
    change(pair[1], "POST", f"/api/user/tutor/reviews/{number}/report/", {"reason": "No"})
    dispatch()
    mails += delivered()
    change(staff, "POST", f"/api/user/tutor/reviews/{number}/hide/")
    dispatch()
    mails += delivered()
    assert {mail.subject for mail in mails} == {
        "New review: Ola N.",
        "Reply to your review: Jan K.",
        "New report",
        "Your review was hidden: Jan K.",
    }
    for mail in mails:
        assert_english(mail.subject, mail.text, mail.html)
    for person in (*pair, staff):
        assert_english(*notified(person))
        assert notified(person)
