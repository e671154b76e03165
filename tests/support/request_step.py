"""A request of the scenario."""

import json
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

FORM, TEXT = "application/x-www-form-urlencoded", "text/plain"


MULTIPART = "multipart/form-data; boundary=x"


STUDENT, TUTOR, OTHER, GONE, TALK, SERIES = (UUID(int=number, version=4) for number in range(1, 7))


@dataclass
class Step:
    """A request; `who` is the key of a person, "" if anonymous. Paths and bodies may contain {talk} and other names."""

    method: str
    target: str
    who: str = ""
    body: Any = None
    raw: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.who or 'anybody'} {self.method} {self.target[:60]} {json.dumps(self.body)[:40]}{self.raw[:20]!r}"
