"""Versions of the wire: small modules that change requests before the API reads them, and its answers.

A new version is a package beside `v2`, a line in VERSIONS and its tests.
"""

from shared.kit.http.versions import Version, Versions


def _second() -> Version:
    from shared.versions.v2.version import answer

    return answer


# Loaded when it is asked for: the API as it is pays for none of them.
VERSIONS: Versions = {"2": _second}
