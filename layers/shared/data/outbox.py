"""The outbox: the queue of mails to send."""

from typing import NamedTuple

from shared.kit.db.query import Query


class WaitingMail(NamedTuple):
    """A waiting mail that will tell its recipient of a change; `is_due`: send it now."""

    id: int
    change: int
    recipient: str
    is_due: bool


QUEUE_MAILS = Query(
    int,
    """
WITH added AS (
    INSERT INTO mail_outbox (kind, recipient, payload, once, due_at)
    SELECT kind, recipient, payload, once, now() + make_interval(secs => wait)
    FROM jsonb_to_recordset(%s::jsonb) AS mail (kind text, recipient text, payload jsonb, once boolean, wait float)
    RETURNING id, due_at
)
SELECT id FROM added WHERE due_at <= now()
""",
)

# Mails about a booking wait, and later changes are folded into them: `since` is the first change, `change` the last. A
# mail that a worker has claimed is not changed; a second one is queued. Returns the mails that are due now.
FOLD_MAILS = Query(
    int,
    """
WITH draft AS (
    SELECT recipient, payload, payload->'booking' AS booking, now() + make_interval(secs => wait) AS due_at,
        only_waiting
    FROM jsonb_to_recordset(%s::jsonb) AS mail (recipient text, payload jsonb, wait float, only_waiting boolean)
), folded AS (
    UPDATE mail_outbox m SET payload = m.payload || jsonb_build_object('change', d.payload->'change'),
        due_at = least(m.due_at, d.due_at)
    FROM draft d
    WHERE m.kind = 'booking_change' AND m.recipient = d.recipient AND m.payload->'booking' = d.booking
      AND m.attempts = 0 AND m.sent_at IS NULL AND m.uncertain_at IS NULL
    RETURNING m.id, m.recipient, d.booking, m.due_at
), added AS (
    INSERT INTO mail_outbox (kind, recipient, payload, due_at)
    SELECT 'booking_change', recipient, payload, due_at FROM draft d
    WHERE NOT only_waiting
      AND NOT EXISTS (SELECT FROM folded f WHERE f.recipient = d.recipient AND f.booking = d.booking)
    RETURNING id, due_at
)
SELECT id FROM folded WHERE due_at <= now() UNION ALL SELECT id FROM added WHERE due_at <= now()
""",
)

# Which of these booking changes are covered by a mail about their new series that is still waiting: it is written from
# the sessions as they are when it is sent. A change that ends a session is covered only if that mail was to be the
# first to mention the session.
FIND_WAITING_SERIES_MAILS = Query(
    WaitingMail,
    """
WITH waiting AS (
    SELECT m.id, d.change, d.recipient, d.wait
    FROM jsonb_to_recordset(%s::jsonb) AS d (recipient text, booking int, change int, ends boolean, wait float)
    JOIN mail_outbox m ON m.kind = 'series_change' AND m.recipient = d.recipient AND m.attempts = 0
        AND m.sent_at IS NULL AND m.uncertain_at IS NULL AND m.payload ? 'waited'
    JOIN booking_changes first ON first.id = (m.payload->>'change')::int AND first.kind IN ('requested', 'confirmed')
    JOIN booking_changes made ON made.booking_id = d.booking AND made.kind = first.kind AND made.at = first.at
    WHERE made.id < d.change AND (made.from_state IS NULL OR NOT d.ends) AND NOT EXISTS (
        SELECT FROM booking_changes c
        WHERE c.booking_id = d.booking AND c.kind IN ('requested', 'confirmed') AND c.id > made.id AND c.id < d.change
    )
    FOR UPDATE OF m
), sooner AS (
    UPDATE mail_outbox m SET due_at = least(m.due_at, now() + make_interval(secs => w.wait))
    FROM (SELECT id, min(wait) AS wait FROM waiting GROUP BY id) w WHERE m.id = w.id
)
SELECT id, change, recipient, wait <= 0 AS is_due FROM waiting
""",
)


class UntoldChange(NamedTuple):
    """The first change of a booking's time that a recipient has not been mailed about."""

    recipient: str
    booking: int
    since: int


# Changes still waiting for the dispatcher count as well. Mails that do not wait report their own change.
FIND_UNTOLD_CHANGES = Query(
    UntoldChange,
    """
WITH draft AS (
    SELECT recipient, booking, change FROM jsonb_to_recordset(%s::jsonb) AS d (recipient text, booking int, change int)
), waiting AS (
    SELECT recipient, kind, payload FROM mail_outbox
    WHERE recipient IN (SELECT recipient FROM draft) AND attempts = 0 AND sent_at IS NULL AND uncertain_at IS NULL
      AND (kind = 'booking_change' AND payload ? 'since' OR payload ? 'waited')
    FOR UPDATE
)
SELECT d.recipient, d.booking, min(c.id) AS since
FROM draft d JOIN booking_changes c ON c.booking_id = d.booking AND c.id < d.change
    AND (starts_with(c.kind, 'move_') OR c.kind = 'rescheduled')
WHERE c.dispatched_at IS NULL OR EXISTS (
    SELECT FROM waiting w JOIN booking_changes first ON first.id = (w.payload->>'change')::int
    WHERE w.recipient = d.recipient AND c.id >= coalesce(w.payload->>'since', w.payload->>'change')::int
      AND (first.booking_id = d.booking OR w.kind <> 'booking_change' AND EXISTS (
        SELECT FROM booking_changes part WHERE part.booking_id = d.booking AND part.kind = first.kind
            AND part.at = first.at
      ))
)
GROUP BY d.recipient, d.booking
""",
)


class UnheardChange(NamedTuple):
    """A change of a booking that its recipient has not heard of at all."""

    recipient: str
    change: int


# A tutor's first mail about a booking is about the student's step. It may still wait for the dispatcher as well.
FIND_UNHEARD_CHANGES = Query(
    UnheardChange,
    """
WITH draft AS (
    SELECT recipient, booking, change FROM jsonb_to_recordset(%s::jsonb) AS d (recipient text, booking int, change int)
), waiting AS (
    SELECT recipient, payload FROM mail_outbox
    WHERE recipient IN (SELECT recipient FROM draft) AND attempts = 0 AND sent_at IS NULL AND uncertain_at IS NULL
      AND kind = 'booking_change' AND payload ? 'since'
    FOR UPDATE
)
SELECT d.recipient, d.change
FROM draft d JOIN booking_changes made ON made.booking_id = d.booking AND made.id < d.change
    AND made.kind IN ('requested', 'confirmed') AND made.actor_role = 'student'
WHERE made.dispatched_at IS NULL OR EXISTS (
    SELECT FROM waiting w WHERE w.recipient = d.recipient AND (w.payload->>'since')::int = made.id
)
""",
)
