"""A reservation as clients see it: columns of a booking `b`, its session `s` and the terms `r` of its tutor."""

from shared.data.bookings import ROOM, SEATED
from shared.domain.pictures import picture_sql

COMMON = f"""
    b.id, {SEATED} AS is_confirmed,
    format_time(b.created_at, %(zone)s) AS created_at, b.state, b.awaiting,
    format_time(b.expires_at, %(zone)s) AS expires_at, format_time(b.starts_at, %(zone)s) AS start_time,
    format_time(b.ends_at, %(zone)s) AS end_time, s.kind, s.form, b.seat, s.seats, b.price::text AS price, b.currency,
    s.location, b.note,
    {ROOM} AS meeting_url, s.id AS session, b.series_id AS series,
    format_time(b.starts_at - make_interval(hours => r.cancellation_notice), %(zone)s) AS cancellable_until,
    format_time(b.updated_at, %(zone)s) AS updated_at"""
RESERVATION = (
    COMMON
    + """,
    b.student_id AS "user", s.tutor_id AS tutor, s.schedule_item_id AS schedule_item"""
)
# Of tutors `t` and users `u`; null once the account is deleted.
TUTOR_SHOWN = f"""(SELECT row_to_json(person) FROM (
    SELECT t.id, t.first_name, t.last_name, {picture_sql("t.picture")} AS profile_image WHERE t.id IS NOT NULL
) person)"""
STUDENT_SHOWN = f"""(SELECT row_to_json(person) FROM (
    SELECT u.id, u.first_name, u.last_name, {picture_sql("u.picture")} AS profile_image WHERE u.id IS NOT NULL
) person)"""
ITEM_SHOWN = """(SELECT row_to_json(item) FROM (
    SELECT s.schedule_item_id AS id, format_time(b.starts_at, %(zone)s) AS start_time,
        format_time(b.ends_at, %(zone)s) AS end_time, s.taken AS is_reserved
) item)"""
