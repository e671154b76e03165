"""Times of day, in minutes since midnight; 24:00 is the midnight at the end of the day."""

import re

MINUTES_PER_DAY = 1440
TIME_PATTERN = "^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"
NOT_A_TIME = "Podaj godzinę w postaci GG:MM."
_TIME = re.compile(TIME_PATTERN[1:-1])


def parse_time_of_day(text: str) -> int | None:
    """Minutes since midnight of a time like 09:30; None if the text is not one."""
    if not _TIME.fullmatch(text):
        return None
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def format_time_of_day(minutes: int) -> str:
    """A time like 09:30."""
    return f"{minutes // 60:02}:{minutes % 60:02}"
