"""Every statement of the accounts feature."""

from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from shared.kit.database import connection
from shared.models import Conversation, EmailToken, Member, Tutor, User
from shared.rules.policy import policy


def add_user(session: Session, user: User) -> None:
    """Raises sqlalchemy.exc.IntegrityError (users_email_key) if the address is taken."""
    session.add(user)
    session.flush()
    if user.is_tutor:
        session.add(Tutor(user_id=user.id))


def find_token_owner(session: Session, token_hash: bytes, purpose: str) -> User | None:
    return session.scalar(
        select(User)
        .join(EmailToken, EmailToken.user_id == User.id)
        .where(EmailToken.token_hash == token_hash, EmailToken.purpose == purpose, EmailToken.expires_at > func.now())
    )


def use_token(session: Session, token_hash: bytes, purpose: str) -> UUID | None:
    """Use a token up; the user it was mailed to, None if it is unknown, used or expired."""
    used = delete(EmailToken).where(
        EmailToken.token_hash == token_hash, EmailToken.purpose == purpose, EmailToken.expires_at > func.now()
    )
    return session.scalar(used.returning(EmailToken.user_id))


def delete_tokens(session: Session, user_id: UUID, purpose: str) -> None:
    session.execute(delete(EmailToken).where(EmailToken.user_id == user_id, EmailToken.purpose == purpose))


def confirm(session: Session, user_id: UUID) -> None:
    session.execute(update(User).where(User.id == user_id).values(confirmed_at=func.now()))


def set_password(session: Session, user_id: UUID, password_hash: str) -> None:
    session.execute(update(User).where(User.id == user_id).values(password_hash=password_hash))


def lock_conversations(session: Session, user_id: UUID) -> list[UUID]:
    """Both members may leave at once; the lock lets the second one see that the first is gone."""
    mine = select(Member.conversation_id).where(Member.user_id == user_id)
    return list(
        session.scalars(
            select(Conversation.id).where(Conversation.id.in_(mine)).order_by(Conversation.id).with_for_update()
        )
    )


def delete_user(session: Session, user_id: UUID) -> None:
    """Profile, tutor, schedule, ratings and memberships go by cascade; messages stay without an author."""
    session.execute(delete(User).where(User.id == user_id))


def delete_deserted(session: Session, conversations: list[UUID]) -> None:
    """Delete those of the conversations that nobody is left in."""
    has_members = select(Member).where(Member.conversation_id == Conversation.id).exists()
    session.execute(delete(Conversation).where(Conversation.id.in_(conversations), ~has_members))


EXPORT = """
WITH me AS (SELECT * FROM users WHERE id = %(user_id)s), mine AS (SELECT t.* FROM tutors t JOIN me ON t.user_id = me.id)
SELECT json_build_object(
    'account', (SELECT json_build_object('id', id, 'email', email, 'first_name', first_name, 'last_name', last_name,
            'is_tutor', is_tutor, 'picture', picture, 'created_at', wire_time(created_at, %(zone)s),
            'confirmed_at', wire_time(confirmed_at, %(zone)s)) FROM me),
    'sessions', (SELECT coalesce(json_agg(json_build_object('created_at', wire_time(created_at, %(zone)s),
            'last_used_at', wire_time(last_used_at, %(zone)s), 'user_agent', user_agent, 'address', host(address))
            ORDER BY created_at), '[]') FROM sessions WHERE user_id = %(user_id)s),
    'tutor', (SELECT json_build_object('description', description, 'price', price, 'tutoring_location', location,
            'skills', skills, 'online_sessions_available', online_sessions,
            'in_person_sessions_available', in_person_sessions, 'individual_sessions_available', individual_sessions,
            'group_sessions_available', group_sessions) FROM mine),
    'schedule', (SELECT coalesce(json_agg(json_build_object('start_time', wire_time(starts_at, %(zone)s),
            'end_time', wire_time(ends_at, %(zone)s)) ORDER BY starts_at), '[]')
            FROM schedule_items WHERE tutor_id = (SELECT id FROM mine)),
    'ratings_given', (SELECT coalesce(json_agg(json_build_object('tutor_id', tutor_id, 'rating', rating,
            'review', review, 'created_at', wire_time(created_at, %(zone)s)) ORDER BY id), '[]')
            FROM ratings WHERE student_id = %(user_id)s),
    'ratings_received', (SELECT coalesce(json_agg(json_build_object('rating', rating, 'review', review,
            'created_at', wire_time(created_at, %(zone)s)) ORDER BY id), '[]')
            FROM ratings WHERE tutor_id = (SELECT id FROM mine)),
    'messages', (SELECT coalesce(json_agg(json_build_object('id', id, 'conversation', conversation_id, 'body', body,
            'created_at', wire_time(created_at, %(zone)s)) ORDER BY created_at), '[]')
            FROM (SELECT * FROM messages WHERE created_by = %(user_id)s ORDER BY created_at DESC LIMIT %(messages)s) m)
)::text
"""
# Keeps the answer below the 6 MB a Lambda function may return, at messages of usual length.
EXPORTED_MESSAGES = 10_000


def export(user_id: UUID) -> str:
    """All data of an account as JSON text."""
    keys: dict[str, Any] = {"user_id": user_id, "zone": policy().time_zone, "messages": EXPORTED_MESSAGES}
    with connection() as db:
        row = db.execute(EXPORT, keys).fetchone()
    return str(row[0]) if row else "{}"
