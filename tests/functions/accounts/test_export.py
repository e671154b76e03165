"""Exporting all data of an account."""

import json
from datetime import datetime
from urllib.parse import quote
from uuid import UUID

import pytest

from functions.accounts import export, queries
from functions.accounts.schemas import Export
from functions.chat.actions.attachments import attach
from tests.support.booking_client import at, booked, free_tutor
from tests.support.conversations import add_conversation, add_messages
from tests.support.exports import LISTS, PATH, SINGLE, call, pages, whole
from tests.support.move_proposals import proposed
from tests.support.past_sessions import session
from tests.support.people import People, Person, insert, query

# The largest answer of a Lambda function, as encoded by its runtime.
# docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
LAMBDA_BYTES = 6_291_556


def test_all_data_of_a_tutor_is_exported(people: People) -> None:
    settings = {"description": "Uczę.", "price": 75, "location": "Łódź", "skills": ["Fizyka"], "online_sessions": True}
    account = {"picture": "uploads/user/x.webp", "time_zone": "Europe/London", "language": "en"}
    tutor = people.new_tutor(tutor=settings, **account)
    student, colleague = people.student(last_name="Obca"), people.tutor()
    device = "user_agent = 'Firefox', address = '203.0.113.9', country = 'PL'"
    query(f"UPDATE sign_in_sessions SET {device} WHERE user_id = %s", tutor.id)
    span = {"starts_at": "2035-07-10T08:00Z", "ends_at": "2035-07-10T09:30Z"}
    insert("schedule_items", {"tutor_id": tutor.tutor_id, **span})
    insert("ratings", {"tutor_id": tutor.tutor_id, "student_id": student.id, "rating": 4, "review": "Dobrze"})
    insert("ratings", {"tutor_id": colleague.tutor_id, "student_id": tutor.id, "rating": 5, "review": "Bardzo"})
    talk = add_conversation(tutor, student)
    add_messages(talk, tutor, "Zażółć „gęślą” \\ jaźń\n", "Druga")
    data = whole(tutor)
    assert list(data) == [*SINGLE, *LISTS]
    account = data["account"]
    assert account | {"created_at": 0, "confirmed_at": 0} == {
        "id": str(tutor.id),
        "email": tutor.email,
        "first_name": "Ola",
        "last_name": "Nowak",
        "is_tutor": True,
        "is_staff": False,
        "picture": "uploads/user/x.webp",
        "created_at": 0,
        "confirmed_at": 0,
        "signed_in_at": None,
        "time_zone": "Europe/London",
        "language": "en",
        "mail_bounced_at": None,
        "silenced": [],
        "shows_presence": True,
    }
    assert account["created_at"][-6:] in ("+01:00", "+02:00")
    assert data["tutor"] == {
        "description": "Uczę.",
        "price": 75,
        "currency": "PLN",
        "tutoring_location": "Łódź",
        "skills": ["Fizyka"],
        "online_sessions_available": True,
        "in_person_sessions_available": False,
        "individual_sessions_available": False,
        "group_sessions_available": False,
        "free": False,
    }
    assert [(each["user_agent"], each["address"], each["country"]) for each in data["sessions"]] == [
        ("Firefox", "203.0.113.9", "PL")
    ]
    assert data["schedule"] == [{"start_time": "2035-07-10T10:00:00+02:00", "end_time": "2035-07-10T11:30:00+02:00"}]
    [given], [received] = data["ratings_given"], data["ratings_received"]
    assert (given["tutor_id"], given["rating"], given["review"]) == (colleague.tutor_id, 5, "Bardzo")
    assert (received["rating"], received["review"], received["reply"]) == (4, "Dobrze", None)
    assert [(message["conversation"], message["body"]) for message in data["messages"]] == [
        (str(talk), "Zażółć „gęślą” \\ jaźń\n"),
        (str(talk), "Druga"),
    ]


def test_every_column_of_an_account_is_exported_or_left_out_on_purpose(people: People) -> None:
    columns = query("SELECT column_name FROM information_schema.columns WHERE table_name = 'users'")
    # A secret; nobody who is suspended can ask for the export; and the part about second factors has the last.
    left_out = {"password_hash", "suspended_at", "second_factor_at"}
    assert {name for (name,) in columns} == {*whole(people.student())["account"]} | left_out


