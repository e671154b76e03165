"""Issues that people report to staff about the platform itself, and the answers."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.models.accounts import User
from shared.models.base import Base, CreatedAt, NumberKey, UuidKey


class Issue(Base):
    """A problem, a breach of the rules or a request for help; deleted with its reporter's account."""

    __tablename__ = "issues"
    __table_args__ = (
        CheckConstraint("category IN ('violation', 'technical_issue', 'help_request')", name="category"),
        CheckConstraint("status IN ('new', 'in_progress', 'resolved', 'closed')", name="status"),
        Index("issues_reporter_idx", "reported_by", "created_at"),
        Index("issues_open_idx", "created_at", postgresql_where=text("status IN ('new', 'in_progress')")),
    )

    id: Mapped[UuidKey]
    reported_by: Mapped[UUID] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"))
    category: Mapped[str]
    title: Mapped[str]
    description: Mapped[str]
    status: Mapped[str] = mapped_column(server_default="new")
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[CreatedAt]


class IssueAnswer(Base):
    """An answer of staff or the reporter in an issue."""

    __tablename__ = "issue_answers"
    __table_args__ = (Index("issue_answers_issue_idx", "issue_id", "id"),)

    id: Mapped[NumberKey]
    issue_id: Mapped[UUID] = mapped_column(ForeignKey(Issue.id, ondelete="CASCADE"))
    # None once the account is gone: the answers of staff stay.
    responder_id: Mapped[UUID | None] = mapped_column(ForeignKey(User.id, ondelete="SET NULL"), index=True)
    body: Mapped[str]
    created_at: Mapped[CreatedAt]
