"""Invalid bodies, at all endpoints of accounts."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.layers.test_every_endpoint import CHECK_PASSWORD, EMAIL, PROTECTED, PUBLIC, Endpoint, each
from tests.support.lambda_client import Answer
from tests.support.people import People
from tests.support.tables import rows

# Endpoints outside the contract: recorded ones ignore unexpected bodies, as does signing out.
WITHOUT_BODY = [
    each
    for each in PROTECTED
    if not each.body and each.method != "GET" and each.path.startswith(("/api/token/", "/api/notif", "/api/reserv"))
    if each.path != "/api/token/logout/"
]


WITH_BODY = [each for each in (*PUBLIC, *PROTECTED) if each.body]


BROKEN_BODIES = [
    b"{",
    b"[]",
    b"null",
    b'"x"',
    b"5",
    b"\xff\xfe",
    b"\0",
    b"\xef\xbb\xbf{}",
    b"{'a': 1}",
    b'{"a": NaN}',
    b'{"a": -Infinity}',
    b'{"a": 1e999}',
    b'{"a": ' + b"9" * 5_000 + b"}",
    b"[" * 100_000,
    b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    b'{"a": "' + b"x" * 5_000_000 + b'"}',
]


BROKEN_FORMS = [
    ("text/plain", b"{}", 415),
    ("application/xml", b"<a/>", 415),
    ("application/json; charset=utf-16", '{"a": 1}'.encode("utf-16"), 400),
    ("multipart/form-data", b"x", 400),
    ("multipart/form-data; boundary=x", b"--y\r\n\r\nx", 400),
    (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n' + b"x" * 70_000,
        400,
    ),
    ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n' * 101, 400),
    ("application/x-www-form-urlencoded", b"a=" + b"x" * 5_000_000, 413),
]


BAD_VALUES = [
    '"a\\u0000b"',
    '"\\ud800"',
    "[]",
    "{}",
    "null",
    "[" * 500 + "]" * 500,
    '{"a":' * 500 + "1" + "}" * 500,
    "1" + "0" * 4_000,
    "-1" + "0" * 4_000,
    "1e999",
    "NaN",
    '"' + "x" * 100_000 + '"',
]


def assert_refused(answer: Answer) -> None:
    assert 400 <= answer.status < 500, answer
    assert isinstance(answer.json, dict)


@each(WITH_BODY)
def test_malformed_bodies_are_refused_and_change_nothing(people: People, endpoint: Endpoint) -> None:
    token, before = people.student(email=EMAIL).access, rows()
    sent = [("application/json", body, None) for body in BROKEN_BODIES] + BROKEN_FORMS
    for content_type, body, status in sent:
        headers = {"content-type": content_type}
        answer = endpoint.call(endpoint.method, endpoint.path, token=token, body=body, headers=headers)
        assert_refused(answer)
        assert status in (None, answer.status), (content_type, body[:50], answer)
    assert rows() == before


@each(WITHOUT_BODY)
def test_an_endpoint_without_a_body_refuses_a_non_empty_one(people: People, endpoint: Endpoint) -> None:
    token, before = people.student(email=EMAIL).access, rows()
    for body in (b'{"all": true}', b"[]", b'"x"', b"null", b"{oops"):
        answer = endpoint.call(endpoint.method, endpoint.path, token=token, body=body)
        assert answer.status == 400, (body, answer)
        assert endpoint.call(endpoint.method, endpoint.path, body=body).status == 401
    fields = endpoint.call(endpoint.method, endpoint.path, token=token, json_body={"all": True})
    assert fields.json == {"detail": "Nieznana nazwa „all”.", "code": "unknown_field"}
    assert rows() == before
    assert endpoint.call(endpoint.method, endpoint.path, token=token, json_body={}).status in {200, 201, 404}


@each(WITH_BODY)
def test_invalid_values_are_refused_and_change_nothing(people: People, endpoint: Endpoint) -> None:
    token, before = people.student(email="jan@example.com").access, rows()
    for name in endpoint.body:
        for value in BAD_VALUES:
            if value == "{}" and endpoint.method == "PATCH" and isinstance(endpoint.body[name], dict):
                continue  # it changes nothing
            body = json.dumps(endpoint.body | {name: "@"}).replace('"@"', value).encode()
            headers = {"content-type": "application/json"}
            answer = endpoint.call(endpoint.method, endpoint.path, token=token, body=body, headers=headers)
            if endpoint is CHECK_PASSWORD and answer.status == 200:
                assert answer.json == {"password_matches": False}
            else:
                assert_refused(answer)
    assert rows() == before


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(exclude_categories=()), max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.parametrize("examples", [12, pytest.param(1_000, marks=pytest.mark.proof)])
@each(WITH_BODY)
def test_no_value_of_any_field_causes_a_server_error(people: People, endpoint: Endpoint, examples: int) -> None:
    ola = people.student(email="jan@example.com")

    @settings(max_examples=examples, database=None)
    @given(st.fixed_dictionaries({}, optional=dict.fromkeys(endpoint.body, JSON)))
    def play(body: dict[str, Any]) -> None:
        answer = endpoint.call(endpoint.method, endpoint.path, token=ola.access, json_body=body)
        assert answer.status < 500, answer
        assert isinstance(answer.json, dict)

    play()
