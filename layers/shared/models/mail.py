"""Mails to send, stored in the transaction of the event they report."""

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
    # What the mail is about, such as the id of a booking change; never a secret.
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    # At most once: if it was claimed but never marked as sent, it is not tried again.
    once: Mapped[bool] = mapped_column(server_default=text("false"))
    created_at: Mapped[CreatedAt]
    # When to try (again); while a worker is sending it, when the next worker may.
    due_at: Mapped[CreatedAt]
    attempts: Mapped[int] = mapped_column(server_default="0")
    sent_at: Mapped[datetime | None]
    # For mails sent at most once: when it became uncertain whether it was sent.
    uncertain_at: Mapped[datetime | None]
