"""Change a tutor's settings."""

from typing import Any
from uuid import UUID

from functions.tutors.data.known_skills import unknown_skills
from functions.tutors.data.settings import update_settings
from functions.tutors.domain.commands import MAX_LOCATION
from functions.tutors.domain.errors import (
    NO_SUCH_SKILL,
    NOT_A_SKILL,
    EmptyLocation,
    LocationTooLong,
    NegativePrice,
    PriceTooHigh,
    UnknownSkill,
)
from shared.domain.bounds import MAX_PRICE


def change_settings(user_id: UUID, changes: dict[str, Any]) -> None:
    """Store settings; absent fields stay unchanged. Raises NegativePrice, PriceTooHigh or LocationTooLong."""
    if "price" in changes:
        _check_price(changes["price"])
    if len(changes.get("tutoring_location", "")) > MAX_LOCATION:
        raise LocationTooLong
    if changes:
        update_settings(user_id, changes)


def change_location(user_id: UUID, changes: dict[str, Any]) -> None:
    """Store the location, which cannot be cleared this way. Raises EmptyLocation or LocationTooLong."""
    if not changes["tutoring_location"]:
        raise EmptyLocation
    change_settings(user_id, changes)


def _check_price(price: int) -> None:
    if price < 0:
        raise NegativePrice
    if price > MAX_PRICE:
        raise PriceTooHigh


def replace_skills(user_id: UUID, skills: list[Any]) -> list[str]:
    """Replace all skills; returns their names without repetitions.

    Raises UnknownSkill for the first that is not on the list.
    """
    names = list(dict.fromkeys(str(skill) for skill in skills))
    unknown = set(unknown_skills(names))
    for skill in skills:
        if isinstance(skill, bool) or "\0" in str(skill):
            raise UnknownSkill(NOT_A_SKILL.format(type(skill).__name__))
        if str(skill) in unknown:
            raise UnknownSkill(NO_SUCH_SKILL.format(skill))
    update_settings(user_id, {"skills": names})
    return names
