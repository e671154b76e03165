"""Times as the frontend reads them. The database function `format_time` writes the same form."""

from datetime import datetime

from shared.domain.platform_settings import local_zone


def format_time(moment: datetime) -> str:
    """ISO 8601 in the platform's zone with its offset; a fraction, of six digits, only if there is one."""
    return moment.astimezone(local_zone()).isoformat()


def format_socket_time(moment: datetime) -> str:
    """The form of messages of protocol 1, as recorded: always with a fraction, no colon in the offset."""
    text = moment.astimezone(local_zone()).isoformat(timespec="microseconds")
    return text[:-3] + text[-2:]
