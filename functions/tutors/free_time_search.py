"""The part of the search statement that asks who has a free slot at some time.

Who is free most of the time is found among the first tutors in the order wanted; who is free at a rare time by an index
of the times offered (docs/decisions/0014-free-time-search.md).
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from functions.tutors.free_time import MIDNIGHT, SHORTEST, FreeTime

# Items looked up by their time, times the root of the weeks searched; if there are more, the time is no rare one.
FEW = 2_000
MINUTE = timedelta(minutes=1)
# Minutes that hold a session of almost everybody.
USUAL = 120

# Whether anything at all is offered then: told fast, and mostly the answer. Written so that it is asked for one tutor
# after the other (an EXISTS would be answered for all at once), by the index of the tutor's items and not of times.
OFFERED = """
(
    SELECT true FROM schedule_items i
    WHERE i.tutor_id = t.id AND i.ends_at > %(free_begin)s AND i.starts_at < %(free_end)s
      AND tstzmultirange(tstzrange(i.starts_at, i.ends_at)) && %(free_starts)s::tstzmultirange
    LIMIT 1
)
"""
IS_FREE = "has_free_slot(t.id, %(free_windows)s::tstzmultirange, %(free_length)s::int)"
RARE = (
    "WITH rare AS MATERIALIZED (SELECT tutors_with_rare_times(%(free_starts)s::tstzmultirange, %(free_few)s) AS tutors)"
)
IS_RARE = "(SELECT tutors IS NOT NULL FROM rare)"
IS_THERE = "t.id IN (SELECT unnest(tutors) FROM rare)"


def free_parameters(free_time: FreeTime) -> dict[str, Any]:
    """Values of `two_ways`' parameters, as of now."""
    now = datetime.now(UTC)
    windows = free_time.windows(now)
    # A session has to begin so long before a window's end.
    shortest = timedelta(minutes=free_time.length or SHORTEST)
    starts = [(each.starts_at, each.ends_at - shortest) for each in windows]
    return {
        "free_begin": windows[0].starts_at if windows else now,
        "free_end": windows[-1].ends_at if windows else now,
        "free_windows": _multirange(((each.starts_at, each.ends_at) for each in windows), ")"),
        "free_starts": _multirange(((first, last) for first, last in starts if first <= last), "]"),
        "free_widest": max((each.ends_at - each.starts_at for each in windows), default=MINUTE) // MINUTE,
        "free_length": free_time.length,
        "free_few": int(FEW * (-(-free_time.days // 7)) ** 0.5),
    }


def _multirange(spans: Iterable[tuple[datetime, datetime]], end: str) -> str:
    return "{" + ",".join(f"[{starts_at},{ends_at}{end}" for starts_at, ends_at in spans) + "}"


def _fits(free_time: FreeTime) -> str:
    """A condition on terms that rules out many at once, if the searcher has little time or wants a certain length."""
    if free_time.length:
        return "session_lengths @> ARRAY[%(free_length)s]::smallint[]"
    width = (free_time.ends - free_time.starts) % MIDNIGHT or MIDNIGHT
    return "session_lengths[1] <= %(free_widest)s" if width < USUAL else ""


def two_ways(free_time: FreeTime, selection: str, conditions: list[str], order: str) -> str:
    """A statement of which one half is executed: by the order wanted or, for a rare time, by the time.

    In both halves the tutors come in order before they are asked whether they are free.
    """
    if fits := _fits(free_time):
        conditions = [*conditions, f"t.id IN (SELECT tutor_id FROM booking_terms WHERE {fits})"]
    by_order = [*conditions, f"NOT {IS_RARE}"]
    by_time = [*conditions, IS_RARE, IS_THERE]
    halves = (
        f"({selection} FROM (SELECT t.* FROM tutors t WHERE {' AND '.join(each)} {order} OFFSET 0) t"
        f" WHERE CASE WHEN {OFFERED} THEN {IS_FREE} ELSE false END LIMIT %(rows)s)"
        for each in (by_order, by_time)
    )
    return f"{RARE} {' UNION ALL '.join(halves)}"
