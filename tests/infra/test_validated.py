"""The templates are valid by CloudFormation's own schemas and rules, offline. `make template` runs these."""

import json
from pathlib import Path
from typing import Any

import pytest
from cloudformation_validate import CompositeEngine, TemplateContent

from tests.infra.test_transformed import transformed
from tests.support.templates import STACKS
from tools.cloud.template_file import load_template

pytestmark = pytest.mark.template


@pytest.fixture(scope="module")
def engine() -> Any:
    return CompositeEngine()


def errors(engine: Any, template: Any) -> list[str]:
    found = engine.validate_template(TemplateContent(json.dumps(template))).diagnostics
    return [f"{each.rule_id}: {each.message}" for each in found if each.severity.name not in {"INFO", "WARN"}]


@pytest.mark.parametrize("path", STACKS, ids=lambda path: path.stem)
def test_a_nested_stack_has_no_errors(engine: Any, path: Path) -> None:
    assert errors(engine, load_template(path)) == []


def test_the_transformed_template_has_no_errors(engine: Any) -> None:
    assert errors(engine, transformed()) == []


def test_errors_are_detected(engine: Any) -> None:
    """Otherwise the tests above could never fail."""
    wrong = {
        "Resources": {"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": 100_000, "Fifo": 1}}}
    }
    assert len(errors(engine, wrong)) == 2
