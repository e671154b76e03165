"""The condition that two people may not book with each other."""

from shared.kit.db.query import Sql, compose

IS_BARRED = """
(EXISTS (SELECT FROM blocks WHERE blocker_id = {student} AND blocked_id = {tutor})
    OR EXISTS (SELECT FROM blocks WHERE blocker_id = {tutor} AND blocked_id = {student})
    OR EXISTS (SELECT FROM users WHERE id = {student} AND suspended_at IS NOT NULL))
"""


def is_barred(student: str, tutor: str) -> Sql:
    """A condition on two expressions for ids of accounts: they are blocked, or the student is suspended.

    A tutor who is suspended is not listed, so nobody gets as far as this.
    """
    return compose(IS_BARRED, student=Sql(student), tutor=Sql(tutor))
