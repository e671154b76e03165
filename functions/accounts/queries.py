"""Everything stored about an account: one statement per part of the export."""

from typing import NamedTuple

from shared.data.attachments import FACTS
from shared.data.booking_states import IS_ASKED
from shared.data.bookings import ROOM
from shared.kit.db.query import Query, Sql, compose

# Each statement returns the records of a part with their places, which order them. `mine` is the account's tutor.
SINGLES = {
    "account": Sql("""
        SELECT '', json_build_object('id', id, 'email', email, 'first_name', first_name, 'last_name', last_name,
            'is_tutor', is_tutor, 'is_staff', is_staff, 'picture', picture,
            'created_at', format_time(created_at, %(zone)s), 'confirmed_at', format_time(confirmed_at, %(zone)s),
            'signed_in_at', format_time(signed_in_at, %(zone)s), 'time_zone', time_zone, 'language', language,
            'mail_bounced_at', format_time(mail_bounced_at, %(zone)s), 'silenced', silenced,
            'shows_presence', shows_presence)
        FROM users WHERE id = %(user_id)s"""),
    "tutor": Sql("""
        SELECT '', json_build_object('description', description, 'price', price,
            'currency', %(currency)s::text, 'tutoring_location', location,
            'skills', skills, 'online_sessions_available', online_sessions,
            'in_person_sessions_available', in_person_sessions, 'individual_sessions_available', individual_sessions,
            'group_sessions_available', group_sessions, 'free', is_free)
        FROM mine"""),
    "booking_terms": Sql("""
        SELECT '', to_json(terms) FROM (
            SELECT time_zone, session_lengths, slot_step, buffer_before, buffer_after, minimum_notice, booking_window,
                max_per_day, max_per_week, confirmation, cancellation_notice, meeting_url, group_seats, group_price,
                %(currency)s::text AS currency
            FROM booking_terms WHERE tutor_id = (SELECT id FROM mine)
        ) terms"""),
}
LISTS = {
    "sessions": Sql("""
        SELECT id::text, json_build_object('created_at', format_time(created_at, %(zone)s),
            'last_used_at', format_time(last_used_at, %(zone)s), 'user_agent', user_agent, 'address', host(address),
            'country', country)
        FROM sign_in_sessions WHERE user_id = %(user_id)s"""),
    "identities": Sql("""
        SELECT lpad(id::text, 19, '0'), json_build_object('issuer', issuer, 'subject', subject,
            'created_at', format_time(created_at, %(zone)s), 'linked_at', format_time(linked_at, %(zone)s))
        FROM identities WHERE user_id = %(user_id)s"""),
    "second_factors": Sql("""
        SELECT '', json_build_object('added_at', format_time(u.second_factor_at, %(zone)s),
            'authenticator_app_added_at', format_time(f.totp_added_at, %(zone)s),
            'recovery_codes_left', (SELECT count(*) FROM recovery_codes r WHERE r.user_id = u.id),
            'passkeys', (SELECT coalesce(json_agg(json_build_object('name', p.name,
                'created_at', format_time(p.created_at, %(zone)s),
                'last_used_at', format_time(p.last_used_at, %(zone)s)) ORDER BY p.id), '[]')
                FROM passkeys p WHERE p.user_id = u.id))
        FROM users u JOIN second_factors f ON f.user_id = u.id
        WHERE u.id = %(user_id)s AND u.second_factor_at IS NOT NULL"""),
    "email_changes": Sql("""
        SELECT lpad(id::text, 19, '0'), json_build_object('old_email', old_email, 'new_email', new_email,
            'created_at', format_time(created_at, %(zone)s), 'confirmed_at', format_time(confirmed_at, %(zone)s),
            'revoked_at', format_time(revoked_at, %(zone)s))
        FROM email_changes WHERE user_id = %(user_id)s"""),
    "push_subscriptions": Sql("""
        SELECT lpad(id::text, 19, '0'), json_build_object('endpoint', endpoint,
            'created_at', format_time(created_at, %(zone)s))
        FROM push_subscriptions WHERE user_id = %(user_id)s"""),
    "schedule": Sql("""
        SELECT lpad(id::text, 19, '0'), json_build_object('start_time', format_time(starts_at, %(zone)s),
            'end_time', format_time(ends_at, %(zone)s))
        FROM schedule_items WHERE tutor_id = (SELECT id FROM mine)"""),
    "ratings_given": Sql("""
        SELECT lpad(id::text, 19, '0'), json_build_object('tutor_id', tutor_id, 'rating', rating, 'review', review,
            'created_at', format_time(created_at, %(zone)s), 'edited_at', format_time(edited_at, %(zone)s),
            'hidden', hidden_at IS NOT NULL)
        FROM ratings WHERE student_id = %(user_id)s"""),
    "ratings_received": Sql("""
        SELECT lpad(id::text, 19, '0'), json_build_object('rating', rating, 'review', review,
            'created_at', format_time(created_at, %(zone)s), 'reply', reply,
            'replied_at', format_time(replied_at, %(zone)s))
        FROM ratings WHERE tutor_id = (SELECT id FROM mine)"""),
    "messages": Sql("""
        SELECT conversation_id || '.' || lpad(seq::text, 19, '0'), json_build_object('id', id,
            'conversation', conversation_id, 'body', body, 'created_at', format_time(created_at, %(zone)s),
            'reply_to', reply_to, 'edited_at', format_time(edited_at, %(zone)s),
            'deleted_at', format_time(deleted_at, %(zone)s))
        FROM conversation_members mine_in JOIN messages USING (conversation_id)
        WHERE mine_in.user_id = %(user_id)s AND created_by = %(user_id)s"""),
    "reactions": Sql("""
        SELECT conversation_id || '.' || lpad(seq::text, 19, '0'), json_build_object('conversation', conversation_id,
            'seq', seq, 'emojis', emojis)
        FROM message_reactions WHERE user_id = %(user_id)s AND emojis <> '{}'"""),
    "hidden_messages": Sql("""
        SELECT conversation_id || '.' || lpad(seq::text, 19, '0'), json_build_object('conversation', conversation_id,
            'seq', seq)
        FROM hidden_messages WHERE user_id = %(user_id)s"""),
    # `facts` are replaced by the download URL.
    "attachments": compose(
        """
        SELECT a.id::text, json_build_object('id', a.id, 'name', a.name, 'content_type', a.content_type,
            'size', a.size, 'conversation', a.conversation_id, 'message', a.message_id,
            'created_at', format_time(a.created_at, %(zone)s), 'facts', {facts})
        FROM attachments a
        WHERE a.created_by = %(user_id)s AND a.completed_at IS NOT NULL AND a.removed_at IS NULL""",
        facts=FACTS,
    ),
    "weekly_hours": Sql("""
        SELECT lpad(id::text, 19, '0'), json_build_object('weekday', weekday, 'starts', starts, 'ends', ends)
        FROM weekly_hours WHERE tutor_id = (SELECT id FROM mine)"""),
    "hours_overrides": Sql("""
        SELECT lpad(id::text, 19, '0'), json_build_object('kind', kind, 'first_day', first_day,
            'last_day', last_day, 'starts', starts, 'ends', ends, 'note', note)
        FROM hours_overrides WHERE tutor_id = (SELECT id FROM mine)"""),
    "bookings": compose(
        """
        SELECT lpad(b.id::text, 19, '0'), json_build_object('id', b.id, 'tutor_id', s.tutor_id, 'state', b.state,
            'start_time', format_time(b.starts_at, %(zone)s), 'end_time', format_time(b.ends_at, %(zone)s),
            'kind', s.kind, 'form', s.form, 'location', s.location, 'meeting_url', {room}, 'price', b.price::text,
            'currency', b.currency, 'note', b.note, 'created_at', format_time(b.created_at, %(zone)s))
        FROM bookings b JOIN tutoring_sessions s ON s.id = b.session_id WHERE b.student_id = %(user_id)s""",
        room=ROOM,
    ),
    "bookings_as_tutor": compose(
        """
        SELECT lpad(b.id::text, 19, '0'), json_build_object('id', b.id, 'session', s.id, 'state', b.state,
            'start_time', format_time(b.starts_at, %(zone)s), 'end_time', format_time(b.ends_at, %(zone)s),
            'kind', s.kind, 'form', s.form, 'location', s.location, 'meeting_url', {room}, 'price', b.price::text,
            'currency', b.currency, 'created_at', format_time(b.created_at, %(zone)s))
        FROM tutoring_sessions s JOIN bookings b ON b.session_id = s.id WHERE s.tutor_id = (SELECT id FROM mine)""",
        room=ROOM,
    ),
    "waitlist": Sql("""
        SELECT lpad(w.id::text, 19, '0'), json_build_object('session', w.session_id, 'state', w.state,
            'start_time', format_time(s.starts_at, %(zone)s), 'created_at', format_time(w.created_at, %(zone)s))
        FROM waitlist_entries w JOIN tutoring_sessions s ON s.id = w.session_id WHERE w.student_id = %(user_id)s"""),
    "notifications": Sql("""
        SELECT lpad(id::text, 19, '0'), json_build_object('kind', kind, 'message', message, 'is_read', is_read,
            'created_at', format_time(created_at, %(zone)s))
        FROM notifications WHERE user_id = %(user_id)s"""),
    "announcements": Sql("""
        SELECT lpad(id::text, 19, '0'), json_build_object('title', title, 'description', description, 'tags', tags,
            'created_at', format_time(created_at, %(zone)s), 'edited_at', format_time(edited_at, %(zone)s),
            'hidden', hidden_at IS NOT NULL)
        FROM announcements WHERE tutor_id = (SELECT id FROM mine)"""),
    "issues": Sql("""
        SELECT id::text, json_build_object('id', id, 'category', category, 'title', title,
            'description', description, 'status', status, 'created_at', format_time(created_at, %(zone)s))
        FROM issues WHERE reported_by = %(user_id)s"""),
    "issue_answers": Sql("""
        SELECT lpad(id::text, 19, '0'), json_build_object('issue', issue_id, 'body', body,
            'created_at', format_time(created_at, %(zone)s))
        FROM issue_answers WHERE responder_id = %(user_id)s"""),
    "review_reports": Sql("""
        SELECT lpad(id::text, 19, '0'), json_build_object('review', rating_id, 'reason', reason,
            'created_at', format_time(created_at, %(zone)s))
        FROM review_reports WHERE reporter_id = %(user_id)s"""),
    "reports": Sql("""
        SELECT lpad(id::text, 19, '0'), json_build_object('kind', kind, 'conversation', conversation_id, 'seq', seq,
            'reason', reason, 'created_at', format_time(created_at, %(zone)s))
        FROM reports WHERE reporter_id = %(user_id)s"""),
    "blocked_people": Sql("""
        SELECT blocked_id::text, json_build_object('user', blocked_id, 'blocked_at', format_time(created_at, %(zone)s))
        FROM blocks WHERE blocker_id = %(user_id)s"""),
    "conversation_settings": Sql("""
        SELECT conversation_id::text, json_build_object('conversation', conversation_id, 'muted', is_muted,
            'archived', archived_seq IS NOT NULL)
        FROM conversation_members WHERE user_id = %(user_id)s AND (is_muted OR archived_seq IS NOT NULL)"""),
    "move_proposals": compose(
        """
        SELECT lpad(held.id::text, 19, '0'), json_build_object('id', held.id, 'session', held.moves_session_id,
            'start_time', format_time(held.starts_at, %(zone)s), 'end_time', format_time(held.ends_at, %(zone)s),
            'expires_at', format_time(held.held_until, %(zone)s), 'accepted_at', (
                SELECT format_time(max(b.move_accepted_at), %(zone)s) FROM bookings b
                WHERE b.session_id = held.moves_session_id AND b.student_id = %(user_id)s AND {is_asked}))
        FROM tutoring_sessions held WHERE held.moves_session_id IN (
            SELECT b.session_id FROM bookings b WHERE b.student_id = %(user_id)s AND {is_asked}
            UNION ALL SELECT id FROM tutoring_sessions WHERE tutor_id = (SELECT id FROM mine))""",
        is_asked=IS_ASKED,
    ),
    # Only the account's own changes: reasons given by other users are those users' data.
    "booking_changes": Sql("""
        SELECT lpad(c.id::text, 19, '0'), json_build_object('booking', c.booking_id, 'kind', c.kind,
            'reason', c.reason, 'proposed_start_time', format_time(c.proposed_starts_at, %(zone)s),
            'proposed_end_time', format_time(c.proposed_ends_at, %(zone)s), 'at', format_time(c.at, %(zone)s))
        FROM booking_changes c WHERE c.actor_id = %(user_id)s AND EXISTS (
            SELECT FROM bookings b JOIN tutoring_sessions s ON s.id = b.session_id
            WHERE b.id = c.booking_id AND (b.student_id = %(user_id)s OR s.tutor_id = (SELECT id FROM mine)))"""),
}
PARTS = (*SINGLES, *LISTS)


