"""What a tutor must still set to be listed and booked; the rule is infra/sql/missing_settings.sql."""

from shared.kit.db.query import Query

LIST_MISSING = Query(
    str,
    """
SELECT unnest(missing_settings(
    price, is_free, skills, online_sessions, in_person_sessions, individual_sessions, group_sessions
)) FROM tutors WHERE id = %s
""",
)
