"""A changed parameter reaches the functions behind their alias. `make template` runs these."""

import json
import re
import subprocess
from functools import cache
from typing import Any

import pytest

from tests.support.templates import functions, template
from tools.cloud.project import ROOT

# Every parameter needs a transform of one to four seconds.
pytestmark = [pytest.mark.template, pytest.mark.timeout(600)]

PARAMETERS = sorted(template()["Parameters"].keys() - {"Release"})
FIRST = {"Release": "1"}


def other_value(parameter: str) -> str:
    """A value that is not the default."""
    described = template()["Parameters"][parameter]
    if allowed := [each for each in described.get("AllowedValues", []) if each != described["Default"]]:
        return str(allowed[0])
    return str(described["Default"] + 1) if described["Type"] == "Number" else f"{described['Default']}x"


@cache
def made() -> dict[str, Any]:
    """Transform the defaults, another value for each parameter, and all other values without a new release."""
    asked = {"first": FIRST, "all": FIRST | {name: other_value(name) for name in PARAMETERS}}
    asked |= {name: {"Release": "2", name: other_value(name)} for name in PARAMETERS}
    command = [str(ROOT / ".venv-sam" / "bin" / "python"), "-m", "tests.support.sam_versions"]
    ran = subprocess.run(
        command, cwd=ROOT, input=json.dumps(list(asked.values())), stdout=subprocess.PIPE, text=True, check=True
    )
    return dict(zip(asked, json.loads(ran.stdout), strict=True))


def test_a_changed_parameter_and_a_new_release_publish_new_versions() -> None:
    before = made()["first"]
    for name in PARAMETERS:
        after = made()[name]
        assert len(before["versions"]) == len(after["versions"]) == len(functions()), name
        assert set(before["versions"]).isdisjoint(after["versions"]), name
        # Lambda publishes no version of an unchanged function, so the transform changes the description too.
        assert after["descriptions"] == ["2"] * len(functions()), name


def test_a_changed_parameter_without_a_new_release_publishes_none() -> None:
    """The reason for the parameter Release: once the transform handles this, the test fails and Release can go."""
    assert made()["all"]["versions"] == made()["first"]["versions"]


def test_a_release_is_no_longer_than_the_part_that_the_transform_uses() -> None:
    """It uses ten characters: two longer releases may seem equal."""
    pattern = template()["Parameters"]["Release"]["AllowedPattern"]
    assert [bool(re.fullmatch(pattern, each)) for each in ("", "1795811047", "20261128T2030")] == [True, True, False]
