"""The cost of versions for requests without one."""

import subprocess
import sys
import timeit
from typing import Any

from local.openapi import description
from shared.kit.http.versions import VersionedApi, requested_version
from shared.versions import VERSIONS
from tools.cloud.project import ROOT


def test_versions_are_loaded_on_first_use() -> None:
    script = "import functions.tokens.handler, sys; sys.exit('shared.versions.v2' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_a_request_without_a_version_goes_straight_to_the_api() -> None:
    def api(scope: Any, receive: Any, send: Any) -> Any:
        return scope, receive, send

    scope = {"type": "http", "path": "/api/user/tutor/search/", "headers": []}
    through: Any = VersionedApi(api, VERSIONS)(scope, "receive", "send")  # type: ignore[arg-type]
    assert through[0] is scope
    assert through[1:] == ("receive", "send")


def test_recognizing_a_request_without_a_version_is_cheap() -> None:
    """A search takes hundreds of microseconds of processor time."""
    scope = {"type": "http", "path": "/api/user/tutor/search/", "headers": []}
    rounds = 2_000
    assert min(timeit.repeat(lambda: requested_version(scope), number=rounds, repeat=5)) / rounds < 5e-6


def test_no_path_of_the_api_matches_a_variable_of_a_version() -> None:
    """Except those whose variables stand for such names."""
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
