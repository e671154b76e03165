"""CloudFront functions of the viewer request, run by Node as written in the template.

Source: docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-event-structure.html
"""

import json
import re
import shutil
import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol
from urllib.parse import quote, unquote, unquote_plus

from shared.kit.http.middleware import Headers

# Reads one request per line and writes the function's result as one line.
RUNNER = """
const handler = new Function(process.argv[1] + '; return handler')();
const lines = require('readline').createInterface({input: process.stdin});
lines.on('line', line => process.stdout.write(JSON.stringify(handler(JSON.parse(line))) + '\\n'));
"""


COOKIE = b"cookie"


class Answered(Exception):
    """CloudFront answers without contacting an origin."""

    def __init__(self, status: int, content_type: str, body: str) -> None:
        super().__init__(body)
        self.status, self.content_type, self.body = status, content_type, body


@dataclass(frozen=True)
class ViewerRequest:
    """The parts of a request that a function may change: path and query as sent, headers by lower-case name."""

    path: str
    query: str = ""
    headers: tuple[tuple[bytes, bytes], ...] = ()
    address: str = ""

    def with_header(self, name: bytes, value: bytes) -> "ViewerRequest":
        """The request with a single header of this name, whatever the viewer sent."""
        return replace(self, headers=(*self.without_header(name).headers, (name, value)))

    def without_header(self, name: bytes) -> "ViewerRequest":
        return replace(self, headers=tuple(each for each in self.headers if each[0] != name))


class EdgeFunction(Protocol):
    def rewritten(self, request: ViewerRequest) -> ViewerRequest:
        """The request as the origin gets it. Raises Answered."""

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

    def rewritten(self, request: ViewerRequest) -> ViewerRequest:
        parameters = parsed(request.query)
        result = self._call(viewer_event(request, parameters))
        if "statusCode" in result:
            raise Answered(result["statusCode"], result["headers"]["content-type"]["value"], result["body"]["data"])
        unchanged = result["querystring"] == parameters
        cookies = [each for each in request.headers if each[0] == COOKIE]
        return replace(
            request,
            path=quote(result["uri"], safe="/%:@!$&'()*+,;=~"),
            query=request.query if unchanged else rendered(result["querystring"]),
            headers=(*header_pairs(result["headers"]), *cookies),
        )

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


def viewer_event(request: ViewerRequest, parameters: dict[str, Any]) -> dict[str, Any]:
    """The event of a request; cookies are not among its headers, and none of our functions reads them."""
    headers: dict[str, Any] = {}
    for name, value in request.headers:
        if name != COOKIE:
            add_value(headers, str(name, "latin-1"), str(value, "latin-1"))
    asked = {"method": "GET", "uri": request.path, "querystring": parameters, "headers": headers, "cookies": {}}
    context = {"eventType": "viewer-request"}
    return {"version": "1.0", "context": context, "viewer": {"ip": request.address}, "request": asked}


def header_pairs(headers: dict[str, Any]) -> Headers:
    return [
        (name.encode("latin-1"), each["value"].encode("latin-1"))
        for name, known in headers.items()
        for each in known.get("multiValue", [known])
    ]


def add_value(found: dict[str, Any], name: str, value: str) -> None:
    """Add a value to a name; a second value makes it a multi-value."""
    if name in found:
        known = found[name]
        known.setdefault("multiValue", [{"value": known["value"]}]).append({"value": value})
    else:
        found[name] = {"value": value}


def parsed(query: str) -> dict[str, Any]:
    """Parameters as CloudFront gives them to functions: not decoded."""
    found: dict[str, Any] = {}
    for pair in filter(None, query.split("&")):
        name, _, value = pair.partition("=")
        add_value(found, name, value)
    return found


def rendered(parameters: dict[str, Any]) -> str:
    return "&".join(
        f"{name}={each['value']}" for name, known in parameters.items() for each in known.get("multiValue", [known])
    )


@dataclass(frozen=True)
class Rule:
    """A function's effect, without Node."""

    rewritten: Callable[[ViewerRequest], ViewerRequest]

    def close(self) -> None:
        """Nothing to close."""


def _site(request: ViewerRequest) -> ViewerRequest:
    return request if "." in request.path.rpartition("/")[2] else replace(request, path="/index.html")


def _media(request: ViewerRequest) -> ViewerRequest:
    return replace(request, path=request.path.removeprefix("/static/media"))


def _description(request: ViewerRequest) -> ViewerRequest:
    name = request.path.rpartition("/")[2]
    return replace(request, path=f"{request.path}/") if name and "." not in name else request


def _api(request: ViewerRequest) -> ViewerRequest:
    host = next(value for name, value in request.headers if name == b"host")
    versioned = re.fullmatch(r"/v(\d{1,4})(/api/.*)", request.path)
    found = request.without_header(b"x-api-version")
    if not re.match(r"(/v\d{1,4})?/api/token", request.path):
        found = found.without_header(b"cloudfront-viewer-country")
    if versioned:
        found = found.with_header(b"x-api-version", versioned[1].encode())
    found = found.with_header(b"x-viewer-address", request.address.encode()).with_header(b"x-viewer-host", host)
    return replace(found, path=(versioned[2] if versioned else request.path).removesuffix("/"))


def _sockets(request: ViewerRequest) -> ViewerRequest:
    path = request.path
    parameters: dict[str, str] = {}
    for pair in filter(None, request.query.split("&")):
        name, _, value = pair.partition("=")
        parameters[_encoded(unquote_plus(name))] = value
    parameters.pop("version", None)
    if versioned := re.fullmatch(r"/v(\d{1,4})(/ws/.*)", path):
        parameters["version"], path = versioned.groups()
    if path.startswith("/ws/chat/"):
        parameters["conversation"] = _encoded(unquote(path.removeprefix("/ws/chat/").removesuffix("/")))
    elif path in {"/ws/notification/user/", "/ws/notification/user"}:
        parameters["notifications"] = "1"
    elif path in {"/ws/user/", "/ws/user"}:
        parameters["user"] = "1"
    elif path != "/ws/":
        raise Answered(403, "application/json", '{"message":"Forbidden"}')
    query = "&".join(f"{name}={value}" for name, value in parameters.items())
    return replace(request, path="/live", query=query)


def _encoded(text: str) -> str:
    """As JavaScript's encodeURIComponent."""
    return quote(text, safe="!*'()~")


RULES = {
    "ApiFunction": Rule(_api),
    "SiteFunction": Rule(_site),
    "MediaFunction": Rule(_media),
    "DescriptionFunction": Rule(_description),
    "SocketsFunction": Rule(_sockets),
}
