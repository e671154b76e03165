"""Whatever is sent, the response is one that the documentation names, and a refused request changes nothing.

Valid and invalid requests are generated from the API's description and sent through the Lambda handler.
"""

from collections.abc import Callable
from itertools import cycle
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import APIOperation, Case, GenerationMode, Response, checks
from schemathesis.specs.openapi import checks as openapi_checks

from local.features import ROUTERS
from local.openapi import description
from shared.kit.http.app import http_handler
from tests.support.lambda_client import LambdaClient
from tests.support.people import People, Person, query

call = LambdaClient(http_handler(*ROUTERS))
Operation = APIOperation[Any, Any, Any, Any]
OPERATIONS: list[Operation] = [
    found.ok()  # type: ignore[union-attr]  # a description that is not OpenAPI fails here
    for found in schemathesis.openapi.from_dict(description()).get_all_operations()
]
CHECKS = [
    checks.not_a_server_error,
    openapi_checks.status_code_conformance,
    openapi_checks.content_type_conformance,
    openapi_checks.response_schema_conformance,
]
# What a refused request must not change; sign-in sessions and the outbox may record the attempt.
KEPT = (
    "users",
    "tutors",
    "ratings",
    "review_reports",
    "schedule_items",
    "weekly_hours",
    "hours_overrides",
    "conversations",
    "conversation_members",
    "messages",
    "email_tokens",
    "notifications",
    "calendar_feeds",
    "tutoring_sessions",
    "bookings",
    "booking_changes",
    "waitlist_entries",
)
ROLES = cycle(("nobody", "student", "tutor", "staff"))

MAKE: dict[str, Callable[[People], Person]] = {
    "student": People.student,
    "tutor": People.tutor,
    "staff": People.staff,
}


def snapshot() -> list[Any]:
    parts = [f"SELECT '{table}', md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} t" for table in KEPT]
    return query(" UNION ALL ".join(parts))


def send(case: Case[Any], people: People) -> None:
    """Send one request as the next role; fails if its response or its effect is not as described."""
    role = next(ROLES)
    token = "" if role == "nobody" else MAKE[role](people).access
    request = requests.Request(**case.as_transport_kwargs(base_url="https://api.example.com")).prepare()
    sent = {name: str(value) for name, value in request.headers.items()} | {"origin": "https://x.example"}
    sent.pop("Accept-Encoding", None)  # compressed responses have tests of their own
    if token:
        sent["Authorization"] = f"Bearer {token}"
    url = urlsplit(str(request.url))
    body = request.body.encode() if isinstance(request.body, str) else request.body or b""
    assert isinstance(body, bytes)
    before = snapshot()
    answer = call(str(request.method), f"{url.path}?{url.query}", body=body, headers=sent)
    if answer.status >= 400:
        assert snapshot() == before, f"{request.method} {request.url} was refused but changed something"
        assert isinstance(answer.json, dict | list)
    assert answer.headers["access-control-allow-origin"] == "*"
    headers = {name: [value] for name, value in answer.headers.items()}
    response = Response(answer.status, headers, answer.body, request, elapsed=0.001, verify=False)
    case.validate_response(response, checks=CHECKS)


def fuzz(operation: Operation, people: People, examples: int, *, derandomize: bool) -> None:
    """Send this many valid requests and, if the operation has input that can be invalid, as many invalid ones."""

    def check(case: Case[Any]) -> None:
        send(case, people)

    profile = settings(
        max_examples=examples,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
        derandomize=derandomize,
        database=None,
    )
    modes = GenerationMode if takes_anything(operation) else (GenerationMode.POSITIVE,)
    for mode in modes:
        profile(given(operation.as_strategy(generation_mode=mode))(check))()


def takes_anything(operation: Operation) -> bool:
    """Whether any of its input could be invalid: a text in a path never is."""
    paths = [each.definition["schema"].keys() - {"type", "title"} for each in operation.path_parameters]
    is_any_text = all(each.definition["schema"]["type"] == "string" for each in operation.path_parameters)
    return bool(operation.body or operation.query or any(paths) or not is_any_text)


def name(operation: Operation) -> str:
    return f"{operation.method.upper()} {operation.path}"


@pytest.mark.parametrize("operation", OPERATIONS, ids=name)
def test_every_response_is_documented_and_a_refusal_changes_nothing(operation: Operation, people: People) -> None:
    fuzz(operation, people, 1, derandomize=True)


@pytest.mark.proof
@pytest.mark.parametrize("operation", OPERATIONS, ids=name)
def test_at_full_counts(operation: Operation, people: People) -> None:
    fuzz(operation, people, 200, derandomize=False)
