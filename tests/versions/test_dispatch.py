"""What versions cost those who ask for none."""

import subprocess
import sys
import timeit
from typing import Any

from local.openapi import description
from shared.kit.http.versions import VersionedApi, requested_version
from shared.versions import VERSIONS
from tools.cloud.project import ROOT


def test_no_version_is_loaded_before_it_is_asked_for() -> None:
    script = "import functions.tokens.handler, sys; sys.exit('shared.versions.v2' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_a_request_for_no_version_goes_straight_to_the_api() -> None:
    def api(scope: Any, receive: Any, send: Any) -> Any:
        return scope, receive, send

    scope = {"type": "http", "path": "/api/user/tutor/search/", "headers": []}
    through: Any = VersionedApi(api, VERSIONS)(scope, "receive", "send")  # type: ignore[arg-type]
    assert through[0] is scope
    assert through[1:] == ("receive", "send")


def test_telling_that_there_is_no_version_takes_no_time() -> None:
    """A search takes hundreds of microseconds of processor time."""
    scope = {"type": "http", "path": "/api/user/tutor/search/", "headers": []}
    rounds = 2_000
    assert min(timeit.repeat(lambda: requested_version(scope), number=rounds, repeat=5)) / rounds < 5e-6


def test_what_the_api_calls_by_its_own_name_is_no_value_of_a_variable() -> None:
    """But for the two whose variables stand for such names."""
    named = {"/api/user/tutor/schedule/me/", "/api/reservation/reservation/user/me/"}
    named |= {"/api/reservation/reservation/tutor/me/"}
    taken = {
        path
        for path in description()["paths"]
        for load in VERSIONS.values()
        for _methods, pattern, _endpoint in load().endpoints.listed
        if (found := pattern.fullmatch(path)) and not all(each.startswith("{") for each in found.groupdict().values())
    }
    assert taken == named


def test_every_http_function_serves_versions() -> None:
    handlers = [each.read_text() for each in (ROOT / "functions").rglob("*handler.py")]
    served = [text for text in handlers if "http_handler(" in text]
    assert len(served) > 10
    assert [text for text in served if "versions=VERSIONS" not in text] == []
