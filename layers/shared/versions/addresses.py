"""Absolute URLs in answers and pushed frames."""

from typing import Any

from shared.domain.platform_settings import platform_settings

# JSON keys of paths on this host, and of API paths, which get the version's prefix.
FILES, LINKS = frozenset({"profile_image", "file"}), frozenset({"next", "previous"})


def absolute(value: Any, own: str, prefix: str) -> Any:
    """Make the paths in a value absolute; `own` is the scheme and host of this platform."""
    if isinstance(value, list):
        return [absolute(each, own, prefix) for each in value]
    if isinstance(value, dict):
        return {key: _address(key, each, own, prefix) for key, each in value.items()}
    return value


def _address(key: str, value: Any, own: str, prefix: str) -> Any:
    if not isinstance(value, str):
        return absolute(value, own, prefix)
    if key in FILES and value.startswith("/"):
        return own + value
    return f"{own}{prefix}{value}" if key in LINKS and value.startswith("/api/") else value


class _Asked:
    """The scheme and host of the latest request."""

    own = ""


def remember_own(own: str) -> None:
    """Remember this platform's address for pushed messages, which belong to no request."""
    _Asked.own = own


def own_address() -> str:
    """Scheme and host of this platform: PUBLIC_URL or, in development, those of the latest request."""
    return platform_settings().public_url or _Asked.own
