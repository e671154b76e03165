"""Statements about who is told that a user is online or typing. Plain psycopg: WebSocket handlers must start fast."""

from typing import NamedTuple
from uuid import UUID

from functions.chat.domain.messages import event_sockets
from shared.kit.db.pool import connection
from shared.kit.db.query import Query, Sql, compose

# The maximum number of sockets told about one user, and of users about whom one user is told.
MOST_SOCKETS, MOST_PEOPLE = 500, 200


class Hearers(NamedTuple):
    """Who is told about a conversation: nobody if one of the two has blocked the other.

    `listeners` are space-separated socket ids, each prefixed with the digit of its protocol.
    """

    is_blocked: bool
    listeners: str

    @property
    def sockets(self) -> list[str]:
        """The sockets whose clients understand events."""
        return event_sockets(self.listeners.split())


FIND_HEARERS = Query(
    Hearers,
    """
SELECT v.is_blocked,
    CASE WHEN v.is_blocked THEN '' ELSE coalesce(conversation_listeners(v.id), '') END AS listeners
FROM conversation_members m JOIN conversations v ON v.id = m.conversation_id
WHERE m.conversation_id = %s AND m.user_id = %s
""",
)


def find_hearers(conversation_id: UUID, user_id: UUID) -> Hearers | None:
    """The listeners of a member in a conversation; None if the user is not a member."""
    with connection() as db:
        return FIND_HEARERS.one(db, (conversation_id, user_id))


# Users of whom either has blocked the other are told nothing more.
WATCHERS = """
SELECT c.id FROM connections c
WHERE c.protocol = 3 AND c.user_id IN (
    SELECT other.user_id FROM conversation_members mine
    JOIN conversations v ON v.id = mine.conversation_id
    JOIN conversation_members other ON other.conversation_id = v.id AND other.user_id <> mine.user_id
    WHERE mine.user_id = %(user_id)s AND NOT v.is_blocked
) {condition}
LIMIT %(most)s
"""
LIST_WATCHERS = Query(
    str,
    compose(
        WATCHERS,
        condition=Sql("""AND (SELECT shows_presence FROM users WHERE id = %(user_id)s)
AND (SELECT count(*) FROM connections WHERE user_id = %(user_id)s) = %(open_sockets)s"""),
    ),
)


def list_watchers(user_id: UUID, open_sockets: int) -> list[str]:
    """The user sockets of a user's conversation partners; none unless the user shows their presence and has

    `open_sockets` open.
    """
    values = {"user_id": user_id, "open_sockets": open_sockets, "most": MOST_SOCKETS}
    with connection() as db:
        return LIST_WATCHERS.all(db, values)


SET_SHOWN = Query(
    str,
    compose(
        "WITH changed AS (UPDATE users SET shows_presence = %(shown)s WHERE id = %(user_id)s) {watchers}",
        watchers=compose(WATCHERS, condition=Sql()),
    ),
)


def set_shown(user_id: UUID, *, shown: bool) -> list[str]:
    """Set whether a user shows when they are online; returns their conversation partners' user sockets."""
    with connection() as db:
        return SET_SHOWN.all(db, {"user_id": user_id, "shown": shown, "most": MOST_SOCKETS})


IS_ONLINE = Query(bool, "SELECT EXISTS (SELECT FROM connections WHERE user_id = %s)")


def is_online(user_id: UUID) -> bool:
    with connection() as db:
        return IS_ONLINE.get(db, (user_id,))


IS_SHOWN = Query(bool, "SELECT shows_presence FROM users WHERE id = %s")


def is_shown(user_id: UUID) -> bool:
    """Whether a user shows when they are online."""
    with connection() as db:
        return IS_SHOWN.one(db, (user_id,)) is True


class Person(NamedTuple):
    """A conversation partner, and whether they have an open socket."""

    user_id: UUID
    is_online: bool


LIST_PEOPLE = Query(
    Person,
    """
SELECT u.id AS user_id, EXISTS (SELECT FROM connections c WHERE c.user_id = u.id) AS is_online
FROM conversation_members mine
JOIN conversations v ON v.id = mine.conversation_id
JOIN conversation_members other ON other.conversation_id = v.id AND other.user_id <> mine.user_id
JOIN users u ON u.id = other.user_id
WHERE mine.user_id = %s AND NOT v.is_blocked AND u.shows_presence
ORDER BY v.updated_at DESC, v.id LIMIT %s
""",
)


def list_people(user_id: UUID) -> list[Person]:
    """A user's conversation partners who show when they are online; most recent conversation first."""
    with connection() as db:
        return LIST_PEOPLE.all(db, (user_id, MOST_PEOPLE))
