"""Sets of time, and the changes that make a schedule match one."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from functions.availability.domain.intervals import merge, subtract
from functions.availability.domain.schedule_diff import StoredItem, diff_schedule
from shared.domain.free_time import Span

START = datetime(2027, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def minutes(span: Span) -> list[datetime]:
    return [span.starts_at + number * MINUTE for number in range((span.ends_at - span.starts_at) // MINUTE)]


some_span = st.builds(
    lambda start, length: Span(START + start * MINUTE, START + (start + length) * MINUTE),
    st.integers(0, 60),
    st.integers(1, 12),
)
some_spans = st.lists(some_span, max_size=8)


@given(some_spans, some_spans)
def test_operations_on_spans_match_sets_of_minutes(some: list[Span], holes: list[Span]) -> None:
    def covered(them: list[Span]) -> set[datetime]:
        return {moment for span in them for moment in minutes(span)}

    union = merge(some)
    assert covered(union) == covered(some)
    assert all(one.ends_at < other.starts_at for one, other in pairwise(union))
    rest = list(subtract(union, merge(holes)))
    assert covered(rest) == covered(some) - covered(holes)
    assert all(one.starts_at < one.ends_at for one in rest)


@given(some_spans, some_spans, st.sets(st.integers(0, 7)), st.integers(-5, 75))
def test_applying_a_diff_gives_the_offered_schedule_and_leaves_no_diff(
    some: list[Span], there: list[Span], by_hand: set[int], now: int
) -> None:
    since, offered = START + now * MINUTE, merge(some)
    stored = [StoredItem(number, span, number not in by_hand) for number, span in enumerate(merge(there))]
    removed, added = diff_schedule(offered, stored, since)
    after = [item for item in stored if item.id not in removed]
    after += [StoredItem(100 + number, span, is_rule=True) for number, span in enumerate(added)]
    assert diff_schedule(offered, after, since) == ([], [])
    # Nothing overlaps, explicit and past items stay, and all future time is offered.
    assert all(one.ends_at <= other.starts_at for one, other in pairwise(sorted(item.span for item in after)))
    assert {item for item in stored if not item.is_rule or item.span.ends_at <= since} <= set(after)
    kept = merge(item.span for item in stored if not item.is_rule or item.span.ends_at <= since)
    to_come = [span for span in subtract(offered, kept) if span.ends_at > since]
    assert sorted(item.span for item in after if item.is_rule and item.span.ends_at > since) == to_come
    # Items that can stay do.
    assert not {item.span for item in stored if item.id in removed} & set(added)
