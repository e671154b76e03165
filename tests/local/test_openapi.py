"""The API's description: valid and consistent."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from typing import Any

import jsonschema_rs
import pytest

from local.features import ROUTERS
from local.openapi import TAGS, description
from shared.kit.http.app import http_app
from shared.kit.http.error_schemas import error_codes
from shared.kit.http.versions import UnknownVersion
from tests.support.browser import LocalEntry
from tests.support.local_server import ROOT, LocalServer

ID = {"type": "string", "format": "uuid"}
WHOLE = "urn:description"


def parts(part: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object of the description, with the path that leads to it."""
    if isinstance(part, dict):
        yield path, part
    if isinstance(part, dict | list):
        for name, each in part.items() if isinstance(part, dict) else enumerate(part):
            yield from parts(each, f"{path}/{name}")


def operations() -> list[tuple[str, dict[str, Any]]]:
    paths = description()["paths"].items()
    return [(f"{method} {path}", each) for path, methods in paths for method, each in methods.items()]


@cache
def registry() -> jsonschema_rs.Registry:
    """The description under its own URI, so that validating a schema compiles only what it refers to."""
    return jsonschema_rs.Registry([(WHOLE, json.loads(addressed(description())))])


def addressed(schema: dict[str, Any]) -> str:
    """A schema as JSON, with absolute references into the description."""
    return json.dumps(schema).replace('"#/components/', f'"{WHOLE}#/components/')


def complaints(value: Any, schema: dict[str, Any]) -> list[str]:
    """How a value violates a schema of the description."""
    addresses = json.loads(addressed(schema))
    validator = jsonschema_rs.Draft202012Validator(addresses, registry=registry(), validate_formats=True)
    return [error.message for error in validator.iter_errors(value)]


def test_it_is_valid_openapi() -> None:
    # Imported here: importing it compiles a grammar of URIs for more than a second.
    from openapi_spec_validator import validate

    validate(description())
    assert description()["openapi"].startswith("3.1.")


def test_operation_ids_are_valid_in_a_generated_client() -> None:
    ids = [operation["operationId"] for _name, operation in operations()]
    assert len(set(ids)) == len(ids)
    assert [each for each in ids if not re.fullmatch("[a-z]+([A-Z][a-z0-9]+)+", each) or len(each) >= 40] == []


def test_tags_are_described_in_the_order_in_which_clients_need_them() -> None:
    used = {tag for _name, operation in operations() for tag in operation["tags"]}
    assert used == TAGS.keys()
    assert [each["name"] for each in description()["tags"]] == list(TAGS)
    assert all(each["description"] for each in description()["tags"])


def test_every_operation_has_a_summary_and_every_parameter_a_type() -> None:
    for name, operation in operations():
        assert operation["summary"], name
        for parameter in operation.get("parameters", []):
            assert parameter["schema"], (name, parameter["name"])


def test_every_error_has_a_named_schema() -> None:
    names = set()
    for name, operation in operations():
        for status, response in operation["responses"].items():
            if status >= "400":
                schema = response["content"]["application/json"]["schema"]
                references = schema.get("anyOf", [schema])
                assert all(each.keys() == {"$ref"} for each in references), (name, status)
                names |= {each["$ref"].rpartition("/")[2] for each in references}
    assert names >= {"Error", "FieldErrors", "DetailError", "AccessTokenError"}


def test_errors_with_more_fields_have_their_own_schemas_which_come_first() -> None:
    """Generated clients take the first schema that fits: after `Error` the ticket would be lost."""
    [refused] = [each["responses"]["401"] for name, each in operations() if name == "post /api/token/"]
    content = refused["content"]["application/json"]
    names = [each["$ref"].rpartition("/")[2] for each in content["schema"]["anyOf"]]
    assert names == ["SecondFactorRequiredError", "Error", "DetailError"]
    [fits, *_] = content["schema"]["anyOf"]
    assert complaints(content["examples"]["SecondFactorRequired"]["value"], fits) == []
    assert complaints(content["examples"]["WrongCredentials"]["value"], fits) != []


def test_endpoints_that_refuse_unknown_parameters_document_it(platform: None) -> None:
    """Endpoints of the first release ignore them."""
    api = LocalEntry(http_app(*ROUTERS))
    silent = []
    for path, methods in description()["paths"].items():
        if "get" in methods and "unknown_field" not in str(methods["get"]["responses"].get("400")):
            answer = api("GET", f"{path_with_values(path, methods['get'])}?unknown_parameter=1", {}, b"")
            silent += [path] if answer.status == 400 else []
    assert silent == []


