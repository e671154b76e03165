"""The stacks fit together."""

import re
from typing import Any

import pytest

from tests.support.templates import STACKS, resources, template
from tools.cloud.project import ROOT, TEMPLATE

STACK = "AWS::CloudFormation::Stack"


def test_every_stack_is_part_of_the_platform() -> None:
    assert sorted(ROOT / each["TemplateURL"] for each in resources(STACK).values()) == STACKS


@pytest.mark.parametrize("name", sorted(resources(STACK)))
def test_a_stack_is_given_the_parameters_it_has(name: str) -> None:
    given = resources(STACK)[name]
    assert given["Parameters"].keys() == template(ROOT / given["TemplateURL"])["Parameters"].keys()


def test_what_is_asked_of_a_stack_is_among_its_outputs() -> None:
    text = TEMPLATE.read_text()
    asked = set(re.findall(r"\b(\w+)\.Outputs\.(\w+)", text))
    given = {
        (name, output)
        for name, stack in resources(STACK).items()
        for output in template(ROOT / stack["TemplateURL"]).get("Outputs", {})
    }
    assert asked <= given
    assert {(name, output) for name, output in given - asked if name != "Alarms"} == set(), "these are not used"


def test_every_parameter_is_used_and_explains_itself_in_the_interface() -> None:
    interface: Any = template()["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    grouped = [name for group in interface for name in group["Parameters"]]
    assert sorted(grouped) == sorted(template()["Parameters"])
    for path in (TEMPLATE, *STACKS):
        text = path.read_text()
        for name in template(path).get("Parameters", {}):
            assert re.search(rf"!Ref {name}\b|\$\{{{name}\}}", text), f"{path.name}: {name} is not used"


def test_a_failed_first_deploy_can_roll_back() -> None:
    """Nothing it made is kept or protected; from then on what holds data is."""
    data = ROOT / "infra" / "stacks" / "data.yaml"
    assert template()["Parameters"]["ProtectDatabase"]["Default"] == "no"
    [database] = resources("AWS::RDS::DBCluster", data).values()
    assert database["DeletionProtection"] == {"Fn::If": ["IsProtected", True, False]}
    policies = [
        each["DeletionPolicy"]
        for path in (TEMPLATE, *STACKS)
        for each in template(path)["Resources"].values()
        if each["Type"] in {"AWS::S3::Bucket", "AWS::KMS::Key"}
    ]
    assert policies == ["RetainExceptOnCreate"] * 3


def test_alarms_name_functions_there_are() -> None:
    alarms = (ROOT / "infra" / "stacks" / "alarms.yaml").read_text()
    named = set(re.findall(r'Name: FunctionName, Value: !Sub "\$\{Name\}-([\w-]+)"', alarms))
    made = {
        each["FunctionName"]["Fn::Sub"].removeprefix("${AWS::StackName}-")
        for each in resources("AWS::Serverless::Function").values()
    }
    assert named <= made


def test_every_alarm_notifies() -> None:
    for name, alarm in resources("AWS::CloudWatch::Alarm", ROOT / "infra" / "stacks" / "alarms.yaml").items():
        assert alarm["AlarmActions"] == [{"Ref": "Alarms"}], name
        assert alarm["AlarmDescription"].endswith("."), name
