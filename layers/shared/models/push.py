"""Browsers that get push messages, and the messages to send."""

from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from shared.models.accounts import SignInSession, User
from shared.models.base import Base, CreatedAt, NumberKey


class PushSubscription(Base):
    """A person's browser; it ends with the sign-in session in which it was subscribed."""

    __tablename__ = "push_subscriptions"

    id: Mapped[NumberKey]
    user_id: Mapped[UUID] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), index=True)
    session_id: Mapped[UUID] = mapped_column(ForeignKey(SignInSession.id, ondelete="CASCADE"), index=True)
    # Where its push service accepts messages: anyone who knows it can send, but nothing that the browser can decrypt.
    endpoint: Mapped[str] = mapped_column(unique=True)
    p256dh: Mapped[bytes] = mapped_column(LargeBinary)
    auth: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[CreatedAt]


class OutboxPush(Base):
    """A message to one browser: about a notification, or about a conversation's unread messages."""

    __tablename__ = "push_outbox"

    id: Mapped[NumberKey]
    subscription_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey(PushSubscription.id, ondelete="CASCADE"), index=True
    )
    notification_id: Mapped[int | None] = mapped_column(BigInteger)
    conversation_id: Mapped[UUID | None]
    created_at: Mapped[CreatedAt]
    # When to try (again); while a worker is sending it, when the next worker may.
    due_at: Mapped[CreatedAt] = mapped_column(index=True)
    attempts: Mapped[int] = mapped_column(server_default="0")