def path_with_values(path: str, operation: dict[str, Any]) -> str:
    for each in operation.get("parameters", []):
        value = "1" if each["schema"].get("type") == "integer" else "00000000-0000-4000-8000-000000000000"
        path = path.replace(f"{{{each['name']}}}", value)
    return path


def test_link_and_retry_after_headers_are_described() -> None:
    for name, operation in operations():
        found = {status: set(answer.get("headers", {})) for status, answer in operation["responses"].items()}
        leads_on = {"200"} if "Link header" in operation.get("description", "") else set()
        assert {status for status, headers in found.items() if "Link" in headers} == leads_on, name
        throttled = {"429"} & found.keys()
        assert {status for status, headers in found.items() if "Retry-After" in headers} == throttled, name


def test_every_field_has_a_type_that_generated_clients_can_check() -> None:
    says = {"type", "$ref", "anyOf", "allOf", "oneOf", "const", "enum"}
    schemas = description()["components"]["schemas"].items()
    fields = [(f"{name}.{key}", field) for name, each in schemas for key, field in each.get("properties", {}).items()]
    fields += [(f"{name}[]", field["items"]) for name, field in fields if "items" in field]
    assert [name for name, field in fields if not says & field.keys()] == []


def test_all_codes_are_one_enum() -> None:
    assert description()["components"]["schemas"]["ErrorCode"]["enum"] == error_codes()
    given = re.findall(r"'code': '(\w+)'", str(description()))
    assert set(given) <= set(error_codes())
    assert {"slot_taken", "unknown_field", "throttled", "token_not_valid"} <= set(error_codes())


def test_defaults_and_examples_are_valid_by_their_schemas() -> None:
    wrong = {}
    for path, part in parts(description()):
        schema = part.get("schema", part)
        if not isinstance(schema, dict):
            continue
        given = [part["example"]] if "example" in part else []
        given += [part["default"]] if "default" in part and path.split("/")[-1] != "properties" else []
        match part.get("examples"):
            case list() as listed:
                given += listed
            case dict() as named if "schema" in part:
                given += [each["value"] for each in named.values()]
        if found := [complaint for value in given for complaint in complaints(value, schema)]:
            wrong[path] = found
    assert wrong == {}


@pytest.mark.parametrize("name", ["created_at", "start_time", "end_time", "updated_at", "expires_at", "last_used_at"])
def test_times_are_date_times(name: str) -> None:
    wrong = []
    for path, schema in description()["components"]["schemas"].items():
        field = schema.get("properties", {}).get(name)
        shapes = [] if field is None else field.get("anyOf", [field])
        wrong += [path for each in shapes if each.get("type") == "string" and each.get("format") != "date-time"]
    assert wrong == []


MEASURED = re.compile("price|length|notice|buffer|booking_window|earned|currency|rating$|page_size")


def test_measured_quantities_state_their_unit() -> None:
    fields = {
        f"{name}.{field}": schema
        for name, model in description()["components"]["schemas"].items()
        for field, schema in model.get("properties", {}).items()
        if MEASURED.search(field)
    }
    assert len(fields) > 20
    assert [name for name, schema in fields.items() if "'description'" not in str(schema)] == []


def test_schema_names_are_valid_in_a_generated_client() -> None:
    assert [name for name in description()["components"]["schemas"] if not re.fullmatch("[A-Za-z0-9]+", name)] == []


def test_opening_a_conversation_takes_an_object_not_a_bare_id() -> None:
    users = description()["components"]["schemas"]["NewConversation"]["properties"]["users"]
    assert users["items"] == {"type": "object", "properties": {"id": ID}, "required": ["id"]}
    assert (users["minItems"], users["maxItems"]) == (1, 1)


def test_changes_have_no_defaults() -> None:
    schemas = description()["components"]["schemas"]
    for name in ("BookingTermsChange", "SettingsChange", "EditedRating", "ProfileChange"):
        assert [each for each in schemas[name]["properties"].values() if "default" in each] == [], name


def test_bounds_of_integers_are_integers_that_fit_the_database() -> None:
    integers = [part for _path, part in parts(description()) if part.get("type") == "integer"]
    bounds = [each[name] for each in integers for name in ("minimum", "maximum") if name in each]
    assert {type(bound) for bound in bounds} == {int}
    assert max(bounds) == 2**63 - 1


def test_a_description_made_without_a_server_has_all_codes() -> None:
    """As on AWS, where it is served from a file."""
    made = subprocess.run([sys.executable, "-m", "local.openapi"], cwd=ROOT, capture_output=True, check=True)
    assert UnknownVersion.code in json.loads(made.stdout)["components"]["schemas"]["ErrorCode"]["enum"]


def test_a_server_serves_the_description_that_clients_are_generated_from(server: LocalServer) -> None:
    assert server.call("GET", "/api/schema/").json() == description()
