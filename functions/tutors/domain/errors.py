"""Errors of searches and settings."""

from typing import Any

from shared.kit.errors import FieldErrors, RecordedError

UNKNOWN_OPTION = "Wybierz poprawną wartość. {} nie jest żadną z dostępnych opcji."
NO_SUCH_SKILL = 'Błędny klucz główny "{}" - obiekt nie istnieje.'
NOT_A_SKILL = "Błędny typ danych. Oczekiwano wartość klucza głównego, otrzymano {}."


class UnknownSkillSearched(FieldErrors):
    """The search names a skill that is not on the list."""

    body: Any = {"skills": [UNKNOWN_OPTION.format("Nieznany")]}

    def __init__(self, name: str) -> None:
        super().__init__({"skills": [UNKNOWN_OPTION.format(name)]})


class UnknownSkill(FieldErrors):
    """A skill is not on the list; nothing changed."""

    body: Any = {"skills": [NO_SUCH_SKILL.format("X")]}

    def __init__(self, complaint: str) -> None:
        super().__init__({"skills": [complaint]})


class NegativePrice(RecordedError):
    """The price is below zero."""

    body: Any = {"non_field_errors": ["Price cannot be negative."]}


class PriceTooHigh(RecordedError):
    """The price is above a million."""

    body: Any = {"non_field_errors": ["Price cannot be more than 1000000."]}


class EmptyLocation(RecordedError):
    """The location contains no letter."""

    body: Any = {"non_field_errors": ["Tutoring location cannot be empty."]}


class LocationTooLong(RecordedError):
    """The location is longer than fifty characters."""

    body: Any = {"non_field_errors": ["Tutoring location cannot be longer than 50 characters."]}
