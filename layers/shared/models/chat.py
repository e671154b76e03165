"""Private conversations, their messages and attachments, sockets that listen to them, blocks and reports."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from shared.models.accounts import SignInSession, User
from shared.models.base import Base, CreatedAt, NumberKey, UuidKey


class Conversation(Base):
    """A conversation of two people. `pair` is made of both ids and makes it unique."""

    __tablename__ = "conversations"

    id: Mapped[UuidKey]
    pair: Mapped[str] = mapped_column(unique=True)
    last_seq: Mapped[int] = mapped_column(BigInteger, server_default="0")
    # Whether one has blocked the other. A copy of `blocks` for sending, which locks this row anyway.
    is_blocked: Mapped[bool] = mapped_column(server_default=text("false"))
    # The author of all messages so far; None once both have written, and in conversations older than this column.
    only_author: Mapped[UUID | None]
    # Counts changes of messages after they were stored: edits, deletions, reactions.
    change_seq: Mapped[int] = mapped_column(BigInteger, server_default="0")
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[CreatedAt]


class Member(Base):
    """A member of a conversation, and up to which message they have read; deleted with the account."""

    __tablename__ = "conversation_members"
    __table_args__ = (
        Index("conversation_members_mail_due_idx", "mail_due_at", postgresql_where=text("mail_due_at IS NOT NULL")),
    )

    conversation_id: Mapped[UUID] = mapped_column(ForeignKey(Conversation.id, ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), primary_key=True, index=True)
    # The `seq` of the last message that the member has read.
    read_seq: Mapped[int] = mapped_column(BigInteger, server_default="0")
    # The last mail about unread messages: the newest message in it, the read position then, and when it was queued.
    mailed_seq: Mapped[int] = mapped_column(BigInteger, server_default="0")
    mailed_read_seq: Mapped[int] = mapped_column(BigInteger, server_default="0")
    mailed_at: Mapped[datetime | None]
    # The newest message when the member last got push messages.
    pushed_seq: Mapped[int] = mapped_column(BigInteger, server_default="0")
    # When to check whether to send a mail.
    mail_due_at: Mapped[datetime | None]
    # The member is not told of new messages by mail or push; they count as unread all the same.
    is_muted: Mapped[bool] = mapped_column(server_default=text("false"))
    # The last message when the member archived the conversation: it comes back with the next one.
    archived_seq: Mapped[int | None] = mapped_column(BigInteger)


class Block(Base):
    """One person has blocked another: no messages and no bookings between the two."""

    __tablename__ = "blocks"
    __table_args__ = (CheckConstraint("blocker_id <> blocked_id", name="others"),)

    blocker_id: Mapped[UUID] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), primary_key=True)
    blocked_id: Mapped[UUID] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), primary_key=True, index=True)
    created_at: Mapped[CreatedAt]


class Message(Base):
    """One message; `seq` counts from 1 within its conversation without gaps and orders the messages.

    The id of a deleted author stays. `created_by` is not a foreign key: its check would lock the author's row for every
    message.
    """

    __tablename__ = "messages"
    __table_args__ = (
        # A message sent again with the same client-side id is the same message.
        Index(
            "messages_client_id_key",
            "conversation_id",
            "created_by",
            "client_id",
            unique=True,
            postgresql_where=text("client_id IS NOT NULL"),
        ),
        Index(
            "messages_created_at_idx",
            "created_at",
            postgresql_using="brin",
            postgresql_with={"pages_per_range": 32, "autosummarize": "on"},
        ),
        Index("messages_changes_idx", "conversation_id", "change_seq", postgresql_where=text("change_seq IS NOT NULL")),
    )

    conversation_id: Mapped[UUID] = mapped_column(ForeignKey(Conversation.id, ondelete="CASCADE"), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    id: Mapped[UUID] = mapped_column(server_default=text("gen_random_uuid()"))
    created_by: Mapped[UUID]
    client_id: Mapped[str | None]
    # Empty once the message is deleted: the row stays, because `seq` has no gaps.
    body: Mapped[str]
    created_at: Mapped[CreatedAt]
    # The `seq` of the message it replies to. Not a foreign key: messages are deleted only with the conversation.
    reply_to: Mapped[int | None] = mapped_column(BigInteger)
    edited_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
    # The change_seq of its last change.
    change_seq: Mapped[int | None] = mapped_column(BigInteger)


class MessageReactions(Base):
    """One member's emojis on one message; an array, so that a constraint can limit its length."""

    __tablename__ = "message_reactions"
    __table_args__ = (
        ForeignKeyConstraint(
            ["conversation_id", "user_id"],
            ["conversation_members.conversation_id", "conversation_members.user_id"],
            ondelete="CASCADE",
        ),
        CheckConstraint("cardinality(emojis) <= 5", name="count"),
        Index("message_reactions_user_idx", "user_id", "conversation_id"),
    )

    conversation_id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    emojis: Mapped[list[str]] = mapped_column(ARRAY(TEXT))


class HiddenMessage(Base):
    """A message that a member has deleted only for themselves; the other still sees it."""

    __tablename__ = "hidden_messages"
    __table_args__ = (
        ForeignKeyConstraint(
            ["conversation_id", "user_id"],
            ["conversation_members.conversation_id", "conversation_members.user_id"],
            ondelete="CASCADE",
        ),
    )

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    conversation_id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    change_seq: Mapped[int] = mapped_column(BigInteger)


