"""The part of the search statement that asks who has a free slot at some time.

Tutors who are often free are found among the first in the requested order; tutors free at a rare time by an index of
the offered times (docs/decisions/0014-free-time-search.md).
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from functions.tutors.domain.free_time import FreeTime
from shared.domain.bounds import SHORTEST_SESSION
from shared.domain.time_of_day import MINUTES_PER_DAY
from shared.kit.db.query import Sql, compose

# Maximum number of items looked up by time, multiplied by the square root of the weeks searched. If there are more,
# the time is not rare.
SELECTIVE_ITEMS = 2_000
MINUTE = timedelta(minutes=1)
# Minutes that are long enough for the shortest session of almost every tutor.
USUAL = 120

ALL_TUTORS = Sql("tutors")
# Whether the tutor offers any time then: a fast check that mostly decides. Written so that PostgreSQL evaluates it
# tutor by tutor (it would evaluate an EXISTS for all at once), by the index of the tutor's items, not of times.
OFFERED = Sql("""
(
    SELECT true FROM schedule_items i
    WHERE i.tutor_id = t.id AND i.ends_at > %(free_begin)s AND i.starts_at < %(free_end)s
      AND tstzmultirange(tstzrange(i.starts_at, i.ends_at)) && %(free_starts)s::tstzmultirange
    LIMIT 1
)
""")
IS_FREE = Sql("has_free_slot(t.id, %(free_windows)s::tstzmultirange, %(free_length)s::int)")
IS_SELECTIVE = Sql("(SELECT tutors IS NOT NULL FROM selective)")
BY_SELECTIVITY = """
WITH selective AS MATERIALIZED (
    SELECT tutors_with_rare_times(%(free_starts)s::tstzmultirange, %(free_items)s) AS tutors
)
({selection} FROM (SELECT t.* FROM {tutors} t WHERE {conditions} AND NOT {is_selective} {order} OFFSET 0) t
    WHERE CASE WHEN {offered} THEN {is_free} ELSE false END LIMIT %(rows)s)
UNION ALL
({selection} FROM (
        SELECT t.* FROM {tutors} t
        WHERE {conditions} AND {is_selective} AND t.id IN (SELECT unnest(tutors) FROM selective) {order} OFFSET 0
    ) t
    WHERE CASE WHEN {offered} THEN {is_free} ELSE false END LIMIT %(rows)s)
"""
# Exclude many tutors at once if the search has short hours or a certain length.
HAS_LENGTH, IS_SHORT = (
    compose("t.id IN (SELECT tutor_id FROM booking_terms WHERE {fits})", fits=Sql(fits))
    for fits in (
        "session_lengths @> ARRAY[%(free_length)s]::smallint[]",
        "session_lengths[1] <= %(free_widest)s",
    )
)


def free_parameters(free_time: FreeTime) -> dict[str, Any]:
    """The values of `by_selectivity`'s parameters as of now."""
    now = datetime.now(UTC)
    windows = free_time.windows(now)
    # A session must start at least this long before a window's end.
    shortest = timedelta(minutes=free_time.length or SHORTEST_SESSION)
    starts = [(each.starts_at, each.ends_at - shortest) for each in windows]
    return {
        "free_begin": windows[0].starts_at if windows else now,
        "free_end": windows[-1].ends_at if windows else now,
        "free_windows": _multirange(((each.starts_at, each.ends_at) for each in windows), ")"),
        "free_starts": _multirange(((first, last) for first, last in starts if first <= last), "]"),
        "free_widest": max((each.ends_at - each.starts_at for each in windows), default=MINUTE) // MINUTE,
        "free_length": free_time.length,
        "free_items": int(SELECTIVE_ITEMS * (-(-free_time.days // 7)) ** 0.5),
    }


def _multirange(spans: Iterable[tuple[datetime, datetime]], end: str) -> str:
    return "{" + ",".join(f"[{starts_at},{ends_at}{end}" for starts_at, ends_at in spans) + "}"


def _terms_condition(free_time: FreeTime) -> list[Sql]:
    if free_time.length:
        return [HAS_LENGTH]
    width = (free_time.ends - free_time.starts) % MINUTES_PER_DAY or MINUTES_PER_DAY
    return [IS_SHORT] if width < USUAL else []


def by_selectivity(
    free_time: FreeTime, selection: Sql, conditions: Sequence[Sql], order: Sql, tutors: Sql = ALL_TUTORS
) -> Sql:
    """A statement with two halves, only one of which runs: in the requested order or, for a rare time, by the time.

    Both halves sort the tutors before checking whether they are free.
    """
    every = Sql(" AND ".join([*conditions, *_terms_condition(free_time)]))
    return compose(
        BY_SELECTIVITY,
        selection=selection,
        conditions=every,
        order=order,
        tutors=tutors,
        is_selective=IS_SELECTIVE,
        offered=OFFERED,
        is_free=IS_FREE,
    )
