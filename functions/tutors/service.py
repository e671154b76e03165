"""The verbs of the tutors feature and their refusals."""

from typing import Any
from uuid import UUID

from functions.tutors import repository
from functions.tutors.facet_search import COUNTED
from functions.tutors.filters import SWITCHES, UNKNOWN_OPTION, Filters, read_filters
from functions.tutors.repository import Row
from functions.tutors.schemas import MAX_LOCATION, MAX_PRICE
from functions.tutors.search_text import can_match, may_be_forgiven
from shared.kit.errors import FieldErrors, RecordedError
from shared.kit.http.cursor_pagination import Cursor, fit_page
from shared.kit.json import json_text

# Wire name to column, where they differ.
COLUMNS = {"tutoring_location": "location", **SWITCHES}
NO_SUCH_SKILL = 'Błędny klucz główny "{}" - obiekt nie istnieje.'
NOT_A_SKILL = "Błędny typ danych. Oczekiwano wartość klucza głównego, otrzymano {}."


class UnknownSkillSearched(FieldErrors):
    """A skill was searched for that is not on the list."""

    body: Any = {"skills": [UNKNOWN_OPTION.format("Nieznany")]}

    def __init__(self, name: str) -> None:
        super().__init__({"skills": [UNKNOWN_OPTION.format(name)]})


class UnknownSkill(FieldErrors):
    """A skill is not on the list; nothing was changed."""

    body: Any = {"skills": [NO_SUCH_SKILL.format("X")]}

    def __init__(self, complaint: str) -> None:
        super().__init__({"skills": [complaint]})


class NegativePrice(RecordedError):
    """A price below zero."""

    body: Any = {"non_field_errors": ["Price cannot be negative."]}


class PriceTooHigh(RecordedError):
    """A price above a million."""

    body: Any = {"non_field_errors": ["Price cannot be more than 1000000."]}


class EmptyLocation(RecordedError):
    """A location without a letter."""

    body: Any = {"non_field_errors": ["Tutoring location cannot be empty."]}


class LocationTooLong(RecordedError):
    """A location longer than fifty characters."""

    body: Any = {"non_field_errors": ["Tutoring location cannot be longer than 50 characters."]}


def search(query: bytes) -> tuple[list[str], list[tuple[str, str]] | None]:
    """One page of cards as JSON texts, and the query of the next page if there is one.

    A page of long descriptions ends before it is too large for an answer.

    Raises FieldErrors or UnknownSkillSearched.
    """
    filters = _read_known(query)
    rows = _matches(filters)
    cards = fit_page(card for _id, _value, card in rows[: filters.page_size])
    if len(cards) == len(rows):
        return cards, None
    last_id, last_value, _card = rows[len(cards) - 1]
    cursor = Cursor(filters.order.name, last_value, last_id)
    return cards, [*filters.query, ("cursor", cursor.text())]


def _read_known(query: bytes) -> Filters:
    """Raises FieldErrors or UnknownSkillSearched."""
    filters = read_filters(query)
    if unknown := repository.unknown_skills(filters.skills):
        raise UnknownSkillSearched(unknown[0])
    return filters


def facets(query: bytes) -> str:
    """How many tutors a search would find by skill and by location, as JSON text.

    Raises FieldErrors or UnknownSkillSearched.
    """
    filters = _read_known(query)
    if not can_match(filters.name):
        return '{"complete":true,"skills":{},"locations":{}}'
    counted, matching, skills, locations = repository.count_facets(filters)
    if not matching and may_be_forgiven(filters.name, filters.location):
        counted, _matching, skills, locations = repository.count_facets(filters, forgiving=True)
    complete = json_text(filters.free_time is None or counted < COUNTED)
    return f'{{"complete":{complete},"skills":{skills},"locations":{locations}}}'


def _matches(filters: Filters) -> list[Row]:
    """What matches as it was typed; if nothing does, diacritics and one typo are forgiven."""
    if not can_match(filters.name):
        return []
    rows = repository.search(filters)
    if not rows and may_be_forgiven(filters.name, filters.location):
        rows = repository.search(filters, forgiving=True)
    return rows


def change_settings(user_id: UUID, changes: dict[str, Any]) -> None:
    """Store settings by their wire names; what is absent stays as it is.

    Raises NegativePrice, PriceTooHigh, EmptyLocation or LocationTooLong.
    """
    if "price" in changes:
        _check_price(changes["price"])
    if "tutoring_location" in changes:
        _check_location(changes["tutoring_location"])
    if changes:
        repository.change_settings(user_id, {COLUMNS.get(name, name): value for name, value in changes.items()})


def _check_price(price: int) -> None:
    if price < 0:
        raise NegativePrice
    if price > MAX_PRICE:
        raise PriceTooHigh


def _check_location(location: str) -> None:
    if not location:
        raise EmptyLocation
    if len(location) > MAX_LOCATION:
        raise LocationTooLong


def find_settings(user_id: UUID, *names: str) -> dict[str, Any]:
    """A tutor's own settings by their wire names."""
    stored = repository.find_settings(user_id)
    return {name: stored[COLUMNS.get(name, name)] for name in names}


def check_skills(skills: list[Any]) -> list[str]:
    """The names without repetitions. Raises UnknownSkill for the first that is not on the list."""
    names = list(dict.fromkeys(str(skill) for skill in skills))
    unknown = set(repository.unknown_skills(names))
    for skill in skills:
        if isinstance(skill, bool) or "\0" in str(skill):
            raise UnknownSkill(NOT_A_SKILL.format(type(skill).__name__))
        if str(skill) in unknown:
            raise UnknownSkill(NO_SUCH_SKILL.format(skill))
    return names
