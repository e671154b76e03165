"""Prints as JSON the versions the SAM transform makes of functions; runs in the SAM CLI's environment.

Its input is a list of parameter sets for the transform; its output, for each set, the versions' logical ids and the
functions' descriptions.
"""

import json
import sys

from infra.transform import ROOT, transformed

made = []
for parameters in json.load(sys.stdin):
    resources = transformed(ROOT / "template.yaml", parameters)["Resources"].items()
    versions = sorted(name for name, each in resources if each["Type"] == "AWS::Lambda::Version")
    descriptions = [
        each["Properties"].get("Description") for _, each in resources if each["Type"] == "AWS::Lambda::Function"
    ]
    made.append({"versions": versions, "descriptions": descriptions})
json.dump(made, sys.stdout)