def test_every_part_is_described() -> None:
    assert list(Export.model_fields) == [*SINGLE, *LISTS]


def test_no_data_of_others_and_no_secrets_are_exported(people: People) -> None:
    ola, jan = people.student(), people.tutor(first_name="Jan", last_name="Obcy", tutor={"description": "cudze"})
    add_messages(add_conversation(ola, jan), jan, "cudza wiadomość")
    insert("ratings", {"tutor_id": jan.tutor_id, "student_id": people.student().id, "rating": 1, "review": "cudza"})
    text = call("GET", PATH, token=ola.access).body.decode()
    for foreign in (jan.email, str(jan.id), "Jan", "Obcy", "cudz", "argon2", "password", str(jan.session_id)):
        assert foreign not in text
    data = json.loads(text)
    assert (data["tutor"], data["booking_terms"], data["schedule"], data["messages"]) == (None, None, [], [])
    assert (data["bookings"], data["bookings_as_tutor"], data["notifications"]) == ([], [], [])


def fill_calendar(tutor: Person, colleague: Person, student: Person) -> None:
    """Give the tutor rules, bookings on both sides, a waitlist entry, a notification and a report."""
    for weekday in (1, 2):
        insert("weekly_hours", {"tutor_id": tutor.tutor_id, "weekday": weekday, "starts": 60 * weekday, "ends": 600})
    browser = {"user_id": tutor.id, "session_id": tutor.session_id, "endpoint": tutor.email, "p256dh": b"", "auth": b""}
    insert("push_subscriptions", browser)
    change = {"session_id": tutor.session_id, "old_email": tutor.email, "new_email": "x@prz.edu.pl"}
    insert("email_changes", {"user_id": tutor.id, "expires_at": at(10), **change})
    insert("identities", {"user_id": tutor.id, "issuer": "https://accounts.example", "subject": tutor.email})
    query("UPDATE users SET second_factor_at = now() WHERE id = %s", tutor.id)
    query("INSERT INTO second_factors (user_id) VALUES (%s)", tutor.id)
    off = {"kind": "off", "first_day": "2035-07-01", "last_day": "2035-07-14", "note": "Urlop"}
    insert("hours_overrides", {"tutor_id": tutor.tutor_id, **off})
    session(colleague, tutor, "completed")
    session(colleague, tutor, "cancelled")
    query("UPDATE bookings SET note = 'cudza notatka' WHERE id = %s", session(tutor, student, "confirmed"))
    line = "INSERT INTO waitlist_entries (session_id, student_id) SELECT min(id), %s FROM tutoring_sessions"
    query(line, tutor.id)
    insert("notifications", {"user_id": tutor.id, "kind": "confirmed", "message": "Masz zajęcia."})
    rating = {"tutor_id": colleague.tutor_id, "student_id": student.id, "rating": 1, "review": "x"}
    insert("review_reports", {"rating_id": insert("ratings", rating), "reporter_id": tutor.id, "reason": "Kłamie"})
    insert("announcements", {"tutor_id": tutor.tutor_id, "title": "Kurs", "description": "x", "tags": ["matura"]})
    issue = insert("issues", {"reported_by": tutor.id, "category": "violation", "title": "Spam", "description": "x"})
    insert("issue_answers", {"issue_id": issue, "responder_id": tutor.id, "body": "Nadal"})
    insert("issue_answers", {"issue_id": issue, "responder_id": student.id, "body": "Obca odpowiedź"})


