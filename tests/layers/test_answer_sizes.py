"""No answer exceeds the 6 MB of a Lambda function, whatever people write; links lead to what is left out."""

import json
from itertools import chain
from typing import Any
from urllib.parse import urlsplit

import pytest

from functions.availability.handler import handler as availability
from functions.bookings.handler import handler as bookings
from functions.chat.handler import handler as chat
from functions.notifications.handler import handler as notifications
from functions.reviews.handler import handler as reviews
from functions.tutors.handler import handler as tutors
from tests.support.booking_rows import insert_bookings
from tests.support.chat_http import open_conversation
from tests.support.lambda_client import Answer, LambdaClient
from tests.support.people import People, Person, query

MOST = 6_000_000
# Five thousand characters that each take twelve bytes escaped as JSON, or seven if escaped before.
WORST = ["😀" * 5_000, "\x01" * 5_000, '"' * 5_000]
LONG_NAME = "😀" * 255
call: dict[str, LambdaClient] = {
    name: LambdaClient(handler)
    for name, handler in {
        "availability": availability,
        "bookings": bookings,
        "chat": chat,
        "notifications": notifications,
        "reviews": reviews,
        "tutors": tutors,
    }.items()
}
ADD_STUDENTS = """
INSERT INTO users (email, password_hash, first_name, last_name, confirmed_at)
SELECT 'writer' || n || '@example.com', 'x', %s, %s, now() FROM generate_series(1, %s) n
"""
ADD_RATINGS = """
INSERT INTO ratings (tutor_id, student_id, rating, review, reply)
SELECT %s, id, 1 + length(email) %% 5, %s, %s FROM users WHERE email LIKE 'writer%%' ORDER BY id
"""


def get(feature: str, path: str, person: Person | None = None) -> Answer:
    """Get an answer, and check that it fits into Lambda's limit."""
    answer = call[feature]("GET", path, token=person.access if person else "")
    assert answer.status == 200, answer
    assert len(json.dumps({"body": answer.body.decode()})) < MOST, path
    return answer


def rest_of(answer: Answer) -> str | None:
    link: str = answer.headers.get("link", "")
    return link.partition("<")[2].partition(">")[0] or None


def add_reviews(tutor: Person, text: str, number: int) -> None:
    query(ADD_STUDENTS, LONG_NAME, LONG_NAME, number)
    query(ADD_RATINGS, tutor.tutor_id, text, text)


@pytest.mark.parametrize("text", WORST)
def test_details_show_as_many_of_the_newest_reviews_as_fit(people: People, text: str) -> None:
    tutor = people.tutor(tutor={"description": text * 4})
    add_reviews(tutor, text, 150)
    query("UPDATE ratings SET created_at = now() + id * interval '1 minute'")
    answer = get("tutors", f"/api/user/tutor/details/{tutor.tutor_id}/")
    shown = [rating["created_at"] for rating in answer.json["tutor_ratings"]]
    assert 10 < len(shown) < 150
    newest = get("reviews", f"/api/user/tutor/reviews/{tutor.tutor_id}/?page_size=1").json["results"][0]
    assert shown[-1] == newest["created_at"]
    assert shown == sorted(shown)
    assert rest_of(answer) == f"/api/user/tutor/reviews/{tutor.tutor_id}/"
    assert rest_of(get("tutors", "/api/user/tutor/me/", tutor)) == f"/api/user/tutor/reviews/{tutor.tutor_id}/"


def test_details_that_show_all_reviews_have_no_link(people: People) -> None:
    tutor = people.tutor()
    add_reviews(tutor, "Dobrze", 20)
    answer = get("tutors", f"/api/user/tutor/details/{tutor.tutor_id}/")
    assert (len(answer.json["tutor_ratings"]), rest_of(answer)) == (20, None)


def every_page(feature: str, path: str, person: Person | None = None) -> list[list[Any]]:
    found = []
    following: str | None = path
    while following:
        page = get(feature, following, person).json
        found.append([each["id"] for each in page["results"]])
        following = page["next"]
    return found


@pytest.mark.parametrize("text", WORST)
def test_pages_of_long_reviews_end_early_without_losing_any(people: People, text: str) -> None:
    tutor, staff = people.tutor(), people.student(is_staff=True)
    add_reviews(tutor, text, 130)
    ids = [row[0] for row in query("SELECT id FROM ratings ORDER BY id DESC")]
    read = every_page("reviews", f"/api/user/tutor/reviews/{tutor.tutor_id}/?page_size=100")
    assert [*chain(*read)] == ids
    assert max(map(len, read)) < 100
    query("UPDATE ratings SET hidden_at = now()")
    assert [*chain(*every_page("reviews", "/api/user/tutor/reviews/hidden/?page_size=60&p=2", staff))] == ids[60:]


