"""The changes that make a schedule match the rules."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from functions.availability.domain.intervals import subtract
from shared.domain.free_time import Span


class StoredItem(NamedTuple):
    """A schedule item; `is_rule` if it was made from the rules, otherwise it was entered by hand."""

    id: int
    span: Span
    is_rule: bool


class ScheduleDiff(NamedTuple):
    """The items to delete, by id, and the times to add as items."""

    removed: list[int]
    added: list[Span]


def diff_schedule(offered: Iterable[Span], stored: Iterable[StoredItem], since: datetime) -> ScheduleDiff:
    """Find the items to remove and to add so that the schedule after `since` is what the rules offer.

    Items entered by hand and items that have ended stay, and no item is added over them; items that match also stay.
    """
    kept, replaceable = [], {}
    for item in stored:
        if item.is_rule and item.span.ends_at > since:
            replaceable[item.span] = item.id
        else:
            kept.append(item.span)
    expected = [span for span in subtract(offered, sorted(kept)) if span.ends_at > since]
    gone = replaceable.keys() - set(expected)
    return ScheduleDiff(
        sorted(replaceable[span] for span in gone), [span for span in expected if span not in replaceable]
    )
