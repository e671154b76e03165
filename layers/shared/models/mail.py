"""Mails to be sent, written in the transaction of what they report."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.models.base import Base, CreatedAt, NumberKey


class OutboxMail(Base):
    """A mail to send: its kind and addressee, not its text.

    The text is written when it is sent, so that this table never contains a token.
    """

    __tablename__ = "mail_outbox"
    __table_args__ = (Index("mail_outbox_due_idx", "due_at", postgresql_where=text("sent_at IS NULL")),)

    id: Mapped[NumberKey]
    kind: Mapped[str]
    recipient: Mapped[str]
    # What the mail is about, such as the id of a booking's change; never a secret.
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    # Rather not at all than twice: one that was claimed and never marked as sent is not tried again.
    once: Mapped[bool] = mapped_column(server_default=text("false"))
    created_at: Mapped[CreatedAt]
    # When to try (again); while a worker sends it, when the next one may.
    due_at: Mapped[CreatedAt]
    attempts: Mapped[int] = mapped_column(server_default="0")
    sent_at: Mapped[datetime | None]
    # Of a mail to send once: when it turned out that nobody knows whether it went.
    uncertain_at: Mapped[datetime | None]
