"""IANA time zones by name."""

from zoneinfo import ZoneInfo

UNKNOWN_ZONE = "Nieznana strefa czasowa. Podaj nazwę z bazy IANA, na przykład Europe/Warsaw."
# Names in the machine's zone files that are not places, or that depend on the machine.
NO_PLACES = ("posix/", "right/", "localtime", "posixrules", "Factory")


def find_zone(name: str) -> ZoneInfo | None:
    """The zone of this name; None if there is no such zone."""
    if name.startswith(NO_PLACES):
        return None
    try:
        return ZoneInfo(name)
    except (LookupError, OSError, ValueError):
        return None