def test_pages_of_long_reported_reviews_end_early_without_losing_any(people: People) -> None:
    tutor, staff = people.tutor(), people.student(is_staff=True)
    add_reviews(tutor, WORST[0], 40)
    query(
        "INSERT INTO review_reports (rating_id, reporter_id, reason) SELECT r.id, u.id, %s"
        " FROM ratings r, (SELECT id FROM users WHERE email LIKE 'writer%%' LIMIT 20) u",
        WORST[0][:1000],
    )
    read = [*chain(*every_page("reviews", "/api/user/tutor/reviews/reported/?page_size=100", staff))]
    assert (len(read), len(set(read))) == (40, 40)


@pytest.mark.parametrize("text", WORST)
def test_own_ratings_show_as_many_of_the_newest_as_fit_with_a_link_to_the_others(people: People, text: str) -> None:
    student = people.student()
    query(
        "WITH accounts AS (INSERT INTO users (email, password_hash, is_tutor, confirmed_at)"
        " SELECT n || '@prz.edu.pl', 'x', true, now() FROM generate_series(1, 150) n RETURNING id),"
        " tutors AS (INSERT INTO tutors (user_id) SELECT id FROM accounts RETURNING id)"
        " INSERT INTO ratings (tutor_id, student_id, rating, review) SELECT id, %s, 5, %s FROM tutors",
        student.id,
        text,
    )
    expected = [str(row[0]) for row in query("SELECT tutor_id FROM ratings ORDER BY id")]
    read: list[str] = []
    following: str | None = "/api/user/ratings/me/"
    while following:
        answer = get("reviews", following, student)
        read = [rating["tutor_id"] for rating in answer.json["ratings"]] + read
        following = rest_of(answer)
    assert read == expected
    best = get("reviews", "/api/user/ratings/best/").json
    assert 10 < len(best) <= 100


@pytest.mark.parametrize("text", ["😀" * 8_000, "\x01" * 8_000, '"' * 8_000])
def test_the_history_shows_as_many_of_the_newest_messages_as_fit(people: People, text: str) -> None:
    one, other = people.student(first_name=LONG_NAME, last_name=LONG_NAME), people.student()
    conversation = open_conversation(one, other)
    query(
        "INSERT INTO messages (conversation_id, seq, created_by, body)"
        " SELECT %s, n, %s, %s FROM generate_series(1, 150) n",
        *(conversation, one.id, text),
    )
    query("UPDATE conversations SET last_seq = 150")
    path = f"/api/chat/conversation_detail/{conversation}/"
    ids = [str(row[0]) for row in query("SELECT id FROM messages ORDER BY seq")]
    for start, is_back in ((path, True), (f"{path}?after=0", False)):
        read: list[str] = []
        following: str | None = start
        while following:
            answer = get("chat", following, one)
            page = [message["id"] for message in answer.json]
            read = page + read if is_back else read + page
            following = rest_of(answer)
        assert read == ids, start


def test_conversations_with_the_longest_messages(people: People) -> None:
    one = people.student(first_name=LONG_NAME, last_name=LONG_NAME)
    query(ADD_STUDENTS, LONG_NAME, LONG_NAME, 300)
    query(
        "WITH talks AS (INSERT INTO conversations (pair, last_seq)"
        " SELECT id::text, 1 FROM users WHERE email LIKE 'writer%%' RETURNING id, pair),"
        " messages AS (INSERT INTO messages (conversation_id, seq, created_by, body)"
        " SELECT id, 1, %s, %s FROM talks)"
        " INSERT INTO conversation_members (conversation_id, user_id)"
        " SELECT id, %s FROM talks UNION ALL SELECT id, pair::uuid FROM talks",
        *(one.id, "😀" * 8_000, one.id),
    )
    assert len(get("chat", "/api/chat/conversations/", one).json) > 10


def test_searches_with_the_longest_descriptions(people: People) -> None:
    for _ in range(3):
        people.tutor(first_name=LONG_NAME, last_name=LONG_NAME, tutor={"location": "😀" * 50})
    query(
        "WITH accounts AS (INSERT INTO users (email, password_hash, is_tutor, first_name, last_name, confirmed_at)"
        " SELECT n || '@prz.edu.pl', 'x', true, %s, %s, now() FROM generate_series(1, 110) n RETURNING id)"
        " INSERT INTO tutors (user_id, description) SELECT id, %s FROM accounts",
        *(LONG_NAME, LONG_NAME, "😀" * 20_000),
    )
    seen: list[int] = []
    following: str | None = "/api/user/tutor/search/"
    while following:
        answer = get("tutors", following)
        seen += [card["id"] for card in answer.json]
        following = rest_of(answer)
    assert len(seen) == len(set(seen)) == 113
    get("tutors", "/api/user/tutor/all/")


def test_a_calendar_feed_with_the_longest_links(people: People) -> None:
    student, tutor = people.student(first_name=LONG_NAME, last_name=LONG_NAME), people.tutor()
    insert_bookings(student, tutor, 2_000, f"https://meet.jit.si/{'😀' * 480}")
    url = call["notifications"]("POST", "/api/reservation/calendar/", token=tutor.access).json["url"]
    shown = get("notifications", urlsplit(url).path).body
    assert 100 < shown.count(b"BEGIN:VEVENT") == shown.count(b"END:VEVENT") < 2_000
