"""IANA time zones by name."""

from zoneinfo import ZoneInfo

UNKNOWN_ZONE = "Nieznana strefa czasowa. Podaj nazwę z bazy IANA, na przykład Europe/Warsaw."
# Names of the machine's own files that are no places, or depend on the machine.
NO_PLACES = ("posix/", "right/", "localtime", "posixrules", "Factory")


def find_zone(name: str) -> ZoneInfo | None:
    """The zone of this name, None if there is none."""
    if name.startswith(NO_PLACES):
        return None
    try:
        return ZoneInfo(name)
    except (LookupError, OSError, ValueError):
        return None
