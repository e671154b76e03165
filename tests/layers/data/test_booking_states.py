"""Constraints and functions of the database use the same booking states as the statements of the code."""

import pytest

from shared.data.booking_states import ACTIVE_STATES, ENDED_STATES
from tests.support.people import query


def states(text: str) -> set[str]:
    return set(text.strip("()").replace("'", "").split(", "))


def in_constraint(definition: str) -> set[str]:
    """Return the states in the condition of an index or a constraint, as PostgreSQL formats it."""
    return {part.partition("'::")[0] for part in definition.partition("WHERE")[2].split("'")[1::2]}


def test_a_student_s_time_is_taken_by_active_bookings(platform: None) -> None:
    [(definition,)] = query(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'bookings_student_overlap'"
    )
    assert in_constraint(definition) == states(ACTIVE_STATES)


def test_a_seat_is_free_once_its_booking_has_ended(platform: None) -> None:
    [(definition,)] = query("SELECT indexdef FROM pg_indexes WHERE indexname = 'bookings_seat_key'")
    assert in_constraint(definition) == states(ENDED_STATES)


@pytest.mark.parametrize("function", ["has_free_slot", "cancel_bookings_of_account"])
def test_database_functions_use_the_states_of_active_bookings(platform: None, function: str) -> None:
    [(source,)] = query("SELECT prosrc FROM pg_proc WHERE proname = %s", function)
    assert f"state IN {ACTIVE_STATES}" in source
