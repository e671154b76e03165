"""The template after AWS's transform, and the part of it that moto can deploy. `make template` runs these."""

import json
import re
import subprocess
from functools import cache
from typing import Any

import boto3
import pytest
from moto import mock_aws

from tests.support.templates import command, events, functions, resources
from tools.cloud.project import ROOT

pytestmark = pytest.mark.template

# docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
MAX_RESOURCES = 500
MAX_BYTES = 1_000_000
# docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html (resource-based policy)
MAX_POLICY_BYTES = 20_480
LONGEST_STACK_NAME = "tutoring-staging-eu-central-1"


@cache
def printed_by(module: str) -> Any:
    """The output of a module that runs in the SAM CLI's environment."""
    python = str(ROOT / ".venv-sam" / "bin" / "python")
    return json.loads(subprocess.run([python, "-m", module], cwd=ROOT, capture_output=True, check=True).stdout)


def transformed() -> dict[str, Any]:
    found: dict[str, Any] = printed_by("infra.transform")
    return found


def of_type(kind: str) -> dict[str, Any]:
    return {name: each for name, each in transformed()["Resources"].items() if each["Type"] == kind}


def test_the_stack_stays_below_the_quotas() -> None:
    assert len(transformed()["Resources"]) <= MAX_RESOURCES
    assert len(json.dumps(transformed())) <= MAX_BYTES


def test_the_permissions_of_a_function_fit_in_its_policy() -> None:
    """Every route adds a statement to the policy of its function's alias."""
    sizes: dict[str, int] = {}
    for name, permission in of_type("AWS::Lambda::Permission").items():
        properties = permission["Properties"]
        source = json.dumps(properties.get("SourceArn", ""))
        statement = {
            "Sid": f"{LONGEST_STACK_NAME}-{name}-ABCDEFGHIJKL",
            "Effect": "Allow",
            "Principal": {"Service": properties["Principal"]},
            "Action": properties["Action"],
            "Resource": f"arn:aws:lambda:eu-central-1:123456789012:function:{LONGEST_STACK_NAME}-availability:live",
            "Condition": {
                "ArnLike": {"AWS:SourceArn": f"arn:aws:execute-api:eu-central-1:123456789012:{source[-120:]}"}
            },
        }
        target = properties["FunctionName"]["Ref"]
        sizes[target] = sizes.get(target, 0) + len(json.dumps(statement)) + 1
    assert max(sizes.values()) <= MAX_POLICY_BYTES, sizes


def test_traffic_comes_through_aliases() -> None:
    aliases = set(of_type("AWS::Lambda::Alias"))
    assert {f"{name}Aliaslive" for name in functions()} == aliases
    [http] = [each for each in of_type("AWS::ApiGatewayV2::Api").values() if "Body" in each["Properties"]]
    for path, operations in http["Properties"]["Body"]["paths"].items():
        [operation] = operations.values()
        uri = operation["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"]
        assert any(f"${{{alias}}}/invocations" in uri for alias in aliases), path
        assert operation["x-amazon-apigateway-integration"]["payloadFormatVersion"] == "2.0"
    for name, schedule in of_type("AWS::Scheduler::Schedule").items():
        # The rotation has no alias: its schedule calls the same function as Secrets Manager.
        assert name == "SecretsSchedule" or schedule["Properties"]["Target"]["Arn"]["Ref"] in aliases
    for mapping in of_type("AWS::Lambda::EventSourceMapping").values():
        assert mapping["Properties"]["FunctionName"]["Ref"] in aliases


def test_no_name_is_fixed_so_that_an_account_can_have_two_stacks() -> None:
    for name, each in transformed()["Resources"].items():
        for key in ("FunctionName", "QueueName", "LogGroupName", "Name"):
            value = each["Properties"].get(key)
            named = isinstance(value, str) and each["Type"] != "AWS::Lambda::Alias"
            assert not named, f"{name}.{key} is {value}"


# What the SAM CLI sees, for `sam build`, `sam deploy` and `sam local`


def test_the_sam_cli_finds_the_stacks_the_functions_and_their_routes() -> None:
    seen = printed_by("tests.support.sam_cli")
    assert set(seen["stacks"]) == {"", *resources("AWS::CloudFormation::Stack")}
    assert seen["functions"] == {name: [command(name)] for name in functions()}
    assert {tuple(route) for route in seen["routes"]} == {
        (event.get("Path", "$default"), name) for name in functions() for event in events(name, "HttpApi")
    }


def test_a_guided_deploy_does_not_ask_about_authentication() -> None:
    assert printed_by("tests.support.sam_cli")["questions"] == []


