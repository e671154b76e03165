"""Why a change of a tutor's time is refused."""

from typing import Any

from shared.kit.errors import AppError, RecordedError

MAX_OVERRIDES = 500


class EndsBeforeStart(RecordedError):
    """The item ends when it starts, or before."""

    body: Any = {"Error": "Czas rozpoczęcia musi być wcześniejszy niż czas zakończenia."}


class ItemsOverlap(RecordedError):
    """You have another item at that time."""

    body: Any = {"Error": "Your schedule is overlapping with another schedule."}


class NoItems(RecordedError):
    """There was nothing to delete."""

    status = 404
    body: Any = {"Info": "No schedule items found."}


class ItemNotFound(RecordedError):
    """You have no such item."""

    status = 404
    body: Any = {"Error": "Schedule item not found."}


class TooManyOverrides(AppError):
    """You have entered as many overrides to come as there may be."""

    status = 409
    code = "too_many_overrides"
    detail = f"Możesz mieć co najwyżej {MAX_OVERRIDES} nadchodzących wyjątków. Usuń któryś z nich."
