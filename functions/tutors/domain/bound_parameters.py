"""Query parameters that bound a number or switch something on or off."""

from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, Field, WithJsonSchema

from shared.kit.http import fields
from shared.kit.http.fields import finite_decimal, invalid

MAX_NUMBER = Decimal("1e50")
# Beyond any price or rating, and within what a database integer holds.
CLAMP = Decimal(10_000_000)
TRUE = frozenset({"true", "True", "TRUE", "1"})
FALSE = frozenset({"false", "False", "FALSE", "0"})


def read_bound(value: str) -> Decimal:
    number = finite_decimal(value)
    if number is None:
        raise invalid(fields.NOT_NUMBER)
    if number > MAX_NUMBER:
        raise invalid(fields.TOO_LARGE.format("1e+50"))
    return max(-CLAMP, min(CLAMP, number))


def read_switch(value: str) -> bool | None:
    """Parse a switch; None, no filter, for any value other than true or false."""
    return True if value in TRUE else False if value in FALSE else None


NUMBER = WithJsonSchema({"type": "number"})
PriceBound = Annotated[
    Decimal | None,
    BeforeValidator(read_bound),
    NUMBER,
    Field(description="A bound on the hourly rate, in whole units of the currency."),
]
RatingBound = Annotated[
    Decimal | None, BeforeValidator(read_bound), NUMBER, Field(description="A bound on the average rating, 0.0 to 5.0.")
]
Switch = Annotated[
    bool | None,
    BeforeValidator(read_switch),
    WithJsonSchema({"type": "boolean"}),
    Field(description="true, false, 1 or 0; any other value does not filter."),
]
