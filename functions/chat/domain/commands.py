"""Request bodies of conversations."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import BeforeValidator, ConfigDict, WithJsonSchema

from shared.kit.http import fields
from shared.kit.http.fields import invalid, uuid_or_none
from shared.kit.http.request_models import RecordedRequestModel

OTHER_PEOPLE = {
    "type": "array",
    "description": "Only the other person; you are added.",
    "items": {"type": "object", "properties": {"id": {"type": "string", "format": "uuid"}}, "required": ["id"]},
    "minItems": 1,
    "maxItems": 1,
}
NOT_TWO = "Rozmowa musi mieć dokładnie dwóch użytkowników."


def other_people(value: Any) -> list[UUID]:
    """Read the ids in [{"id": uuid}, ...]; errors have the same shape, with one more entry for the caller."""
    if value is None:
        raise invalid(fields.NULL)
    if not isinstance(value, list):
        raise invalid(fields.not_a("list", value))
    if len(value) != 1:
        raise invalid(NOT_TWO)
    if complaint := _complaint(value[0]):
        raise invalid(complaint, {})
    found = uuid_or_none(value[0]["id"])
    return [found] if found else []


def _complaint(person: Any) -> dict[str, list[str]]:
    if not isinstance(person, dict):
        return {"non_field_errors": [fields.not_a("dict", person)]}
    if "id" not in person:
        return {"id": [fields.REQUIRED]}
    if person["id"] is None:
        return {"id": [fields.NULL]}
    return {} if uuid_or_none(person["id"]) else {"id": [fields.NOT_UUID]}


class NewConversation(RecordedRequestModel):
    model_config = ConfigDict(
        json_schema_extra={"example": {"users": [{"id": "7f8f2a52-5d1c-4b9d-9a53-0c8a4a6f7d10"}]}}
    )

    users: Annotated[list[UUID], BeforeValidator(other_people), WithJsonSchema(OTHER_PEOPLE)]

    @property
    def partner_id(self) -> UUID:
        return self.users[0]
