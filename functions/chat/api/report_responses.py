"""What staff read of reports."""

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
    id: Annotated[int | None, Field(description="null of reviews and issues: decide where these are.")]
    kind: Literal["message", "person", "review", "issue"]
    review: Annotated[int | None, Field(description="The review that is reported.")]
    issue: Annotated[UUID | None, Field(description="The issue with the platform; its title is the `reason`.")]
    reason: str
    created_at: datetime
    reporter: Annotated[ReportedAccount | None, Field(description="null once the account is deleted.")]
    person: Annotated[ReportedAccount | None, Field(description="Who is reported, or wrote what is; null of issues.")]
    decision: Annotated[
        Literal["dismiss", "hide_message", "suspend"] | None,
        Field(description="null while it is open, and of reviews and issues."),
    ]
    decided_at: datetime | None


class QueuedReportPage(Page):
    results: list[QueuedReport]


class CopiedMessage(BaseModel):
    seq: int
    id: UUID
    author: UUID
    body: Annotated[str, Field(description="Its first 2,000 characters, as they were then.")]
    created_at: datetime
    deleted: bool


class ReportedAttachment(BaseModel):
    id: UUID
    name: str
    content_type: str
    size: Annotated[int, Field(description="Bytes.")]


class QueuedReportWithMessages(QueuedReport):
    conversation: UUID | None
    seq: Annotated[int | None, Field(description="The message that is reported, among those below.")]
    messages: Annotated[
        list[CopiedMessage],
        Field(description="Copied when it was reported: ten before and after the message, or the last 20 of the two."),
    ]
    note: Annotated[str, Field(description="Why it was decided so.")]
    decided_by: ReportedAccount | None
    attachments: Annotated[
        list[ReportedAttachment], Field(description="Of the reported message, while it is there; open one to read it.")
    ]
