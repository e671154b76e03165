"""The API's description."""

from collections.abc import Iterator
from typing import Any

from local.openapi import description

ID = {"type": "string", "format": "uuid"}


def parts(part: Any) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict):
        yield part
    if isinstance(part, dict | list):
        for each in part.values() if isinstance(part, dict) else part:
            yield from parts(each)


def test_a_conversation_is_opened_with_a_person_not_with_a_bare_id() -> None:
    users = description()["components"]["schemas"]["NewConversation"]["properties"]["users"]
    assert users["items"] == {"type": "object", "properties": {"id": ID}, "required": ["id"]}
    assert (users["minItems"], users["maxItems"]) == (1, 1)


def test_changes_have_no_defaults() -> None:
    schemas = description()["components"]["schemas"]
    for name in ("BookingTermsChange", "SettingsChange", "EditedRating", "ProfileChange"):
        assert [each for each in schemas[name]["properties"].values() if "default" in each] == [], name


def test_bounds_of_integers_are_integers_that_fit_the_database() -> None:
    integers = [part for part in parts(description()) if part.get("type") == "integer"]
    bounds = [each[name] for each in integers for name in ("minimum", "maximum") if name in each]
    assert {type(bound) for bound in bounds} == {int}
    assert max(bounds) == 2**63 - 1
