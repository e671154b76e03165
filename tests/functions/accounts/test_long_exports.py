"""Exports of accounts with very much data."""

from contextlib import nullcontext
from datetime import UTC, datetime, timedelta

import pytest

from functions.accounts import export
from functions.accounts.queries import PARTS
from shared.domain import limits
from shared.kit.db.transactions import transaction
from shared.kit.security.rate_limits import Limit
from tests.support.booking_rows import insert_booking
from tests.support.conversations import add_conversation, add_messages
from tests.support.exports import LISTS, PATH, call, pages
from tests.support.people import People, Person, insert, query

MAX_RECORDS = 10
# How often PostgreSQL has formatted a time in this transaction: at least once for each record.
TIMES_WRITTEN = "SELECT coalesce(max(calls), 0) FROM pg_stat_xact_user_functions WHERE funcname = 'format_time'"


@pytest.fixture
def ola(people: People, monkeypatch: pytest.MonkeyPatch) -> Person:
    """Somebody with 300 messages, notifications and booking changes; pages have ten records."""
    monkeypatch.setattr(export, "MAX_RECORDS", MAX_RECORDS)
    ola, tutor = people.student(), people.tutor()
    add_messages(add_conversation(ola, tutor), ola, *map(str, range(300)))
    booking = insert_booking(ola, tutor, datetime.now(UTC) + timedelta(days=3))
    for number in range(300):
        insert("notifications", {"user_id": ola.id, "kind": "booking_confirmed", "message": str(number)})
        booking.change("rescheduled")
    return ola


def times_written(person: Person, cursor: export.Cursor, monkeypatch: pytest.MonkeyPatch) -> int:
    """Return how often PostgreSQL formats a time for a page."""
    with transaction() as db, monkeypatch.context() as patches:
        db.execute("SET LOCAL track_functions = 'pl'")
        patches.setattr(export, "connection", lambda: nullcontext(db))
        export.export_page(person.id, cursor)
        return int(db.execute(TIMES_WRITTEN).fetchall()[0][0])


def test_small_pages_contain_everything_once(ola: Person) -> None:
    found = [page.json for page in pages(ola)]
    assert [sum(len(page[part]) for part in LISTS) for page in found[1:-1]] == [MAX_RECORDS] * (len(found) - 2)
    assert [message["body"] for page in found for message in page["messages"]] == [str(number) for number in range(300)]
    assert [each["message"] for page in found for each in page["notifications"]] == [str(each) for each in range(300)]
    assert sum(len(page["booking_changes"]) for page in found) == 300


def test_a_page_builds_no_more_records_of_a_part_than_fit_on_it(ola: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each page used to build all records after its start, so an export took quadratic time."""
    [(conversation,)] = query("SELECT conversation_id FROM conversation_members WHERE user_id = %s", ola.id)
    amid = PARTS.index("messages"), f"{conversation}.{100:019d}"
    # A message has three times, a notification one, a booking change two.
    assert 0 < times_written(ola, amid, monkeypatch) <= 3 * (MAX_RECORDS + 1)
    assert 0 < times_written(ola, export.START, monkeypatch) <= 12 * (MAX_RECORDS + 1)


def test_pages_are_limited_for_each_person(rate_limits: None, people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "EXPORT_PAGES", Limit("export-pages", 2, 3600))
    ola, jan = people.student(), people.student()
    assert call("GET", f"{PATH}?cursor=x", token=ola.access).status == 400
    answers = [call("GET", PATH, token=ola.access) for _ in range(3)]
    assert [answer.status for answer in answers] == [200, 200, 429]
    assert int(answers[-1].headers["retry-after"]) > 0
    assert call("GET", PATH, token=jan.access).status == 200
