"""CloudFront functions of the viewer request, run by Node as they stand in the template.

Source: docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-event-structure.html
"""

import json
import shutil
import subprocess
import threading
from typing import Any
from urllib.parse import quote

# One request a line in, what the function makes of it a line out.
RUNNER = """
const handler = new Function(process.argv[1] + '; return handler')();
const lines = require('readline').createInterface({input: process.stdin});
lines.on('line', line => process.stdout.write(JSON.stringify(handler(JSON.parse(line))) + '\\n'));
"""


def node() -> str | None:
    """Where Node is, None on machines without."""
    return shutil.which("node") or shutil.which("nodejs")


class EdgeFunction:
    """A function's code in a Node process of its own."""

    def __init__(self, code: str) -> None:
        self._process = subprocess.Popen(
            [node() or "node", "-e", RUNNER, code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._lock = threading.Lock()

    def rewritten(self, path: str, query: str) -> tuple[str, str]:
        """Path and query, both as they are in a request line, as the origin gets them."""
        parameters = parsed(query)
        request = {"method": "GET", "uri": path, "querystring": parameters, "headers": {}, "cookies": {}}
        result = self._call({"version": "1.0", "context": {"eventType": "viewer-request"}, "request": request})
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
        if name not in found:
            found[name] = {"value": value}
            continue
        known = found[name]
        known.setdefault("multiValue", [{"value": known["value"]}]).append({"value": value})
    return found


def rendered(parameters: dict[str, Any]) -> str:
    return "&".join(
        f"{name}={each['value']}" for name, known in parameters.items() for each in known.get("multiValue", [known])
    )


class EdgeRule:
    """The same rule without Node: /ws/chat/<conversation>/?token=… becomes the root with query parameters."""

    def rewritten(self, path: str, query: str) -> tuple[str, str]:
        conversation = path.removeprefix("/ws/chat/").removesuffix("/")
        if conversation == path or not conversation:
            return path, query
        return "/", "&".join(filter(None, [query, f"conversation={conversation}"]))

    def close(self) -> None:
        """There is nothing to end."""
