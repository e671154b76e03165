"""Requests are freed with the answer: functions collect garbage so rarely that they would run out of memory."""

import gc
import time
from collections.abc import Iterator
from typing import Annotated

import pytest
from starlette.requests import Request
from starlette.responses import Response

from shared.kit.errors import NotFound
from shared.kit.http.app import http_handler
from shared.kit.http.fastapi import Depends
from shared.kit.http.request_models import RequestModel
from shared.kit.http.responses import json_response
from shared.kit.http.routing import Router, router
from tests.layers.test_every_body import BROKEN_BODIES, BROKEN_FORMS
from tests.support.lambda_client import LambdaClient

PATHS = ["/api/notes/", "/api/notes/clear/", "/api/notes/at_leisure/"]
REFUSED = [
    *(("application/json", body) for body in (*BROKEN_BODIES, b'{"text": "x", "other": 1}', b'{"text": 1}')),
    *((kind, body) for kind, body, _status in BROKEN_FORMS),
    # Valid, but the endpoints raise that nothing was found.
    ("application/json", b'{"text": "x"}'),
    ("application/json", b"{}"),
]


class Note(RequestModel):
    text: str


async def read_async(request: Request) -> str:
    """A dependency that leaves the route to FastAPI's own handler."""
    return request.url.path


def notes() -> Router:
    made = router("notes")

    @made.post("/api/notes/")
    def write_note(request: Request, note: Note) -> Response:
        raise NotFound

    @made.post("/api/notes/at_leisure/")
    def write_async(request: Request, note: Note, read: Annotated[str, Depends(read_async)]) -> Response:
        raise NotFound

    @made.post("/api/notes/clear/")
    def clear_notes(request: Request) -> Response:
        raise NotFound

    @made.get("/api/notes/first/")
    def get_first_note(request: Request) -> Response:
        raise NotFound

    @made.fast_get("/api/notes/fast/")
    def get_fast_note(request: Request) -> Response:
        raise NotFound

    @made.get("/api/notes/")
    def list_notes(request: Request) -> Response:
        return json_response([])

    return made


@pytest.fixture(scope="module")
def call() -> LambdaClient:
    return LambdaClient(http_handler(notes()))


@pytest.fixture(autouse=True)
def no_garbage_collection() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def kept() -> list[str]:
    """Requests that are still there once the thread that answered has turned to its next call.

    A busy machine may take long to let it run. Descriptions, so that a failure keeps no request for the tests after it.
    """
    deadline = time.monotonic() + 30
    while (found := requests()) and time.monotonic() < deadline:
        time.sleep(0.01)
    return found


def requests() -> list[str]:
    return [f"{each.method} {each.url.path}" for each in gc.get_objects() if issubclass(type(each), Request)]


@pytest.mark.parametrize("path", PATHS)
def test_a_request_that_was_refused_is_freed(call: LambdaClient, path: str) -> None:
    for content_type, body in REFUSED:
        answer = call("POST", path, body=body, headers={"content-type": content_type})
        assert answer.status in {400, 404, 413, 415}
        assert kept() == [], body[:50]


@pytest.mark.parametrize(
    ("path", "status"),
    [("/api/notes/", 200), ("/api/notes/?x=1", 400), ("/api/notes/first/", 404), ("/api/notes/fast/", 404), ("/", 404)],
)
def test_a_request_that_was_answered_is_freed(call: LambdaClient, path: str, status: int) -> None:
    assert call("GET", path).status == status
    assert kept() == []
