"""JSON composed of JSON texts."""

import json
from typing import Any

import pytest

from shared.kit.json import json_array, json_object, json_text


def test_texts_are_composed_unchanged() -> None:
    inner = json_object({"id": json_text(7), "zażółć": json_text('a"b')})
    text = json_object({"list": json_array([inner, "null"]), "none": json_array([]), "empty": json_object({})})
    assert json.loads(text) == {"list": [{"id": 7, "zażółć": 'a"b'}, None], "none": [], "empty": {}}
    assert text.startswith('{"list":[{"id":7,"zażółć":')


def test_composed_json_equals_encoded_json() -> None:
    encoder = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
    values: tuple[Any, ...] = (
        "zażółć \n\x00\ud800",
        7,
        0.1,
        True,
        None,
        [],
        {},
        {"b": [1, {"a": 1e300}], "a": (2,), 3: "c"},
    )
    for value in values:
        assert json_text(value) == encoder.encode(value)
    with pytest.raises(TypeError, match="not JSON serializable"):
        json_text({"a": object()})
