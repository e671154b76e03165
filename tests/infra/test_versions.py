"""A changed parameter reaches the functions behind their alias. `make template` runs these."""

import json
import re
import subprocess
from functools import cache
from typing import Any

import pytest

from tests.support.templates import functions, template
from tools.cloud.project import ROOT

# Every parameter is a transform of one to four seconds.
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
    """What the transform makes at first, of each parameter's other value, and of all of them without a new release."""
    asked = {"first": FIRST, "all": FIRST | {name: other_value(name) for name in PARAMETERS}}
    asked |= {name: {"Release": "2", name: other_value(name)} for name in PARAMETERS}
    command = [str(ROOT / ".venv-sam" / "bin" / "python"), "-m", "tests.support.sam_versions"]
    ran = subprocess.run(
        command, cwd=ROOT, input=json.dumps(list(asked.values())), stdout=subprocess.PIPE, text=True, check=True
    )
    return dict(zip(asked, json.loads(ran.stdout), strict=True))


def test_a_changed_parameter_makes_new_versions_with_a_new_release() -> None:
    before = made()["first"]
    for name in PARAMETERS:
        after = made()[name]
        assert len(before["versions"]) == len(after["versions"]) == len(functions()), name
        assert set(before["versions"]).isdisjoint(after["versions"]), name
        # Lambda publishes no version of a function that is as it was: the transform changes the description, too.
        assert after["descriptions"] == ["2"] * len(functions()), name


def test_without_a_new_release_it_makes_none() -> None:
    """Why there is a Release: when the transform does better, this fails and Release can go."""
    assert made()["all"]["versions"] == made()["first"]["versions"]


def test_a_release_is_not_longer_than_what_the_transform_takes_of_it() -> None:
    """It takes ten characters: of longer ones the second may seem the first."""
    pattern = template()["Parameters"]["Release"]["AllowedPattern"]
    assert [bool(re.fullmatch(pattern, each)) for each in ("", "1795811047", "20261128T2030")] == [True, True, False]
