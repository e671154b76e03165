"""Ending sign-in sessions."""

from uuid import UUID, uuid4

import pytest

from shared.domain.sign_in_sessions import close_sockets, end_sessions
from shared.kit.db.transactions import transaction
from tests.support.conversations import add_conversation
from tests.support.people import People, Person, insert, query
from tests.support.sockets import closed_sockets


@pytest.fixture
def ola(people: People) -> Person:
    """An account signed in three times, with a socket in each session; somebody else has one too."""
    person, other = people.student(), people.student()
    talk = add_conversation(person, other)
    for owner, session_id in ((person, person.session_id), (person, second(person)), (person, second(person))):
        socket(talk, owner, session_id)
    socket(talk, other, other.session_id)
    return person


def second(person: Person) -> UUID:
    session_id: UUID = insert("sign_in_sessions", {"user_id": person.id, "expires_at": "2100-01-01"})
    return session_id


def socket(talk: UUID, person: Person, session_id: UUID) -> None:
    row = {"conversation_id": talk, "user_id": person.id, "session_id": session_id}
    insert("connections", {"id": f"socket of {session_id}", **row})


def sessions(column: str = "user_id") -> list[UUID]:
    return [row[0] for row in query(f"SELECT {column} FROM sign_in_sessions")]


def ended_now(ola: Person, **which: UUID) -> tuple[set[UUID], set[str]]:
    with transaction() as session:
        ended, sockets = end_sessions(session, ola.id, **which)
    return set(ended), set(sockets)


def test_all_sessions_of_a_user_end_with_their_sockets(ola: Person) -> None:
    own = {row[0] for row in query("SELECT id FROM sign_in_sessions WHERE user_id = %s", ola.id)}
    assert ended_now(ola) == (own, {f"socket of {session_id}" for session_id in own})
    assert ola.id not in sessions()
    assert len(sessions()) == 1
    assert query("SELECT count(*) FROM connections") == [(1,)]


def test_one_session_ends(ola: Person) -> None:
    assert ended_now(ola, only=ola.session_id) == ({ola.session_id}, {f"socket of {ola.session_id}"})
    assert ola.session_id not in sessions("id")
    assert len(sessions()) == 3


def test_all_but_one_end(ola: Person) -> None:
    ended, sockets = ended_now(ola, but=ola.session_id)
    assert (len(ended), len(sockets)) == (2, 2)
    assert ola.session_id in sessions("id")
    assert len(sessions()) == 2


def test_an_unknown_session_or_one_of_somebody_else_does_not_end(ola: Person) -> None:
    [foreign] = [row[0] for row in query("SELECT id FROM sign_in_sessions WHERE user_id <> %s", ola.id)]
    for session_id in (foreign, uuid4()):
        assert ended_now(ola, only=session_id) == (set(), set())
    assert len(sessions()) == 4


def test_sockets_are_closed_if_there_are_any(monkeypatch: pytest.MonkeyPatch) -> None:
    closed = closed_sockets(monkeypatch)
    close_sockets([])
    assert closed == []
    close_sockets(["a", "b"])
    assert closed == ["a", "b"]
