"""Field types of request bodies that accept what the frontend's original backend accepted.

Values are lenient in form ("75" is an integer, "true" a boolean, strings are trimmed) and strict in
content; every complaint is a Polish sentence of the recorded contract. Used as annotations:
`first_name: Annotated[str, Text(max_length=255, blank=True)] = ""`. Nothing compares or prints them, so their classes
have no methods for that, which would be compiled at every start.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from pydantic import GetCoreSchemaHandler
from pydantic_core import PydanticCustomError, core_schema

from shared.kit import errors
from shared.kit.db.integers import MAX_INT32
from shared.kit.text import is_visible, one_form, unstorable_characters
from shared.texts import json_types

REQUIRED = errors.REQUIRED
BLANK = "To pole nie może być puste."
NULL = "Pole nie może mieć wartości null."
NOT_VALID = "Niepoprawna wartość."
NOT_TEXT = "Not a valid string."
NOT_FLAG = "Must be a valid boolean."
NOT_UUID = "Must be a valid UUID."
NOT_INTEGER = "Wymagana poprawna liczba całkowita."
NOT_NUMBER = "Wpisz liczbę."
NOT_EMAIL = "Podaj poprawny adres e-mail."
TOO_LONG = "Upewnij się, że to pole ma nie więcej niż {} znaków."
TOO_SHORT = "Upewnij się, że pole ma co najmniej {} znaków."
TOO_LARGE = "Upewnij się, że ta wartość jest mniejsza lub równa {}."
TOO_SMALL = "Upewnij się, że ta wartość jest większa lub równa {}."
NOT_MOMENT = (
    "Wartość daty z czasem ma zły format. Użyj jednego z dostępnych formatów: "
    "YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z]."
)
MOMENT_OUT_OF_RANGE = "Datetime value out of range."
NO_OFFSET = "Podaj datę z czasem razem z przesunięciem względem UTC, np. 2027-05-10T16:00:00+02:00."
NOT_WHOLE_MINUTE = "Podaj pełną minutę, bez sekund."

NO_TIME, MINUTE = timedelta(0), timedelta(minutes=1)
# The fraction of a second, of any length: only six digits of it are used.
FRACTION = re.compile(r"[.,]\d*[1-9]")
TRUE = frozenset({"t", "y", "yes", "true", "on", "1"})
FALSE = frozenset({"f", "n", "no", "false", "off", "0"})


def invalid(*messages: Any) -> PydanticCustomError:
    """Several complaints about one field at once, in the recorded form."""
    return PydanticCustomError(
        "complaints", "{summary}", {"summary": " ".join(map(str, messages)), "messages": messages}
    )


def not_a(expected: str, value: object) -> str:
    """A complaint that names the type received instead of a dictionary or list, by its Python name."""
    templates = {"dict": json_types.NOT_AN_OBJECT, "list": json_types.NOT_A_LIST}
    return templates[expected].format(type(value).__name__)


class _Field:
    """Base class: a cleaning function for input, and a plain schema for the documentation."""

    def clean(self, value: Any) -> Any:
        raise NotImplementedError

    def schema(self) -> core_schema.CoreSchema:
        raise NotImplementedError

    def __get_pydantic_core_schema__(self, _source: Any, _handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.no_info_before_validator_function(self.clean, self.schema())


@dataclass(eq=False, repr=False)
class Text(_Field):
    """A trimmed string; numbers are taken as their digits. `checks` add complaints of their own.

    `visible`: a text of only invisible characters counts as empty. `normalized`: stored in Unicode's form NFC.
    """

    max_length: int | None = None
    min_length: int | None = None
    blank: bool = False
    null: bool = False
    trim: bool = True
    visible: bool = False
    normalized: bool = False
    wrong_type: str = NOT_TEXT
    checks: tuple[Callable[[str], list[str]], ...] = ()

    def clean(self, value: Any) -> str | None:
        if value is None:
            if self.null:
                return None
            raise invalid(NULL)
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise invalid(self.wrong_type)
        text = self._read(str(value))
        if not text and not self.blank:
            raise invalid(BLANK)
        if complaints := self._complaints(text):
            raise invalid(*complaints)
        return text

    def _read(self, text: str) -> str:
        text = text.strip() if self.trim else text
        if self.visible and not is_visible(text) and not unstorable_characters(text):
            return ""
        return one_form(text) if self.normalized else text

    def _complaints(self, text: str) -> list[str]:
        complaints = []
        if self._too_long(text):
            complaints.append(TOO_LONG.format(self.max_length))
        if self.min_length is not None and len(text) < self.min_length:
            complaints.append(TOO_SHORT.format(self.min_length))
        complaints += unstorable_characters(text)
        if not self._too_long(text):
            for check in self.checks:
                complaints += check(text)
        return complaints

    def _too_long(self, text: str) -> bool:
        return self.max_length is not None and len(text) > self.max_length

    def schema(self) -> core_schema.CoreSchema:
        minimum = self.min_length or (None if self.blank else 1)
        text = core_schema.str_schema(max_length=self.max_length, min_length=minimum)
        return core_schema.nullable_schema(text) if self.null else text


class Flag(_Field):
    """A boolean, also as one of the words and digits that browsers and forms send."""

    def clean(self, value: Any) -> bool:
        if value is None:
            raise invalid(NULL)
        word = str(value).lower() if isinstance(value, bool | int | str) else ""
        if word in TRUE:
            return True
        if word in FALSE:
            return False
        raise invalid(NOT_FLAG)

    def schema(self) -> core_schema.CoreSchema:
        return core_schema.bool_schema()


@dataclass(eq=False, repr=False)
class Whole(_Field):
    """An integer, also as text or with a zero fraction ("12.0"). Without a `maximum` it is cut off elsewhere.

    `outside` is the error for a value out of bounds if the bounds mean nothing to the user.
    """

    maximum: int | None = MAX_INT32
    minimum: int = -MAX_INT32 - 1
    outside: str = ""

    def clean(self, value: Any) -> int:
        if value is None:
            raise invalid(NULL)
        number = whole_number(value)
        if number is None:
            raise invalid(NOT_INTEGER)
        if self.maximum is not None and number > self.maximum:
            raise invalid(self.outside or TOO_LARGE.format(self.maximum))
        if number < self.minimum:
            raise invalid(self.outside or TOO_SMALL.format(self.minimum))
        return number

    def schema(self) -> core_schema.CoreSchema:
        return core_schema.int_schema(le=self.maximum, ge=self.minimum)


@dataclass(eq=False, repr=False)
class Count(_Field):
    """A maximum number of items in the query string; its fraction is cut off."""

    maximum: int = MAX_INT32

    def clean(self, value: Any) -> int:
        number = finite_decimal(str(value))
        if number is None:
            raise invalid(NOT_NUMBER)
        if number < 0:
            raise invalid(TOO_SMALL.format(0))
        if number > self.maximum:
            raise invalid(TOO_LARGE.format(self.maximum))
        return int(number)

    def schema(self) -> core_schema.CoreSchema:
        return core_schema.int_schema(le=self.maximum, ge=0)


def finite_decimal(text: str) -> Decimal | None:
    """Read a finite number; None for anything else."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def whole_number(value: Any) -> int | None:
    """Read an integer leniently; None if the value is not one."""
    if isinstance(value, float):
        return int(value) if math.isfinite(value) and value.is_integer() else None
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    digits = re.fullmatch(r"\s*([+-]?\d{1,30})(?:\.0*)?\s*", str(value))
    return int(digits[1]) if digits else None


