"""A reservation as clients see it: columns of a booking `b`, its session `s` and the terms `r` of its tutor."""

from shared.data.booking_states import ENDED_STATES, IS_ASKED
from shared.data.bookings import CANCELLATION_NOTICE, ROOM, SEATED
from shared.domain.pictures import picture_sql
from shared.kit.db.query import Sql, compose

COMMON = compose(
    """
    b.id, {is_seated} AS is_confirmed,
    format_time(b.created_at, %(zone)s) AS created_at, b.state, b.awaiting,
    format_time(b.expires_at, %(zone)s) AS expires_at, format_time(b.starts_at, %(zone)s) AS start_time,
    format_time(b.ends_at, %(zone)s) AS end_time, s.kind, s.form, b.seat, s.seats, b.price::text AS price, b.currency,
    s.location, b.note,
    {room} AS meeting_url, s.id AS session, b.series_id AS series,
    format_time(b.starts_at - make_interval(hours => {cancellation_notice}), %(zone)s) AS cancellable_until,
    format_time(b.updated_at, %(zone)s) AS updated_at""",
    is_seated=SEATED,
    room=ROOM,
    cancellation_notice=CANCELLATION_NOTICE,
)
# The proposal as clients see it, for a booking `b` and its session `s`, with the new price.
PROPOSAL = compose(
    """(SELECT row_to_json(proposal) FROM (
    SELECT held.id, format_time(held.starts_at, %(zone)s) AS start_time,
        format_time(held.ends_at, %(zone)s) AS end_time,
        format_time(held.held_until, %(zone)s) AS expires_at, b.move_accepted_at IS NOT NULL AS accepted,
        round(b.price * extract(epoch FROM held.ends_at - held.starts_at)
            / extract(epoch FROM b.ends_at - b.starts_at), 2)::text AS price
    FROM tutoring_sessions held
    WHERE held.moves_session_id = s.id AND {is_asked}
) proposal) AS proposal""",
    is_asked=IS_ASKED,
)
RESERVATION = compose(
    """{common},
    b.student_id AS "user", s.tutor_id AS tutor, s.schedule_item_id AS schedule_item""",
    common=COMMON,
)
# A tutor `t`, a student `u` and the booked item; a user is null once their account is deleted.
TUTOR = compose(
    """(SELECT row_to_json(person) FROM (
    SELECT t.id, t.first_name, t.last_name, {picture} AS profile_image WHERE t.id IS NOT NULL
) person)""",
    picture=Sql(picture_sql("t.picture")),
)
STUDENT = compose(
    """(SELECT row_to_json(person) FROM (
    SELECT u.id, u.first_name, u.last_name, {picture} AS profile_image WHERE u.id IS NOT NULL
) person)""",
    picture=Sql(picture_sql("u.picture")),
)
ITEM = Sql("""(SELECT row_to_json(item) FROM (
    SELECT s.schedule_item_id AS id, format_time(b.starts_at, %(zone)s) AS start_time,
        format_time(b.ends_at, %(zone)s) AS end_time, s.taken AS is_reserved
) item)""")
# How many students on a waitlist are locked with a booking; the sweep serves the rest.
LOCKED_WAITING = Sql("10")
# Whether session `s` only holds a proposed time, or is itself proposed to move. Its seats are offered to nobody then.
IS_PROPOSED = Sql("""(s.moves_session_id IS NOT NULL
    OR EXISTS (SELECT FROM tutoring_sessions held WHERE held.moves_session_id = s.id))""")
# For session `s`: the first students on its waitlist, whether it has a waitlist, and its first free seat or NULL.
FIRST_WAITING = compose(
    """ARRAY(SELECT student_id FROM waitlist_entries WHERE session_id = s.id AND state = 'waiting'
        ORDER BY id LIMIT {most})""",
    most=LOCKED_WAITING,
)
HAS_WAITLIST = Sql("EXISTS (SELECT FROM waitlist_entries WHERE session_id = s.id AND state = 'waiting')")
FREE_SEAT = compose(
    """(
    SELECT min(number) FROM generate_series(1, s.seats) AS number WHERE NOT EXISTS (
        SELECT FROM bookings WHERE session_id = s.id AND seat = number AND state NOT IN {ended}
    ) AND NOT {is_proposed}
)""",
    ended=ENDED_STATES,
    is_proposed=IS_PROPOSED,
)
