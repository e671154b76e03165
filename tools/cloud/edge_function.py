"""CloudFront functions of the viewer request, run by Node as they stand in the template.

Source: docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-event-structure.html
"""

import json
import shutil
import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import quote, unquote, unquote_plus

# One request a line in, what the function makes of it a line out.
RUNNER = """
const handler = new Function(process.argv[1] + '; return handler')();
const lines = require('readline').createInterface({input: process.stdin});
lines.on('line', line => process.stdout.write(JSON.stringify(handler(JSON.parse(line))) + '\\n'));
"""


class Answered(Exception):
    """CloudFront answers without asking an origin."""

    def __init__(self, status: int, content_type: str, body: str) -> None:
        super().__init__(body)
        self.status, self.content_type, self.body = status, content_type, body


class EdgeFunction(Protocol):
    def rewritten(self, path: str, query: str) -> tuple[str, str]:
        """Path and query, both as in a request line, as the origin gets them. Raises Answered."""

    def close(self) -> None: ...


def edge_function(name: str, code: str) -> EdgeFunction:
    """The function's code in Node; on machines without, the same rule in Python."""
    node = shutil.which("node") or shutil.which("nodejs")
    return NodeFunction(node, code) if node else RULES[name]


class NodeFunction:
    """A function's code in a Node process of its own."""

    def __init__(self, node: str, code: str) -> None:
        self._process = subprocess.Popen(
            [node, "-e", RUNNER, code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._lock = threading.Lock()

    def rewritten(self, path: str, query: str) -> tuple[str, str]:
        parameters = parsed(query)
        request = {"method": "GET", "uri": path, "querystring": parameters, "headers": {}, "cookies": {}}
        result = self._call({"version": "1.0", "context": {"eventType": "viewer-request"}, "request": request})
        if "statusCode" in result:
            raise Answered(result["statusCode"], result["headers"]["content-type"]["value"], result["body"]["data"])
        unchanged = result["querystring"] == parameters
        return quote(result["uri"], safe="/%:@!$&'()*+,;=~"), query if unchanged else rendered(result["querystring"])

    def _call(self, event: dict[str, Any]) -> Any:
        sent, received = self._process.stdin, self._process.stdout
        assert sent
        assert received
        with self._lock:
            sent.write(json.dumps(event) + "\n")
            sent.flush()
            return json.loads(received.readline())

    def close(self) -> None:
        self._process.communicate()


def parsed(query: str) -> dict[str, Any]:
    """Parameters as CloudFront gives them to functions: not decoded, further values of a name beside the first."""
    found: dict[str, Any] = {}
    for pair in filter(None, query.split("&")):
        name, _, value = pair.partition("=")
        if name in found:
            known = found[name]
            known.setdefault("multiValue", [{"value": known["value"]}]).append({"value": value})
        else:
            found[name] = {"value": value}
    return found


def rendered(parameters: dict[str, Any]) -> str:
    return "&".join(
        f"{name}={each['value']}" for name, known in parameters.items() for each in known.get("multiValue", [known])
    )


@dataclass(frozen=True)
class Rule:
    """What a function does, without Node."""

    rewritten: Callable[[str, str], tuple[str, str]]

    def close(self) -> None:
        """Nothing is open."""


def _site(path: str, query: str) -> tuple[str, str]:
    return path if "." in path.rpartition("/")[2] else "/index.html", query


def _media(path: str, query: str) -> tuple[str, str]:
    return path.removeprefix("/static/media"), query


def _description(path: str, query: str) -> tuple[str, str]:
    name = path.rpartition("/")[2]
    return f"{path}/" if name and "." not in name else path, query


def _sockets(path: str, query: str) -> tuple[str, str]:
    parameters = {}
    for pair in filter(None, query.split("&")):
        name, _, value = pair.partition("=")
        parameters[_encoded(unquote_plus(name))] = value
    if path.startswith("/ws/chat/"):
        parameters["conversation"] = _encoded(unquote(path.removeprefix("/ws/chat/").removesuffix("/")))
    elif path in {"/ws/notification/user/", "/ws/notification/user"}:
        parameters["notifications"] = "1"
    elif path != "/ws/":
        raise Answered(403, "application/json", '{"message":"Forbidden"}')
    return "/live", "&".join(f"{name}={value}" for name, value in parameters.items())


def _encoded(text: str) -> str:
    """As JavaScript's encodeURIComponent."""
    return quote(text, safe="!*'()~")


RULES = {
    "SiteFunction": Rule(_site),
    "MediaFunction": Rule(_media),
    "DescriptionFunction": Rule(_description),
    "SocketsFunction": Rule(_sockets),
}
