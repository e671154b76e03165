"""The CloudFront functions, run by Node.js in a context that has as little as CloudFront's runtime 2.0.

Source: docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-javascript-runtime-20.html
"""

import json
import re
import shutil
import subprocess
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infra.generate import CLOUDFRONT
from local.frontend import FILE
from local.gateway.socket_paths import stage_query
from shared.domain.pictures import DEFAULT_PICTURE, picture_path
from tests.support.templates import environment, resources
from tools.cloud.project import ROOT

EDGE = ROOT / "infra" / "stacks" / "edge.yaml"
FUNCTIONS = sorted(path.stem for path in CLOUDFRONT.glob("*.js"))
# docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html#limits-functions
MAX_BYTES = 10_240
# Syntax that CloudFront's runtime does not, or may not, support.
TOO_NEW = re.compile(
    r"\b(require|import|export|class|eval|Function|setTimeout|process|await|let|const|of)\b|=>|\?\.|`|\.\.\."
)
# Reads a JSON array of events and prints one of results; only the function's file runs in the context.
RUNNER = """
const vm = require('vm'), fs = require('fs');
const context = vm.createContext(Object.create(null), {codeGeneration: {strings: false, wasm: false}});
vm.runInContext(fs.readFileSync(process.argv[1], 'utf8'), context);
const run = vm.runInContext('(function (event) { return JSON.stringify(handler(JSON.parse(event))); })', context);
const events = JSON.parse(fs.readFileSync(0, 'utf8'));
process.stdout.write(JSON.stringify(events.map(event => JSON.parse(run(JSON.stringify(event))))));
"""


def run(function: str, events: list[dict[str, Any]]) -> list[Any]:
    node = shutil.which("node")
    assert node is not None, "the CloudFront functions are tested with Node.js: install it"
    ran = subprocess.run(
        [node, "-e", RUNNER, str(CLOUDFRONT / f"{function}.js")],
        input=json.dumps(events),
        capture_output=True,
        text=True,
        check=True,
    )
    found: list[Any] = json.loads(ran.stdout)
    return found


def event(uri: str, query: str = "") -> dict[str, Any]:
    """A viewer request as CloudFront describes it: nothing is decoded; repeated parameters come as multiValue."""
    parameters: dict[str, Any] = {}
    for part in filter(None, query.split("&")):
        name, _, value = part.partition("=")
        if name in parameters:
            given = parameters[name].setdefault("multiValue", [{"value": parameters[name]["value"]}])
            given.append({"value": value})
        else:
            parameters[name] = {"value": value}
    headers = {"host": {"value": "korepetycje.example"}, "x-viewer-host": {"value": "forged"}}
    request = {"method": "GET", "uri": uri, "querystring": parameters, "headers": headers, "cookies": {}}
    return {"version": "1.0", "viewer": {"ip": "198.51.100.7"}, "request": request}


def uris(function: str, *paths: str) -> list[str]:
    return [request["uri"] for request in run(function, [event(path) for path in paths])]


def gateway_query(request: dict[str, Any]) -> dict[str, str]:
    """The parameters as the WebSocket API passes them: decoded, and the last of several with one name."""
    parts = [
        f"{name}={each['value']}"
        for name, given in request["querystring"].items()
        for each in given.get("multiValue", [given])
    ]
    return dict(parse_qsl("&".join(parts), keep_blank_values=True))


def emulated(uri: str, query: str) -> dict[str, str] | None:
    """The parameters as the local gateway passes them to the same function."""
    return stage_query({"path": unquote(uri), "query_string": query.encode()})


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_is_small_and_uses_no_new_syntax(function: str) -> None:
    text = (CLOUDFRONT / f"{function}.js").read_text()
    assert len(text.encode()) <= MAX_BYTES
    code = re.sub(r"//.*", "", text)
    assert TOO_NEW.findall(code) == []


def test_the_template_contains_the_functions_of_the_folder() -> None:
    found = resources("AWS::CloudFront::Function", EDGE)
    code = {name.removesuffix("Function").lower(): each["FunctionCode"] for name, each in found.items()}
    assert code == {name: (CLOUDFRONT / f"{name}.js").read_text() for name in FUNCTIONS}
    assert {each["FunctionConfig"]["Runtime"] for each in found.values()} == {"cloudfront-js-2.0"}
    assert all(each["AutoPublish"] is True for each in found.values())


