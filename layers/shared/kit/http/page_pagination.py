"""Page-number pagination, for lists that people browse: {"count", "next", "previous", "results"}."""

import json
from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple
from urllib.parse import urlencode

from pydantic import Field

from shared.kit.errors import NotFound
from shared.kit.http.cursor_pagination import PAGE_BYTES, fit_page
from shared.kit.http.fastapi import BaseModel
from shared.kit.http.fields import Whole
from shared.kit.http.query_models import QueryModel
from shared.kit.json import json_array, json_object, json_text

SIZE = 10
MAX_SIZE = 100
# The most bytes of a character in UTF-8.
MOST_BYTES = 4
# Larger than any page number; anything larger would not fit into the database's integers.
MAX_NUMBER = 10_000_000


class PageNumber(NamedTuple):
    """The requested page, counting from 1, its size, and the parameters that filter the list."""

    number: int = 1
    size: int = SIZE
    filters: tuple[tuple[str, str], ...] = ()

    @property
    def offset(self) -> int:
        return (self.number - 1) * self.size

    def wrap(self, path: str, count: int, results: str, **more: Any) -> str:
        """The page as JSON text around its results (a JSON array); `more` are further keys of the object.

        A page of long results is cut to what a response has room for. Raises NotFound for a page after the last; an
        empty list has one page.
        """
        if self.number > max(1, -(-count // self.size)):
            raise NotFound
        shown, following = self._fit(results)
        page = {
            "count": count,
            "next": following.link(path) if following.offset < count else None,
            "previous": self._replace(number=self.number - 1).link(path) if self.number > 1 else None,
            **more,
        }
        return json_object({name: json_text(value) for name, value in page.items()} | {"results": shown})

    def _fit(self, results: str) -> tuple[str, "PageNumber"]:
        """The results that fit into a response, and the page that continues after them."""
        following = self._replace(number=self.number + 1)
        if len(results) * MOST_BYTES <= PAGE_BYTES or len(results.encode()) <= PAGE_BYTES:
            return results, following
        records = [json_text(each) for each in json.loads(results)]
        size = len(fit_page(records))
        if size == len(records):
            return results, following
        # Pages of this size from here on: one of them starts within what fits, or right after it.
        number = (self.offset + size) // size + 1
        following = self._replace(number=number, size=size)
        return json_array(records[: following.offset - self.offset]), following

    def link(self, path: str) -> str:
        return f"{path}?{urlencode([('p', self.number), ('page_size', self.size), *self.filters])}"


@dataclass(eq=False, repr=False)
class PageOfJson:
    """The total number of results, and one page of them as a JSON array."""

    count: int
    results: str


def filters_of(query: BaseModel) -> tuple[tuple[str, str], ...]:
    """The parameters given for a list, except those that select the page."""
    found = []
    for name, value in query.model_dump(mode="json", exclude_none=True, exclude_unset=True).items():
        values = value if isinstance(value, list) else [value]
        found += [(name, str(each).lower() if isinstance(each, bool) else str(each)) for each in values]
    return tuple(each for each in found if each[0] not in {"p", "page_size"})


class PageQuery(QueryModel):
    """The two parameters of every list in pages; lists with more of them derive from it."""

    p: Annotated[
        int, Whole(minimum=1, maximum=None), Field(description="The page number, from 1; 404 past the last page.")
    ] = 1
    page_size: Annotated[int, Whole(minimum=1, maximum=MAX_SIZE), Field(description="Items per page.")] = SIZE

    @property
    def page(self) -> PageNumber:
        return PageNumber(min(self.p, MAX_NUMBER), self.page_size, filters_of(self))
