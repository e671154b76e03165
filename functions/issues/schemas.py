"""Request and response bodies of issues."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from shared.domain.field_types import choice
from shared.domain.staff_desk import Reason
from shared.kit.http.fastapi import BaseModel
from shared.kit.http.fields import Text
from shared.kit.http.page_pagination import PageQuery
from shared.kit.http.request_models import RequestModel
from shared.kit.http.response_models import Page

MAX_TITLE, MAX_TEXT = 200, 5_000

Category = Literal["violation", "technical_issue", "help_request"]
Status = Literal["new", "in_progress", "resolved", "closed"]


class NewIssue(RequestModel):
    model_config = ConfigDict(
        json_schema_extra={"example": {"category": "technical_issue", "title": "Kamera", "description": "Od wczoraj."}}
    )

    category: Annotated[Category, choice("violation", "technical_issue", "help_request")]
    title: Annotated[str, Text(max_length=MAX_TITLE, visible=True, normalized=True)]
    description: Annotated[str, Text(max_length=MAX_TEXT, visible=True)]


class NewAnswer(RequestModel):
    model_config = ConfigDict(json_schema_extra={"example": {"body": "Od rana jest dobrze."}})

    body: Annotated[str, Text(max_length=MAX_TEXT, visible=True)]


class IssueChange(RequestModel):
    model_config = ConfigDict(json_schema_extra={"example": {"status": "resolved", "reason": "Kamera jest sprawna."}})

    status: Annotated[Status, choice("new", "in_progress", "resolved", "closed")]
    # Optional for one release, because existing clients do not send it.
    reason: Reason | None = None


class StaffQuery(PageQuery):
    status: Annotated[
        Status | None,
        choice("new", "in_progress", "resolved", "closed"),
        Field(description="Only with this status; by default those that are new or in progress."),
    ] = None


class Issue(BaseModel):
    id: UUID
    category: Category
    title: str
    description: str
    status: Status
    created_at: datetime
    updated_at: datetime
    reported_by: UUID


class IssuePage(Page):
    results: list[Issue]


class Answer(BaseModel):
    id: int
    issue: UUID
    body: str
    created_at: datetime
    responder: Annotated[UUID | None, Field(description="Null once the account is deleted.")]


class IssueWithAnswers(Issue):
    answers: Annotated[list[Answer], Field(description="The oldest first.")]
