"""Who may work at the staff's desk: every endpoint of it for everybody."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from local.features import ROUTERS
from shared.domain.auth import staff_only
from shared.domain.staff_desk import desk_only
from shared.kit.http.app import http_handler
from shared.kit.http.guards import guards_of
from shared.kit.http.routing import ApiRoute
from tests.support.lambda_client import LambdaClient
from tests.support.people import People, query

# Those of the release before, which take no second factor in this one.
TODAY = re.compile(r"/api/staff/(issues/(\{issue_id:lower_uuid\}/)?|reports/(\{report_id:int64\}/(decide/)?)?)")
NOBODY = "00000000-0000-4000-8000-000000000000"


def desk_routes() -> Iterator[ApiRoute]:
    for router in ROUTERS:
        for route in router.routes:
            if isinstance(route, ApiRoute) and route.path.startswith("/api/staff/") and not TODAY.fullmatch(route.path):
                yield route


def test_every_endpoint_of_the_desk_has_its_guard() -> None:
    routes = list(desk_routes())
    assert len(routes) >= 14
    assert [route.path for route in routes if guards_of(route) != [desk_only]] == []


def test_what_takes_no_second_factor_goes_or_says_that_it_will() -> None:
    routes = [each for router in ROUTERS for each in router.routes if isinstance(each, ApiRoute)]
    lenient = [each for each in routes if guards_of(each) == [staff_only]]
    assert len(lenient) == 11
    for route in lenient:
        will = "From the next release on, this requires a second factor." in str(route.description)
        assert route.deprecated or (TODAY.fullmatch(route.path) and will), route.path


def test_nobody_else_gets_anything(people: People) -> None:
    """With any body: of what is wrong with that nothing is said."""
    call = LambdaClient(http_handler(*ROUTERS))
    refusals = {
        "nobody": ("", 401, None),
        "student": (people.student().access, 403, None),
        "tutor": (people.tutor().access, 403, None),
        "staff without a factor": (people.student(is_staff=True).access, 403, "second_factor_needed"),
        "staff who signed in before they had one": (
            people.student(is_staff=True, second_factor_at=datetime.now(UTC)).access,
            403,
            "second_factor_needed",
        ),
        "somebody with a factor who is no staff": (people.staff(is_staff=False).access, 403, None),
    }
    for route in desk_routes():
        path = re.sub(r"\{\w+:lower_uuid\}", NOBODY, re.sub(r"\{\w+:int64\}", "1", route.path))
        method = min(route.methods or ())
        for who, (token, status, code) in refusals.items():
            for body in (b"", b"{}", b"{broken", b'{"reason": "Spam"}'):
                refused = call(method, path, token=token, body=body, headers={"content-type": "application/json"})
                assert (refused.status, refused.json.get("code")) == (status, code), (who, method, path)
    assert query("SELECT count(*) FROM staff_actions") == [(0,)]
