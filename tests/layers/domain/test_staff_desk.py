"""Who may use each endpoint of the staff desk."""

import re
from datetime import UTC, datetime

from shared.domain.auth import staff_only
from shared.domain.staff_desk import desk_only
from shared.kit.http.guards import guards_of
from tests.support.people import People, query
from tests.support.routes import ROUTES, call, filled_in, methods_of

# Those of the previous release, which do not require a second factor in this one.
TODAY = re.compile(r"/api/staff/(issues/(\{issue_id:lower_uuid\}/)?|reports/(\{report_id:int64\}/(decide/)?)?)")
JSON = {"content-type": "application/json"}


DESK = [each for each in ROUTES if each.path.startswith("/api/staff/") and not TODAY.fullmatch(each.path)]


def test_every_endpoint_of_the_desk_has_its_guard() -> None:
    assert len(DESK) >= 14
    assert [route.path for route in DESK if guards_of(route) != [desk_only]] == []


def test_staff_endpoints_without_a_second_factor_are_deprecated_or_announce_it() -> None:
    lenient = [each for each in ROUTES if guards_of(each) == [staff_only]]
    assert len(lenient) == 11
    for route in lenient:
        will = "From the next release on, this requires a second factor." in str(route.description)
        assert route.deprecated or (TODAY.fullmatch(route.path) and will), route.path


def test_the_desk_requires_staff_with_a_second_factor(people: People) -> None:
    """With any body: its errors are not reported. test_guards.py covers other callers."""
    refusals = {
        "staff without a factor": (people.student(is_staff=True), "second_factor_needed"),
        "staff who signed in before they had one": (
            people.student(is_staff=True, second_factor_at=datetime.now(UTC)),
            "second_factor_needed",
        ),
        "somebody with a factor who is no staff": (people.staff(is_staff=False), None),
    }
    for route in DESK:
        [method], path = methods_of(route), filled_in(route.path)
        for who, (person, code) in refusals.items():
            for body in (b"", b"{}", b"{broken", b'{"reason": "Spam"}'):
                refused = call(method, path, token=person.access, body=body, headers=JSON)
                assert (refused.status, refused.json.get("code")) == (403, code), (who, path)
    assert query("SELECT count(*) FROM staff_actions") == [(0,)]
