"""Request bodies of partial updates (PATCH)."""

from typing import Any

from pydantic import GetJsonSchemaHandler
from pydantic_core import CoreSchema

from shared.kit.http.fastapi import BaseModel


class PartialUpdate(BaseModel):
    """A body in which what is absent stays as it is: defaults only fill the gaps and are not documented."""

    def changes(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.model_fields_set}

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        described = handler(schema)
        for field in handler.resolve_ref_schema(described)["properties"].values():
            field.pop("default", None)
        return described
