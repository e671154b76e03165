"""Writes into the templates what is stated elsewhere; `python -m infra.generate` after any of it changed.

- the routes of the HTTP API, from the functions' routers, with and without their last slash;
- the code of the CloudFront functions, from infra/cloudfront/;
- the name of the WebSocket API's deployment: a stage serves new routes only by a new deployment, and a deployment
  is new only by a new name.
"""

import hashlib
import re
import sys
import textwrap
from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).parents[1]
CLOUDFRONT = ROOT / "infra" / "cloudfront"
RESOURCE = re.compile(r"^  \w+:\n(?:    .*\n)+", re.MULTILINE)
COMMAND = re.compile(r"Command: \[([\w.]+)\.handler\]")
ROUTES = re.compile(r"(      Events:  # the routes .*\n)(?:        \w+: \{Type: HttpApi, Properties: \{.*Path: .*\n)*")
CODE = re.compile(
    r"(  (\w+)Function:\n    Type: AWS::CloudFront::Function\n(?:    .*\n)+?"
    r"      FunctionCode: ).*\n(?:        .*\n|\n(?= {8}))*"
)
SOCKETS = re.compile(r"    Type: AWS::ApiGatewayV2::(?:Api|Integration|Route)\n")
DEPLOYMENT = re.compile(r"\bWebSocketDeployment[0-9a-f]*\b")


def template(text: str) -> str:
    """template.yaml as it should be."""
    text = RESOURCE.sub(lambda resource: _with_routes(resource[0]), text)
    sockets = "".join(each[0] for each in RESOURCE.finditer(text) if SOCKETS.search(each[0]))
    return DEPLOYMENT.sub("WebSocketDeployment" + hashlib.sha256(sockets.encode()).hexdigest()[:8], text)


def edge(text: str) -> str:
    """infra/stacks/edge.yaml as it should be."""
    return CODE.sub(lambda function: function[1] + "|\n" + _code(function[2]), text)


def served_paths(module: str) -> list[str]:
    """The paths of an HTTP function, as API Gateway writes them; they end with a slash."""
    served: Iterable[str] = import_module(module).handler.app.allowed
    return sorted(re.sub(r"{(\w+):\w+}", r"{\1}", path) for path in served)


def _with_routes(resource: str) -> str:
    command = COMMAND.search(resource)
    if command is None or not ROUTES.search(resource):
        return resource
    lines = "".join(line for path in served_paths(command[1]) for line in _events(path))
    return ROUTES.sub(lambda events: events[1] + lines, resource)


def _events(path: str) -> Iterable[str]:
    name = "".join(word.capitalize() for word in re.findall(r"[a-z0-9]+", path.removeprefix("/api/")))
    for event, route in ((name, path.rstrip("/")), (f"{name}Slash", path)):
        yield f"        {event}: {{Type: HttpApi, Properties: {{ApiId: !Ref HttpApi, Path: '{route}', Method: ANY}}}}\n"


def _code(function: str) -> str:
    return textwrap.indent((CLOUDFRONT / f"{function.lower()}.js").read_text(), " " * 8)


GENERATED: dict[Path, Callable[[str], str]] = {
    ROOT / "template.yaml": template,
    ROOT / "infra" / "stacks" / "edge.yaml": edge,
}

if __name__ == "__main__":
    for file, generate in GENERATED.items():
        before = file.read_text()
        after = generate(before)
        file.write_text(after)
        sys.stdout.write(f"{file.relative_to(ROOT)}: {'as it was' if after == before else 'written anew'}\n")
