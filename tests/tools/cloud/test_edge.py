"""The CloudFront functions in the template, and the same rules in Python for machines without Node."""

import shutil
from dataclasses import replace

import pytest

from tools.cloud.edge_function import RULES, Answered, NodeFunction, ViewerRequest, edge_function
from tools.cloud.intrinsics import Resolver
from tools.cloud.project import TEMPLATE
from tools.cloud.template import Template

EDGE = Template(TEMPLATE.parent / "infra" / "stacks" / "edge.yaml", {}, {})
CODE = {name: str(each["FunctionCode"]) for name, each in EDGE.of_type("AWS::CloudFront::Function").items()}
NODE = shutil.which("node") or shutil.which("nodejs")
NEEDS_NODE = pytest.mark.skipif(NODE is None, reason="runs the functions' own code, which needs Node")
HEADERS = (
    (b"host", b"korepetycje.example"),
    (b"x", b"1"),
    (b"x", b"2"),
    (b"x-viewer-host", b"forged"),
    (b"cookie", b"a=1"),
)
TALK = "0a1b2c3d-0000-4000-8000-000000000000"


@pytest.mark.parametrize(
    ("path", "query", "expected"),
    [
        (f"/ws/chat/{TALK}/", "token=a.b-c_d", ("/live", f"token=a.b-c_d&conversation={TALK}")),
        (f"/ws/chat/{TALK}", "", ("/live", f"conversation={TALK}")),
        (f"/ws/chat/{TALK}/", "token=1&token=2&conversation=x", ("/live", f"token=2&conversation={TALK}")),
        ("/ws/chat/a%20b%26/", "token=%C5%82+x", ("/live", "token=%C5%82+x&conversation=a%20b%26")),
        ("/ws/", "conversation=c&token=t", ("/live", "conversation=c&token=t")),
        (f"/v2/ws/chat/{TALK}/", "version=3", ("/live", f"version=2&conversation={TALK}")),
        ("/v7/ws/notification/user/", "", ("/live", "version=7&notifications=1")),
        ("/ws/", "token=t&version=2", ("/live", "token=t")),
    ],
)
@NEEDS_NODE
def test_the_python_rule_rewrites_paths_as_the_function_does(path: str, query: str, expected: tuple[str, str]) -> None:
    asked = ViewerRequest(path, query)
    for found in (RULES["SocketsFunction"].rewritten(asked), rewritten("SocketsFunction", asked)):
        assert (found.path, found.query) == expected


@pytest.mark.parametrize("function", ["SiteFunction", "MediaFunction", "DescriptionFunction", "ApiFunction"])
@pytest.mark.parametrize(
    "name",
    ["/static/media/uploads/user/x.webp", "/static/media/a", "/static/media/", "/static/media"],
)
@NEEDS_NODE
def test_the_other_python_rules_agree_with_their_functions(function: str, name: str) -> None:
    assert_same(function, ViewerRequest(name, "a=1", HEADERS, "198.51.100.7"))


@pytest.mark.parametrize(
    "path",
    [
        "/api/token/",
        "/api/token",
        "/api/x//",
        "/api/a.b/",
        "/api/",
        "/api/%2F/",
        "/v2/api/x/",
        "/vx/api/",
        "/v99999/api/x",
    ],
)
@NEEDS_NODE
def test_the_python_rule_of_the_api_agrees_with_its_function(path: str) -> None:
    assert_same("ApiFunction", ViewerRequest(path, "a=1&a=2", HEADERS, "2001:db8::7"))


def assert_same(function: str, asked: ViewerRequest) -> None:
    one, other = RULES[function].rewritten(asked), rewritten(function, asked)
    assert replace(one, headers=tuple(sorted(one.headers))) == replace(other, headers=tuple(sorted(other.headers)))


def test_every_function_has_its_rule() -> None:
    assert set(RULES) == set(CODE)
    with pytest.raises(Answered, match="Forbidden"):
        RULES["SocketsFunction"].rewritten(ViewerRequest("/ws/elsewhere/"))


def test_a_version_becomes_a_header() -> None:
    found = RULES["ApiFunction"].rewritten(ViewerRequest("/v2/api/token/", "", (*HEADERS, (b"x-api-version", b"3"))))
    assert (found.path, dict(found.headers)[b"x-api-version"]) == ("/api/token", b"2")


COUNTRY = b"cloudfront-viewer-country"
BELIEVED = ("/api/token/", "/api/token", "/v2/api/token/oidc/")
NOT_BELIEVED = ("/api/%74oken/", "/api//token/", "/v2/api/user/tutor/x/api/token/", "/api/user/me/")


def test_a_country_is_passed_on_only_if_cloudfront_states_it() -> None:
    asked = {path: ViewerRequest(path, "", (*HEADERS, (COUNTRY, b"DE"))) for path in (*BELIEVED, *NOT_BELIEVED)}
    expected = dict.fromkeys(BELIEVED, b"DE") | dict.fromkeys(NOT_BELIEVED)
    function = edge_function("ApiFunction", CODE["ApiFunction"])
    try:
        for by in (RULES["ApiFunction"], function):
            assert {path: dict(by.rewritten(each).headers).get(COUNTRY) for path, each in asked.items()} == expected
    finally:
        function.close()


@pytest.mark.parametrize("forged", [b"x-viewer-address", b"x-viewer-host", b"x-api-version"])
def test_a_viewer_cannot_set_what_the_function_sets(forged: bytes) -> None:
    asked = ViewerRequest("/api/token/", "", (*HEADERS, (forged, b"forged"), (forged, b"twice")), "198.51.100.7")
    found = RULES["ApiFunction"].rewritten(asked)
    assert found.path == "/api/token"
    assert dict(found.headers)[b"x-viewer-address"] == b"198.51.100.7"
    assert dict(found.headers)[b"x-viewer-host"] == b"korepetycje.example"
    assert {b"forged", b"twice"}.isdisjoint(value for _, value in found.headers)


def rewritten(function: str, request: ViewerRequest) -> ViewerRequest:
    running = NodeFunction(str(NODE), CODE[function])
    try:
        return running.rewritten(request)
    finally:
        running.close()


def test_intrinsic_functions_resolve_as_in_cloudformation() -> None:
    document = {
        "Parameters": {"Size": {"Default": 2}, "Name": {"Type": "String"}},
        "Conditions": {"Big": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Size"}, 1]}]}},
    }
    arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:Key-AbCdEf"
    resolver = Resolver(document, {"Name": "x", "Queue.Arn": "arn:q"}, {arn: '{"password": "p"}'})
    assert resolver.resolve({"Fn::Sub": "${Name}-${Queue.Arn}-${AWS::Region}"}) == "x-arn:q-eu-central-1"
    assert resolver.resolve({"Fn::Sub": ["${Own}", {"Own": {"Ref": "Name"}}]}) == "x"
    assert resolver.resolve({"Fn::If": ["Big", {"Fn::Join": [",", ["a", {"Ref": "Size"}]]}, "small"]}) == "a,2"
    assert resolver.resolve({"Fn::Select": [1, {"Fn::Split": ["-", "a-b"]}]}) == "b"
    assert resolver.resolve(f"{{{{resolve:secretsmanager:{arn}:SecretString:password}}}}") == "p"
    with pytest.raises(KeyError):
        resolver.resolve({"Fn::GetAtt": ["Queue", "Url"]})
