"""Query strings as the original read them."""

from decimal import Decimal, InvalidOperation
from urllib.parse import unquote_plus

from shared.kit.errors import FieldErrors
from shared.kit.http import fields

MAX_COUNT = 2**31 - 1


def parse_query(query: bytes, *, repeatable: frozenset[str] = frozenset()) -> dict[str, list[str]]:
    """Split a raw query string into names and values.

    Only & separates; broken escapes and bad UTF-8 are tolerated. Of a repeated parameter the last value
    counts, unless it is `repeatable`.
    """
    values: dict[str, list[str]] = {}
    for part in query.decode("utf-8", "replace").split("&"):
        name, equals, value = part.partition("=")
        if equals and name in repeatable:
            values.setdefault(name, []).append(value)
        elif equals:
            values[name] = [value]
    return {name: [unquote_plus(value) for value in found] for name, found in values.items()}


def read_decimal(text: str) -> Decimal | None:
    """A finite number, None for anything else."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def read_count(query: bytes, name: str) -> int | None:
    """A number of things wanted, its fraction cut off; None if it is not given. Raises FieldErrors."""
    text = parse_query(query).get(name, [""])[0]
    if not text:
        return None
    number = read_decimal(text)
    if number is None:
        raise FieldErrors({name: [fields.NOT_NUMBER]})
    if number < 0:
        raise FieldErrors({name: [fields.TOO_SMALL.format(0)]})
    if number > MAX_COUNT:
        raise FieldErrors({name: [fields.TOO_LARGE.format(MAX_COUNT)]})
    return int(number)
