"""The ETag of a calendar feed: it changes with everything the feed shows, and an unchanged feed is not written."""

import hashlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import icalendar
import pytest

from functions.notifications.actions import calendar_feeds
from shared.data.bookings import Role, find_bookings
from shared.domain import calendars
from shared.domain.calendars import Entry
from shared.kit.db.pool import connection
from shared.kit.psycopg import psycopg
from shared.texts import Language
from tests.functions.notifications.test_calendar_feeds import call, create_feed
from tests.support.booking_rows import FAR, PENDING, BookingRow, insert_booking
from tests.support.people import People, Person, query

NOW = datetime.now(UTC).replace(microsecond=0)
PLACE: dict[str, Any] = {"form": "in_person", "meeting_url": "", "location": "ul. Żółwia 1"}


class Shown(NamedTuple):
    tag: str
    body: bytes


def read(path: str) -> Shown:
    calendar_feeds._event.cache_clear()
    answer = call("GET", path)
    assert answer.status == 200
    assert call("GET", path, headers={"if-none-match": answer.headers["etag"]}).status == 304
    return Shown(answer.headers["etag"], answer.body)


def without_people(event: icalendar.Component) -> bytes:
    """Return an event as in a feed, which names neither organizer nor attendee."""
    for name in ("organizer", "attendee"):
        event.pop(name, None)
    return bytes(event.to_ical())


def mailed(booking: BookingRow, role: Role) -> bytes:
    """Return the entry that a mail would have now. It comes from another statement than the feed."""
    with connection() as db:
        _method, content = calendars.mailed_entry(find_bookings(db, [booking.id])[booking.id], role)
    [event] = icalendar.Calendar.from_ical(content).walk("VEVENT")
    return without_people(event)


def of_feed(body: bytes) -> dict[str, bytes]:
    events = icalendar.Calendar.from_ical(body).walk("VEVENT")
    return {str(event["uid"]): without_people(event) for event in events}


@pytest.fixture
def pair(people: People) -> tuple[Person, Person]:
    return people.student(first_name="Ola"), people.tutor(first_name="Jan", last_name="Kot")


