"""The search for tutors who are free when the searcher is: hours of some weekdays, by the searcher's own clocks."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from shared.domain.free_time import Span
from shared.domain.platform_settings import local_zone
from shared.domain.time_zones import UNKNOWN_ZONE, find_zone
from shared.kit.http import fields

DAYS, MAX_DAYS = 14, 60
# As long as sessions may be, in minutes.
SHORTEST, LONGEST = 15, 480
TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])|24:00")
NOT_A_TIME = "Podaj godzinę w postaci GG:MM."
NOT_A_WEEKDAY = "Podaj dni tygodnia od 1 (poniedziałek) do 7 (niedziela)."
PARAMETERS = ("free_from", "free_to", "free_weekdays", "free_tz", "free_within", "free_length")
MIDNIGHT = 1440


@dataclass(frozen=True)
class FreeTime:
    """Hours in minutes since midnight on ISO weekdays, within so many days; a session lasts `length` minutes.

    Hours that end no later than they start go on past midnight. Without a length it is the tutor's first.
    """

    starts: int
    ends: int
    weekdays: frozenset[int]
    zone: ZoneInfo
    days: int
    length: int | None

    def windows(self, now: datetime) -> list[Span]:
        """The time to find a session in: sorted, neither overlapping nor touching."""
        last = now + timedelta(days=self.days)
        found: list[Span] = []
        for window in self._daily(now.astimezone(self.zone).date()):
            starts_at, ends_at = max(window.starts_at, now), min(window.ends_at, last)
            if found and starts_at <= found[-1].ends_at:
                found[-1] = Span(found[-1].starts_at, max(found[-1].ends_at, ends_at))
            elif starts_at < ends_at:
                found.append(Span(starts_at, ends_at))
        return found

    def _daily(self, today: date) -> Iterator[Span]:
        """Beginning with yesterday's, which may go on today."""
        for number in range(-1, self.days + 1):
            day = today + timedelta(days=number)
            if day.isoweekday() in self.weekdays:
                next_day = self.ends <= self.starts
                yield Span(
                    self._instant(day, self.starts, max), self._instant(day, self.ends + next_day * MIDNIGHT, min)
                )

    def _instant(self, day: date, minutes: int, choose: Callable[..., datetime]) -> datetime:
        """A wall-clock time that comes twice or never is read so that the window is the narrower one."""
        wall = datetime.combine(day, time()) + timedelta(minutes=minutes)
        readings = (wall.replace(tzinfo=self.zone, fold=fold).astimezone(UTC) for fold in (0, 1))
        return choose(*readings)


def read_free_time(given: dict[str, list[str]], errors: dict[str, list[str]]) -> FreeTime | None:
    """The free time asked for by parameters, of which the last of each counts; None without any.

    What is wrong is added to `errors`.
    """
    last = {name: given[name][-1].strip() for name in PARAMETERS if given.get(name)}
    if not any(last.values()):
        return None
    starts = _time(last, "free_from", 0, errors)
    ends = _time(last, "free_to", MIDNIGHT, errors)
    zone = find_zone(last["free_tz"]) if last.get("free_tz") else local_zone()
    if zone is None:
        errors["free_tz"] = [UNKNOWN_ZONE]
    return FreeTime(
        starts % MIDNIGHT,
        ends,
        _weekdays(given.get("free_weekdays", []), errors),
        zone or local_zone(),
        _number(last, "free_within", 1, MAX_DAYS, errors) or DAYS,
        _number(last, "free_length", SHORTEST, LONGEST, errors),
    )


def _time(last: dict[str, str], name: str, default: int, errors: dict[str, list[str]]) -> int:
    text = last.get(name)
    if not text:
        return default
    found = TIME.fullmatch(text)
    if found is None:
        errors[name] = [NOT_A_TIME]
        return default
    return int(found[1]) * 60 + int(found[2]) if found[1] else MIDNIGHT


def _weekdays(texts: list[str], errors: dict[str, list[str]]) -> frozenset[int]:
    """Numbers with commas between them, in any of several parameters; all days without any."""
    words = [word.strip() for text in texts for word in text.split(",") if word.strip()]
    if not all(re.fullmatch("[1-7]", word) for word in words):
        errors["free_weekdays"] = [NOT_A_WEEKDAY]
        return frozenset()
    return frozenset(map(int, words)) or frozenset(range(1, 8))


def _number(last: dict[str, str], name: str, least: int, most: int, errors: dict[str, list[str]]) -> int | None:
    text = last.get(name)
    if not text:
        return None
    number = fields.whole_number(text)
    if number is None:
        errors[name] = [fields.NOT_INTEGER]
    elif number < least:
        errors[name] = [fields.TOO_SMALL.format(least)]
    elif number > most:
        errors[name] = [fields.TOO_LARGE.format(most)]
    else:
        return number
    return None
