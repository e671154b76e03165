"""The demo data."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from functions.chat.handler import handler as chat_handler
from functions.notifications.dispatch_job import handler as dispatch_handler
from functions.tokens.handler import handler as tokens_handler
from functions.tutors.handler import handler as tutors_handler
from local.demo.accounts import CLASSMATE, DEMO_ACCOUNTS, STUDENT, TUTOR
from local.demo.conversation import MESSAGES
from local.demo.load import load_demo_data
from local.demo.names import FEMALE_NAMES, feminine
from local.demo.people import MAX_RATINGS, SCHEDULED_DAYS, inflected, populate
from local.demo.subjects import SUBJECTS
from local.engines.processes import Engine
from shared.kit.security.password_hashes import password_matches
from tests.conftest import empty_platform
from tests.support.lambda_client import Answer, LambdaClient
from tests.support.people import insert, query
from tests.support.statements import statements

TABLES = ("users", "tutors", "ratings", "schedule_items", "conversations", "conversation_members", "messages")

chat, tokens, tutors = LambdaClient(chat_handler), LambdaClient(tokens_handler), LambdaClient(tutors_handler)


@pytest.fixture(scope="module")
def demo(engines: dict[str, Engine], tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A platform with the demo data, shared by the tests that request it; tests that need an empty one come first."""
    folder = tmp_path_factory.mktemp("demo")
    with pytest.MonkeyPatch.context() as monkeypatch, empty_platform(folder, monkeypatch):
        load_demo_data()
        yield


def counts() -> list[int]:
    return [query(f"SELECT count(*) FROM {table}")[0][0] for table in TABLES]


def sign_in(email: str, password: str) -> Answer:
    return tokens("POST", "/api/token/", json_body={"email": email, "password": password})


def test_loading_fills_every_table_in_few_statements(platform: None) -> None:
    with statements() as run:
        load_demo_data()
    # Sessions and weekly hours are sent in batches; one statement per rating or item would be two thousand.
    assert len(run) < 1_200
    found = dict(zip(TABLES, counts(), strict=True))
    assert found["ratings"] > 500
    assert found["schedule_items"] > 300
    assert found | {"ratings": 0, "schedule_items": 0} == {
        "users": 163,
        "tutors": 101,
        "ratings": 0,
        "schedule_items": 0,
        "conversations": 1,
        "conversation_members": 2,
        "messages": len(MESSAGES),
    }


def test_loading_changes_nothing_if_an_address_is_taken(platform: None) -> None:
    insert("users", {"email": TUTOR.email.upper(), "password_hash": "theirs"})
    load_demo_data()
    assert counts() == [1, 0, 0, 0, 0, 0, 0]


def test_loading_again_takes_one_statement_and_changes_nothing(demo: None) -> None:
    before = counts()
    with statements() as run:
        load_demo_data()
    assert len(run) == 1
    assert counts() == before


def test_the_data_is_the_same_every_day_except_for_dates() -> None:
    today, later = (populate(datetime(2027, 3, day, 9, tzinfo=UTC)) for day in (1, 9))
    for one, other in zip(today.tutors, later.tutors, strict=True):
        assert (one.account.id, one.description, one.offer) == (other.account.id, other.description, other.offer)
        assert [rating.review for rating in one.ratings] == [rating.review for rating in other.ratings]
        shifts = {new[0] - old[0] for old, new in zip(one.schedule, other.schedule, strict=True)}
        assert shifts <= {timedelta(days=8)}


def test_only_the_demo_accounts_have_a_password(demo: None) -> None:
    accounts = (*DEMO_ACCOUNTS, CLASSMATE)
    for account in accounts:
        assert sign_in(account.email, account.password).status == 200
    others = query("SELECT password_hash FROM users WHERE email <> ALL(%s)", [account.email for account in accounts])
    assert len(others) == 160
    assert not any(password_matches(each, "!") for (each,) in set(others))


def test_tutors_offer_known_skills_and_no_two_descriptions_are_equal(demo: None) -> None:
    skills = {name for (name,) in query("SELECT name FROM skills")}
    assert set(SUBJECTS) == skills
    rows = query(
        "SELECT skills, price, description, online_sessions OR in_person_sessions,"
        " individual_sessions OR group_sessions, listed FROM tutors"
    )
    assert {skill for row in rows for skill in row[0]} == skills
    assert all(30 <= row[1] <= 200 and row[3] and row[4] and row[5] for row in rows)
    assert len({row[2] for row in rows}) == len(rows)


def test_no_placeholder_is_left_in_any_text(demo: None) -> None:
    texts = query("SELECT description FROM tutors UNION ALL SELECT review FROM ratings")
    assert not [text for (text,) in texts if set("<>[]{}|") & set(text)]


def test_surnames_agree_with_first_names(demo: None) -> None:
    women = {STUDENT.first_name, CLASSMATE.first_name, *FEMALE_NAMES}
    for first, last in query("SELECT first_name, last_name FROM users"):
        assert last == feminine(last) if first in women else not last.endswith("ska"), f"{first} {last}"
    assert [feminine(name) for name in ("Kowalski", "Wysocki", "Zawadzki", "Nowak")] == [
        "Kowalska",
        "Wysocka",
        "Zawadzka",
        "Nowak",
    ]