# Sockets


CONVERSATION = "7f8f2a52-5d1c-4b9d-9a53-0c8a4a6f7d10"


def test_the_conversation_becomes_a_query_parameter() -> None:
    [request] = run("sockets", [event(f"/ws/chat/{CONVERSATION}/", "token=a.b.c&protocol=2")])
    assert request["uri"] == "/live"
    assert request["querystring"] == {
        "token": {"value": "a.b.c"},
        "protocol": {"value": "2"},
        "conversation": {"value": CONVERSATION},
    }


QUERIES = (
    "",
    "token=a.b.c",
    "token=",
    "token",
    "token=a%2Bb%26c%3Dd",
    "token=a+b",
    "token=first&token=last",
    "token=first&%74oken=last",
    f"conversation={CONVERSATION}&token=a",
    "%63onversation=other&token=a",
    "conversation=one&conversation=two",
    "notifications=0&token=a",
    "to%20ken=1&to+ken=2",
    "a=%C5%82&%C5%82=b",
    "constructor=y&toString=z",
)
PATHS = (
    f"/ws/chat/{CONVERSATION}/",
    f"/ws/chat/{CONVERSATION}",
    "/ws/chat/",
    "/ws/chat//",
    "/ws/chat/a%20b%2Fc/",
    "/ws/chat/a+b&c=d/",
    "/ws/chat/%C5%82/",
    "/ws/chat/%2525/",
    "/ws/chat/%zz/",
    "/ws/chat/a/b/",
    "/ws/notification/user/",
    "/ws/notification/user",
    "/ws/user/",
    "/ws/user",
    "/ws/",
)


def test_the_function_agrees_with_the_local_gateway() -> None:
    cases = [(path, query) for path in PATHS for query in QUERIES]
    requests = run("sockets", [event(*case) for case in cases])
    assert {request["uri"] for request in requests} == {"/live"}
    assert [(case, gateway_query(request)) for case, request in zip(cases, requests, strict=True)] == [
        (case, emulated(*case)) for case in cases
    ]


def test_an_unknown_path_is_refused_as_by_the_local_gateway() -> None:
    notifications, user = "/ws/notification/user/x/", "/ws/user/x/"
    paths = ("/ws/x", "/ws/chat", "/ws/chats/1/", "/ws/CHAT/1/", "/ws/notification/", notifications, user)
    assert [emulated(path, "") for path in paths] == [None] * len(paths)
    answers = run("sockets", [event(path, "token=a") for path in paths])
    assert {answer["statusCode"] for answer in answers} == {403}
    assert json.loads(answers[0]["body"]["data"]) == {"message": "Forbidden"}


SEGMENTS = st.text(min_size=1, max_size=12).filter(lambda text: text.isprintable() and "/" not in text)
CASES = st.tuples(SEGMENTS, st.dictionaries(SEGMENTS, SEGMENTS, max_size=4))


@given(cases=st.lists(CASES, min_size=20, max_size=40))
@settings(max_examples=5, suppress_health_check=list(HealthCheck))
def test_any_conversation_and_query_arrive_unchanged(cases: list[tuple[str, dict[str, str]]]) -> None:
    sent = [event(f"/ws/chat/{quote(talk, safe='')}/", urlencode(query)) for talk, query in cases]
    for (talk, query), request in zip(cases, run("sockets", sent), strict=True):
        assert gateway_query(request) == {**query, "conversation": talk}


# The other behaviours


def test_paths_of_the_app_show_the_app_and_files_stay_files() -> None:
    assert uris("site", "/", "/tutors", "/tutors/7/", "/a.b/c") == ["/index.html"] * 4
    files = ["/assets/index-1a2b.js", "/favicon.ico", "/LOGO.PNG", "/site.webmanifest", "/.env"]
    assert uris("site", *files) == files


def test_a_name_with_a_dot_is_a_page_of_the_app_as_on_the_local_server() -> None:
    pages = ["/user/jan.kowalski", "/user/jan.kowalski/", "/chat/v1.2", "/tutors/7.json5", "/js"]
    assert uris("site", *pages) == ["/index.html"] * len(pages)
    [pattern] = re.findall(r"FILE = /(.*)/i;", (CLOUDFRONT / "site.js").read_text())
    assert pattern.replace(r"\/", "/") == FILE.pattern