class Attachment(Base):
    """A file for a message of a conversation, from its upload ticket on; a job deletes it with its files.

    It belongs to at most one message. `name` is the name to save it under; the files themselves have other names.
    """

    __tablename__ = "attachments"
    __table_args__ = (
        CheckConstraint("completed_at IS NULL OR (content_type IS NOT NULL AND file_key IS NOT NULL)", name="complete"),
        CheckConstraint("message_id IS NULL OR (completed_at IS NOT NULL AND place IS NOT NULL)", name="bound"),
        Index("attachments_message_idx", "message_id", postgresql_where=text("message_id IS NOT NULL")),
        Index(
            "attachments_unused_idx",
            "created_at",
            postgresql_where=text(
                "message_id IS NULL OR removed_at IS NOT NULL OR conversation_id IS NULL OR created_by IS NULL"
            ),
        ),
    )

    id: Mapped[UuidKey]
    # None once the conversation or account is gone: its files are still to be deleted.
    conversation_id: Mapped[UUID | None] = mapped_column(ForeignKey(Conversation.id, ondelete="SET NULL"), index=True)
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey(User.id, ondelete="SET NULL"), index=True)
    name: Mapped[str]
    # Determined from the content, once it was checked.
    content_type: Mapped[str | None]
    # In bytes; before the check, the most that may be uploaded.
    size: Mapped[int]
    width: Mapped[int | None]
    height: Mapped[int | None]
    has_thumbnail: Mapped[bool] = mapped_column(server_default=text("false"))
    # Where the checked file is stored.
    file_key: Mapped[str | None]
    created_at: Mapped[CreatedAt]
    completed_at: Mapped[datetime | None]
    message_id: Mapped[UUID | None]
    # The position among its message's attachments, from 1.
    place: Mapped[int | None]
    # When its message was deleted.
    removed_at: Mapped[datetime | None]


class Connection(Base):
    """An open WebSocket: a member listening to a conversation, or a user to all of theirs or only to notifications.

    It ends with the membership and with its sign-in session.
    """

    __tablename__ = "connections"
    __table_args__ = (
        ForeignKeyConstraint(
            ["conversation_id", "user_id"],
            ["conversation_members.conversation_id", "conversation_members.user_id"],
            ondelete="CASCADE",
        ),
        Index("connections_conversation_members_idx", "conversation_id", "user_id"),
        Index("connections_user_idx", "user_id"),
        # The sockets that get every conversation of their user.
        Index("connections_user_sockets_idx", "user_id", postgresql_where=text("protocol = 3")),
        # Rows are spread over many pages, which are kept when sockets close, so that even a plan made while few are
        # open uses the indexes. PostgreSQL caches plans: one made for a single page would read the whole table later.
        {"postgresql_with": {"fillfactor": 10, "vacuum_truncate": "off"}},
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    conversation_id: Mapped[UUID | None]
    user_id: Mapped[UUID]
    session_id: Mapped[UUID] = mapped_column(ForeignKey(SignInSession.id, ondelete="CASCADE"), index=True)
    # The protocol that the client speaks: 1 is the legacy React client's, 3 that of the user socket, 0 and 4 those of
    # version 2 of the wire (shared.versions.protocols).
    protocol: Mapped[int] = mapped_column(server_default="1")
    connected_at: Mapped[CreatedAt]
    # When the connection was opened or last got a keep-alive.
    touched_at: Mapped[CreatedAt] = mapped_column(index=True)
    # When the client was told that the gateway will close it soon.
    closing_told_at: Mapped[datetime | None]


class JobProgress(Base):
    """The progress of a job that processes stored rows."""

    __tablename__ = "job_progress"

    job: Mapped[str] = mapped_column(primary_key=True)
    done_until: Mapped[datetime]


class SocketTicket(Base):
    """Lets a client open its user's socket once, without a token in the URL; it ends with the sign-in session."""

    __tablename__ = "socket_tickets"

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    session_id: Mapped[UUID] = mapped_column(ForeignKey(SignInSession.id, ondelete="CASCADE"), index=True)
    expires_at: Mapped[datetime]


class Report(Base):
    """A complaint about a message or a person, for staff to decide on; at most one open per reporter and object.

    Two people have one conversation, so a message is identified by its author and `seq`. The messages around it are
    copied when it is reported, in case they change later.
    """

    __tablename__ = "reports"
    __table_args__ = (
        CheckConstraint("(kind = 'message') = (seq IS NOT NULL) AND kind IN ('message', 'person')", name="kind"),
        CheckConstraint("decision IN ('dismiss', 'hide_message', 'suspend')", name="decision"),
        Index(
            "reports_open_key",
            "reporter_id",
            "person_id",
            text("coalesce(seq, 0)"),
            unique=True,
            postgresql_where=text("decided_at IS NULL"),
        ),
        Index("reports_person_idx", "person_id"),
        Index("reports_decided_by_idx", "decided_by", postgresql_where=text("decided_by IS NOT NULL")),
    )

    id: Mapped[NumberKey]
    kind: Mapped[str]
    # None if the account was deleted. Deleting the reported person's account deletes the report.
    reporter_id: Mapped[UUID | None] = mapped_column(ForeignKey(User.id, ondelete="SET NULL"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"))
    conversation_id: Mapped[UUID | None]
    seq: Mapped[int | None] = mapped_column(BigInteger)
    reason: Mapped[str]
    messages: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default="[]")
    created_at: Mapped[CreatedAt]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey(User.id, ondelete="SET NULL"))
    decision: Mapped[str | None]
    note: Mapped[str] = mapped_column(server_default="")
