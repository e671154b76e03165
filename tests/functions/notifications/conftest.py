"""The student and tutor of a booking."""

import pytest

from tests.support.people import People, Person


@pytest.fixture
def pair(people: People) -> tuple[Person, Person]:
    return people.student(), people.tutor(first_name="Jan", last_name="Kowalski")
