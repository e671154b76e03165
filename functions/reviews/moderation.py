"""What is done about reviews that break the rules: the verbs of reporting and of staff, with their statements."""

from uuid import UUID

from functions.reviews.service import MAX_REVIEW_ID, ReviewNotFound
from shared.domain.auth import AccountGone
from shared.domain.platform_settings import platform_settings
from shared.kit.db.pool import PooledConnection, connection
from shared.kit.errors import CodedError
from shared.kit.http.page_pagination import PageNumber


class OwnReview(CodedError):
    """The review is the caller's own."""

    status = 409
    code = "own_review"
    detail = "Nie możesz zgłosić własnej opinii."


# The reporter is locked before the review, as by the account's deletion. A review locked so is not hidden meanwhile:
# no report is left open behind a decision.
LOCK_REPORTER = "SELECT FROM users WHERE id = %s FOR KEY SHARE"
LOCK_SHOWN = "SELECT student_id FROM ratings WHERE id = %s AND hidden_at IS NULL FOR SHARE"
REPORT = """
INSERT INTO review_reports (rating_id, reporter_id, reason) VALUES (%s, %s, %s)
ON CONFLICT (rating_id, reporter_id) DO NOTHING
"""


def report(db: PooledConnection, reporter_id: UUID, review_id: int, reason: str) -> None:
    """Tell staff of a review; a second report by the same person changes nothing.

    Raises AccountGone, ReviewNotFound or OwnReview.
    """
    if not db.execute(LOCK_REPORTER, (reporter_id,)).rowcount:
        raise AccountGone
    author = db.execute(LOCK_SHOWN, (review_id,)).fetchone() if review_id <= MAX_REVIEW_ID else None
    if author is None:
        raise ReviewNotFound
    if author[0] == reporter_id:
        raise OwnReview
    db.execute(REPORT, (review_id, reporter_id, reason))


# Reports of one review that are shown; there may be thousands.
SHOWN_REPORTS = 20
REPORTED = """
WITH open AS (SELECT rating_id, min(id) AS first, count(*) AS number FROM review_reports
    WHERE resolved_at IS NULL GROUP BY rating_id)
SELECT (SELECT count(*) FROM open), coalesce((SELECT json_agg(row_to_json(shown)) FROM (
    SELECT r.id, r.tutor_id, r.rating, r.review, format_time(r.created_at, %(zone)s) AS created_at,
        format_time(r.edited_at, %(zone)s) AS edited_at, r.hidden_at IS NOT NULL AS hidden, r.reply,
        s.first_name AS student_first_name, s.last_name AS student_last_name, r.number AS report_count,
        (SELECT json_agg(row_to_json(told)) FROM (
            SELECT reason, format_time(created_at, %(zone)s) AS created_at FROM review_reports
            WHERE rating_id = r.id AND resolved_at IS NULL ORDER BY id LIMIT %(shown_reports)s
        ) told) AS reports
    FROM (SELECT ratings.*, open.first, open.number FROM open JOIN ratings ON ratings.id = open.rating_id
        ORDER BY open.first LIMIT %(size)s OFFSET %(offset)s) r
    JOIN users s ON s.id = r.student_id ORDER BY r.first
) shown), '[]')::text
"""


def list_reported(page: PageNumber) -> tuple[int, str]:
    """How many reviews await a decision, and a page of them as JSON text, the one reported first first."""
    values = {"size": page.size, "offset": page.offset, "shown_reports": SHOWN_REPORTS}
    with connection() as db:
        [row] = db.execute(REPORTED, values | {"zone": platform_settings().time_zone}).fetchall()
    return row[0], row[1]


LOCK_TUTOR_OF = "SELECT FROM tutors WHERE id = (SELECT tutor_id FROM ratings WHERE id = %s) FOR NO KEY UPDATE"
HIDE = "UPDATE ratings SET hidden_at = coalesce(hidden_at, now()) WHERE id = %s"
UNHIDE = "UPDATE ratings SET hidden_at = NULL WHERE id = %s"
# A report that is locked goes with its reporter's account just now.
RESOLVE = """
UPDATE review_reports SET resolved_at = now() WHERE id IN (
    SELECT id FROM review_reports WHERE rating_id = %s AND resolved_at IS NULL FOR UPDATE SKIP LOCKED
)
"""


def set_hidden(db: PooledConnection, review_id: int, *, hidden: bool) -> None:
    """Decide on a review: hide it or show it again. Its reports are then resolved. Raises ReviewNotFound."""
    if review_id > MAX_REVIEW_ID:
        raise ReviewNotFound
    db.execute(LOCK_TUTOR_OF, (review_id,))
    if not db.execute(HIDE if hidden else UNHIDE, (review_id,)).rowcount:
        raise ReviewNotFound
    db.execute(RESOLVE, (review_id,))