Change = Callable[[BookingRow], object]
CHANGES: dict[str, Change] = {
    "moved": lambda booked: booked.move(FAR + timedelta(days=1)),
    "longer": lambda booked: booked.move(FAR, minutes=90),
    "cancelled": lambda booked: booked.cancel(),
    "to be confirmed again": lambda booked: booked.become("pending", awaiting="tutor", expires_at=FAR),
    "elsewhere": lambda booked: query("UPDATE tutoring_sessions SET meeting_url = '', location = 'Biblioteka'"),
    "in another room": lambda booked: query("UPDATE tutoring_sessions SET meeting_url = 'https://meet.jit.si/b'"),
    "in another form": lambda booked: query("UPDATE tutoring_sessions SET form = 'in_person'"),
    "another session": lambda booked: insert_booking(booked.student, booked.tutor, FAR + timedelta(days=2)),
    "first name": lambda booked: query("UPDATE users SET first_name = 'Ewa'"),
    "last name": lambda booked: query("UPDATE users SET last_name = 'Lis'"),
    "language": lambda booked: query("UPDATE users SET language = 'en'"),
    "90 days later": lambda booked: booked.move(NOW - timedelta(days=91)),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_visible_change_changes_the_tag(pair: tuple[Person, Person], change: Change) -> None:
    booked = insert_booking(*pair)
    paths = [create_feed(person) for person in pair]
    before = [read(path) for path in paths]
    change(booked)
    for path, shown in zip(paths, before, strict=True):
        now = read(path)
        assert now.body != shown.body
        assert now.tag != shown.tag


ROLES: tuple[Role, Role] = ("student", "tutor")


@pytest.mark.parametrize("left", [0, 1], ids=ROLES)
def test_a_deleted_account_changes_the_tag_of_the_other_person(pair: tuple[Person, Person], left: int) -> None:
    past = insert_booking(*pair, NOW - timedelta(days=10), state="completed")
    insert_booking(*pair)
    path = create_feed(pair[left])
    before = read(path)
    query("DELETE FROM users WHERE id = %s", pair[1 - left].id)
    now = read(path)
    assert (now.tag != before.tag, now.body != before.body) == (True, True)
    # The upcoming session is cancelled; the past one was with a person who no longer has a name.
    assert [*of_feed(now.body).values()] == [mailed(past, ROLES[left])]


def test_a_feed_shows_the_same_entries_as_mails(pair: tuple[Person, Person], people: People) -> None:
    rows: list[dict[str, Any]] = [
        {},
        {"session": PLACE, "sequence": 3},
        {"session": {"kind": "group", "seats": 4}},
        {"state": "completed"},
        {"state": "no_show"},
        dict(PENDING),
    ]
    booked = [insert_booking(*pair, FAR + timedelta(days=day), **row) for day, row in enumerate(rows)]
    query("UPDATE users SET language = 'en' WHERE id = %s", pair[0].id)
    query("UPDATE users SET first_name = '', last_name = 'www.x.pl' WHERE id = %s", pair[1].id)
    for person, role in zip(pair, ROLES, strict=True):
        shown = of_feed(read(create_feed(person)).body)
        assert sorted(shown.values()) == sorted(mailed(each, role) for each in booked)


KEYS = {"bookings": "id", "tutoring_sessions": "id", "users": "id", "tutors": "id", "booking_terms": "tutor_id"}
# New values for a column, by its type; the first that the constraints allow is used.
OTHERS: dict[str, tuple[str, ...]] = {
    "text": ("'Europe/London'", "'cancelled'", "'group'", "'in_person'", "'en'", "{0} || 'x'", "NULL"),
    "timestamp with time zone": ("coalesce({0}, now()) + interval '1 minute'", "{0} - interval '1 minute'"),
    "boolean": ("NOT {0}",),
    "integer": ("coalesce({0}, 1) + 1", "NULL"),
    "smallint": ("coalesce({0}, 1) + 1", "NULL"),
    "bigint": ("coalesce({0}, 1) + 1", "NULL"),
    "numeric": ("coalesce({0}, 1) + 1",),
    "uuid": ("gen_random_uuid()", "NULL"),
    "ARRAY": ("'{{}}'",),
}
# All columns that can be changed and are visible in an entry; a suspended account has no feed.
SHOWN = {
    *(f"bookings.{name}" for name in ("created_at", "ends_at", "sequence", "starts_at", "state", "updated_at")),
    *(f"tutoring_sessions.{name}" for name in ("form", "kind", "location", "meeting_url", "tutor_id")),
    *(f"users.{name}" for name in ("first_name", "language", "last_name")),
}
LIST_COLUMNS = """
SELECT table_name, column_name, data_type FROM information_schema.columns
WHERE table_schema = 'public' AND table_name = ANY(%s) AND is_generated = 'NEVER' AND column_name <> 'suspended_at'
"""


def changed_columns() -> Iterator[str]:
    """Yield each changeable column of the tables behind a feed, while its values are changed."""
    for table, column, kind in query(LIST_COLUMNS, [*KEYS]):
        key = KEYS[table]
        if column == key:
            continue
        kept = query(f"SELECT {column}, {key} FROM {table}")
        if any(is_changed(f"UPDATE {table} SET {column} = {value.format(column)}") for value in OTHERS.get(kind, ())):
            yield f"{table}.{column}"
            for row in kept:
                query(f"UPDATE {table} SET {column} = %s WHERE {key} = %s", *row)


def is_changed(statement: str) -> bool:
    """Make a change; return whether the constraints allow it."""
    try:
        query(statement)
    except psycopg.Error:
        return False
    return True


def test_every_column_that_changes_a_mail_changes_the_feed_and_its_tag(people: People) -> None:
    """Every change to a mailed entry changes the feed, and every change to the feed changes its tag."""
    student, tutor = people.student(), people.tutor()
    booked = [insert_booking(student, tutor), insert_booking(student, tutor, FAR + timedelta(days=1), session=PLACE)]
    path, seen = create_feed(student), set[str]()
    before, mails_before = read(path), [mailed(each, "student") for each in booked]
    for column in changed_columns():
        now = read(path)
        if [mailed(each, "student") for each in booked] != mails_before:
            seen.add(column)
            assert now.body != before.body, column
        if now.body != before.body:
            assert now.tag != before.tag, column
    assert read(path) == before
    assert seen == SHOWN


def test_an_unchanged_entry_is_not_written_again(pair: tuple[Person, Person], monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[Entry] = []
    write = calendars.published_event

    def counted(entry: Entry, language: Language) -> bytes:
        written.append(entry)
        return write(entry, language)

    monkeypatch.setattr(calendars, "published_event", counted)
    calendar_feeds._event.cache_clear()
    booked = [insert_booking(*pair, FAR + timedelta(days=day)) for day in range(3)]
    path = create_feed(pair[0])
    first = call("GET", path)
    assert len(written) == 3
    assert call("GET", path).body == first.body
    assert call("GET", path, headers={"if-none-match": first.headers["etag"]}).status == 304
    assert len(written) == 3
    booked[1].move(FAR + timedelta(days=8))
    assert call("GET", path).body != first.body
    assert [entry.booking_id for entry in written[3:]] == [booked[1].id]


def test_a_feed_that_the_client_already_has_is_not_written(
    pair: tuple[Person, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    insert_booking(*pair)
    path = create_feed(pair[0])
    tag = call("GET", path).headers["etag"]
    monkeypatch.setattr(calendar_feeds, "write_feed", None)
    strong = tag.removeprefix("W/")
    for known in (tag, strong, f'"x", {tag}', f'{strong},W/"y"', "*"):
        answer = call("GET", path, headers={"if-none-match": known})
        assert (answer.status, answer.body, answer.headers["etag"]) == (304, b"", tag)


@pytest.mark.parametrize("known", ['W/"x"', '""', "", "x", '"*"'])
def test_another_tag_gets_the_feed(pair: tuple[Person, Person], known: str) -> None:
    assert call("GET", create_feed(pair[0]), headers={"if-none-match": known}).status == 200


def test_another_way_to_write_the_same_entries_needs_another_edition() -> None:
    """If this fails because feeds are written differently now, increment EDITION and record its hash here."""
    at, end = datetime(2034, 1, 2, 3, 4, 5, tzinfo=UTC), FAR + timedelta(hours=1)
    room, place = "https://meet.jit.si/abc", "ul. Żółwia 1; piętro 2, " * 8
    entries = [
        Entry(7, at, FAR, FAR, end, 2, "confirmed", "individual", "online", "", room, "tutor", "Żaneta", "Łoś"),
        Entry(8, at, FAR, FAR, end, 0, "pending", "group", "in_person", place, "", "student", "", ""),
    ]
    languages: list[Language] = ["pl", "en"]
    written = [
        calendars.feed([calendars.published_event(entry, language) for entry in entries], language)
        for language in languages
    ]
    assert (calendar_feeds.EDITION, hashlib.sha256(b"".join(written)).hexdigest()[:16]) == (1, "d19f68ee37bfe143")
