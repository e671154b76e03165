"""Second factors and passkeys of accounts."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, LargeBinary, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from shared.models.accounts import Identity, User
from shared.models.base import Base, CreatedAt, NumberKey


class SecondFactors(Base):
    """The second factors of one account. Checking a code or changing a factor locks the row."""

    __tablename__ = "second_factors"
    __table_args__ = (CheckConstraint("(totp_seed IS NULL) = (totp_added_at IS NULL)", name="totp"),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), primary_key=True)
    # The authenticator app's secret is derived from this and SECOND_FACTOR_SECRET.
    totp_seed: Mapped[bytes | None] = mapped_column(LargeBinary)
    totp_added_at: Mapped[datetime | None]
    # The time step of the last code that was used: it and earlier ones are void.
    totp_step: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    # The seed of an app that has not yet proved itself with a code.
    new_totp_seed: Mapped[bytes | None] = mapped_column(LargeBinary)
    new_totp_expires_at: Mapped[datetime | None]
    # Wrong codes within 15 minutes of the first of them.
    failures: Mapped[int] = mapped_column(server_default=text("0"))
    failing_since: Mapped[datetime | None]


class RecoveryCode(Base):
    """A code that signs in once; it is stored as its SHA-256 and deleted when used."""

    __tablename__ = "recovery_codes"

    user_id: Mapped[UUID] = mapped_column(ForeignKey(SecondFactors.user_id, ondelete="CASCADE"), primary_key=True)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)


class SecondFactorTicket(Base):
    """Stands for a right first factor until the second one is given, or lets a first second factor be added."""

    __tablename__ = "second_factor_tickets"
    __table_args__ = (CheckConstraint("purpose IN ('sign_in', 'enrol')", name="purpose"),)

    ticket_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), index=True)
    purpose: Mapped[str]
    # The identity that signs in through an OpenID provider, instead of by password.
    identity_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(Identity.id, ondelete="CASCADE"), index=True)
    # SHA-256 of the link that lets an identity sign in from then on.
    link_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    expires_at: Mapped[datetime] = mapped_column(index=True)


class Passkey(Base):
    """A passkey (Web Authentication) that signs in to the account, as a second factor or alone."""

    __tablename__ = "passkeys"

    id: Mapped[NumberKey]
    user_id: Mapped[UUID] = mapped_column(ForeignKey(SecondFactors.user_id, ondelete="CASCADE"), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    # In COSE format.
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    # The number of its signatures, as its authenticator counts them; 0 if it does not count.
    sign_count: Mapped[int] = mapped_column(BigInteger)
    # How its authenticator is reached, as a hint to browsers.
    transports: Mapped[list[str]] = mapped_column(ARRAY(Text))
    name: Mapped[str]
    created_at: Mapped[CreatedAt]
    last_used_at: Mapped[datetime | None]


class PasskeyChallenge(Base):
    """A challenge that a passkey signs, once."""

    __tablename__ = "passkey_challenges"
    __table_args__ = (CheckConstraint("purpose IN ('add', 'change', 'second_factor', 'sign_in')", name="purpose"),)

    challenge: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    # None for a sign-in with a passkey alone, where the user is not known yet.
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), index=True)
    purpose: Mapped[str]
    expires_at: Mapped[datetime] = mapped_column(index=True)
