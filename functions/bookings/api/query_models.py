"""The query strings of the lists of bookings."""

from typing import Annotated, get_args

from pydantic import BeforeValidator, Field, WithJsonSchema

from functions.bookings.data.queries import NEWEST, BookingFilter, When
from functions.bookings.domain.commands import NOT_A_CHOICE, one_of
from functions.bookings.domain.transitions import State
from shared.kit.http.fields import Flag, Whole, invalid
from shared.kit.http.page_pagination import MAX_SIZE, PageNumber, PageQuery, filters_of
from shared.kit.http.query_models import QueryModel, RecordedQueryModel
from shared.kit.text import unstorable_characters

FIRST_YEAR, LAST_YEAR = 1000, 9999


def read_states(values: list[str]) -> list[str]:
    """Read states separated by commas, from one or more parameters."""
    words = [word.strip() for text in values for word in text.split(",") if word.strip()]
    for word in words:
        if word not in get_args(State):
            raise invalid(*(unstorable_characters(word) or [NOT_A_CHOICE.format(word[:50])]))
    return words


States = Annotated[
    list[State],
    BeforeValidator(read_states),
    WithJsonSchema({"type": "array", "items": {"type": "string", "enum": list(get_args(State))}}),
]


class _FilterQuery(RecordedQueryModel):
    is_confirmed: Annotated[
        bool | None, Flag(), Field(description="Only confirmed bookings, or only unconfirmed ones.")
    ] = None
    state: Annotated[
        States, Field(description="Only bookings in any of these states; repeat it or separate them with commas.")
    ] = []
    when: Annotated[
        When | None,
        one_of(*get_args(When)),
        Field(description="Only upcoming bookings, soonest first, or only past ones."),
    ] = None

    @property
    def filter(self) -> BookingFilter:
        return BookingFilter(self.is_confirmed, tuple(self.state), self.when)


class BookingsQuery(_FilterQuery, PageQuery):
    """A page of bookings."""


class NewestBookingsQuery(_FilterQuery):
    """The newest bookings or, with `p` or `page_size`, a page: the recorded form of the list."""

    p: Annotated[int | None, Whole(minimum=1, maximum=None), Field(description="The page number, from 1.")] = None
    page_size: Annotated[int | None, Whole(minimum=1, maximum=MAX_SIZE), Field(description="Items per page.")] = None

    @property
    def page(self) -> PageNumber | None:
        asked = self.model_dump(include={"p", "page_size"}, exclude_none=True)
        return PageQuery(**asked).page._replace(filters=filters_of(self)) if asked else None

    @property
    def part(self) -> PageNumber:
        return self.page or NEWEST


class EarningsQuery(QueryModel):
    year: Annotated[
        int | None, Whole(minimum=FIRST_YEAR, maximum=LAST_YEAR), Field(description="The current year by default.")
    ] = None
