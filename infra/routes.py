"""Writes the routes of template.yaml: every path of every HTTP function, with and without its last slash.

`python -m infra.routes` after a feature got a path.
"""

import re
import sys
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path

TEMPLATE = Path(__file__).parents[1] / "template.yaml"
FUNCTION = re.compile(r"^  \w+Function:\n(?:    .*\n)+", re.MULTILINE)
COMMAND = re.compile(r"Command: \[([\w.]+)\.handler\]")
EVENTS = re.compile(r"(      Events:  # the routes .*\n)(?:        \w+: \{Type: HttpApi, Properties: \{.*Path: .*\n)*")


def with_routes(template: str) -> str:
    """The template with the routes of the functions as they are now."""
    return FUNCTION.sub(lambda function: _with_routes(function[0]), template)


def served_paths(module: str) -> list[str]:
    """The paths of an HTTP function, as API Gateway writes them; they end with a slash."""
    served: Iterable[str] = import_module(module).handler.app.allowed
    return sorted(re.sub(r"{(\w+):\w+}", r"{\1}", path) for path in served)


def _with_routes(function: str) -> str:
    command = COMMAND.search(function)
    if command is None or not EVENTS.search(function):
        return function
    lines = "".join(line for path in served_paths(command[1]) for line in _events(path))
    return EVENTS.sub(lambda events: events[1] + lines, function)


def _events(path: str) -> Iterable[str]:
    name = "".join(word.capitalize() for word in re.findall(r"[a-z0-9]+", path.removeprefix("/api/")))
    for event, route in ((name, path.rstrip("/")), (f"{name}Slash", path)):
        yield f"        {event}: {{Type: HttpApi, Properties: {{ApiId: !Ref HttpApi, Path: '{route}', Method: ANY}}}}\n"


if __name__ == "__main__":
    before = TEMPLATE.read_text()
    after = with_routes(before)
    TEMPLATE.write_text(after)
    sys.stdout.write("template.yaml is as it was\n" if after == before else "template.yaml has new routes\n")
