"""Statements that read the contents of mails about reviews, reminders and changes of addresses."""

from datetime import datetime
from typing import Literal, NamedTuple
from uuid import UUID

from shared.data.bookings import Role
from shared.kit.db.pool import connection
from shared.kit.db.query import Command, Query


class ReviewToTell(NamedTuple):
    """A review, the event about it that concerns the addressee, and the other person's name."""

    concerns: str
    stars: int
    review: str
    reply: str
    author_id: UUID
    replier_id: UUID
    first_name: str
    last_name: str


FIND_REVIEW = Query(
    ReviewToTell,
    """
SELECT CASE WHEN t.user_id = me.id AND r.hidden_at IS NULL THEN 'review_added'
        WHEN r.student_id = me.id AND r.hidden_at IS NOT NULL THEN 'review_hidden'
        WHEN r.student_id = me.id AND r.reply IS NOT NULL THEN 'review_replied' ELSE '' END AS concerns,
    r.rating::int AS stars, r.review, coalesce(r.reply, '') AS reply,
    r.student_id AS author_id, t.user_id AS replier_id, other.first_name, other.last_name
FROM ratings r JOIN tutors t ON t.id = r.tutor_id
JOIN users me ON me.id = %(user_id)s
JOIN users other ON other.id = CASE WHEN t.user_id = me.id THEN r.student_id ELSE t.user_id END
WHERE r.id = %(rating_id)s
""",
)


def find_review(rating_id: int, user_id: UUID) -> ReviewToTell | None:
    """The review; None if it is gone."""
    with connection() as db:
        return FIND_REVIEW.one(db, {"rating_id": rating_id, "user_id": user_id})


IS_NEW_ACCOUNT = Query(
    bool,
    """
SELECT NOT EXISTS (
    SELECT FROM users WHERE id = %(user_id)s AND created_at <= now() - make_interval(days => %(new_days)s)
)
""",
)


def is_new_account(user_id: UUID, new_days: int) -> bool:
    """Whether an account was created within so many days, or is gone."""
    with connection() as db:
        return IS_NEW_ACCOUNT.get(db, {"user_id": user_id, "new_days": new_days})


class EmailChange(NamedTuple):
    """A change of an account's address; `seconds_left` until it can no longer be confirmed."""

    id: int
    new_email: str
    created_at: datetime
    expires_at: datetime
    confirmed_at: datetime | None
    revocable_until: datetime | None
    seconds_left: int

    @property
    def is_pending(self) -> bool:
        return self.confirmed_at is None and self.seconds_left > 0


FIND_EMAIL_CHANGE = Query(
    EmailChange,
    """
SELECT id, new_email, created_at, expires_at, confirmed_at, revocable_until,
    extract(epoch FROM expires_at - now())::int AS seconds_left
FROM email_changes WHERE id = %s
""",
)


def find_email_change(change_id: int) -> EmailChange | None:
    """The change; None if it was replaced or withdrawn, or its account is gone."""
    with connection() as db:
        return FIND_EMAIL_CHANGE.one(db, (change_id,))


# The lock waits for a transaction that is ending the change, which voids only the links it finds.
ADD_CHANGE_TOKEN = Command("""
INSERT INTO email_tokens (token_hash, user_id, purpose, change_id, expires_at)
SELECT sha256(convert_to(%(token)s, 'UTF8')), user_id, %(purpose)s, id,
    CASE %(purpose)s WHEN 'change' THEN expires_at ELSE revocable_until END
FROM email_changes
WHERE id = %(change_id)s AND CASE %(purpose)s WHEN 'change' THEN confirmed_at IS NULL AND expires_at > now()
    ELSE revocable_until > now() END
FOR SHARE
""")


def add_change_token(token: str, change_id: int, purpose: Literal["change", "revoke"]) -> bool:
    """Store the hash of a token that confirms or reverts a change; False if that is no longer possible."""
    values = {"token": token, "change_id": change_id, "purpose": purpose}
    with connection() as db:
        return ADD_CHANGE_TOKEN.run(db, values) > 0


class ValidReminder(NamedTuple):
    """A reminder that is still valid: its booking, kind and recipient."""

    booking_id: int
    kind: str
    recipient: Role


# A reminder is valid if it is the last one for its time and the booking stands at that time, which is still ahead.
# A deadline reminder is due two hours before the deadline and is useless after it.
FIND_VALID_REMINDER = Query(
    ValidReminder,
    """
SELECT r.booking_id, r.kind, r.recipient FROM reminders r JOIN bookings b ON b.id = r.booking_id
WHERE r.id = %(id)s AND r.state = 'queued' AND extract(epoch FROM r.due_at)::bigint = %(due)s
  AND b.state = 'confirmed' AND b.starts_at > now()
  AND CASE r.kind WHEN 'day_before' THEN b.starts_at - r.due_at = interval '24 hours'
      WHEN 'hour_before' THEN b.starts_at - r.due_at = interval '1 hour'
      ELSE now() < r.due_at + interval '2 hours' END
""",
)


def find_valid_reminder(reminder_id: int, due: int) -> ValidReminder | None:
    """The reminder that was due at that moment (Unix seconds); None if it is no longer valid."""
    with connection() as db:
        return FIND_VALID_REMINDER.one(db, {"id": reminder_id, "due": due})
