"""Accounts for tests, inserted directly into the database: one row each, with a session and its tokens."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from typing import Any
from uuid import UUID

from argon2 import PasswordHasher

from shared.kit.db.pool import connection
from shared.kit.security import password_hashes
from shared.kit.security.tokens import Claims, issue

PASSWORD = "Start1!haslo"


@cache
def password_hash(hasher: PasswordHasher) -> str:
    """The hash of PASSWORD, shared by all accounts."""
    return hasher.hash(PASSWORD)


@dataclass(frozen=True)
class Person:
    """A confirmed account with one sign-in session."""

    id: UUID
    email: str
    session_id: UUID
    access: str
    refresh: str
    tutor_id: int = 0


# The settings that make a tutor bookable.
COMPLETE: dict[str, Any] = {
    "price": 100,
    "skills": ["Matematyka"],
    "online_sessions": True,
    "individual_sessions": True,
}


class People:
    """`student()` and `tutor()` each add an account; keyword arguments are columns.

    Tutors are complete, except those of `new_tutor()`, who have set nothing yet.
    """

    def __init__(self) -> None:
        self._numbers = count(1)
        self._hash = password_hash(password_hashes._hasher())

    def student(self, **columns: Any) -> Person:
        return self._add({"email": f"student{next(self._numbers)}@example.com", **columns}, tutor=None)

    def tutor(self, *, tutor: dict[str, Any] | None = None, **columns: Any) -> Person:
        return self.new_tutor(tutor={**COMPLETE, **(tutor or {})}, **columns)

    def new_tutor(self, *, tutor: dict[str, Any] | None = None, **columns: Any) -> Person:
        account = {"email": f"tutor{next(self._numbers)}@prz.edu.pl", "is_tutor": True, **columns}
        return self._add(account, tutor=tutor or {})

    def staff(self, **columns: Any) -> Person:
        """Add a staff member who is signed in with a second factor."""
        person = self.student(**{"is_staff": True, "second_factor_at": datetime.now(UTC), **columns})
        query("INSERT INTO second_factors (user_id) VALUES (%s)", person.id)
        query("UPDATE sign_in_sessions SET second_factor_checked_at = now() WHERE id = %s", person.session_id)
        return person

    def _add(self, columns: dict[str, Any], tutor: dict[str, Any] | None) -> Person:
        now = datetime.now(UTC)
        account = {
            "first_name": "Ola",
            "last_name": "Nowak",
            "confirmed_at": now,
            "password_hash": self._hash,
        } | columns
        user_id = insert("users", account)
        tutor_id = insert("tutors", {"user_id": user_id, **tutor}) if tutor is not None else 0
        session_id = insert("sign_in_sessions", {"user_id": user_id, "expires_at": now + timedelta(days=7)})
        access = issue(Claims("access", user_id, session_id, now + timedelta(hours=1)))
        refresh = issue(Claims("refresh", user_id, session_id, now + timedelta(days=7)))
        return Person(user_id, str(account["email"]), session_id, access, refresh, tutor_id)


def insert(table: str, columns: dict[str, Any]) -> Any:
    """Insert a row; returns its id."""
    names, places = ", ".join(columns), ", ".join(["%s"] * len(columns))
    statement = f"INSERT INTO {table} ({names}) VALUES ({places}) RETURNING id"
    return query(statement, *columns.values())[0][0]


def query(statement: str, *values: Any) -> list[Any]:
    """Run any statement; returns its rows, if any."""
    with connection() as db:
        cursor = db.execute(statement, values)
        return cursor.fetchall() if cursor.description else []
