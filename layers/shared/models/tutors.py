"""Tutors as students search them, and the skills they may offer."""

from decimal import Decimal
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    Double,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Numeric,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from shared.models.accounts import User
from shared.models.base import Base, NumberKey

LISTED = text("listed")
# Completeness, as infra/sql/missing_settings.sql defines it; a generated column cannot use another one.
IS_COMPLETE = (
    "missing_settings(price, is_free, skills, online_sessions, in_person_sessions, individual_sessions,"
    " group_sessions) = '{}'"
)


class Skill(Base):
    """A subject that tutors can choose; the list is seeded and curated."""

    __tablename__ = "skills"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)


class Tutor(Base):
    """A tutor's public card and the columns search runs on, in one row, so that search reads one table.

    Triggers keep the copied columns and the rating counters in sync with the account and the ratings, whatever writes
    those (docs/decisions/0003-search-row.md).
    """

    __tablename__ = "tutors"
    __table_args__ = (
        CheckConstraint("price BETWEEN 0 AND 1000000", name="price"),
        CheckConstraint("char_length(location) <= 50", name="location"),
        # Includes prices, so that tutors outside a price range are skipped without reading their rows.
        Index("tutors_rank_idx", "rank", "id", "price", postgresql_where=LISTED),
        Index("tutors_avg_rating_idx", "avg_rating", "id", "price", postgresql_where=LISTED),
        Index("tutors_price_idx", "price", "id", postgresql_where=LISTED),
        Index("tutors_skills_idx", "skills", postgresql_using="gin", postgresql_where=LISTED),
        Index(
            "tutors_name_idx",
            "name_folded",
            postgresql_using="gin",
            postgresql_ops={"name_folded": "gin_trgm_ops"},
            postgresql_where=LISTED,
        ),
        Index(
            "tutors_location_idx",
            "location_folded",
            postgresql_using="gin",
            postgresql_ops={"location_folded": "gin_trgm_ops"},
            postgresql_where=LISTED,
        ),
    )

    id: Mapped[int] = mapped_column(Integer, Identity(always=True), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), unique=True)
    description: Mapped[str | None]
    price: Mapped[int] = mapped_column(server_default="0")
    # Distinguishes a price of 0 that is meant from one never set.
    is_free: Mapped[bool] = mapped_column(server_default=text("false"))
    location: Mapped[str] = mapped_column(server_default="")
    online_sessions: Mapped[bool] = mapped_column(server_default=text("false"))
    in_person_sessions: Mapped[bool] = mapped_column(server_default=text("false"))
    individual_sessions: Mapped[bool] = mapped_column(server_default=text("false"))
    group_sessions: Mapped[bool] = mapped_column(server_default=text("false"))
    skills: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    # Incomplete tutors come last, and cannot be booked.
    is_complete: Mapped[bool] = mapped_column(Computed(IS_COMPLETE, persisted=True))

    # Copied from the account; `listed` once it is confirmed.
    listed: Mapped[bool] = mapped_column(server_default=text("false"))
    first_name: Mapped[str] = mapped_column(server_default="")
    last_name: Mapped[str] = mapped_column(server_default="")
    picture: Mapped[str | None]
    # In lower-case ASCII with a blank on both sides, so that "% word" matches the start of a word.
    name_folded: Mapped[str] = mapped_column(server_default="")
    location_folded: Mapped[str] = mapped_column(Text, Computed("' ' || fold(location) || ' '", persisted=True))
    rating_count: Mapped[int] = mapped_column(server_default="0")
    rating_sum: Mapped[int] = mapped_column(server_default="0")
    verified_count: Mapped[int] = mapped_column(server_default="0")
    verified_sum: Mapped[int] = mapped_column(server_default="0")
    avg_rating: Mapped[Decimal] = mapped_column(
        Numeric(2, 1),
        Computed("coalesce(round(rating_sum::numeric / nullif(rating_count, 0), 1), 0)", persisted=True),
    )
    # Bayesian mean of verified ratings, starting from five of 3.5. Incomplete tutors get a tenth: below all others.
    rank: Mapped[float] = mapped_column(
        Double,
        Computed(
            f"(17.5 + verified_sum) / (5 + verified_count) / CASE WHEN {IS_COMPLETE} THEN 1 ELSE 10 END", persisted=True
        ),
    )


class FacetCount(Base):
    """The number of tutors with a skill or in a place (`kind`), or in total.

    `listed` are those that searches find, `complete` those of them who can be booked. Later changes are in
    `facet_changes`: together the two are always exact.
    """

    __tablename__ = "facet_counts"

    kind: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(primary_key=True)
    listed: Mapped[int] = mapped_column(BigInteger)
    complete: Mapped[int] = mapped_column(BigInteger)


class FacetChange(Base):
    """What a change of a tutor adds to or subtracts from a count; triggers write it, and sometimes add it up."""

    __tablename__ = "facet_changes"

    id: Mapped[NumberKey]
    kind: Mapped[str]
    value: Mapped[str]
    listed: Mapped[int] = mapped_column(BigInteger)
    complete: Mapped[int] = mapped_column(BigInteger)
