"""A gradual deploy: which functions shift gradually, and what rolls it back. `make template` runs these."""

import json
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from typing import Any

import pytest

from tests.support.templates import functions, resources, template
from tools.cloud.project import ROOT

pytestmark = pytest.mark.template

GRADUAL = [each for each in template()["Parameters"]["DeploymentPreference"]["AllowedValues"] if each != "AllAtOnce"]
# A deploy calls the first, and each step of a rotation calls the second: these change at once.
AT_ONCE = {"MigrationsFunction", "SecretsFunction"}


@cache
def transformed(preference: str) -> dict[str, Any]:
    """The resources after AWS's transform."""
    python = str(ROOT / ".venv-sam" / "bin" / "python")
    command = [python, "-m", "infra.transform", f"DeploymentPreference={preference}"]
    ran = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    found: dict[str, Any] = json.loads(ran.stdout)["Resources"]
    return found


def gradual_aliases(preference: str) -> set[str]:
    """The functions whose alias CodeDeploy shifts."""
    aliases = {name: each for name, each in transformed(preference).items() if each["Type"] == "AWS::Lambda::Alias"}
    return {name.removesuffix("Aliaslive") for name, each in aliases.items() if "UpdatePolicy" in each}


def test_an_immediate_deploy_does_not_use_codedeploy() -> None:
    """So that a fix can be deployed while alarms are active."""
    assert gradual_aliases("AllAtOnce") == set()
    assert [each for each in transformed("AllAtOnce").values() if "CodeDeploy" in each["Type"]] == []


@pytest.mark.parametrize("preference", GRADUAL)
def test_all_functions_except_migrations_and_rotation_deploy_gradually(preference: str) -> None:
    assert gradual_aliases(preference) == functions().keys() - AT_ONCE
    groups = [each for each in transformed(preference).values() if each["Type"] == "AWS::CodeDeploy::DeploymentGroup"]
    assert len(groups) == len(functions()) - len(AT_ONCE)
    for group in groups:
        kind = group["Properties"]["DeploymentConfigName"]["Fn::Sub"]
        assert kind == ["CodeDeployDefault.Lambda${ConfigName}", {"ConfigName": preference}]
        watched = group["Properties"]["AlarmConfiguration"]["Alarms"]
        alarms = [{"Name": {"Fn::GetAtt": ["Rollout", f"Outputs.{name}"]}} for name in ("Errors", "Crashes")]
        assert watched == alarms
        assert "DEPLOYMENT_STOP_ON_ALARM" in group["Properties"]["AutoRollbackConfiguration"]["Events"]


def test_the_alarms_watch_metrics_of_the_functions_logs() -> None:
    """They name metrics of log filters, which are in another stack."""
    rollout, watching = ROOT / "infra" / "stacks" / "rollout.yaml", ROOT / "infra" / "stacks" / "alarms.yaml"
    filters = resources("AWS::Logs::MetricFilter", watching).values()
    made = [(each["MetricNamespace"], each["MetricName"]) for one in filters for each in one["MetricTransformations"]]
    alarms = list(resources("AWS::CloudWatch::Alarm", rollout).values())
    assert all((each["Namespace"], each["MetricName"]) in made for each in alarms)
    assert all(each["Period"] * each["EvaluationPeriods"] < 5 * 60 for each in alarms), "a canary would be over"


def needs(resource: dict[str, Any]) -> Iterator[str]:
    """The names that a resource refers to anywhere."""
    ordered = resource.get("DependsOn", [])
    yield from [ordered] if isinstance(ordered, str) else ordered
    waiting: list[Any] = [resource]
    while waiting:
        match waiting.pop():
            case {"Ref": str(name)} | {"Fn::GetAtt": [str(name), *_]}:
                yield name
            case {"Fn::Sub": [str(text), {**values}]}:
                yield from re.findall(r"\$\{(\w+)", text)
                waiting.append(values)
            case {"Fn::Sub": str(text)}:
                yield from re.findall(r"\$\{(\w+)", text)
            case dict() as parts:
                waiting += parts.values()
            case list() as parts:
                waiting += parts
            case _:
                pass


def test_the_alarms_of_a_deploy_cause_no_dependency_cycle() -> None:
    """An alias waits for its deployment group, which waits for the alarms; CloudFormation refuses a cycle."""
    found = transformed(GRADUAL[0])
    graph = {name: found.keys() & set(needs(each)) for name, each in found.items()}
    order = list(TopologicalSorter(graph).static_order())
    assert order.index("Rollout") < order.index("TokensFunctionAliaslive") < order.index("Alarms")
