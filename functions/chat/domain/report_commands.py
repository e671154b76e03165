"""Request bodies of reports to staff and of staff's decisions."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from shared.domain.field_types import Id, choice
from shared.kit.http.fields import Text, Whole
from shared.kit.http.page_pagination import PageQuery
from shared.kit.http.request_models import RequestModel

MAX_REASON = 1_000
ID = "7f8f2a52-5d1c-4b9d-9a53-0c8a4a6f7d10"

Reason = Annotated[str, Text(max_length=MAX_REASON, visible=True), Field(description="What is wrong; staff read it.")]


class ReportedMessage(RequestModel):
    model_config = ConfigDict(json_schema_extra={"example": {"conversation": ID, "seq": 12, "reason": "Obraża mnie."}})

    conversation: Id
    seq: Annotated[int, Whole(minimum=1, maximum=None), Field(description="The message's `seq` in the conversation.")]
    reason: Reason


class ReportedPerson(RequestModel):
    model_config = ConfigDict(json_schema_extra={"example": {"person": ID, "reason": "Wysyła spam."}})

    person: Id
    reason: Reason


class ReportDecision(RequestModel):
    model_config = ConfigDict(json_schema_extra={"example": {"decision": "dismiss", "reason": "Zwykła rozmowa."}})

    decision: Annotated[
        Literal["dismiss", "hide_message", "suspend"],
        choice("dismiss", "hide_message", "suspend"),
        Field(description="Dismiss the report, delete the message for both people, or suspend its author."),
    ]
    reason: Annotated[
        str, Text(max_length=MAX_REASON, visible=True), Field(description="The reason; staff can read it.")
    ]


class ReportsQuery(PageQuery):
    state: Annotated[
        Literal["open", "decided"], choice("open", "decided"), Field(description="Open reports by default.")
    ] = "open"
    kind: Annotated[
        Literal["message", "person", "review", "issue"] | None,
        choice("message", "person", "review", "issue"),
        Field(description="Only reports about these."),
    ] = None
