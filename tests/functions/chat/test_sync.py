"""What a client that was away gets: by a position in each conversation, or by one cursor for all."""

import base64
import json
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.chat.actions import sync as sync_module
from functions.chat.actions.change_messages import delete_message, edit_message
from functions.chat.actions.react import react
from functions.chat.domain.messages import MessagePlace
from functions.chat.domain.sync_cursors import SyncCursor, read_cursor, read_known
from tests.support.chat_clients import Client, Clients
from tests.support.conversations import add_conversation, add_messages
from tests.support.people import People, Person, query


@pytest.fixture
def pair(people: People) -> tuple[Person, Person]:
    return people.student(), people.tutor()


def ask(client: Client, **data: Any) -> tuple[list[tuple[str, Any]], dict[str, Any]]:
    """Ask what was missed; return the events as name and `seq`, and the data of the final one."""
    before = len(client.frames)
    client.send({"event": "sync", "data": data})
    *events, last = client.frames[before:]
    assert last["event"] == "synced", last
    return [(each["event"], each["data"]["seq"]) for each in events], last["data"]


def cursor_of(client: Client) -> str:
    """Return a cursor as if issued a minute ago: everything before it counts as known."""
    _, synced = ask(client)
    query("UPDATE conversations SET updated_at = updated_at - interval '2 minutes'")
    query("UPDATE messages SET created_at = created_at - interval '2 minutes'")
    return str(synced["cursor"])


def test_messages_after_a_position(clients: Clients, pair: tuple[Person, Person]) -> None:
    student, tutor = pair
    conversation = add_conversation(student, tutor)
    add_messages(conversation, tutor, "1", "2", "3")
    mine = clients.open_user_socket(student)
    events, synced = ask(mine, after={str(conversation): 1}, id="7")
    assert events == [("message_stored", 2), ("message_stored", 3)]
    assert (synced["id"], synced["more"]) == ("7", {})
    assert mine.frames[0]["data"]["body"] == "2"
    assert ask(mine, after={str(conversation): 3})[0] == []
    assert ask(mine, after={})[0] == []


def test_changes_to_messages_meanwhile(clients: Clients, pair: tuple[Person, Person]) -> None:
    student, tutor = pair
    conversation = add_conversation(student, tutor)
    add_messages(conversation, tutor, "1", "2", "3", "4")
    edit_message(tutor.id, MessagePlace(conversation, 1), "jeden")
    delete_message(tutor.id, MessagePlace(conversation, 2), only_for_me=False)
    react(student.id, MessagePlace(conversation, 3), "👍", on=True)
    delete_message(student.id, MessagePlace(conversation, 4), only_for_me=True)
    mine = clients.open_user_socket(student)
    everything = [
        ("message_edited", 1),
        ("reaction_changed", 1),
        ("message_deleted", 2),
        ("reaction_changed", 3),
        ("message_deleted", 4),
    ]
    assert ask(mine, after={str(conversation): {"seq": 4, "change_seq": 0}})[0] == everything
    assert ask(mine, after={str(conversation): {"seq": 4, "change_seq": 2}})[0] == everything[3:]
    # A client that gives no `change_seq` gets no changes.
    assert ask(mine, after={str(conversation): 4})[0] == []
    deleted = [frame["data"] for frame in mine.frames if frame["event"] == "message_deleted"][:2]
    assert [each["only_for_you"] for each in deleted] == [False, True]


def test_one_cursor_for_all_conversations(people: People, clients: Clients, pair: tuple[Person, Person]) -> None:
    student, tutor = pair
    first, second = add_conversation(student, tutor), add_conversation(student, people.tutor())
    add_messages(first, tutor, "1", "2")
    add_messages(second, student, "1")
    mine = clients.open_user_socket(student)
    react(student.id, MessagePlace(second, 1), "👍", on=True)
    cursor = cursor_of(mine)
    assert ask(mine, cursor=cursor)[0] == []
    add_messages(first, tutor, "3")
    query("UPDATE conversations SET updated_at = now() WHERE id = %s", first)
    react(student.id, MessagePlace(second, 1), "🎉", on=True)
    new = add_conversation(student, people.tutor())
    add_messages(new, student, "nowa")
    events, synced = ask(mine, cursor=cursor)
    assert sorted(events) == [("message_stored", 1), ("message_stored", 3), ("reaction_changed", 1)]
    assert synced["cursor"] != cursor


