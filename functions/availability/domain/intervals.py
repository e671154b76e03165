"""Sets of time as lists of spans."""

from collections.abc import Iterable, Iterator, Sequence

from shared.domain.free_time import Span


def merge(spans: Iterable[Span]) -> list[Span]:
    """Merge spans into sorted spans that neither overlap nor touch."""
    found: list[Span] = []
    for span in sorted(spans):
        if found and span.starts_at <= found[-1].ends_at:
            found[-1] = Span(found[-1].starts_at, max(found[-1].ends_at, span.ends_at))
        elif span.starts_at < span.ends_at:
            found.append(span)
    return found


def subtract(spans: Iterable[Span], holes: Sequence[Span]) -> Iterator[Span]:
    """Subtract spans from sorted spans; the subtracted spans are sorted and do not overlap."""
    place = 0
    for span in spans:
        start = span.starts_at
        while place < len(holes) and holes[place].ends_at <= start:
            place += 1
        following = place
        while following < len(holes) and holes[following].starts_at < span.ends_at:
            if start < holes[following].starts_at:
                yield Span(start, holes[following].starts_at)
            start = max(start, holes[following].ends_at)
            following += 1
        if start < span.ends_at:
            yield Span(start, span.ends_at)
