"""Response bodies of reports, for staff."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from shared.kit.http.fastapi import BaseModel
from shared.kit.http.response_models import Page


class ReportedAccount(BaseModel):
    id: UUID
    first_name: str
    last_name: str
    suspended: bool


class QueuedReport(BaseModel):
    id: Annotated[
        int | None, Field(description="Null for reviews and issues, which are decided at their own endpoints.")
    ]
    kind: Literal["message", "person", "review", "issue"]
    review: Annotated[int | None, Field(description="The reported review.")]
    issue: Annotated[UUID | None, Field(description="The issue; its title is the `reason`.")]
    reason: str
    created_at: datetime
    reporter: Annotated[ReportedAccount | None, Field(description="Null once the account is deleted.")]
    person: Annotated[
        ReportedAccount | None,
        Field(description="The reported person or the author of what was reported; null for issues."),
    ]
    decision: Annotated[
        Literal["dismiss", "hide_message", "suspend"] | None,
        Field(description="Null while it is open, and for reviews and issues."),
    ]
    decided_at: datetime | None


class QueuedReportPage(Page):
    results: list[QueuedReport]


class CopiedMessage(BaseModel):
    seq: int
    id: UUID
    author: UUID
    body: Annotated[str, Field(description="Its first 2,000 characters at the time of the report.")]
    created_at: datetime
    deleted: bool


class ReportedAttachment(BaseModel):
    id: UUID
    name: str
    content_type: str
    size: Annotated[int, Field(description="Bytes.")]


class QueuedReportWithMessages(QueuedReport):
    conversation: UUID | None
    seq: Annotated[int | None, Field(description="The `seq` of the reported message, which is among `messages`.")]
    messages: Annotated[
        list[CopiedMessage],
        Field(
            description="Copied at the time of the report: ten before and after the message, or the last 20"
            " between the two people."
        ),
    ]
    note: Annotated[str, Field(description="The reason for the decision.")]
    decided_by: ReportedAccount | None
    attachments: Annotated[
        list[ReportedAttachment],
        Field(description="Attachments of the reported message, while it exists; open one to read it."),
    ]
