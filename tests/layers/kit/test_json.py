"""JSON texts put together from JSON texts."""

import json

from shared.kit.json import json_array, json_object, json_text


def test_texts_are_put_together_as_they_are() -> None:
    inner = json_object({"id": json_text(7), "zażółć": json_text('a"b')})
    text = json_object({"list": json_array([inner, "null"]), "none": json_array([]), "empty": json_object({})})
    assert json.loads(text) == {"list": [{"id": 7, "zażółć": 'a"b'}, None], "none": [], "empty": {}}
    assert text.startswith('{"list":[{"id":7,"zażółć":')
