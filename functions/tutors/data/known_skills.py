"""All skills, and how many tutors have each: a per-process cache.

The planner estimates a skill's frequency from a sample; if a rare skill is not in it, the planner assumes it is
frequent and scans all tutors in the requested order. Counts maintained as tutors change avoid that error.
"""

import time
from collections.abc import Sequence
from typing import NamedTuple

from shared.kit.db.pool import connection
from shared.kit.db.query import Query

# Maximum number of tutors with a rare skill. All of them are read and sorted: a few milliseconds at worst.
RARE = 2_000
FRESH_SECONDS = 60.0


class SkillCount(NamedTuple):
    name: str
    tutors: int


SKILL_COUNTS = Query(
    SkillCount,
    """
SELECT s.name, coalesce(sum(n.listed), 0)::bigint AS tutors
FROM skills s LEFT JOIN (
    SELECT value, listed FROM facet_counts WHERE kind = 'skill'
    UNION ALL SELECT value, listed FROM facet_changes WHERE kind = 'skill'
) n ON n.value = s.name
GROUP BY s.name
""",
)


class _Known:
    """Skills by name, with the number of tutors who had each at `read_at`."""

    tutors: dict[str, int] = {}
    read_at = float("-inf")


def _read() -> None:
    with connection() as db:
        _Known.tutors = {each.name: each.tutors for each in SKILL_COUNTS.all(db)}
    _Known.read_at = time.monotonic()


def are_fresh(names: Sequence[str]) -> bool:
    """Whether the cache is fresh for these names."""
    return _Known.tutors.keys() >= set(names) and time.monotonic() - _Known.read_at <= FRESH_SECONDS


def unknown_skills(names: Sequence[str]) -> list[str]:
    """Those of the names that are not on the list of skills; the list only grows."""
    if not _Known.tutors.keys() >= set(names):
        _read()
    return [name for name in names if name not in _Known.tutors]


def are_rare(names: Sequence[str]) -> bool:
    """Whether only few tutors have any of these skills; all must be on the list."""
    if time.monotonic() - _Known.read_at > FRESH_SECONDS:
        _read()
    return sum(_Known.tutors.get(name, 0) for name in names) <= RARE
