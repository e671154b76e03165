"""The query string of lists of slots."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, WithJsonSchema

from shared.domain.bounds import LONGEST_SESSION, SHORTEST_SESSION
from shared.domain.field_types import Zone
from shared.domain.free_time import Span
from shared.domain.platform_settings import local_zone
from shared.kit.errors import FieldErrors
from shared.kit.http import fields
from shared.kit.http.fields import Whole, invalid
from shared.kit.http.query_models import QueryModel

DEFAULT_SPAN, MAX_SPAN = timedelta(days=7), timedelta(days=62)
# Later times cannot be compared in every time zone.
YEARS = range(2, 9998)
BACKWARDS = "Koniec zakresu musi być późniejszy niż jego początek."
TOO_WIDE = f"Zakres może mieć co najwyżej {MAX_SPAN.days} dni."
PAGE_SIZE, MAX_PAGE_SIZE = 100, 500


def read_moment(value: Any) -> datetime:
    """Read a moment. A date means its midnight; a time without an offset is in the query's zone."""
    try:
        moment = datetime.fromisoformat(value.strip())
    except ValueError:
        raise invalid(fields.NOT_MOMENT) from None
    if moment.year not in YEARS:
        raise invalid(fields.MOMENT_OUT_OF_RANGE)
    return moment


Moment = Annotated[datetime, BeforeValidator(read_moment), WithJsonSchema({"type": "string", "format": "date-time"})]


class SlotWindow(NamedTuple):
    """The window for which slots are requested, in wall-clock time of a zone."""

    zone: ZoneInfo
    starts_at: datetime
    ends_at: datetime

    @property
    def span(self) -> Span:
        return Span(self.starts_at.astimezone(UTC), self.ends_at.astimezone(UTC))


class SlotQuery(QueryModel):
    """A window of time, and the length of a session."""

    starts_at: Annotated[
        Moment | None,
        Field(alias="from", description="A date-time, or a date, which means its midnight; now by default."),
    ] = None
    ends_at: Annotated[
        Moment | None,
        Field(alias="to", description=f"The same; 7 days after `from` by default, at most {MAX_SPAN.days}."),
    ] = None
    tz: Annotated[
        Zone | None,
        Field(description="The IANA name of the time zone of the answer, and of parameters without an offset."),
    ] = None
    length: Annotated[
        int | None,
        Whole(maximum=None),
        WithJsonSchema({"type": "integer", "minimum": SHORTEST_SESSION, "maximum": LONGEST_SESSION}),
        Field(description="Minutes: one of the tutor's session lengths, the first by default."),
    ] = None

    def window(self) -> SlotWindow:
        """The requested window. Raises FieldErrors if it is empty or too wide."""
        zone = ZoneInfo(self.tz) if self.tz else local_zone()
        starts_at = _in_zone(self.starts_at, zone) if self.starts_at else datetime.now(zone)
        ends_at = _in_zone(self.ends_at, zone) if self.ends_at else starts_at + DEFAULT_SPAN
        window = SlotWindow(zone, starts_at, ends_at)
        if window.span.starts_at >= window.span.ends_at:
            raise FieldErrors({"to": [BACKWARDS]})
        # Compare by the zone's wall clock, so that 62 days are 62 days even across clock changes.
        if ends_at.replace(tzinfo=None) - starts_at.replace(tzinfo=None) > MAX_SPAN:
            raise FieldErrors({"to": [TOO_WIDE]})
        return window


def _in_zone(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.replace(tzinfo=zone) if moment.tzinfo is None else moment.astimezone(zone)


class SlotPageQuery(SlotQuery):
    """The same, with the page size."""

    page_size: Annotated[
        int, Whole(minimum=1, maximum=MAX_PAGE_SIZE), Field(description="How many slots a page has.")
    ] = PAGE_SIZE
