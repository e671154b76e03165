"""Statements about a tutor's settings."""

from collections.abc import Collection
from typing import Any, NamedTuple
from uuid import UUID

from shared.domain.auth import AccountGone
from shared.kit.db.pool import connection
from shared.kit.db.query import Command, Query, Sql, Variants, compose


class TutorSettings(NamedTuple):
    """What a tutor has set, by the names that requests and answers use."""

    description: str | None
    price: int
    tutoring_location: str
    online_sessions_available: bool
    in_person_sessions_available: bool
    individual_sessions_available: bool
    group_sessions_available: bool
    skills: list[str]


COLUMNS = {name: name.removesuffix("_available").removeprefix("tutoring_") for name in TutorSettings.__annotations__}
FIND_SETTINGS = Query(
    TutorSettings,
    compose(
        "SELECT {columns} FROM tutors WHERE user_id = %s",
        columns=Sql(", ".join(f"{column} AS {name}" for name, column in COLUMNS.items())),
    ),
)


def get_settings(user_id: UUID) -> TutorSettings:
    """A tutor's own settings. Raises AccountGone."""
    with connection() as db:
        settings = FIND_SETTINGS.one(db, (user_id,))
    if settings is None:
        raise AccountGone
    return settings


def update_command(names: Collection[str]) -> Command:
    """The statement that sets some of the settings, and lists the tutor, who now has something to show."""
    assignments = Sql(", ".join(f"{column} = %({name})s" for name, column in COLUMNS.items() if name in names))
    return Command(
        compose("UPDATE tutors SET listed = true, {assignments} WHERE user_id = %(user_id)s", assignments=assignments)
    )


UPDATES = Variants(lambda: [update_command(COLUMNS), *(update_command([name]) for name in COLUMNS)])


def update_settings(user_id: UUID, values: dict[str, Any]) -> None:
    """Store settings by name, in one statement and a transaction of its own."""
    with connection() as db:
        update_command(values.keys()).run(db, {**values, "user_id": user_id})
