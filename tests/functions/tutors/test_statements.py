"""How many SQL statements the hot reads cost, counted at the server."""

import pytest

from tests.functions.tutors.searches import call
from tests.people import People
from tests.statements import statements


@pytest.mark.parametrize(
    "path",
    [
        "search/",
        "search/?skills=Fizyka&price__gte=10&price__lte=90&sorting_by_average_rating=desc&page_size=20",
        "search/?search_by_full_name=nowak+ola&tutoring_location=rzesz",
        "search/?search_by_full_name=nowka",
        "search/?search_by_full_name=%C5%82ucja&tutoring_location=%C5%82%C3%B3d%C5%BA",
        "all/",
        "details/1/",
        "details/99/",
        "skills/",
    ],
)
def test_a_public_read_takes_at_most_two_statements(people: People, path: str) -> None:
    people.tutor(tutor={"skills": ["Fizyka"], "location": "Rzeszów", "price": 50})
    call("GET", "/api/user/tutor/search/?skills=Fizyka")  # from now on the process knows the list of skills
    with statements() as sent:
        assert call("GET", f"/api/user/tutor/{path}").status in {200, 404}
    assert 1 <= len(sent) <= 2, sent


def test_own_settings_take_one_statement_after_sign_in_is_checked(people: People) -> None:
    tutor = people.tutor()
    for name in ("me", "price/me", "skills/me"):
        with statements() as sent:
            assert call("GET", f"/api/user/tutor/{name}/", token=tutor.access).status == 200
        assert len(sent) == 2, sent