def test_names_are_unique(demo: None) -> None:
    assert query("SELECT first_name FROM users GROUP BY first_name, last_name HAVING count(*) > 1") == []


def test_grammatical_forms_follow_the_gender_of_writer_and_addressee() -> None:
    text = "[Pan|Pani] uczy, <zdałem|zdałam>."
    assert inflected(text, writer_is_female=True, other_is_female=False) == "Pan uczy, zdałam."
    assert inflected(text, writer_is_female=False, other_is_female=True) == "Pani uczy, zdałem."


def test_averages_vary_and_ratings_are_in_the_past(demo: None) -> None:
    counted = query("SELECT rating_count, avg_rating FROM tutors")
    assert min(counted)[0] == 0
    assert max(counted)[0] <= MAX_RATINGS
    assert len({average for _count, average in counted}) > 10
    assert query("SELECT count(*) FROM ratings WHERE created_at > now()") == [(0,)]
    assert query(
        "SELECT count(*) FROM (SELECT created_at < lag(created_at) OVER (ORDER BY id) AS early FROM ratings) r"
        " WHERE early"
    ) == [(0,)]


def test_schedules_are_in_the_next_two_weeks_during_the_day(demo: None) -> None:
    first, last = query("SELECT min(starts_at), max(ends_at) FROM schedule_items WHERE source = 'explicit'")[0]
    now = datetime.now(UTC)
    assert now < first
    assert last < now + timedelta(days=SCHEDULED_DAYS + 1)
    zone = "AT TIME ZONE 'Europe/Warsaw'"
    hours = query(f"SELECT min((starts_at {zone})::time), max((ends_at {zone})::time) FROM schedule_items")[0]
    assert hours[0].hour >= 8
    assert hours[1].hour <= 21


def test_the_demo_tutor_is_found_first_with_reviews_and_schedule(demo: None) -> None:
    best = tutors("GET", "/api/user/tutor/search/?skills=Fizyka&price__lte=100").json[0]
    assert (best["first_name"], best["last_name"]) == (TUTOR.first_name, TUTOR.last_name)
    assert float(best["avg_rating"]) >= 4.5
    details = tutors("GET", f"/api/user/tutor/details/{best['id']}/").json
    assert len(details["tutor_ratings"]) == MAX_RATINGS - 1
    assert details["tutor_schedule_items"]


def test_the_demo_accounts_have_a_conversation(demo: None) -> None:
    access = sign_in(STUDENT.email, STUDENT.password).json["access"]
    (conversation,) = chat("GET", "/api/chat/conversations/", token=access).json
    assert [user["first_name"] for user in conversation["users"]] == [STUDENT.first_name, TUTOR.first_name]
    messages = chat("GET", f"/api/chat/conversation_detail/{conversation['id']}/", token=access).json
    assert [message["body"] for message in messages] == [body for _author, _minutes, body in MESSAGES]
    assert conversation["last_message"] == messages[-1]


def test_the_demo_student_has_past_and_upcoming_sessions(demo: None) -> None:
    states = query(
        "SELECT b.state, b.starts_at > now() FROM bookings b JOIN users u ON u.id = b.student_id WHERE u.email = %s"
        " ORDER BY b.starts_at",
        STUDENT.email,
    )
    assert states == [("completed", False)] * 2 + [("no_show", False), ("completed", False)] + [("confirmed", True)] * 2


def test_the_demo_tutor_has_a_full_group_that_the_demo_student_is_not_in(demo: None) -> None:
    [(students, seats)] = query(
        "SELECT array_agg(u.email), s.seats FROM tutoring_sessions s JOIN bookings b ON b.session_id = s.id"
        " JOIN users u ON u.id = b.student_id WHERE s.kind = 'group' AND s.starts_at > now() + interval '2 days'"
        " AND b.state = 'confirmed' GROUP BY s.id"
    )
    assert len(students) == seats
    assert CLASSMATE.email in students
    assert STUDENT.email not in students


def test_most_tutors_have_weekly_hours_and_separate_sessions_within_time_on_offer(demo: None) -> None:
    with_hours, items = query("SELECT count(DISTINCT tutor_id), count(*) FROM schedule_items WHERE source = 'rule'")[0]
    assert with_hours > 40
    assert items > 500
    coming = query("SELECT count(*) FROM bookings WHERE state = 'confirmed' AND starts_at > now()")[0][0]
    assert coming > 50
    outside = """
        SELECT count(*) FROM tutoring_sessions s WHERE starts_at > now() AND NOT EXISTS (
            SELECT FROM schedule_items i WHERE i.tutor_id = s.tutor_id
            AND tstzrange(i.starts_at, i.ends_at) @> tstzrange(s.starts_at, s.ends_at))
    """
    assert query(outside) == [(0,)]


def test_only_the_demo_accounts_are_notified_of_their_next_session(demo: None) -> None:
    dispatch_handler({}, None)
    notified = query("SELECT u.email FROM notifications n JOIN users u ON u.id = n.user_id ORDER BY 1")
    assert {email for (email,) in notified} <= {STUDENT.email, TUTOR.email}
    assert TUTOR.email in {email for (email,) in notified}
