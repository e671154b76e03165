"""Who is notified of which booking change, and who gets an email."""

from datetime import timedelta
from typing import Any

import pytest

from functions.mail.handler import handler as send_mails
from shared.domain.outbox import mailer_trigger
from tests.support.booking_rows import FAR, PENDING, insert_booking
from tests.support.notifications import dispatch, notified
from tests.support.people import People, Person, query

WHEN = "w środę 10 stycznia 2035 o 14:00"
WHAT = "zajęcia indywidualne, online, 60 min"
STUDENT, TUTOR = "Ola Nowak", "Jan Kowalski"


def mailed() -> list[tuple[str, int]]:
    """Return who is mailed, and about which change."""
    rows = query(
        "SELECT recipient, (payload->>'change')::int FROM mail_outbox WHERE kind = 'booking_change' ORDER BY id"
    )
    return [(row[0], row[1]) for row in rows]


def test_the_tutor_is_notified_of_a_new_booking_and_both_get_an_email(pair: tuple[Person, Person]) -> None:
    student, tutor = pair
    change = insert_booking(student, tutor).change("confirmed")
    assert dispatch() == 1
    assert notified(tutor) == [f"Nowa rezerwacja: {STUDENT}, {WHEN} ({WHAT})."]
    assert notified(student) == []
    assert mailed() == [(student.email, change), (tutor.email, change)]
    [(kind, data)] = query("SELECT kind, data FROM notifications")
    assert kind == "booking_booked"
    assert data == {
        "reservation": 1,
        "start_time": "2035-01-10T14:00:00+01:00",
        "end_time": "2035-01-10T15:00:00+01:00",
    }
    assert query("SELECT count(*) FROM reminders WHERE state = 'planned'") == [(5,)]
    assert query("SELECT dispatched_at IS NOT NULL FROM booking_changes") == [(True,)]
    assert dispatch() == 0


UNTIL = "w piątek 5 stycznia 2035 o 14:00"
# Change, booking, and what student and tutor read about it; "" if nothing.
Case = tuple[str, str, dict[str, Any], dict[str, Any], str, str]
CASES: list[Case] = [
    ("requested", "student", PENDING, {}, "", f"Prośba o rezerwację: {{}}. Odpowiedz najpóźniej {UNTIL}."),
    ("confirmed", "tutor", {}, {"from_state": "pending"}, "Rezerwacja potwierdzona: {}.", ""),
    ("cancelled", "tutor", {"state": "cancelled"}, {"from_state": "pending"}, "Prośba o rezerwację odrzucona: {}.", ""),
    (
        "cancelled",
        "student",
        {"state": "cancelled"},
        {"from_state": "pending"},
        "",
        "Prośba o rezerwację wycofana: {}.",
    ),
    ("cancelled", "tutor", {"state": "cancelled"}, {"from_state": "confirmed"}, "Zajęcia odwołane: {}.", ""),
    ("cancelled", "student", {"state": "cancelled"}, {"from_state": "confirmed"}, "", "Zajęcia odwołane: {}."),
    (
        "cancelled",
        "system",
        {"state": "cancelled"},
        {"from_state": "confirmed"},
        "Zajęcia odwołane: {}.",
        "Zajęcia odwołane: {}.",
    ),
    (
        "expired",
        "system",
        {"state": "expired"},
        {"from_state": "pending"},
        "Prośba o rezerwację wygasła: {}.",
        "Prośba o rezerwację wygasła: {}.",
    ),
    (
        "offered",
        "system",
        {**PENDING, "awaiting": "student"},
        {},
        f"Zwolniło się miejsce: {{}}. Potwierdź swój udział najpóźniej {UNTIL}.",
        "",
    ),
    (
        "rescheduled",
        "tutor",
        {},
        {"from_state": "confirmed", "old_starts_at": FAR - timedelta(days=1)},
        "Zmiana terminu zajęć: {}. Poprzednio we wtorek 9 stycznia 2035 o 14:00.",
        "",
    ),
    (
        "rescheduled",
        "tutor",
        {},
        {"from_state": "confirmed", "old_starts_at": FAR},
        "Zmiana terminu zajęć: {}. Zaczynają się o tej samej porze, trwają teraz 60 min.",
        "",
    ),
    (
        "rescheduled",
        "student",
        PENDING,
        {"from_state": "confirmed", "to_state": "pending", "old_starts_at": FAR - timedelta(days=1)},
        "",
        "Zmiana terminu zajęć: {}. Poprzednio we wtorek 9 stycznia 2035 o 14:00. Potwierdź nowy termin.",
    ),
    (
        "completed",
        "system",
        {"state": "completed"},
        {"from_state": "confirmed"},
        "Zajęcia zakończone: {}. Możesz wystawić ocenę.",
        "",
    ),
    ("no_show", "tutor", {"state": "no_show"}, {"from_state": "confirmed"}, "Nieobecność na zajęciach: {}.", ""),
]


@pytest.mark.parametrize("case", CASES)
def test_a_change_is_reported_to_the_people_concerned_except_its_author(
    pair: tuple[Person, Person], case: Case
) -> None:
    kind, actor, booking, change, to_student, to_tutor = case
    student, tutor = pair
    insert_booking(student, tutor, **booking).change(kind, actor, **change)
    assert dispatch() == 1
    for reader, other, expected in ((student, TUTOR, to_student), (tutor, STUDENT, to_tutor)):
        texts = [expected.format(f"{other}, {WHEN} ({WHAT})")] if expected else []
        assert notified(reader) == texts


