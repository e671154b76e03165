"""Rate limits in Redis: events are counted in fixed windows, which start with their first event.

Without Redis nothing is limited, so that people can still sign in.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.kit.errors import Throttled
from shared.kit.redis import attempt
from shared.kit.settings import settings

if TYPE_CHECKING:
    import redis


@dataclass(eq=False, repr=False)
class Limit:
    """At most `count` events per kind and subject in a window of `seconds`."""

    name: str
    count: int
    seconds: int

    def key(self, subject: str) -> str:
        """The key in Redis: of constant size, and hashed, so that it does not reveal the subject."""
        return f"limit/{self.name}/{self.seconds}/{hashlib.blake2b(subject.encode(), digest_size=16).hexdigest()}"


def spend(limit: Limit, subject: str) -> None:
    """Count one event of a subject. Raises Throttled beyond the limit; further attempts do not prolong the window."""
    if not settings().rate_limits:
        return
    spent, seconds_left = _add(limit, subject, 1)
    if spent > limit.count:
        raise Throttled(max(1, seconds_left))


def is_within(limit: Limit, subject: str) -> bool:
    """Count one event of a subject; returns whether the limit allows it."""
    try:
        spend(limit, subject)
    except Throttled:
        return False
    return True


def spend_each(limit: Limit, subjects: Sequence[str]) -> list[bool]:
    """Count one event of each subject, in order, in one round trip; returns which of them the limit allows."""
    if not subjects or not settings().rate_limits:
        return [True] * len(subjects)
    return [spent <= limit.count for spent, _ in _add_each(limit, subjects, 1)]


def spend_all(*counts: tuple[Limit, str]) -> None:
    """Count one event for several subjects, the narrowest limit first: one that is refused counts for none.

    Raises Throttled.
    """
    for number, (limit, subject) in enumerate(counts):
        try:
            spend(limit, subject)
        except Throttled:
            for spent in counts[:number]:
                give_back(*spent)
            raise


def give_back(limit: Limit, subject: str) -> None:
    """Take back one counted event."""
    if settings().rate_limits:
        _add(limit, subject, -1)


def _add(limit: Limit, subject: str, events: int) -> tuple[int, int]:
    """Add events to the window; returns its total and the seconds until it ends, in one round trip."""
    [added] = _add_each(limit, [subject], events)
    return added


def _add_each(limit: Limit, subjects: Sequence[str], events: int) -> list[tuple[int, int]]:
    def ask(client: "redis.Redis") -> list[tuple[int, int]]:
        pipeline = client.pipeline(transaction=False)
        for key in map(limit.key, subjects):
            pipeline.incrby(key, events)
            # Every time, so that no key stays forever because its first event failed between the two commands.
            pipeline.expire(key, limit.seconds, nx=True)
            pipeline.ttl(key)
        answers = pipeline.execute()
        return list(zip(answers[::3], answers[2::3], strict=True))

    return attempt(ask, otherwise=[(0, 0)] * len(subjects))
