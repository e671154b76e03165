"""Generate the parts of the templates that are defined elsewhere; run `python -m infra.generate` after a change.

- the routes of the HTTP API, from the functions' routers, in the form that API Gateway accepts;
- the code of the CloudFront functions, from infra/cloudfront/;
- the name of the WebSocket API's deployment: a stage serves new routes only after a new deployment, which needs a
  new name.

The templates are read, changed and written as YAML that keeps comments and order, in the one form ruamel.yaml writes.
"""

import hashlib
import io
import re
import sys
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, TaggedScalar
from ruamel.yaml.scalarstring import LiteralScalarString, SingleQuotedScalarString

from shared.versions import paths_of_versions

ROOT = Path(__file__).parents[1]
CLOUDFRONT = ROOT / "infra" / "cloudfront"
FUNCTION, CLOUDFRONT_FUNCTION = "AWS::Serverless::Function", "AWS::CloudFront::Function"
SOCKETS = {"AWS::ApiGatewayV2::Api", "AWS::ApiGatewayV2::Integration", "AWS::ApiGatewayV2::Route"}
DEPLOYMENT = "AWS::ApiGatewayV2::Deployment"
COMMENT = re.compile(r"(?:^|\s)(#.*)$", re.MULTILINE)


class CommentLost(ValueError):
    """A comment is where ruamel.yaml loses it: after a tagged item that ends a list."""


def template(text: str) -> str:
    """Return template.yaml as it should be. Raises CommentLost."""
    document = _read(text)
    resources: dict[str, Any] = document["Resources"]
    for function in _of_type(resources, FUNCTION).values():
        _write_routes(function["Properties"])
    sockets = {name: each for name, each in resources.items() if each["Type"] in SOCKETS}
    [deployment] = _of_type(resources, DEPLOYMENT)
    name = "WebSocketDeployment" + hashlib.sha256(_written(sockets).encode()).hexdigest()[:8]
    return _checked(text, _written(document)).replace(deployment, name)


def edge(text: str) -> str:
    """Return infra/stacks/edge.yaml as it should be. Raises CommentLost."""
    document = _read(text)
    for name, function in _of_type(document["Resources"], CLOUDFRONT_FUNCTION).items():
        code = CLOUDFRONT / f"{name.removesuffix('Function').lower()}.js"
        function["Properties"]["FunctionCode"] = LiteralScalarString(code.read_text())
    return _checked(text, _written(document))


def served_paths(module: str) -> list[str]:
    """The paths of an HTTP function, its own and those that only some version has; they end with a slash."""
    served: Collection[str] = import_module(module).handler.app.allowed
    aliases = (path for path, own in paths_of_versions().items() if own in served)
    return sorted({*served, *aliases})


def route_of(path: str) -> str:
    """The API Gateway route for a path: without its trailing slash, with each variable as a whole segment."""
    return re.sub(r"[^/]*{(\w+)(?::\w+)?}[^/]*", r"{\1}", path.rstrip("/"))


def _write_routes(properties: dict[str, Any]) -> None:
    """Replace the routes among a function's events; an event without a path is the route $default and stays."""
    events: CommentedMap = properties.get("Events", {})
    if not any(_is_route(each) for each in events.values()):
        return
    others = {name: each for name, each in events.items() if not _is_route(each)}
    events.clear()
    [command] = properties["ImageConfig"]["Command"]
    events.update({**dict(_routes(served_paths(command.removesuffix(".handler")))), **others})


def _is_route(event: Any) -> bool:
    return event["Type"] == "HttpApi" and "Path" in event["Properties"]


def _routes(paths: Iterable[str]) -> Iterator[tuple[str, CommentedMap]]:
    for path in paths:
        route = route_of(path)
        name = "".join(word.capitalize() for word in re.findall(r"[a-z0-9]+", route.removeprefix("/api/")))
        api = TaggedScalar("HttpApi", tag="!Ref")
        properties = {"ApiId": api, "Path": SingleQuotedScalarString(route), "Method": "ANY"}
        yield name, _on_one_line({"Type": "HttpApi", "Properties": _on_one_line(properties)})


def _on_one_line(values: dict[str, Any]) -> CommentedMap:
    made = CommentedMap(values)
    made.fa.set_flow_style()
    return made


def _of_type(resources: dict[str, Any], kind: str) -> dict[str, Any]:
    return {name: each for name, each in resources.items() if each["Type"] == kind}


def _yaml() -> YAML:
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 10_000  # Keep the author's line breaks.
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def _read(text: str) -> Any:
    return _yaml().load(text)


def _written(document: Any) -> str:
    target = io.StringIO()
    _yaml().dump(document, target)
    return target.getvalue()


def _checked(before: str, after: str) -> str:
    lost = Counter(COMMENT.findall(before)) - Counter(COMMENT.findall(after))
    if lost:
        raise CommentLost("\n".join(lost))
    return after


GENERATED: dict[Path, Callable[[str], str]] = {
    ROOT / "template.yaml": template,
    ROOT / "infra" / "stacks" / "edge.yaml": edge,
}

if __name__ == "__main__":
    for file, generate in GENERATED.items():
        before = file.read_text()
        after = generate(before)
        file.write_text(after)
        sys.stdout.write(f"{file.relative_to(ROOT)}: {'unchanged' if after == before else 'written'}\n")
