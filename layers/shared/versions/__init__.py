"""Versions of the wire: small packages that change requests before the API reads them, and its responses.

A new version is a package beside `v2`, a line in VERSIONS and its tests (`tests/versions/test_another_version.py` has
one of ten lines); if it has sockets of its own, a line in `sockets.HANDSHAKES` as well.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shared.versions.cookie_version import CookieVersion


def _second() -> "CookieVersion":
    from shared.versions.v2.version import VERSION

    return VERSION


# Loaded on demand: requests to the API itself do not pay for any of them.
VERSIONS: "Mapping[str, Callable[[], CookieVersion]]" = {"2": _second}


def paths_of_versions() -> dict[str, str]:
    """Map paths that the API itself does not have to paths whose function serves them on AWS."""
    return {path: own for load in VERSIONS.values() for path, own in load().endpoints.aliases.items()}