def test_many_events_come_in_parts(
    clients: Clients, pair: tuple[Person, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync_module, "MOST_MISSED", 4)
    student, tutor = pair
    conversation = add_conversation(student, tutor)
    add_messages(conversation, tutor, *"1234567890")
    for seq in range(1, 7):
        react(student.id, MessagePlace(conversation, seq), "👍", on=True)
    mine = clients.open_user_socket(student)
    after: Any = {str(conversation): {"seq": 3, "change_seq": 0}}
    told: list[tuple[str, Any]] = []
    for _ in range(6):
        events, synced = ask(mine, after=after)
        assert len(events) <= 4
        told += events
        after = synced["more"]
        if not after:
            break
    assert not after
    assert [seq for event, seq in told if event == "message_stored"] == [4, 5, 6, 7, 8, 9, 10]
    assert {seq for event, seq in told if event == "reaction_changed"} >= {1, 2, 3}


def test_long_messages_come_in_parts(clients: Clients, pair: tuple[Person, Person]) -> None:
    """Two hundred of the longest have 6 MB, more than the local gateway buffers for a slow reader."""
    student, tutor = pair
    conversation = add_conversation(student, tutor)
    add_messages(conversation, tutor, *(["漢" * 8_000] * 60))
    for seq in range(1, 31):
        react(student.id, MessagePlace(conversation, seq), "👍", on=True)
        query("UPDATE messages SET edited_at = now() WHERE conversation_id = %s AND seq = %s", conversation, seq)
    mine = clients.open_user_socket(student)
    after: Any = {str(conversation): {"seq": 30, "change_seq": 0}}
    told: list[tuple[str, Any]] = []
    while after:
        before = len(mine.frames)
        events, synced = ask(mine, after=after)
        assert 0 < len(json.dumps(mine.frames[before:], ensure_ascii=False).encode()) < 600_000
        told += events
        after = synced["more"]
    assert [seq for event, seq in told if event == "message_stored"] == list(range(31, 61))
    assert {seq for event, seq in told if event == "reaction_changed"} >= set(range(1, 31))


def test_after_twenty_conversations_the_client_asks_again(people: People, clients: Clients) -> None:
    student = people.student()
    ids = [add_conversation(student, people.tutor()) for _ in range(22)]
    for each in ids:
        add_messages(each, student, "x")
    mine = clients.open_user_socket(student)
    events, synced = ask(mine, after={str(each): 0 for each in ids})
    assert (len(events), len(synced["more"])) == (20, 2)
    events, synced = ask(mine, after=synced["more"])
    assert (len(events), synced["more"]) == (2, {})


def test_other_people_s_conversations_are_not_included(
    people: People, clients: Clients, pair: tuple[Person, Person]
) -> None:
    conversation = add_conversation(*pair)
    add_messages(conversation, pair[0], "tajne")
    stranger = clients.open_user_socket(people.student())
    assert ask(stranger, after={str(conversation): 0, str(uuid4()): 0})[0] == []
    assert ask(stranger, cursor=ask(clients.open_user_socket(pair[0]))[1]["cursor"])[0] == []


BAD: list[dict[str, Any]] = [
    {"after": None},
    {"after": []},
    {"after": {"x": 1}},
    {"after": {str(uuid4()): -1}},
    {"after": {str(uuid4()): True}},
    {"after": {str(uuid4()): "1"}},
    {"after": {str(uuid4()): 2**63}},
    {"after": {str(uuid4()): {"seq": 1, "change": 2}}},
    {"after": {str(uuid4()): {}}},
    {"after": {}, "cursor": None},
    {"cursor": 5},
    {"cursor": ""},
    {"cursor": "x" * 9_000},
    {"cursor": "ł"},
    {"cursor": base64.urlsafe_b64encode(json.dumps([-1, {}]).encode()).decode()},
    {"cursor": base64.urlsafe_b64encode(json.dumps([10**30, {}]).encode()).decode()},
    {"cursor": base64.urlsafe_b64encode(json.dumps([1, []]).encode()).decode()},
    {"cursor": base64.urlsafe_b64encode(json.dumps([1, {"x": 1}]).encode()).decode()},
    {"cursor": base64.urlsafe_b64encode(json.dumps([1, {uuid4().hex: "1"}]).encode()).decode()},
]


@pytest.mark.parametrize("data", BAD, ids=range(len(BAD)))
def test_malformed_positions_are_refused(clients: Clients, pair: tuple[Person, Person], data: dict[str, Any]) -> None:
    mine = clients.open_user_socket(pair[0])
    mine.send({"event": "sync", "data": {**data, "id": "7"}})
    assert mine.frames == [{"event": "action_refused", "data": {"id": "7", "code": "bad_data"}}]


@given(
    text=st.text(max_size=60) | st.builds(lambda raw: base64.urlsafe_b64encode(raw).decode(), st.binary(max_size=60))
)
def test_any_text_is_read_as_a_cursor_or_as_none(text: str) -> None:
    found = read_cursor(text)
    assert found is None or isinstance(found, SyncCursor)


@given(
    value=st.recursive(st.none() | st.integers() | st.text(max_size=9), lambda inner: st.dictionaries(st.text(), inner))
)
def test_any_value_is_read_as_positions_or_as_none(value: Any) -> None:
    assert read_known(value) is None or value == {}