def test_calendar_bookings_and_notifications_are_exported(people: People) -> None:
    tutor, colleague, student = people.tutor(), people.tutor(), people.student(first_name="Obca")
    fill_calendar(tutor, colleague, student)
    fill_calendar(colleague, people.tutor(), people.student())
    data = whole(tutor)
    assert data["booking_terms"]["session_lengths"] == [60]
    assert data["weekly_hours"][1] == {"weekday": 2, "starts": 120, "ends": 600}
    assert [each["note"] for each in data["hours_overrides"]] == ["Urlop"]
    assert [(each["tutor_id"], each["state"]) for each in data["bookings"]] == [
        (colleague.tutor_id, "completed"),
        (colleague.tutor_id, "cancelled"),
    ]
    [taught] = data["bookings_as_tutor"]
    assert (taught["state"], taught["price"], taught["currency"]) == ("confirmed", "50.00", "PLN")
    assert [each["state"] for each in data["waitlist"]] == ["waiting"]
    assert [each["message"] for each in data["notifications"]] == ["Masz zajęcia."]
    assert [each["reason"] for each in data["review_reports"]] == ["Kłamie"]
    assert [(each["title"], each["tags"]) for each in data["announcements"]] == [("Kurs", ["matura"])]
    assert [(each["title"], each["status"]) for each in data["issues"]] == [("Spam", "new")]
    assert [each["body"] for each in data["issue_answers"]] == ["Nadal"]
    text = json.dumps(data, ensure_ascii=False)
    for foreign in ("cudza notatka", "Obca", str(student.id)):
        assert foreign not in text
    assert "cudza notatka" in json.dumps(whole(student), ensure_ascii=False)


def test_a_proposed_move_and_its_reason_are_exported(people: People) -> None:
    tutor, student = free_tutor(people), people.student()
    booking = booked(student, tutor, at(10))["id"]
    proposed(tutor, booking, at(12))
    proposal = proposed(tutor, booking, at(15))["proposal"]
    for person in (tutor, student):
        [exported] = whole(person)["move_proposals"]
        times = [datetime.fromisoformat(exported[name]) for name in ("start_time", "end_time")]
        assert (exported["id"], times, exported["accepted_at"]) == (proposal["id"], [at(15), at(16)], None)
    made = whole(tutor)["booking_changes"]
    assert [(each["kind"], each["reason"]) for each in made if each["reason"]] == [("move_proposed", "Choroba")] * 2
    assert [each["kind"] for each in whole(student)["booking_changes"]] == ["confirmed"]
    assert whole(people.student())["move_proposals"] == []


def test_meeting_rooms_are_exported_only_for_confirmed_seats(people: People) -> None:
    tutor, student = people.tutor(), people.student()
    for state in ("pending", "confirmed", "cancelled", "expired", "completed", "no_show"):
        session(tutor, student, state)
    query("UPDATE tutoring_sessions SET meeting_url = 'https://meet.example.com/ola'")
    for person, part in ((student, "bookings"), (tutor, "bookings_as_tutor")):
        rooms = {each["state"]: each["meeting_url"] for each in whole(person)[part]}
        assert rooms == {
            **dict.fromkeys(("confirmed", "completed", "no_show"), "https://meet.example.com/ola"),
            **dict.fromkeys(("pending", "cancelled", "expired"), ""),
        }


def test_a_small_export_is_one_page(people: People) -> None:
    ola = people.student()
    add_messages(add_conversation(ola, people.student()), ola, *["Cześć"] * 500)
    [page] = pages(ola)
    assert len(page.json["messages"]) == 500


def test_pages_contain_everything_once_and_fit_into_lambda_answers(people: People) -> None:
    ola = people.student()
    # Four bytes each in UTF-8, twelve in the encoding of Lambda's runtime; a message has 32 KB at most.
    bodies = [f"{number:03d}" + "😀" * 8_000 for number in range(150)]
    talk, other = (add_conversation(ola, people.student()) for _ in range(2))
    add_messages(talk, ola, *bodies[:100])
    add_messages(other, ola, *bodies[100:])
    found = pages(ola)
    assert len(found) == 4
    received: list[str] = []
    for page in found:
        result = {"statusCode": 200, "headers": dict(page.headers), "body": page.body.decode()}
        assert len(json.dumps(result).encode()) < LAMBDA_BYTES
        received += [message["body"] for message in page.json["messages"]]
    assert sorted(received) == bodies
    in_order = sorted(((talk, bodies[:100]), (other, bodies[100:])), key=lambda one: str(one[0]))
    assert received == in_order[0][1] + in_order[1][1]


