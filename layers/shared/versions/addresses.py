"""Absolute URLs in answers and pushed frames."""

from typing import Any

from shared.domain.platform_settings import platform_settings

# Keys of paths on this host, and of paths of the API, which have the version's prefix.
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
    """The scheme and host that somebody asked last."""

    own = ""


def remember_own(own: str) -> None:
    """Keep what this platform is called, for what is pushed: nobody asks for that."""
    _Asked.own = own


def own_address() -> str:
    """Scheme and host of this platform: PUBLIC_URL or, while it is developed, what was asked for last."""
    return platform_settings().public_url or _Asked.own
