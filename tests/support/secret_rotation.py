"""A rotating secret: the clock, the functions that read it, and their processes."""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from functions.secrets.handler import handler
from shared.kit.security import signing_keys, tokens


class Clock:
    """The time that a test's processes see; it passes on demand."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def time(self) -> float:
        return time.time() + self.ahead

    def monotonic(self) -> float:
        return time.monotonic() + self.ahead


class Functions:
    """Replaces moto's Lambda, which needs Docker: runs the handler, each step as often as configured."""

    def __init__(self) -> None:
        self.times = 1
        self.steps: list[str] = []
        self.before: Callable[[str], None] = lambda _step: None

    def get_function(self, _arn: str) -> None:
        """Every function exists."""

    def invoke(self, _arn: str, **invocation: Any) -> None:
        event = json.loads(invocation["body"])
        self.steps.append(event["Step"])
        self.before(event["Step"])
        for _ in range(self.times):
            handler(event, None)


class Process:
    """One running function, with its own cache of the keys."""

    def __init__(self, arn: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self.known = signing_keys.RotatedKeys(arn)
        self.monkeypatch = monkeypatch

    def issue(self) -> str:
        self._run_here()
        expires_at = datetime.now(UTC) + timedelta(days=7)
        return tokens.issue(tokens.Claims("refresh", uuid4(), uuid4(), expires_at))

    def reads(self, token: str) -> bool:
        self._run_here()
        try:
            tokens.read(token)
        except tokens.InvalidToken:
            return False
        return True

    def _run_here(self) -> None:
        self.monkeypatch.setattr(signing_keys, "_rotated", lambda _arn: self.known)
