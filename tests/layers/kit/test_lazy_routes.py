"""Routes are built when they are first used."""

from threading import Barrier, Thread
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from shared.kit.http.app import http_handler
from shared.kit.http.lazy_routes import LazyRoute
from shared.kit.http.request_models import RequestModel
from shared.kit.http.responses import json_response
from shared.kit.http.routing import Router, router
from tests.support.lambda_client import LambdaClient


class Note(RequestModel):
    text: str


def notes() -> Router:
    made = router("notes")

    @made.get("/api/notes/")
    def list_notes(_request: Request) -> Response:
        return json_response([])

    @made.get("/api/notes/{number:int32}/")
    def show_note(number: int) -> Response:
        return json_response({"number": number})

    @made.post("/api/notes/{number:int32}/")
    def write_note(number: int, note: Note) -> Response:
        return json_response({"number": number, "text": note.text})

    @made.get("/api/other/")
    def list_others(_request: Request) -> Response:
        return json_response([])

    return made


def built(made: Router) -> list[bool]:
    return [route.built for route in made.routes if isinstance(route, LazyRoute)]


def test_only_requested_routes_are_built() -> None:
    made = notes()
    call = LambdaClient(http_handler(made))
    assert built(made) == [False, False, False, False]
    assert call("GET", "/api/notes/").json == []
    assert built(made) == [True, False, False, False]
    assert call("POST", "/api/notes/7/", json_body={"text": "x"}).json == {"number": 7, "text": "x"}
    assert call("POST", "/api/notes/7/", json_body={"text": 1}).status == 400
    assert call("GET", "/api/notes/99999999999/").status == 404
    assert call("DELETE", "/api/notes/").headers["allow"] == "GET, HEAD, OPTIONS"
    assert built(made) == [True, True, True, False]


def test_concurrent_threads_build_a_route_once() -> None:
    """A thread that needs the route while another builds it waits until it is complete."""
    for _ in range(20):
        [route, *_others] = notes().routes
        start = Barrier(2)
        found: list[Any] = []

        def look(route: Any = route, start: Barrier = start, found: list[Any] = found) -> None:
            start.wait()
            found.append((route.dependant, route.app))

        threads = [Thread(target=look) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(found) == 2
        assert found[0][0] is found[1][0]
