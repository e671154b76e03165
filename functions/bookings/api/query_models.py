"""The query strings of the lists of bookings."""

from typing import Annotated, get_args

from pydantic import Field

from functions.bookings.data.queries import NEWEST, BookingFilter, When
from functions.bookings.domain.commands import one_of
from functions.bookings.domain.transitions import State
from shared.kit.http.fields import Flag, Whole
from shared.kit.http.page_pagination import MAX_SIZE, PageNumber, PageQuery
from shared.kit.http.query_models import QueryModel, RecordedQueryModel

FIRST_YEAR, LAST_YEAR = 1000, 9999


class _FilterQuery(RecordedQueryModel):
    is_confirmed: Annotated[
        bool | None, Flag(), Field(description="Confirmed ones only, or only those that are not.")
    ] = None
    state: Annotated[State | None, one_of(*get_args(State)), Field(description="Those in one state.")] = None
    when: Annotated[
        When | None,
        one_of(*get_args(When)),
        Field(description="Those that are not over, the soonest first, or those that are."),
    ] = None

    @property
    def filter(self) -> BookingFilter:
        return BookingFilter(self.is_confirmed, self.state, self.when)


class BookingsQuery(_FilterQuery, PageQuery):
    """A page of bookings."""


class NewestBookingsQuery(_FilterQuery):
    """The newest bookings or, with `p` or `page_size`, a page: the recorded form of the list."""

    p: Annotated[int | None, Whole(minimum=1, maximum=None), Field(description="A page, counting from 1.")] = None
    page_size: Annotated[int | None, Whole(minimum=1, maximum=MAX_SIZE), Field(description="How many a page has.")] = (
        None
    )

    @property
    def page(self) -> PageNumber | None:
        asked = self.model_dump(include={"p", "page_size"}, exclude_none=True)
        return PageQuery(**asked).page if asked else None

    @property
    def part(self) -> PageNumber:
        return self.page or NEWEST


class EarningsQuery(QueryModel):
    year: Annotated[
        int | None, Whole(minimum=FIRST_YEAR, maximum=LAST_YEAR), Field(description="The current year unless given.")
    ] = None