def test_the_path_of_a_picture_becomes_its_object_key() -> None:
    assert uris("media", picture_path(None)) == [f"/{DEFAULT_PICTURE}"]


def test_both_forms_of_the_description_s_path_lead_to_one_file() -> None:
    assert uris("description", "/api/schema", "/api/schema/") == ["/api/schema/"] * 2
    assert uris("description", "/_staff", "/_staff/enrol", "/_staff/staff.js") == [
        "/_staff/",
        "/_staff/enrol/",
        "/_staff/staff.js",
    ]
    assert uris("description", "/api/swagger/docs/", "/api/swagger/swagger-ui.css") == [
        "/api/swagger/docs/",
        "/api/swagger/swagger-ui.css",
    ]


def test_the_api_gets_paths_without_a_trailing_slash() -> None:
    paths = ("/api/token/", "/api/token", "/api/user/create//", "/api/reservation/calendar/a.ics/")
    assert uris("api", *paths) == ["/api/token", "/api/token", "/api/user/create/", "/api/reservation/calendar/a.ics"]


def test_viewer_headers_are_set_by_cloudfront() -> None:
    [request] = run("api", [event("/api/token/")])
    assert request["headers"] == {
        "host": {"value": "korepetycje.example"},
        "x-viewer-address": {"value": "198.51.100.7"},
        "x-viewer-host": {"value": "korepetycje.example"},
    }


def test_every_path_of_the_api_passes_through_the_function() -> None:
    """Otherwise a viewer's own headers would be trusted, because the secret is added to every request."""
    for each in behaviours():
        if each["TargetOriginId"] == "http":
            [association] = each["FunctionAssociations"]
            assert association["EventType"] == "viewer-request"
            assert association["FunctionARN"] == {"Fn::GetAtt": ["ApiFunction", "FunctionARN"]}


# The distribution


def behaviours() -> list[Any]:
    [distribution] = resources("AWS::CloudFront::Distribution", EDGE).values()
    found: list[Any] = distribution["DistributionConfig"]["CacheBehaviors"]
    return found


def first_behaviour(path: str) -> Any:
    """The behaviour for a path: the first whose pattern matches; for the default, only its origin."""
    fit = (each for each in behaviours() if re.fullmatch(re.escape(each["PathPattern"]).replace(r"\*", ".*"), path))
    return next(fit, {"TargetOriginId": "site"})


def test_every_path_has_its_origin() -> None:
    paths = {
        "/": "site",
        "/tutors/7": "site",
        "/api/schema/": "site",
        "/api/swagger/docs/": "site",
        "/_staff/": "site",
        "/api/token/": "http",
        "/api/user/tutor/search": "http",
        "/v2/api/user/tutor/search/": "http",
        f"/v2/ws/chat/{CONVERSATION}/": "sockets",
        "/v2/ws/chat/list/": "sockets",
        f"/ws/chat/{CONVERSATION}/": "sockets",
        "/static/media/uploads/user/default.jpg": "media",
    }
    assert {path: first_behaviour(path)["TargetOriginId"] for path in paths} == paths


# Managed policies with HSTS, nosniff and the rest.
SECURE = {"67f7725c-6f97-4210-82d7-5512b31e9d03", "e61eb60c-9c35-4d20-a928-2b84e02af89c"}


def test_every_response_has_security_headers() -> None:
    [distribution] = resources("AWS::CloudFront::Distribution", EDGE).values()
    all_of_them = [distribution["DistributionConfig"]["DefaultCacheBehavior"], *behaviours()]
    assert {each["ResponseHeadersPolicyId"] for each in all_of_them} == SECURE


@pytest.mark.parametrize(("origin", "function"), [("http", "TokensFunction"), ("sockets", "SocketsFunction")])
def test_origins_send_the_secret_that_the_functions_expect(origin: str, function: str) -> None:
    [distribution] = resources("AWS::CloudFront::Distribution", EDGE).values()
    [found] = [each for each in distribution["DistributionConfig"]["Origins"] if each["Id"] == origin]
    [header] = found["OriginCustomHeaders"]
    assert header["HeaderName"] == "x-origin-secret"
    assert header["HeaderValue"] == {"Fn::Sub": "{{resolve:secretsmanager:${OriginSecretArn}}}"}
    assert environment(function)["ORIGIN_SECRET"] == {
        "Fn::Sub": "{{resolve:secretsmanager:${Data.Outputs.OriginSecretArn}}}"
    }
