"""The CloudFront functions as the template has them, and the same rules for machines without Node."""

import shutil

import pytest

from tools.cloud.edge_function import RULES, Answered, NodeFunction
from tools.cloud.intrinsics import Resolver
from tools.cloud.project import TEMPLATE
from tools.cloud.template import Template

EDGE = Template(TEMPLATE.parent / "infra" / "stacks" / "edge.yaml", {}, {})
CODE = {name: str(each["FunctionCode"]) for name, each in EDGE.of_type("AWS::CloudFront::Function").items()}
NODE = shutil.which("node") or shutil.which("nodejs")
TALK = "0a1b2c3d-0000-4000-8000-000000000000"


@pytest.mark.parametrize(
    ("path", "query", "expected"),
    [
        (f"/ws/chat/{TALK}/", "token=a.b-c_d", ("/live", f"token=a.b-c_d&conversation={TALK}")),
        (f"/ws/chat/{TALK}", "", ("/live", f"conversation={TALK}")),
        (f"/ws/chat/{TALK}/", "token=1&token=2&conversation=x", ("/live", f"token=2&conversation={TALK}")),
        ("/ws/chat/a%20b%26/", "token=%C5%82+x", ("/live", "token=%C5%82+x&conversation=a%20b%26")),
        ("/ws/", "conversation=c&token=t", ("/live", "conversation=c&token=t")),
    ],
)
@pytest.mark.skipif(NODE is None, reason="runs the functions' own code, for which it takes Node")
def test_the_rule_without_node_is_the_functions(path: str, query: str, expected: tuple[str, str]) -> None:
    assert RULES["SocketsFunction"].rewritten(path, query) == expected
    assert rewritten("SocketsFunction", path, query) == expected


@pytest.mark.parametrize("function", ["SiteFunction", "MediaFunction", "DescriptionFunction"])
@pytest.mark.parametrize(
    "name", ["/static/media/uploads/user/x.webp", "/static/media/a", "/static/media/", "/static/media"]
)
@pytest.mark.skipif(NODE is None, reason="runs the functions' own code, for which it takes Node")
def test_the_other_rules_are_the_functions_too(function: str, name: str) -> None:
    assert RULES[function].rewritten(name, "a=1") == rewritten(function, name, "a=1")


def test_every_function_has_its_rule() -> None:
    assert set(RULES) == set(CODE)
    with pytest.raises(Answered, match="Forbidden"):
        RULES["SocketsFunction"].rewritten("/ws/elsewhere/", "")


def rewritten(function: str, path: str, query: str) -> tuple[str, str]:
    running = NodeFunction(str(NODE), CODE[function])
    try:
        return running.rewritten(path, query)
    finally:
        running.close()


def test_intrinsic_functions_give_what_cloudformation_gives() -> None:
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
