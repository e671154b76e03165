"""The workflows of GitHub: what a tag goes through on its way to production. Their syntax is held by `make check`."""

import json
import re
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.support.local_server import ROOT

WORKFLOWS = ROOT / ".github" / "workflows"
GUIDE = (ROOT / "docs" / "deploy-aws.md").read_text()


def workflow(name: str) -> Any:
    return YAML(typ="safe").load((WORKFLOWS / f"{name}.yml").read_text())


def commands() -> list[str]:
    """What the steps of a stage run, in their order."""
    return [each["run"] for each in workflow("deploy-stage")["jobs"]["deploy"]["steps"] if "run" in each]


def test_production_comes_after_staging_and_staging_after_the_tests() -> None:
    jobs = workflow("deploy")["jobs"]
    assert [(name, job.get("needs")) for name, job in jobs.items()] == [
        ("test", None),
        ("staging", "test"),
        ("production", "staging"),
    ]
    assert {name: job["with"]["stage"] for name, job in jobs.items() if "with" in job} == {
        "staging": "staging",
        "production": "production",
    }
    assert jobs["test"]["uses"].endswith("/ci.yml")
    assert "if" not in jobs["staging"] | jobs["production"], "a failed stage must stop what needs it"


def test_a_stage_is_deployed_published_and_looked_at() -> None:
    makefile = (ROOT / "Makefile").read_text()
    made = [re.findall(r"^make (\S+)", command, re.MULTILINE) for command in commands()]
    assert made == [["deploy"], ["publish"], ["smoke"]]
    assert all(f"\n{target}:" in makefile for [target] in made)
    assert re.search(r"^deploy:.*\n.*\n\t.*\$\(if \$\(CI\),--no-confirm-changeset\)", makefile, re.MULTILINE)


def test_a_change_is_tested_on_the_oldest_python_and_on_that_of_the_images() -> None:
    tested = workflow("ci")["jobs"]["ci"]["strategy"]["matrix"]["python"]
    [oldest] = re.findall(r'^requires-python = ">=([\d.]+)"', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    [of_images] = re.findall(r"FROM public.ecr.aws/lambda/python:([\d.]+)", (ROOT / "infra" / "Dockerfile").read_text())
    assert {oldest, of_images} <= set(tested)


def test_nothing_that_somebody_else_names_gets_into_a_command() -> None:
    """An expression is put into the text of the command before the shell reads it."""
    assert [command for command in commands() if "${{" in command] == []


@pytest.mark.parametrize("path", sorted(WORKFLOWS.glob("*.yml")), ids=lambda path: path.stem)
def test_actions_are_those_that_were_looked_at(path: Any) -> None:
    """A tag can be moved, and these actions hold the role; Dependabot proposes newer ones."""
    used = re.findall(r"uses: (\S+)(.*)", path.read_text())
    for name, comment in used:
        assert name.startswith("./") or (re.search(r"@[0-9a-f]{40}$", name) and re.fullmatch(r"  # v[\d.]+", comment))


def test_a_token_is_asked_for_only_where_a_role_is_taken() -> None:
    assert workflow("deploy")["permissions"] == workflow("deploy-stage")["permissions"] == {}
    assert "id-token" not in workflow("deploy")["jobs"]["test"]["permissions"]
    assert "id-token" not in workflow("ci")["permissions"]


def test_a_role_trusts_the_environment_it_is_for() -> None:
    [policy] = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", GUIDE, re.DOTALL)]
    [statement] = policy["Statement"]
    condition = statement["Condition"].pop("StringEquals")
    assert statement["Condition"] == {}
    assert condition["token.actions.githubusercontent.com:aud"] == "sts.amazonaws.com"
    _, repository, kind, environment = condition["token.actions.githubusercontent.com:sub"].split(":")
    assert "*" not in repository
    assert (kind, workflow("deploy")["jobs"][environment]["with"]["stage"]) == ("environment", environment)


def test_the_guide_names_what_a_stage_is_told() -> None:
    told = set(re.findall(r"\$\{\{ (?:vars|secrets)\.(\w+) \}\}", (WORKFLOWS / "deploy-stage.yml").read_text()))
    section = GUIDE[GUIDE.index("## From GitHub") : GUIDE.index("## Restoring")]
    assert told == {name for name in re.findall(r"`([A-Z_]+)`", section) if name in told}
    assert told == {"AWS_ROLE_ARN", "AWS_REGION", "STACK", "STUDENT", "TUTOR"}
