"""Times in the format that the frontend reads. The database function `format_time` writes the same format."""

from datetime import datetime

from shared.domain.platform_settings import local_zone


def format_time(moment: datetime) -> str:
    """ISO 8601 in the platform's zone with its offset; a six-digit fraction only if it is not zero."""
    return moment.astimezone(local_zone()).isoformat()


def format_socket_time(moment: datetime) -> str:
    """The format of protocol 1 messages, as recorded: always with a fraction, no colon in the offset."""
    text = moment.astimezone(local_zone()).isoformat(timespec="microseconds")
    return text[:-3] + text[-2:]
