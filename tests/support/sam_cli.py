"""Prints as JSON what the SAM CLI sees in the project; runs in the SAM CLI's environment."""

import json
import sys
from pathlib import Path

from docker.utils.build import exclude_paths
from samcli.lib.providers.api_provider import ApiProvider
from samcli.lib.providers.sam_function_provider import SamFunctionProvider
from samcli.lib.providers.sam_stack_provider import SamLocalStackProvider

stacks, _ = SamLocalStackProvider.get_stacks("template.yaml")
functions = {each.name: each.imageconfig["Command"] for each in SamFunctionProvider(stacks).get_all()}
routes = [(each.path, each.function_name) for each in ApiProvider(stacks).api.routes]
ignored = [line for line in Path(".dockerignore").read_text().splitlines() if line]
context = sorted(exclude_paths(".", ignored, dockerfile="infra/Dockerfile"))
json.dump(
    {"stacks": [each.name for each in stacks], "functions": functions, "routes": routes, "context": context}, sys.stdout
)