def test_every_part_can_span_pages(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "PAGE_BYTES", 1)
    tutor = free_tutor(people)
    for hour in range(3):
        times = {"starts_at": f"2035-01-10T0{hour}:00Z", "ends_at": f"2035-01-10T0{hour + 1}:00Z"}
        insert("schedule_items", {"tutor_id": tutor.tutor_id, **times})
    for rating in (1, 2):
        student, colleague = people.student(), people.tutor()
        insert("ratings", {"tutor_id": tutor.tutor_id, "student_id": student.id, "rating": rating, "review": "x"})
        insert("ratings", {"tutor_id": colleague.tutor_id, "student_id": tutor.id, "rating": rating, "review": "y"})
    conversation = add_conversation(tutor, people.student())
    add_messages(conversation, tutor, *map(str, range(12)))
    query("INSERT INTO message_reactions VALUES (%s, 1, %s, ARRAY['👍'])", conversation, tutor.id)
    query("INSERT INTO hidden_messages VALUES (%s, %s, 2, 1)", tutor.id, conversation)
    for name in ("a.txt", "b.txt"):
        attach(tutor.id, conversation, name, b"text")
    fill_calendar(tutor, people.tutor(), people.student())
    proposed(tutor, booked(people.student(), tutor, at(10))["id"], at(15))
    spammer = people.student()
    query("INSERT INTO blocks (blocker_id, blocked_id) VALUES (%s, %s)", tutor.id, spammer.id)
    insert("reports", {"kind": "person", "reporter_id": tutor.id, "person_id": spammer.id, "reason": "Spam"})
    query("UPDATE conversation_members SET is_muted = true WHERE user_id = %s", tutor.id)
    data = whole(tutor)
    records = {part: len(data[part]) for part in LISTS}
    assert len(pages(tutor)) == len(SINGLE) + sum(records.values())
    assert (records["schedule"], records["ratings_given"], records["messages"]) == (4, 2, 12)
    assert all(records.values())
    assert [message["body"] for message in data["messages"]] == [str(number) for number in range(12)]
    assert [rating["rating"] for rating in data["ratings_received"]] == [1, 2]


def test_a_page_starts_where_the_previous_one_ended_despite_changes(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "PAGE_BYTES", 1)
    tutor, talk_partner = people.tutor(), people.student()
    talk: UUID = add_conversation(tutor, talk_partner)
    add_messages(talk, tutor, "1", "2")
    received: list[str] = []
    target = PATH
    while target:
        answer = call("GET", target, token=tutor.access)
        received += [message["body"] for message in answer.json["messages"]]
        if received == ["1"]:
            query("DELETE FROM messages WHERE seq = 1")
            add_messages(talk, tutor, "3")
        target = answer.headers.get("link", "").partition(">")[0].removeprefix("<")
    assert received == ["1", "2", "3"]


@pytest.mark.parametrize(
    "cursor", ["x", f"{len(queries.PARTS)}-", "99-", "-1-", "6", "6-'; DROP TABLE users", "6-" + "a" * 65, "٣-", "6-\0"]
)
def test_malformed_cursors_are_refused(people: People, cursor: str) -> None:
    answer = call("GET", f"{PATH}?cursor={quote(cursor)}", token=people.student().access)
    assert (answer.status, answer.json) == (400, {"cursor": ["Nieprawidłowy kursor."]})


def test_a_cursor_gives_access_to_the_caller_s_data_only(people: People) -> None:
    ola, jan = people.student(), people.student()
    add_messages(add_conversation(ola, jan), jan, "cudza")
    assert call("GET", f"{PATH}?cursor=3-", token=ola.access).json["messages"] == []


def test_blocks_reports_and_conversation_settings_are_exported(people: People) -> None:
    ola, jan = people.student(), people.student()
    for one, other in ((ola, jan), (jan, ola)):
        query("INSERT INTO blocks (blocker_id, blocked_id) VALUES (%s, %s)", one.id, other.id)
        insert("reports", {"kind": "person", "reporter_id": one.id, "person_id": other.id, "reason": f"od {one.email}"})
    talk = add_conversation(ola, jan)
    query("UPDATE conversation_members SET is_muted = true WHERE user_id = %s", ola.id)
    data = whole(ola)
    assert [each["user"] for each in data["blocked_people"]] == [str(jan.id)]
    assert [each["reason"] for each in data["reports"]] == [f"od {ola.email}"]
    assert data["conversation_settings"] == [{"conversation": str(talk), "muted": True, "archived": False}]
    assert whole(jan)["conversation_settings"] == []
