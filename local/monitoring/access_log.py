"""The access log: a JSON line for every request, without queries, addresses and bodies.

Lines are written by hand: the general logger would cost a hot request a tenth of its processor time.
"""

import os
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from functools import cache, lru_cache
from typing import NamedTuple


class Answered(NamedTuple):
    """A request and its outcome; `at` is in seconds since 1970, `ids` contains at least the request's."""

    method: str
    route: str
    status: int
    seconds: float
    at: float
    ids: dict[str, str]


class AccessLog:
    """Writes to this process's standard output."""

    def __init__(self, service: str) -> None:
        self.service = service
        # Bounded: there are only so many routes.
        self._begun = cache(self._begin)

    def write(self, requests: Iterable[Answered]) -> None:
        """If writing fails (a full disk, a closed pipe), lines are lost: requests go on."""
        text = "".join(map(self._line, requests)).encode()
        with suppress(OSError):
            while text:
                text = text[os.write(sys.stdout.fileno(), text) :]

    def _line(self, request: Answered) -> str:
        """Everything in it is ours or was validated, so nothing needs escaping."""
        method, route, status, seconds, at, ids = request
        second = int(at)
        return (
            f'{self._begun(method, route, status)}{seconds * 1000:.1f},"timestamp":"{_time(second)},'
            f'{int((at - second) * 1000):03}+0000","user_id":"{ids.get("user_id", "")}",'
            f'"request_id":"{ids["request_id"]}"}}\n'
        )

    def _begin(self, method: str, route: str, status: int) -> str:
        return (
            f'{{"level":"INFO","message":"request","service":"{self.service}",'
            f'"method":"{method}","route":"{route}","status":{status},"ms":'
        )


@lru_cache(maxsize=2)
def _time(second: int) -> str:
    """The time, as in other log lines."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(second))
