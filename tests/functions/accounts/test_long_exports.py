"""Exports of accounts that have very much."""

from contextlib import nullcontext
from datetime import UTC, datetime, timedelta

import pytest

from functions.accounts import export
from functions.accounts.queries import PARTS
from shared.kit.db.transactions import transaction
from tests.support.booking_rows import insert_booking
from tests.support.conversations import add_conversation, add_messages
from tests.support.exports import LISTS, pages
from tests.support.people import People, Person, insert, query

MAX_RECORDS = 10
# How often PostgreSQL wrote a time so far in this transaction: at least once for each record it made.
TIMES_WRITTEN = "SELECT coalesce(max(calls), 0) FROM pg_stat_xact_user_functions WHERE funcname = 'format_time'"


@pytest.fixture
def ola(people: People, monkeypatch: pytest.MonkeyPatch) -> Person:
    """Somebody with three hundred messages, notifications and changes of a booking, ten records on a page."""
    monkeypatch.setattr(export, "MAX_RECORDS", MAX_RECORDS)
    ola, tutor = people.student(), people.tutor()
    add_messages(add_conversation(ola, tutor), ola, *map(str, range(300)))
    booking = insert_booking(ola, tutor, datetime.now(UTC) + timedelta(days=3))
    for number in range(300):
        insert("notifications", {"user_id": ola.id, "kind": "booking_confirmed", "message": str(number)})
        booking.change("rescheduled")
    return ola


def times_written(person: Person, cursor: export.Cursor, monkeypatch: pytest.MonkeyPatch) -> int:
    """How often PostgreSQL wrote a time for a page."""
    with transaction() as db, monkeypatch.context() as patches:
        db.execute("SET LOCAL track_functions = 'pl'")
        patches.setattr(export, "connection", lambda: nullcontext(db))
        export.export_page(person.id, cursor)
        return int(db.execute(TIMES_WRITTEN).fetchall()[0][0])


def test_pages_of_few_records_hold_everything_once(ola: Person) -> None:
    found = [page.json for page in pages(ola)]
    assert [sum(len(page[part]) for part in LISTS) for page in found[1:-1]] == [MAX_RECORDS] * (len(found) - 2)
    assert [message["body"] for page in found for message in page["messages"]] == [str(number) for number in range(300)]
    assert [each["message"] for page in found for each in page["notifications"]] == [str(each) for each in range(300)]
    assert sum(len(page["booking_changes"]) for page in found) == 300


def test_a_page_makes_no_more_records_than_it_may_hold_of_each_part(
    ola: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All that came after its place was made for each page: an export took time by the square of its size."""
    [(conversation,)] = query("SELECT conversation_id FROM conversation_members WHERE user_id = %s", ola.id)
    amid = PARTS.index("messages"), f"{conversation}.{100:019d}"
    # A message has three times, a notification one, a change of a booking two.
    assert 0 < times_written(ola, amid, monkeypatch) <= 3 * (MAX_RECORDS + 1)
    assert 0 < times_written(ola, export.START, monkeypatch) <= 12 * (MAX_RECORDS + 1)
