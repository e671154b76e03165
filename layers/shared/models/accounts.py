"""Accounts, their sign-in sessions and the tokens mailed to them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    literal_column,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, INET
from sqlalchemy.orm import Mapped, mapped_column

from shared.models.base import Base, CreatedAt, NumberKey, UuidKey


class User(Base):
    """An account, which can sign in once `confirmed_at` is set. Addresses are unique regardless of case."""

    __tablename__ = "users"
    __table_args__ = (
        CheckConstraint("language IN ('pl', 'en')", name="language"),
        Index("users_email_key", text("lower(email)"), unique=True),
        Index(
            "users_text_idx",
            # Spelled as PostgreSQL prints it.
            literal_column("fold((((first_name || ' '::text) || last_name) || ' '::text) || email)").label("text"),
            postgresql_using="gin",
            postgresql_ops={"text": "gin_trgm_ops"},
        ),
        Index("users_unconfirmed_idx", "created_at", postgresql_where=text("confirmed_at IS NULL")),
    )

    id: Mapped[UuidKey]
    email: Mapped[str]
    password_hash: Mapped[str]
    first_name: Mapped[str] = mapped_column(server_default="")
    last_name: Mapped[str] = mapped_column(server_default="")
    # The storage key of the profile picture; None means the default picture.
    picture: Mapped[str | None]
    is_tutor: Mapped[bool] = mapped_column(server_default=text("false"))
    is_staff: Mapped[bool] = mapped_column(server_default=text("false"))
    confirmed_at: Mapped[datetime | None]
    created_at: Mapped[CreatedAt]
    # An IANA name; None means the platform's zone.
    time_zone: Mapped[str | None]
    language: Mapped[str] = mapped_column(server_default="pl")
    # What the owner has turned off, each as "kind.channel": "chat.mail".
    silenced: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    # Whether chat partners see that the person is online, and when they last were.
    shows_presence: Mapped[bool] = mapped_column(server_default=text("true"))
    # When the account was first signed in to.
    signed_in_at: Mapped[datetime | None]
    # Since when staff have suspended the account: no sign-in, no offer, no bookings, and mails only about the account.
    suspended_at: Mapped[datetime | None]
    # Since when mails to the address bounce: until a mailed link is used, only such links are sent.
    mail_bounced_at: Mapped[datetime | None]
    # Since when signing in also requires a second factor.
    second_factor_at: Mapped[datetime | None]


class SignInSession(Base):
    """A signed-in device. Tokens carry its id; without the row they are invalid."""

    __tablename__ = "sign_in_sessions"

    id: Mapped[UuidKey]
    user_id: Mapped[UUID] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), index=True)
    user_agent: Mapped[str] = mapped_column(server_default="")
    address: Mapped[str | None] = mapped_column(INET)
    # The ISO 3166-1 code of the address's country, if the proxy in front of the server reports it.
    country: Mapped[str | None]
    created_at: Mapped[CreatedAt]
    last_used_at: Mapped[CreatedAt]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    # How many refresh tokens preceded the one in force, and when the latest of them were replaced.
    generation: Mapped[int] = mapped_column(server_default=text("0"))
    rotations: Mapped[list[datetime]] = mapped_column(ARRAY(DateTime(timezone=True)), server_default="{}")
    # When the password was last given in this session: at sign-in or by check_password.
    password_checked_at: Mapped[CreatedAt]
    # When a second factor was last given in this session, if one was.
    second_factor_checked_at: Mapped[datetime | None]


class EmailChange(Base):
    """A change of an account's address: requested, confirmed from the new one, and perhaps revoked from the old one.

    While it can be revoked, nobody else can take the old address.
    """

    __tablename__ = "email_changes"
    __table_args__ = (
        Index("email_changes_pending_key", "user_id", unique=True, postgresql_where=text("confirmed_at IS NULL")),
        Index("email_changes_old_email_idx", text("lower(old_email)")),
    )

    id: Mapped[NumberKey]
    user_id: Mapped[UUID] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), index=True)
    # The sign-in session that requested it, which may be over.
    session_id: Mapped[UUID]
    old_email: Mapped[str]
    new_email: Mapped[str]
    created_at: Mapped[CreatedAt]
    # Until when it can be confirmed.
    expires_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    revocable_until: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class EmailToken(Base):
    """A token mailed to an account, stored only as its SHA-256."""

    __tablename__ = "email_tokens"
    __table_args__ = (CheckConstraint("purpose IN ('confirm', 'reset', 'change', 'revoke')", name="purpose"),)

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), index=True)
    purpose: Mapped[str]
    # For tokens that confirm or revoke a change of address.
    change_id: Mapped[int | None] = mapped_column(ForeignKey(EmailChange.id, ondelete="CASCADE"), index=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class Identity(Base):
    """An identity of an OpenID provider, and the account it can sign in to once `linked_at` is set."""

    __tablename__ = "identities"
    __table_args__ = (
        UniqueConstraint("issuer", "subject", name="identities_issuer_subject_key"),
        Index("identities_link_expires_at_idx", "link_expires_at", postgresql_where=text("linked_at IS NULL")),
    )

    id: Mapped[NumberKey]
    user_id: Mapped[UUID] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), index=True)
    issuer: Mapped[str]
    subject: Mapped[str]
    created_at: Mapped[CreatedAt]
    linked_at: Mapped[datetime | None]
    # SHA-256 of the token that links it, once the owner has proved that the account is theirs.
    link_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    link_expires_at: Mapped[datetime | None]


class SignInRequest(Base):
    """A sign-in started with an OpenID provider; its secrets are stored as their SHA-256 where that is enough."""

    __tablename__ = "sign_in_requests"

    state_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    binding_hash: Mapped[bytes] = mapped_column(LargeBinary)
    nonce: Mapped[str]
    code_verifier: Mapped[str]
    redirect_uri: Mapped[str]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class StaffAction(Base):
    """An action of staff or of the operator (without an `actor_id`), and why; rows are never changed.

    Ids of deleted accounts stay: without them nobody would know who did what.
    """

    __tablename__ = "staff_actions"

    id: Mapped[NumberKey]
    at: Mapped[CreatedAt]
    actor_id: Mapped[UUID | None] = mapped_column(index=True)
    action: Mapped[str]
    # The account acted on, or the owner of what was acted on; `subject` names that thing: "review 7".
    user_id: Mapped[UUID | None] = mapped_column(index=True)
    subject: Mapped[str] = mapped_column(server_default="")
    reason: Mapped[str] = mapped_column(server_default="")
