"""Errors of the notifications feature: what cannot be found."""

from shared.kit.errors import AppError, NotFound


class NotificationNotFound(NotFound):
    """There is no such notification, or it is somebody else's."""


class CalendarFeedNotFound(NotFound):
    """There is no such feed, or it was replaced or deleted."""


class UnsubscribeLinkVoid(AppError):
    """The link is not ours, is too old, or its account was deleted."""

    status = 404
    code = "unsubscribe_link_void"
    detail = "Ten link już nie działa. Ustawienia powiadomień zmienisz po zalogowaniu."