def test_the_tutor_is_not_notified_of_an_offer_that_was_declined_or_expired(pair: tuple[Person, Person]) -> None:
    student, tutor = pair
    for end, actor in (("cancelled", "student"), ("expired", "system")):
        booked = insert_booking(student, tutor, **{**PENDING, "awaiting": "student"})
        booked.change("offered", "system")
        booked.become(end)
        query("UPDATE tutoring_sessions SET taken = false")
        booked.change(end, actor, from_state="pending")
    assert dispatch() == 4
    assert notified(tutor) == []
    assert [text.split(":")[0] for text in notified(student)] == [
        "Zwolniło się miejsce",
        "Zwolniło się miejsce",
        "Miejsce z listy oczekujących przepadło",
    ]
    assert {recipient for recipient, _ in mailed()} == {student.email}


def test_an_offer_that_became_a_request_is_reported_as_a_request(pair: tuple[Person, Person]) -> None:
    student, tutor = pair
    booked = insert_booking(student, tutor, **{**PENDING, "awaiting": "student"})
    booked.change("offered", "system")
    booked.become("pending", awaiting="tutor", expires_at=FAR)
    booked.change("requested", "student", from_state="pending")
    booked.become("cancelled")
    booked.change("cancelled", "tutor", from_state="pending")
    assert dispatch() == 3
    assert [text.split(":")[0] for text in notified(tutor)] == ["Prośba o rezerwację"]
    assert [text.split(":")[0] for text in notified(student)] == [
        "Zwolniło się miejsce",
        "Prośba o rezerwację odrzucona",
    ]


def test_the_student_is_notified_when_the_tutor_withdraws_an_offer(pair: tuple[Person, Person]) -> None:
    booked = insert_booking(*pair, **{**PENDING, "awaiting": "student"})
    booked.change("offered", "system")
    booked.become("cancelled")
    booked.change("cancelled", "tutor", from_state="pending")
    dispatch()
    assert notified(pair[0])[-1].startswith("Zajęcia odwołane: Jan Kowalski")


def test_tutors_read_times_in_their_own_zone(people: People) -> None:
    student, tutor = people.student(), people.tutor()
    query("UPDATE booking_terms SET time_zone = 'America/New_York' WHERE tutor_id = %s", tutor.tutor_id)
    insert_booking(student, tutor).change("cancelled", "system", from_state="confirmed")
    dispatch()
    assert "w środę 10 stycznia 2035 o 08:00 (America/New_York)" in notified(tutor)[0]
    assert f"{WHEN} (zajęcia" in notified(student)[0]


@pytest.mark.parametrize("name", ["<>", "http://evil.example", "", "ola@example.com"])
def test_text_that_is_not_a_name_is_not_repeated(people: People, name: str) -> None:
    student, tutor = people.student(first_name=name, last_name=""), people.tutor()
    insert_booking(student, tutor).change("confirmed")
    dispatch()
    assert notified(tutor) == [f"Nowa rezerwacja: uczeń, {WHEN} ({WHAT})."]


def test_a_change_is_reported_with_its_own_time_even_if_the_booking_moved_later(
    pair: tuple[Person, Person],
) -> None:
    student, tutor = pair
    booked = insert_booking(student, tutor)
    booked.change("confirmed")
    for days in (1, 2):
        before = booked.move(FAR + timedelta(days=days))
        booked.change("rescheduled", "student", from_state="confirmed", old_starts_at=before)
    assert dispatch() == 3
    found = [(text.split(":")[0], text.split(", ")[1].split(" (")[0]) for text in notified(tutor)]
    assert found == [
        ("Nowa rezerwacja", WHEN),
        ("Zmiana terminu zajęć", "w czwartek 11 stycznia 2035 o 14:00"),
        ("Zmiana terminu zajęć", "w piątek 12 stycznia 2035 o 14:00"),
    ]


def test_a_deleted_account_gets_nothing(pair: tuple[Person, Person]) -> None:
    student, tutor = pair
    booked = insert_booking(student, tutor)
    booked.cancel("system")
    query("DELETE FROM users WHERE id = %s", student.id)
    assert dispatch() == 1
    assert notified(tutor) == [f"Zajęcia odwołane: uczeń, {WHEN} ({WHAT})."]
    assert [recipient for recipient, _ in mailed()] == [tutor.email]


def test_an_unknown_kind_of_change_does_not_hold_up_others(pair: tuple[Person, Person]) -> None:
    booked = insert_booking(*pair)
    booked.change("teleported", to_state="confirmed")
    booked.change("confirmed")
    assert dispatch() == 2
    assert len(notified(pair[1])) == 1


def test_dispatching_triggers_the_mailer_once_the_mails_are_committed(
    pair: tuple[Person, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mailer has its own connection, so it does not see them earlier."""
    monkeypatch.setattr(mailer_trigger, "installed", lambda: send_mails({}, None))
    insert_booking(*pair).change("confirmed")
    assert dispatch() == 1
    sent = query("SELECT recipient FROM mail_outbox WHERE sent_at IS NOT NULL ORDER BY id")
    assert sent == [(person.email,) for person in pair]


def test_a_change_without_mails_does_not_trigger_the_mailer(
    pair: tuple[Person, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    triggered: list[str] = []
    monkeypatch.setattr(mailer_trigger, "installed", lambda: triggered.append("now"))
    insert_booking(*pair, state="completed").change("completed", "system", from_state="confirmed")
    assert dispatch() == 1
    assert triggered == []


@pytest.mark.parametrize(("days", "kept"), [(360, 1), (370, 0)])
def test_notifications_are_deleted_after_a_year(people: People, days: int, kept: int) -> None:
    person = people.student()
    for age in (days, 1):
        query(
            "INSERT INTO notifications (user_id, kind, message, created_at)"
            " VALUES (%s, 'system', 'x', now() - make_interval(days => %s))",
            person.id,
            age,
        )
    assert dispatch() == 0
    assert query("SELECT count(*) FROM notifications") == [(kept + 1,)]
