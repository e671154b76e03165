"""The recorded events, with ids and tokens filled in."""

import json
import re
from pathlib import Path
from typing import Any

PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}")


def recorded(name: str, **values: object) -> dict[str, Any]:
    """The event of a file in this folder, with each {{placeholder}} replaced by the value of that name.

    Raises KeyError for a placeholder without a value.
    """
    text = Path(__file__).with_name(f"{name}.json").read_text()
    event: dict[str, Any] = _filled(json.loads(text), values)
    return event


def _filled(part: Any, values: dict[str, object]) -> Any:
    if isinstance(part, dict):
        return {name: _filled(value, values) for name, value in part.items()}
    if isinstance(part, list):
        return [_filled(value, values) for value in part]
    if isinstance(part, str):
        return PLACEHOLDER.sub(lambda found: str(values[found[1]]), part)
    return part