@dataclass(eq=False, repr=False)
class Moment(_Field):
    """An ISO 8601 date and time, in `zone`, which is also taken for values without an offset.

    `offset`: refuse values without an offset. `whole_minute`: refuse values with seconds.
    """

    zone: Callable[[], Any]
    offset: bool = False
    whole_minute: bool = False

    def clean(self, value: Any) -> datetime:
        if value is None:
            raise invalid(NULL)
        try:
            moment = datetime.fromisoformat(value)
        except (TypeError, ValueError):
            raise invalid(NOT_MOMENT) from None
        if complaints := self._complaints(value, moment):
            raise invalid(*complaints)
        return self._in_zone(moment)

    def _complaints(self, text: str, moment: datetime) -> list[str]:
        """An offset may have seconds as well, and a second more digits than are read."""
        offset = moment.utcoffset()
        complaints = [NO_OFFSET] if self.offset and offset is None else []
        if self.whole_minute and (FRACTION.search(text) or moment.second or (offset or NO_TIME) % MINUTE):
            complaints.append(NOT_WHOLE_MINUTE)
        return complaints

    def _in_zone(self, moment: datetime) -> datetime:
        try:
            # A local time skipped by a clock change stays as written, as in the original.
            local = moment.replace(tzinfo=self.zone()) if moment.tzinfo is None else moment.astimezone(self.zone())
            local.astimezone(UTC)
        except OverflowError:
            raise invalid(MOMENT_OUT_OF_RANGE) from None
        return local

    def schema(self) -> core_schema.CoreSchema:
        return core_schema.datetime_schema()


def uuid_or_none(value: Any) -> UUID | None:
    """Read a UUID from text or, as the original did, from an integer."""
    try:
        return UUID(int=value) if isinstance(value, int) and not isinstance(value, bool) else UUID(value)
    except (ValueError, AttributeError, TypeError):
        return None
