"""Query strings, parsed as the original backend did."""

from urllib.parse import unquote_plus


def parse_query(query: bytes, *, repeatable: frozenset[str] = frozenset()) -> dict[str, list[str]]:
    """Split a raw query string into names and values.

    Only & separates; broken escapes and invalid UTF-8 are tolerated. If a parameter is repeated, the last value counts,
    unless the parameter is `repeatable`.
    """
    values: dict[str, list[str]] = {}
    for part in query.decode("utf-8", "replace").split("&"):
        name, equals, value = part.partition("=")
        if equals and name in repeatable:
            values.setdefault(name, []).append(value)
        elif equals:
            values[name] = [value]
    return {name: [unquote_plus(value) for value in found] for name, found in values.items()}
