"""What cannot be found."""

from shared.kit.errors import NotFound


class NotificationNotFound(NotFound):
    """There is no such notification, or it is somebody else's."""


class CalendarFeedNotFound(NotFound):
    """There is no such feed, or it was replaced or deleted."""
