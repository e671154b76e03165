"""Prints as JSON what the SAM CLI sees in the project; runs in the SAM CLI's environment."""

import json
import sys
from pathlib import Path

from docker.utils.build import exclude_paths
from samcli.commands.deploy.auth_utils import auth_per_resource
from samcli.lib.providers.api_provider import ApiProvider
from samcli.lib.providers.sam_function_provider import SamFunctionProvider
from samcli.lib.providers.sam_stack_provider import SamLocalStackProvider

stacks, _ = SamLocalStackProvider.get_stacks("template.yaml")
# A function whose code is inline in a template is not built.
made = [each for each in SamFunctionProvider(stacks).get_all() if not each.inlinecode]
functions = {each.name: each.imageconfig["Command"] for each in made}
routes = [(each.path, each.function_name) for each in ApiProvider(stacks).api.routes]
ignored = [line for line in Path(".dockerignore").read_text().splitlines() if line]
context = sorted(exclude_paths(".", ignored, dockerfile="infra/Dockerfile"))
# For each of these, `sam deploy --guided` asks whether it may have no authentication.
questions = [name for name, has_auth in auth_per_resource(stacks) if not has_auth]
seen = {"functions": functions, "routes": routes, "context": context, "questions": questions}
json.dump({"stacks": [each.name for each in stacks], **seen}, sys.stdout)
