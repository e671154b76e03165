"""Prints template.yaml as CloudFormation receives it, after AWS's own transform; needs no network and no account.

It runs in the SAM CLI's environment, which has the transform: .venv-sam/bin/python -m infra.transform [NAME=VALUE ...]
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from samcli.yamlhelper import yaml_parse
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

ROOT = Path(__file__).parents[1]
FUNCTION = "AWS::Serverless::Function"
# What `sam build` and `sam deploy` substitute for the functions' Metadata and for paths.
UPLOADED = "https://s3.amazonaws.com/templates/{}"
IMAGE = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/tutoring:{}"


def transformed(path: Path, parameters: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The template as CloudFormation receives it with these parameters; the others have their defaults."""
    template: dict[str, Any] = yaml_parse(path.read_text())
    for name, resource in template["Resources"].items():
        if resource["Type"] == FUNCTION:
            resource["Properties"]["ImageUri"] = IMAGE.format(name.lower())
        elif resource["Type"] == "AWS::CloudFormation::Stack":
            resource["Properties"]["TemplateURL"] = UPLOADED.format(Path(resource["Properties"]["TemplateURL"]).name)
    translated: dict[str, Any] = Translator({}, Parser()).translate(template, dict(parameters or {}))
    return translated


if __name__ == "__main__":
    given = dict(argument.split("=", 1) for argument in sys.argv[1:])
    json.dump(transformed(ROOT / "template.yaml", given), sys.stdout, indent=1)