def test_the_build_context_contains_exactly_what_the_dockerfile_copies() -> None:
    """As the SAM CLI reads .dockerignore, with its own library for the rules."""
    context = set(printed_by("tests.support.sam_cli")["context"])
    needed = {"infra/Dockerfile", "infra/image.py", "requirements/functions.txt", "infra/migrations/env.py"}
    needed |= {"functions/__init__.py", "functions/chat/handler.py", "layers/shared/kit/http/routing.py"}
    assert needed <= context
    assert {path.split("/")[0] for path in context} <= {
        ".dockerignore",
        "functions",
        "infra",
        "layers",
        "local",
        "pyproject.toml",
        "requirements",
    }


# What moto supports


# Moto does not create aliases, and therefore nothing attached to one.
ON_ALIASES = {"AWS::Lambda::Permission", "AWS::Lambda::Version", "AWS::Lambda::EventSourceMapping"}


def known_to_moto(kind: str) -> bool:
    from moto.cloudformation.parsing import resource_class_from_type  # takes four seconds to import

    return resource_class_from_type(kind) is not None and kind != "AWS::CloudFormation::Stack"


def deployable() -> dict[str, Any]:
    """The resources that moto can create; references to other resources are replaced by texts."""
    resources = {
        name: each
        for name, each in transformed()["Resources"].items()
        if known_to_moto(each["Type"]) and not each["Type"].startswith("Custom::") and each["Type"] not in ON_ALIASES
    }
    names = resources.keys() | transformed()["Parameters"].keys()
    kept = _without_references({name: _without_order(each) for name, each in resources.items()}, names)
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Parameters": transformed()["Parameters"],
        "Conditions": transformed()["Conditions"],
        "Resources": kept,
    }


def _without_order(resource: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in resource.items() if key not in {"DependsOn", "Metadata"}}


def _without_references(part: Any, names: set[str]) -> Any:
    if isinstance(part, list):
        return [_without_references(each, names) for each in part]
    if not isinstance(part, dict):
        return part
    match part:
        case {"Ref": str(name)} if name not in names and not name.startswith("AWS::"):
            return name
        case {"Fn::GetAtt": [str(name), str(attribute)]} if name not in names:
            return f"arn:aws:other:eu-central-1:123456789012:{name}/{attribute}"
        case {"Fn::Sub": str(text)}:
            return {"Fn::Sub": _without_names(text, names)}
    return {key: _without_references(value, names) for key, value in part.items()}


def _without_names(text: str, names: set[str]) -> str:
    def kept(found: re.Match[str]) -> str:
        name = found[1].split(".")[0]
        return found[0] if name in names or name.startswith("AWS::") else found[1]

    return re.sub(r"\$\{([\w.:]+)\}", kept, text)


@mock_aws
def test_moto_deploys_the_functions_their_roles_and_the_queue() -> None:
    region = {"region_name": "eu-central-1"}
    aws = {name: boto3.client(name, **region) for name in ("cloudformation", "lambda", "iam", "sqs", "s3", "logs")}  # type: ignore[call-overload]
    aws["cloudformation"].create_stack(StackName="tutoring", TemplateBody=json.dumps(deployable()))
    [stack] = aws["cloudformation"].describe_stacks(StackName="tutoring")["Stacks"]
    assert stack["StackStatus"] == "CREATE_COMPLETE"

    made = {each["FunctionName"]: each for each in aws["lambda"].list_functions()["Functions"]}
    assert len(made) == len(functions())
    roles = {role["RoleName"] for role in aws["iam"].list_roles()["Roles"]}
    for name in functions():
        service = functions()[name]["FunctionName"]["Fn::Sub"].replace("${AWS::StackName}", "tutoring")
        assert made[service]["Role"].split("/")[1] in roles
    assert made["tutoring-profiles"]["MemorySize"] == 1024
    assert made["tutoring-mail"]["Environment"]["Variables"]["MAIL_URL"] == "ses:"

    queue = aws["sqs"].get_queue_url(QueueName="tutoring-mail")["QueueUrl"]
    attributes = aws["sqs"].get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
    assert json.loads(attributes["RedrivePolicy"])["deadLetterTargetArn"].endswith(":tutoring-mail-dead-letters")
    assert len(aws["s3"].list_buckets()["Buckets"]) == len(["pictures", "attachments"])
    groups = {each["logGroupName"]: each for each in aws["logs"].describe_log_groups()["logGroups"]}
    assert groups["/aws/lambda/tutoring"]["retentionInDays"] == 30
