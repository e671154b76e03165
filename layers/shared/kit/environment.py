"""Settings classes filled from environment variables, which are read on first use and never at import."""

import os
import warnings
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, get_origin, get_type_hints

T = TypeVar("T")


class BadSetting(Exception):
    """An environment variable holds a value that cannot be used."""


def from_environment(settings_class: type[T], former_names: Mapping[str, str] | None = None) -> T:
    """Make settings of a dataclass or NamedTuple: the field `redis_url` comes from `REDIS_URL`, else from its default.

    Fields may be str, int, bool ("1", "true", "yes", "on") or tuple[str, ...] (comma separated).
    `former_names` gives variables their names of the last release, which are read too, with a warning.
    Raises BadSetting for a value that does not fit its field's type.
    """
    values: dict[str, Any] = {}
    for field, hint in get_type_hints(settings_class).items():
        name = field.upper()
        # An empty variable means "not set": compose files pass unset ones on as empty.
        if raw := os.environ.get(name) or _former(name, (former_names or {}).get(name, "")):
            try:
                values[field] = _converter(hint)(raw)
            except ValueError as error:
                raise BadSetting(f"{name}={raw} {error}") from None
    return settings_class(**values)


def _former(name: str, former_name: str) -> str:
    value = os.environ.get(former_name, "")
    if value:
        message = f"The setting {former_name} is called {name} now; the next release reads that name only."
        warnings.warn(message, FutureWarning, stacklevel=4)
    return value


def _converter(hint: Any) -> Callable[[str], Any]:
    if get_origin(hint) is tuple:
        return lambda raw: tuple(part.strip() for part in raw.split(",") if part.strip())
    converters: dict[Any, Callable[[str], Any]] = {bool: _flag, int: _whole, str: str}
    return converters[hint]


def _whole(raw: str) -> int:
    try:
        return int(raw)
    except ValueError:
        raise ValueError("is not a whole number.") from None


def _flag(raw: str) -> bool:
    lowered = raw.strip().lower()
    if lowered in {"1", "true", "yes", "on"}:
        return True
    if lowered in {"0", "false", "no", "off"}:
        return False
    raise ValueError("is neither on nor off.")
