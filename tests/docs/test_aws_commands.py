"""The services accept the AWS CLI commands in our documentation."""

import json
import re
import shlex
from typing import Any

from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.validate import ParamValidator

from tools.cloud.project import ROOT

PAGE = (ROOT / "docs" / "deploy-aws.md").read_text()
OF_THE_CLI = {"region", "query", "output"}


def parameters(service: str, verb: str) -> dict[str, Any]:
    """The parameters that a command of the page passes to the service."""
    [command] = re.findall(rf"^aws {service} {verb} .*?(?=\n(?:aws |```))", PAGE, re.MULTILINE | re.DOTALL)
    words = shlex.split(command.replace("\\\n", " "))[3:]
    given = zip(words[::2], words[1::2], strict=True)
    named = {name.removeprefix("--"): value for name, value in given}
    return {
        "".join(part.capitalize() for part in name.split("-")): json.loads(value) if value[0] in "[{" else value
        for name, value in named.items()
        if name not in OF_THE_CLI
    }


def test_the_web_acl_is_valid_by_the_service_s_model() -> None:
    model = ServiceModel(Loader().load_service_model("wafv2", "service-2"))
    given, taken = parameters("wafv2", "create-web-acl"), model.operation_model("CreateWebACL").input_shape
    assert taken is not None
    report = ParamValidator().validate(given, taken)
    assert report.generate_report() == ""
    [rule] = given["Rules"]
    assert rule["Statement"]["RateBasedStatement"]["Limit"] >= 10
    assert given["Scope"] == "CLOUDFRONT"
    assert "--region us-east-1" in PAGE