# Records per page. Each part returns at most one more, so that records of later pages are not built for this one.
MAX_RECORDS = 4_000


class ExportRecord(NamedTuple):
    """A record as JSON text; `part` is its index in PARTS, `remaining` counts records examined from the cursor on."""

    part: int
    place: str
    record: str
    remaining: int


PART = """
    (SELECT {number}, part.* FROM ({records}) part (place, record)
    WHERE {number} BETWEEN %(part)s AND %(last)s AND ({number} > %(part)s OR place > %(place)s)
    ORDER BY place LIMIT %(max_records)s + 1)"""


def _numbered_parts() -> Sql:
    numbered = [
        compose(PART, number=Sql(number), records=records)
        for number, records in enumerate([*SINGLES.values(), *LISTS.values()])
    ]
    return Sql("\n    UNION ALL".join(numbered))


# A page takes a record if those before it do not fill the page, so even the largest record is exported.
EXPORT_PAGE = Query(
    ExportRecord,
    compose(
        """
WITH mine AS (SELECT * FROM tutors WHERE user_id = %(user_id)s), records (part, place, record) AS (
{records}
), rest AS (
    SELECT part, place, record::text AS record, count(*) OVER () AS remaining,
           sum(octet_length(record::text)) OVER (ORDER BY part, place) - octet_length(record::text) AS bytes_before
    FROM records
)
SELECT part, place, record, remaining FROM rest WHERE bytes_before < %(page_bytes)s
ORDER BY part, place LIMIT %(max_records)s
""",
        records=_numbered_parts(),
    ),
)
