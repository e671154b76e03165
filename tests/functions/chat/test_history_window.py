"""The history window: Redis answers, but PostgreSQL is the source of truth."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.kit.redis import client as redis_client
from tests.functions.chat.conftest import OwnRedis
from tests.support.chat_clients import Clients
from tests.support.chat_http import Conversation, numbered, open_between
from tests.support.conversations import add_messages
from tests.support.people import People, query
from tests.support.statements import statements


def flushed(conversation: Conversation) -> None:
    redis_client().flushdb()


def outdated(conversation: Conversation) -> None:
    add_messages(conversation.id, conversation.tutor, "unseen", "by Redis")


def gap(conversation: Conversation) -> None:
    redis_client().xdel(conversation.key, "6-0")


def without_the_last(conversation: Conversation) -> None:
    redis_client().xdel(conversation.key, "8-0")


def tail_only(conversation: Conversation) -> None:
    redis_client().xtrim(conversation.key, maxlen=2, approximate=False)


def emptied(conversation: Conversation) -> None:
    redis_client().xtrim(conversation.key, maxlen=0, approximate=False)


def restored(conversation: Conversation) -> None:
    """Restore PostgreSQL to its state of two messages ago."""
    query("DELETE FROM messages WHERE conversation_id = %s AND seq > 6", conversation.id)
    query("UPDATE conversations SET last_seq = 6 WHERE id = %s", conversation.id)


@pytest.mark.parametrize("damage", [flushed, outdated, gap, without_the_last, tail_only, emptied, restored])
@pytest.mark.parametrize("parameters", ["", "number_of_last_messages=4"])
def test_an_incomplete_window_is_rebuilt(
    conversation: Conversation, damage: Callable[[Conversation], None], parameters: str
) -> None:
    add_messages(conversation.id, conversation.student, *numbered(1, 8))
    assert conversation.bodies() == numbered(1, 8)
    damage(conversation)
    expected = conversation.stored()[::-1][:4] if parameters else conversation.stored()
    assert conversation.bodies(parameters) == expected
    window: Any = redis_client().xrange(conversation.key)
    kept = [entry_id.decode() for entry_id, _values in window]
    last = len(conversation.stored())
    # Only what was requested: a reader who asks for more reads PostgreSQL again.
    assert kept == [f"{seq}-0" for seq in range(last - len(expected) + 1, last + 1)]
    assert conversation.bodies() == conversation.stored()


def test_a_key_of_another_kind_does_not_hide_messages(conversation: Conversation, own_redis: OwnRedis) -> None:
    add_messages(conversation.id, conversation.student, *numbered(1, 3))
    redis_client().set(conversation.key, "not a stream")
    assert conversation.bodies() == numbered(1, 3)


def test_a_window_answers_without_reading_messages(conversation: Conversation) -> None:
    add_messages(conversation.id, conversation.student, *numbered(1, 3))
    with statements() as first:
        conversation.bodies()
    with statements() as second:
        conversation.bodies()
        conversation.bodies("number_of_last_messages=2")
    assert [sum("FROM messages" in each for each in sent) for sent in (first, second)] == [1, 0]
    assert (len(first), len(second)) == (3, 4)


def test_the_window_is_kept_for_a_month(conversation: Conversation) -> None:
    add_messages(conversation.id, conversation.student, "x")
    conversation.bodies()
    assert 29 * 86_400 < redis_client().ttl(conversation.key) <= 30 * 86_400


def test_every_window_expires(conversation: Conversation, clients: Clients) -> None:
    """Also after Redis has lost its data."""
    socket = clients.open(conversation.student, conversation.id)
    for _ in range(3):
        socket.send_message("x")
        # Checked in between, because messages may still arrive: it expires (> 0), or does not exist (-2).
        assert redis_client().ttl(conversation.key) != -1
        redis_client().flushdb()


def test_without_redis_postgres_answers(conversation: Conversation, own_redis: OwnRedis) -> None:
    add_messages(conversation.id, conversation.student, *numbered(1, 8))
    assert conversation.bodies() == numbered(1, 8)
    own_redis.kill()
    add_messages(conversation.id, conversation.tutor, "9")
    assert conversation.bodies() == numbered(1, 9)
    assert conversation.bodies("number_of_last_messages=2") == ["9", "8"]
    own_redis.start()
    assert redis_client().exists(conversation.key) == 0
    assert conversation.bodies() == numbered(1, 9)
    assert redis_client().xlen(conversation.key) == 9


STEPS = st.lists(
    st.one_of(
        st.just(("send", 0)),
        st.just(("miss", 0)),
        st.just(("flush", 0)),
        st.tuples(st.just("drop"), st.integers(1, 12)),
        st.tuples(st.just("read"), st.integers(0, 12)),
    ),
    max_size=30,
)


@given(steps=STEPS)
@settings(max_examples=25)
def test_the_history_matches_postgres_whatever_redis_missed_or_lost(
    people: People, clients: Clients, steps: list[tuple[str, int]]
) -> None:
    conversation = open_between(people.student(), tutor := people.tutor())
    socket = clients.open(conversation.student, conversation.id)
    for number, (verb, amount) in enumerate(steps):
        if verb == "send":
            socket.send_message(f"{number}")
        elif verb == "miss":
            add_messages(conversation.id, tutor, f"{number}")
        elif verb == "flush":
            redis_client().flushdb()
        elif verb == "drop":
            redis_client().xdel(conversation.key, f"{amount}-0")
        else:
            assert conversation.bodies(f"number_of_last_messages={amount}") == conversation.stored()[::-1][:amount]
    assert conversation.bodies() == conversation.stored()
