"""Deprecated endpoints still answer as in the previous release."""

from tests.functions.availability.test_roles import OVERRIDE
from tests.support.availability_client import DAY, OVERRIDES, call, every_day, put, slots, today
from tests.support.people import People, query

OLD = "/api/availability/overrides/me/"


def test_the_old_path_of_overrides_returns_a_list(people: People) -> None:
    tutor = people.tutor()
    assert call("GET", OLD, token=tutor.access).json == []
    added = call("POST", OLD, token=tutor.access, json_body=OVERRIDE | {"first_day": f"{today()}", "last_day": None})
    assert added.status == 201
    listed = call("GET", OLD, token=tutor.access)
    assert (listed.status, listed.json) == (200, [added.json])
    assert call("GET", OVERRIDES, token=tutor.access).json["results"] == listed.json
    answer = call("DELETE", f"{OLD}{added.json['id']}/", token=tutor.access)
    assert (answer.status, answer.json) == (200, {"detail": "Wyjątek został usunięty."})
    assert query("SELECT count(*) FROM hours_overrides") == [(0,)]


def test_the_old_path_of_slots_returns_a_list(people: People) -> None:
    tutor = people.tutor()
    put(tutor, *every_day())
    window = f"from={today() + DAY}&to={today() + 30 * DAY}&tz=UTC"
    listed = call("GET", f"/api/availability/slots/{tutor.tutor_id}/?{window}")
    assert listed.status == 200
    assert len(listed.json) > 100
    assert listed.json == slots(tutor, window)
