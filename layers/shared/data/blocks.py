"""The condition that two people may not book with each other."""

from shared.kit.db.query import Sql, compose

IS_BARRED = """
(EXISTS (SELECT FROM blocks WHERE blocker_id = {student} AND blocked_id = {tutor})
    OR EXISTS (SELECT FROM blocks WHERE blocker_id = {tutor} AND blocked_id = {student})
    OR EXISTS (SELECT FROM users WHERE id = {student} AND suspended_at IS NOT NULL))
"""


def is_barred(student: str, tutor: str) -> Sql:
    """A condition on two SQL expressions for account ids: the two are blocked, or the student is suspended.

    A suspended tutor needs no check here: they are not listed, so no booking gets this far.
    """
    return compose(IS_BARRED, student=Sql(student), tutor=Sql(tutor))
