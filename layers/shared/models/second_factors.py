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
    # The authenticator app's secret is made of it, and of SECOND_FACTOR_SECRET.
    totp_seed: Mapped[bytes | None] = mapped_column(LargeBinary)
    totp_added_at: Mapped[datetime | None]
    # The time step of the last password that was used: it and those before are void.
    totp_step: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    # Of an app that has yet to show a password.
    new_totp_seed: Mapped[bytes | None] = mapped_column(LargeBinary)
    new_totp_expires_at: Mapped[datetime | None]
    # Wrong codes in the quarter of an hour that began with the first of them.
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
    # Who signs in by what an OpenID provider says, and not by the password.
    identity_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(Identity.id, ondelete="CASCADE"), index=True)
    # Of the link that lets an identity sign in from then on.
    link_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    expires_at: Mapped[datetime] = mapped_column(index=True)


class Passkey(Base):
    """A passkey (Web Authentication) that signs in to the account, as a second factor or alone."""

    __tablename__ = "passkeys"

    id: Mapped[NumberKey]
    user_id: Mapped[UUID] = mapped_column(ForeignKey(SecondFactors.user_id, ondelete="CASCADE"), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    # In COSE's form.
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    # Of its signatures, as its authenticator counts them; 0 of one that does not.
    sign_count: Mapped[int] = mapped_column(BigInteger)
    # How its authenticator is reached, for the browser to look there.
    transports: Mapped[list[str]] = mapped_column(ARRAY(Text))
    name: Mapped[str]
    created_at: Mapped[CreatedAt]
    last_used_at: Mapped[datetime | None]


class PasskeyChallenge(Base):
    """What a passkey is to sign, once."""

    __tablename__ = "passkey_challenges"
    __table_args__ = (CheckConstraint("purpose IN ('add', 'change', 'second_factor', 'sign_in')", name="purpose"),)

    challenge: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    # Nobody's where somebody signs in by a passkey alone.
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), index=True)
    purpose: Mapped[str]
    expires_at: Mapped[datetime] = mapped_column(index=True)
