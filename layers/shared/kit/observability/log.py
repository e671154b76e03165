"""Structured logs: one JSON object per line, as CloudWatch reads them. Every line of an event carries the event's id.

Logs identify people only by id; see `shared.kit.observability.log_privacy`.
"""

from contextvars import ContextVar
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger

_event: ContextVar[dict[str, str] | None] = ContextVar("event", default=None)


@cache
def logger() -> "Logger":
    """Powertools' logger; `POWERTOOLS_SERVICE_NAME` and `POWERTOOLS_LOG_LEVEL` configure it."""
    from aws_lambda_powertools import Logger

    from shared.kit.observability.log_privacy import PrivateFormatter

    return Logger(logger_formatter=PrivateFormatter(event_ids))


def event_ids() -> dict[str, str]:
    """The ids known for the event being handled: request_id, connection_id, user_id."""
    return _event.get() or {}


class event:  # noqa: N801 - a context manager, without what a generator would cost every request
    """Log lines of the block carry these ids, in whichever thread they are written."""

    __slots__ = ("_ids", "_token")

    def __init__(self, **ids: str | None) -> None:
        self._ids = {name: value for name, value in ids.items() if value}

    def __enter__(self) -> dict[str, str]:
        """The ids known so far; `note` adds to them."""
        self._token = _event.set(self._ids)
        return self._ids

    def __exit__(self, *_failure: object) -> None:
        _event.reset(self._token)


def in_event() -> bool:
    return _event.get() is not None


def note(**ids: str) -> None:
    """Add these ids to later log lines of this event."""
    known = _event.get()
    if known is not None:
        known.update(ids)
