"""Direct routes answer as FastAPI would, from a single thread; routes that need more of FastAPI are left to it."""

import threading
from typing import Annotated, Any

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from shared.kit.errors import AppError
from shared.kit.http import routing
from shared.kit.http.app import http_handler
from shared.kit.http.direct_routes import direct_handler
from shared.kit.http.fastapi import Depends
from shared.kit.http.guards import guard
from shared.kit.http.query_models import RecordedQueryModel, from_query
from shared.kit.http.request_models import RequestModel
from shared.kit.http.responses import json_response
from shared.kit.http.routing import ApiRoute, Router, router
from tests.support.lambda_client import LambdaClient


class Stranger(AppError):
    status = 401
    code = "stranger"
    detail = "Kto tam?"


class Note(RequestModel):
    text: str
    number: int = 0


class Wanted(RecordedQueryModel):
    page: int = 1


@guard(Stranger)
def friends_only(request: Request) -> str:
    if "authorization" not in request.headers:
        raise Stranger
    return f"{request.headers['authorization']} {threading.get_ident()}"


async def read_asynchronously(request: Request) -> str:
    return request.url.path


Friend = Annotated[str, Depends(friends_only)]


def notes() -> Router:
    made = router("notes")

    @made.post("/api/notes/{number:int32}/", status_code=201)
    def write_note(caller: Friend, request: Request, number: int, note: Note) -> Response:
        said = [caller.split()[0], request.method, number, note.text, note.number]
        return json_response([*said, caller.split()[1] == str(threading.get_ident())], 201)

    @made.get("/api/notes/")
    def list_notes(_caller: Friend, wanted: Annotated[Wanted, from_query(Wanted)]) -> JSONResponse:
        return JSONResponse([wanted.page])

    @made.get("/api/open/")
    def look_around() -> Response:
        return json_response("hello")

    return made


REQUESTS: list[tuple[str, str, dict[str, Any]]] = [
    ("POST", "/api/notes/7/", {"headers": {"authorization": "Ola"}, "json_body": {"text": "x", "number": 3}}),
    ("POST", "/api/notes/7/", {"headers": {"authorization": "Ola"}, "json_body": {"text": 1, "number": "x"}}),
    ("POST", "/api/notes/7/", {"headers": {"authorization": "Ola"}, "json_body": {"txet": "x"}}),
    ("POST", "/api/notes/7/", {"headers": {"authorization": "Ola"}, "json_body": None}),
    ("POST", "/api/notes/7/", {"headers": {"authorization": "Ola"}, "json_body": ["text"]}),
    ("POST", "/api/notes/7/", {"headers": {"authorization": "Ola"}, "body": b"{"}),
    ("POST", "/api/notes/7/?page=1", {"headers": {"authorization": "Ola"}, "json_body": {"text": "x"}}),
    ("POST", "/api/notes/7/", {"json_body": {"text": 1}}),
    ("POST", "/api/notes/7/", {"body": b"{"}),
    ("POST", "/api/notes/99999999999/", {"json_body": {"text": "x"}}),
    ("GET", "/api/notes/?page=3", {"headers": {"authorization": "Ola"}}),
    ("GET", "/api/notes/?page=x", {"headers": {"authorization": "Ola"}}),
    ("GET", "/api/notes/?page=x", {}),
    ("GET", "/api/open/", {}),
    ("PUT", "/api/notes/7/", {"headers": {"authorization": "Ola"}}),
]


def test_every_answer_equals_fastapi_s(monkeypatch: pytest.MonkeyPatch) -> None:
    direct = LambdaClient(http_handler(notes()))
    answers = [direct(method, path, **sent) for method, path, sent in REQUESTS]
    monkeypatch.setattr(routing, "direct_handler", lambda _route, **_options: None)
    of_fastapi = LambdaClient(http_handler(notes()))
    for answer, (method, path, sent) in zip(answers, REQUESTS, strict=True):
        expected = of_fastapi(method, path, **sent)
        assert answer.status == expected.status, (method, path, sent)
        if answer.status == 201:
            assert answer.json[:-1] == expected.json[:-1]
        else:
            assert answer.json == expected.json, (method, path, sent)
    assert {answer.status for answer in answers} == {200, 201, 400, 401, 404, 405}


def test_guard_and_endpoint_run_in_the_same_thread() -> None:
    call = LambdaClient(http_handler(notes()))
    answer = call("POST", "/api/notes/7/", headers={"authorization": "Ola"}, json_body={"text": "x"})
    assert answer.json == ["Ola", "POST", 7, "x", 0, True]


def test_routes_that_need_more_are_left_to_fastapi() -> None:
    made = router("more")

    @made.get("/api/leisure/")
    def answer_with_async_dependency(path: Annotated[str, Depends(read_asynchronously)]) -> Response:
        return json_response(path)

    @made.get("/api/plain/")
    def return_a_plain_value() -> list[str]:
        return ["x"]

    @made.get("/api/header/")
    async def answer_asynchronously() -> Response:
        return json_response("x")

    routes = [route for route in made.routes if isinstance(route, ApiRoute)]
    assert [direct_handler(route) for route in routes] == [None, None, None]
    call = LambdaClient(http_handler(made))
    assert [call("GET", route.path).json for route in routes] == ["/api/leisure/", ["x"], "x"]
