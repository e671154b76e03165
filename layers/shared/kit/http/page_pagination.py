"""Pages by number, for lists that a person leafs through: {"count", "next", "previous", "results"}."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from shared.kit.errors import FieldErrors, NotFound
from shared.kit.http import fields
from shared.kit.http.query_string import parse_query
from shared.kit.json import json_text

SIZE = 10
MAX_SIZE = 100
# Beyond any page there is; a larger number would not fit into the database's integers.
MAX_NUMBER = 10_000_000


@dataclass(frozen=True)
class PageNumber:
    """Which page is wanted, counting from 1, and how many things are on one."""

    number: int = 1
    size: int = SIZE

    @property
    def offset(self) -> int:
        return (self.number - 1) * self.size

    def wrap(self, path: str, count: int, results: str, **more: Any) -> str:
        """The page as JSON text around its results, a JSON array; `more` are further keys of the object.

        Raises NotFound for a page behind the last; an empty list has one page.
        """
        if self.number > max(1, -(-count // self.size)):
            raise NotFound
        head = {
            "count": count,
            "next": self._link(path, self.number + 1) if self.offset + self.size < count else None,
            "previous": self._link(path, self.number - 1) if self.number > 1 else None,
            **more,
        }
        return f'{json_text(head)[:-1]},"results":{results}}}'

    def _link(self, path: str, number: int) -> str:
        return f"{path}?{urlencode({'p': number, 'page_size': self.size})}"


def read_page(query: bytes) -> PageNumber:
    """The page a query string asks for by `p` and `page_size`. Raises FieldErrors for what are no such numbers."""
    given = parse_query(query)
    errors: dict[str, list[str]] = {}
    numbers = {
        name: _read(given.get(name, [""])[0], name, default, most, errors)
        for name, default, most in (("p", 1, None), ("page_size", SIZE, MAX_SIZE))
    }
    if errors:
        raise FieldErrors(errors)
    return PageNumber(min(numbers["p"], MAX_NUMBER), numbers["page_size"])


def _read(text: str, name: str, default: int, most: int | None, errors: dict[str, list[str]]) -> int:
    if not text:
        return default
    number = fields.whole_number(text)
    if number is None:
        errors[name] = [fields.NOT_INTEGER]
    elif number < 1:
        errors[name] = [fields.TOO_SMALL.format(1)]
    elif most is not None and number > most:
        errors[name] = [fields.TOO_LARGE.format(most)]
    else:
        return number
    return default


PAGE_PARAMETERS = [
    {
        "name": "p",
        "in": "query",
        "description": "The page, counting from 1; 404 behind the last.",
        "schema": {"type": "integer", "minimum": 1, "default": 1},
    },
    {
        "name": "page_size",
        "in": "query",
        "description": "How many a page has.",
        "schema": {"type": "integer", "minimum": 1, "maximum": MAX_SIZE, "default": SIZE},
    },
]
