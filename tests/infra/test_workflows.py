"""The GitHub workflows: the path of a tag to production. `make check` checks their syntax."""

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
    """The commands of the steps of a stage, in order."""
    return [each["run"] for each in workflow("deploy-stage")["jobs"]["deploy"]["steps"] if "run" in each]


def test_production_follows_staging_and_staging_follows_the_tests() -> None:
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
    assert "if" not in jobs["staging"] | jobs["production"], "a failed stage must stop the stages that need it"


def test_a_stage_is_deployed_published_and_smoke_tested() -> None:
    makefile = (ROOT / "Makefile").read_text()
    made = [re.findall(r"^make (\S+)", command, re.MULTILINE) for command in commands()]
    assert made == [["deploy"], ["publish"], ["smoke"]]
    assert all(f"\n{target}:" in makefile for [target] in made)
    assert re.search(r"^deploy:.*\n.*\n\t.*\$\(if \$\(CI\),--no-confirm-changeset\)", makefile, re.MULTILINE)


def test_a_change_is_tested_on_the_oldest_python_and_on_the_images_python() -> None:
    tested = workflow("ci")["jobs"]["ci"]["strategy"]["matrix"]["python"]
    [oldest] = re.findall(r'^requires-python = ">=([\d.]+)"', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    [of_images] = re.findall(r"FROM public.ecr.aws/lambda/python:([\d.]+)", (ROOT / "infra" / "Dockerfile").read_text())
    assert {oldest, of_images} <= set(tested)


def test_commands_contain_no_untrusted_expressions() -> None:
    """GitHub inserts expressions into the text of a command before the shell reads it."""
    assert [command for command in commands() if "${{" in command] == []


@pytest.mark.parametrize("path", sorted(WORKFLOWS.glob("*.yml")), ids=lambda path: path.stem)
def test_actions_are_pinned_to_reviewed_commits(path: Any) -> None:
    """Tags can be moved, and these actions run with the role; Dependabot proposes updates."""
    used = re.findall(r"uses: (\S+)(.*)", path.read_text())
    for name, comment in used:
        assert name.startswith("./") or (re.search(r"@[0-9a-f]{40}$", name) and re.fullmatch(r"  # v[\d.]+", comment))


def test_a_token_is_requested_only_to_assume_a_role() -> None:
    assert workflow("deploy")["permissions"] == workflow("deploy-stage")["permissions"] == {}
    assert "id-token" not in workflow("deploy")["jobs"]["test"]["permissions"]
    assert "id-token" not in workflow("ci")["permissions"]


def test_a_role_trusts_only_its_environment() -> None:
    [policy] = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", GUIDE, re.DOTALL)]
    [statement] = policy["Statement"]
    condition = statement["Condition"].pop("StringEquals")
    assert statement["Condition"] == {}
    assert condition["token.actions.githubusercontent.com:aud"] == "sts.amazonaws.com"
    _, repository, kind, environment = condition["token.actions.githubusercontent.com:sub"].split(":")
    assert "*" not in repository
    assert (kind, workflow("deploy")["jobs"][environment]["with"]["stage"]) == ("environment", environment)


def test_the_guide_names_the_variables_of_a_stage() -> None:
    told = set(re.findall(r"\$\{\{ (?:vars|secrets)\.(\w+) \}\}", (WORKFLOWS / "deploy-stage.yml").read_text()))
    section = GUIDE[GUIDE.index("## From GitHub") : GUIDE.index("## Restoring")]
    assert told == {name for name in re.findall(r"`([A-Z_]+)`", section) if name in told}
    assert told == {"AWS_ROLE_ARN", "AWS_REGION", "STACK", "STUDENT", "TUTOR"}
